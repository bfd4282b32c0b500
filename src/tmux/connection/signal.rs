//! How a hook in the server speaks to us: it renames the hub's window, which tmux tells to all
//! clients there.

use crate::tmux::protocol::Notification;

/// The name of the session that holds our control clients. Several backends share it.
pub const HUB: &str = "polecat-hub";

/// What a hook runs to say that its session has printed something.
pub(in crate::tmux) const TELL: &str =
    " { rename-window -t '=polecat-hub:' 'act #{hook_session}' }";

/// Turns a rename by a hook into what it means.
pub(in crate::tmux) fn refine(notice: Notification) -> Notification {
    match &notice {
        Notification::WindowRenamed { name, .. } => {
            let session = name.strip_prefix("act ").and_then(|id| id.parse().ok());
            session.map_or(notice, Notification::Activity)
        }
        _ => notice,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hook_speaks_to_the_hub() {
        assert!(TELL.contains(&format!("'={HUB}:'")));
    }

    #[test]
    fn a_rename_by_the_hook_is_told_from_others() {
        let window = "@0".parse().unwrap();
        let renamed =
            |name: &str| refine(Notification::WindowRenamed { window, name: name.to_owned() });
        assert_eq!(renamed("act $3"), Notification::Activity("$3".parse().unwrap()));
        assert!(matches!(renamed("act 3"), Notification::WindowRenamed { .. }));
        assert!(matches!(renamed("vim"), Notification::WindowRenamed { .. }));
    }
}
