//! Sessions in the way of a new one.

use crate::{
    core::names::PolecatName,
    session::{
        error::SessionError,
        sessions::{Sessions, list::Session, status::LeftOver},
    },
};

impl Sessions {
    /// Refuses while an agent of the polecat lives anywhere on the server; gives a dead one.
    pub(in crate::session) async fn require_no_agent(
        &self,
        polecat: &PolecatName,
    ) -> Result<Option<Session>, SessionError> {
        // All of the server's panes: that of the session which has the polecat's name may be dead
        // while another was moved elsewhere.
        match self.facts_anywhere(polecat).await? {
            Some(found) if found.is_live() => Err(self.in_the_way(&found)),
            dead => Ok(dead),
        }
    }

    /// The refusal of what the living agent of `session` is in the way of.
    fn in_the_way(&self, found: &Session) -> SessionError {
        let session = found.pane.session_name.clone();
        if !found.is_moved(&self.context.rig) {
            return SessionError::SessionRunning { session };
        }
        let (polecat, pane) = (found.polecat.to_string(), found.pane.pane_id.to_string());
        SessionError::AgentElsewhere { polecat, session, pane }
    }

    /// Refuses where the polecat's session lives on without its agent.
    pub(in crate::session) async fn refuse_left_over(
        &self,
        polecat: &PolecatName,
    ) -> Result<(), SessionError> {
        let session = self.context.rig.session(polecat).to_string();
        match self.left_over(polecat).await? {
            Some(LeftOver::Ours) => Err(SessionError::AgentGone { session }),
            Some(LeftOver::Others) | None => Ok(()),
        }
    }

    /// The same where somebody else has a session of that name.
    pub(in crate::session) async fn refuse_other(
        &self,
        polecat: &PolecatName,
    ) -> Result<(), SessionError> {
        let session = self.context.rig.session(polecat).to_string();
        match self.left_over(polecat).await? {
            Some(LeftOver::Ours) => Err(SessionError::AgentGone { session }),
            Some(LeftOver::Others) => {
                Err(SessionError::NotOurs { session, rig: self.context.rig.name.to_string() })
            }
            None => Ok(()),
        }
    }
}
