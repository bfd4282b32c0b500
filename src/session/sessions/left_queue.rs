//! What is still queued for an agent when its session ends.

use crate::{
    core::session::queue::Queue,
    host::queues,
    session::sessions::{Sessions, list::Session},
};

impl Sessions {
    /// Writes down what is queued for the agent of `session`, which has ended; a word about it.
    pub(in crate::session) async fn keep_queue(&self, session: &Session) -> Option<String> {
        let polecat = &session.polecat;
        // Something may have been sent since; where the pane is gone, what was seen last counts.
        let now = self.session(polecat).await.ok().flatten();
        let now = now.filter(|now| now.pane.pane_id == session.pane.pane_id);
        let queue = now.as_ref().unwrap_or(session).queue.clone()?;
        let kept = queues::keep(&self.context.rig, polecat, &queue).await;
        let what = match queue.messages.len() {
            0 => return None,
            1 => "1 queued message".to_owned(),
            count => format!("{count} queued messages"),
        };
        Some(match kept {
            Ok(()) => format!("{what} of `{polecat}` stay for its next start"),
            Err(error) => format!("{what} of `{polecat}` are lost: {error}: {}", texts(&queue)),
        })
    }
}

fn texts(queue: &Queue) -> String {
    let texts: Vec<_> = queue.messages.iter().map(|one| format!("`{}`", one.text)).collect();
    texts.join(", ")
}
