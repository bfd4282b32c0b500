//! A capture that goes on.
//!
//! Each look takes the last lines anew. Who follows only sees [`Follow`], so that a cheaper way
//! for long scrollbacks can take its place.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{
    capture::CaptureOptions, error::SessionError, manager::SessionManager, workspace::Workspace,
};
use crate::{
    core::names::PolecatName,
    tmux::{Capture, PaneId, Tmux},
};

/// How long a change may take to be seen.
const TICK: Duration = Duration::from_millis(50);

/// What a session prints, followed.
pub struct Follow {
    tmux: Tmux,
    pane: PaneId,
    session: String,
    wanted: Capture,
    tick: Interval,
    last: Vec<u8>,
}

impl SessionManager {
    /// Follows the agent of `polecat`.
    ///
    /// # Errors
    /// When it has no session.
    pub async fn follow(
        &self,
        polecat: &str,
        options: CaptureOptions,
    ) -> Result<Follow, SessionError> {
        let wanted = options.request()?;
        let pane = self.existing(&PolecatName::parse(polecat)?).await?.pane;
        Ok(Follow::new(self.tools.tmux.clone(), pane.pane_id, pane.session_name, wanted))
    }
}

impl Workspace {
    /// Follows any tmux session, named exactly.
    ///
    /// # Errors
    /// When there is no such session.
    pub async fn follow_session(
        &self,
        session: &str,
        options: CaptureOptions,
    ) -> Result<Follow, SessionError> {
        let wanted = options.request()?;
        let pane = self.pane_of(session).await?;
        Ok(Follow::new(self.tools.tmux.clone(), pane.pane_id, pane.session_name, wanted))
    }
}

impl Follow {
    fn new(tmux: Tmux, pane: PaneId, session: String, wanted: Capture) -> Self {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { tmux, pane, session, wanted, tick, last: Vec::new() }
    }

    /// The last lines now.
    ///
    /// # Errors
    /// When the session is gone.
    pub async fn look(&mut self) -> Result<Vec<u8>, SessionError> {
        self.tick.reset();
        match self.tmux.capture(self.pane, self.wanted).await {
            Ok(captured) => {
                self.last.clone_from(&captured.text);
                Ok(captured.text)
            }
            Err(error) if error.is_missing_target() || error.is_no_server() => {
                let session = self.session.clone();
                Err(SessionError::SessionNotFound { session, why: String::new() })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The last lines as soon as they differ from those of the look before. Cancelling it loses
    /// nothing.
    ///
    /// # Errors
    /// As [`Follow::look`].
    pub async fn next(&mut self) -> Result<Vec<u8>, SessionError> {
        loop {
            self.tick.tick().await;
            let before = self.last.clone();
            let now = self.look().await?;
            if now != before {
                return Ok(now);
            }
        }
    }
}
