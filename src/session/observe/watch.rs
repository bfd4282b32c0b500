//! Polecats as they change, for the status window.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::{
    core::{names::PolecatName, session::SessionInfo},
    session::{
        context::RigContext,
        error::SessionError,
        events::Snapshot,
        observe::{monitor::Monitor, poller::Poller},
        workspace::Workspace,
    },
    tmux::Capture,
};

/// How often what is shown is drawn anew when nothing changed: times grow older.
const TICK: Duration = Duration::from_secs(1);
/// How many of its last lines one polecat is shown with.
const TAIL: u32 = 20;

/// What was seen at one look.
#[derive(Clone, Debug)]
pub enum Seen {
    /// Every polecat of the rig.
    All(Arc<Snapshot>),
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
    context: RigContext,
    monitor: Monitor,
    one: Option<PolecatName>,
    tick: Interval,
}

impl Watch {
    /// Of every polecat.
    #[must_use]
    pub fn all(workspace: &Workspace, context: RigContext) -> Self {
        Self::new(workspace, context, None)
    }

    /// Of one of them.
    ///
    /// # Errors
    /// When that is no name.
    pub fn one(
        workspace: &Workspace,
        context: RigContext,
        polecat: &str,
    ) -> Result<Self, SessionError> {
        let polecat = PolecatName::parse(polecat)?;
        Ok(Self::new(workspace, context, Some(polecat)))
    }

    fn new(workspace: &Workspace, context: RigContext, one: Option<PolecatName>) -> Self {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let monitor = workspace.monitor(&context);
        Self { context, monitor, one, tick }
    }

    /// What there is now, for a first picture.
    ///
    /// # Errors
    /// When tmux or the rig cannot be read.
    pub async fn look(&mut self) -> Result<Seen, SessionError> {
        self.tick.reset();
        self.monitor.nudge.notify_one();
        self.newest().await
    }

    /// What there is when something changed, or a moment has passed. Cancelling it loses nothing.
    ///
    /// # Errors
    /// As [`Watch::look`].
    pub async fn next(&mut self) -> Result<Seen, SessionError> {
        tokio::select! {
            _ = self.tick.tick() => {}
            changed = self.monitor.snapshots.changed() => {
                if changed.is_err() {
                    self.tick.tick().await;
                }
            }
        }
        self.newest().await
    }

    async fn newest(&mut self) -> Result<Seen, SessionError> {
        let newest = self.monitor.snapshots.borrow_and_update().clone();
        match (&self.one, newest) {
            (Some(polecat), _) => self.look_at(polecat).await,
            (None, Some(newest)) => Ok(Seen::All(newest)),
            (None, None) => self.look_at_all().await,
        }
    }

    async fn look_at_all(&self) -> Result<Seen, SessionError> {
        let polecats = Poller::new(self.context.clone()).look(Timestamp::now()).await?;
        Ok(Seen::All(Arc::new(self.context.snapshot(polecats))))
    }

    async fn look_at(&self, polecat: &PolecatName) -> Result<Seen, SessionError> {
        let mut session = Box::new(self.context.sessions().status(polecat.as_str()).await?);
        self.monitor.first_look().await;
        self.monitor.hold(&mut session);
        let tail = self.tail(polecat).await?;
        Ok(Seen::One { session, tail })
    }

    async fn tail(&self, polecat: &PolecatName) -> Result<Option<Vec<u8>>, SessionError> {
        let Some(session) = self.context.sessions().session(polecat).await? else {
            return Ok(None);
        };
        let wanted = Capture::last(TAIL).with_colours();
        let captured = self.context.tmux.capture(session.pane.pane_id, wanted).await?;
        Ok(Some(captured.text))
    }
}
