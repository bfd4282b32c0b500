//! Talking to an agent: the text whole, once, then one submit.

use std::{fs::File, time::Duration};

use super::{error::SessionError, manager::SessionManager, table::Session};
use crate::{core::names::PolecatName, host::lock::lock};

/// How long another sender may take.
const TURN: Duration = Duration::from_secs(30);

impl SessionManager {
    /// Sends `text` to the agent of `polecat` and submits it.
    ///
    /// # Errors
    /// When there is no live session, the text is empty or holds a NUL byte, or tmux refuses.
    /// After `timeout` the text may have arrived; in every other case it did not.
    pub async fn inject(&self, polecat: &str, text: Vec<u8>) -> Result<(), SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        require_text(&text)?;
        let session = self.existing(&polecat).await?;
        require_live(&session)?;
        self.send(&session, &text).await
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
        self.tools.tmux.paste(pane, text).await?;
        self.tools.tmux.settle(pane, gap).await?;
        self.tools.tmux.press(pane, &["Enter"]).await?;
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
