//! Polecats as they change, for the status window.

use std::time::Duration;

use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Interval, MissedTickBehavior, interval},
};

use super::{error::SessionError, manager::SessionManager};
use crate::{
    core::{names::PolecatName, session::SessionInfo},
    tmux::{Capture, Notification},
};

/// How old what is shown may be when tmux told of nothing: it tells of sessions that come and
/// go, not of what goes on in them.
const TICK: Duration = Duration::from_secs(1);
/// How many of its last lines one polecat is shown with.
const TAIL: u32 = 20;

/// What was seen at one look.
#[derive(Clone, Debug)]
pub enum Seen {
    /// Every polecat of the rig.
    All(Vec<SessionInfo>),
    /// One of them, with the end of its output while it has a session.
    One {
        /// What is known of it.
        session: Box<SessionInfo>,
        /// Its last lines with colours, as tmux prints them.
        tail: Option<Vec<u8>>,
    },
}

/// Repeated looks at the polecats of one rig.
pub struct Watch {
    manager: SessionManager,
    one: Option<PolecatName>,
    notices: Receiver<Notification>,
    tick: Interval,
}

impl Watch {
    /// Of every polecat.
    #[must_use]
    pub fn all(manager: SessionManager) -> Self {
        Self::new(manager, None)
    }

    /// Of one of them.
    ///
    /// # Errors
    /// When that is no name.
    pub fn one(manager: SessionManager, polecat: &str) -> Result<Self, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        Ok(Self::new(manager, Some(polecat)))
    }

    fn new(manager: SessionManager, one: Option<PolecatName>) -> Self {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let notices = manager.tools.tmux.notifications();
        Self { manager, one, notices, tick }
    }

    /// Looks now.
    ///
    /// # Errors
    /// When tmux or the rig cannot be read.
    pub async fn look(&mut self) -> Result<Seen, SessionError> {
        self.tick.reset();
        match &self.one {
            None => Ok(Seen::All(self.manager.everyone().await?)),
            Some(polecat) => {
                let session = Box::new(self.manager.status(polecat.as_str()).await?);
                let tail = self.tail(polecat).await?;
                Ok(Seen::One { session, tail })
            }
        }
    }

    /// Looks when something may have changed. Cancelling it loses nothing.
    ///
    /// # Errors
    /// As [`Watch::look`].
    pub async fn next(&mut self) -> Result<Seen, SessionError> {
        loop {
            tokio::select! {
                _ = self.tick.tick() => break,
                notice = self.notices.recv() => match notice {
                    Ok(notice) if is_about_sessions(&notice) => break,
                    // Who missed some of them has missed what they were about.
                    Err(RecvError::Lagged(_)) => break,
                    Ok(_) => {}
                    Err(RecvError::Closed) => {
                        self.tick.tick().await;
                        break;
                    }
                },
            }
        }
        self.look().await
    }

    async fn tail(&self, polecat: &PolecatName) -> Result<Option<Vec<u8>>, SessionError> {
        let Some(session) = self.manager.session(polecat).await? else { return Ok(None) };
        let wanted = Capture::last(TAIL).with_colours();
        let captured = self.manager.tools.tmux.capture(session.pane.pane_id, wanted).await?;
        Ok(Some(captured.text))
    }
}

/// Whether a session may have come or gone.
fn is_about_sessions(notice: &Notification) -> bool {
    matches!(
        notice,
        Notification::SessionsChanged
            | Notification::WindowAdded(_)
            | Notification::WindowClosed(_)
            | Notification::Connected
            | Notification::Lost
    )
}
