//! Notes which conversations agents are in by their own word: a person may have begun or gone on
//! with another one than that of the start.

use std::collections::HashMap;

use tracing::warn;

use crate::{
    core::agent::ConversationId,
    host::session_records,
    session::{context::RigContext, sessions::list::Session},
    tmux::PaneId,
};

/// What was noted last, by pane.
#[derive(Default)]
pub(super) struct Conversations(HashMap<PaneId, ConversationId>);

impl Conversations {
    /// Notes that the agent of `session` is in the conversation `told`.
    pub(super) fn note(
        &mut self,
        context: &RigContext,
        session: &Session,
        told: Option<ConversationId>,
    ) {
        let (Some(id), Some(started)) = (told, session.started_at()) else { return };
        if self.0.insert(session.pane.pane_id, id.clone()).as_ref() == Some(&id) {
            return;
        }
        let (rig, polecat) = (context.rig.clone(), session.polecat.clone());
        tokio::spawn(async move {
            let noted = session_records::change(&rig, &polecat, started, |record| {
                record.conversation = Some(id);
            });
            if let Err(error) = noted.await {
                warn!(%error, %polecat, "its conversation is not written down");
            }
        });
    }

    /// Forgets all but the agents of `sessions`.
    pub(super) fn retain(&mut self, sessions: &[Session]) {
        self.0.retain(|pane, _| sessions.iter().any(|one| one.pane.pane_id == *pane));
    }
}
