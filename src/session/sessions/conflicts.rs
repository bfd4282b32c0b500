//! Existing sessions that prevent a new one.

use crate::{
    core::names::PolecatName,
    session::{
        error::SessionError,
        sessions::{Sessions, list::Session, status::LeftOver},
    },
};

impl Sessions {
    /// Fails if an agent of the polecat is running anywhere on the server; returns a dead session.
    pub(in crate::session) async fn require_no_agent(
        &self,
        polecat: &PolecatName,
    ) -> Result<Option<Session>, SessionError> {
        // Looks at all panes of the server: the pane in the session of the polecat's name may be
        // dead while a live one was moved to another session.
        match self.facts_anywhere(polecat).await? {
            Some(found) if found.is_live() => Err(self.in_the_way(&found)),
            dead => Ok(dead),
        }
    }

    /// The error for a running agent.
    fn in_the_way(&self, found: &Session) -> SessionError {
        let session = found.pane.session_name.clone();
        if !found.is_moved(&self.context.rig) {
            return SessionError::SessionRunning { session };
        }
        let (polecat, pane) = (found.polecat.to_string(), found.pane.pane_id.to_string());
        SessionError::AgentElsewhere { polecat, session, pane }
    }

    fn agent_gone(&self, session: String) -> SessionError {
        let target = format!("={session}");
        let end = self.context.tmux.address().shell_line(&["kill-session", "-t", &target]);
        SessionError::AgentGone { session, end }
    }

    /// Fails if the polecat's session lives on without its agent.
    pub(in crate::session) async fn refuse_left_over(
        &self,
        polecat: &PolecatName,
    ) -> Result<(), SessionError> {
        let session = self.context.rig.session(polecat).to_string();
        match self.left_over(polecat).await? {
            Some(LeftOver::Ours) => Err(self.agent_gone(session)),
            Some(LeftOver::Others) | None => Ok(()),
        }
    }

    /// Like `refuse_left_over`; also fails if a foreign session has that name.
    pub(in crate::session) async fn refuse_other(
        &self,
        polecat: &PolecatName,
    ) -> Result<(), SessionError> {
        let session = self.context.rig.session(polecat).to_string();
        match self.left_over(polecat).await? {
            Some(LeftOver::Ours) => Err(self.agent_gone(session)),
            Some(LeftOver::Others) => {
                Err(SessionError::NotOurs { session, rig: self.context.rig.name.to_string() })
            }
            None => Ok(()),
        }
    }
}
