//! Word of output in sessions that nobody is attached to.

use super::protocol::Notification;

/// Turns the rename by which a hook of ours speaks into what it means.
pub(crate) fn refine(notice: Notification) -> Notification {
    match &notice {
        Notification::WindowRenamed { name, .. } => {
            let session = name.strip_prefix("act ").and_then(|id| id.parse().ok());
            session.map_or(notice, Notification::Activity)
        }
        _ => notice,
    }
}
