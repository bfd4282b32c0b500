//! Talking to an agent: the text whole, once, then one submit.

use std::{fs::File, time::Duration};

use super::{error::SessionError, manager::SessionManager, pulse::Pulse, table::Session};
use crate::{core::names::PolecatName, host::lock::lock, tmux::PaneId};

/// How long another sender may take.
const TURN: Duration = Duration::from_secs(30);
/// An agent that draws nothing of a paste is not waited for longer than this.
const DRAWN: Duration = Duration::from_secs(1);

impl SessionManager {
    /// Sends `text` to the agent of `polecat` and submits it.
    ///
    /// # Errors
    /// When there is no live session, the text is empty or holds a NUL byte, or tmux refuses.
    /// After `timeout` the text has arrived or may have, perhaps without being submitted; in every
    /// other case it did not.
    pub async fn inject(&self, polecat: &str, text: Vec<u8>) -> Result<(), SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        require_text(&text)?;
        let session = self.existing(&polecat).await?;
        require_live(&session)?;
        self.send(&session, &text).await?;
        // Of other agents nobody knows what they show of a message.
        match self.agent_of(&session).await.filter(|agent| agent.settle_ms > 0) {
            Some(agent) => self.see_submitted(&session, &agent, &text).await,
            None => Ok(()),
        }
    }

    /// Sends `text` when nobody else is sending.
    pub(super) async fn send(&self, session: &Session, text: &[u8]) -> Result<(), SessionError> {
        let turn = self.tools.turn(&session.pane.session_name);
        let _turn = turn.lock().await;
        let _lock = self.lock(&session.polecat).await?;
        self.deliver(session, text).await
    }

    /// The turn among all backends. Its lock is on a folder that is there anyway, so nothing
    /// is left behind.
    async fn lock(&self, polecat: &PolecatName) -> Result<Option<File>, SessionError> {
        Ok(lock(&self.rig.polecat_dir(polecat), TURN).await?)
    }

    async fn deliver(&self, session: &Session, text: &[u8]) -> Result<(), SessionError> {
        let pane = session.pane.pane_id;
        // Before the paste: what comes after it is a matter of milliseconds.
        let agent = self.agent_of(session).await;
        let gap = Duration::from_millis(agent.map_or(0, |agent| agent.settle_ms));
        let tmux = &self.tools.tmux;
        if gap.is_zero() {
            tmux.paste(pane, text).await?;
            tmux.settle(pane, async {}, gap).await?;
        } else {
            let mut pulse = Pulse::of(tmux, &session.pane).await;
            let pasted = self.paste_slowly(pane, text, &mut pulse, gap).await;
            pulse.end().await;
            pasted?;
        }
        Ok(tmux.press(pane, &["Enter"]).await?)
    }

    /// Pastes, and leaves the agent the time that it wants after it took the paste. On a busy
    /// machine it takes it long after it has read it: what it draws tells.
    async fn paste_slowly(
        &self,
        pane: PaneId,
        text: &[u8],
        pulse: &mut Pulse,
        gap: Duration,
    ) -> Result<(), SessionError> {
        self.tools.tmux.paste(pane, text).await?;
        self.tools.tmux.settle(pane, pulse.next(DRAWN), gap).await?;
        Ok(())
    }
}

fn require_text(text: &[u8]) -> Result<(), SessionError> {
    let refused = |message: &str| Err(SessionError::BadArgument(message.to_owned()));
    if text.is_empty() {
        return refused("the message is empty");
    }
    if text.contains(&0) {
        return refused("the message holds a NUL byte, which no terminal input can");
    }
    Ok(())
}

fn require_live(session: &Session) -> Result<(), SessionError> {
    if session.is_live() {
        return Ok(());
    }
    let session = session.pane.session_name.clone();
    Err(SessionError::SessionNotFound { session, why: " (its agent has ended)".to_owned() })
}
