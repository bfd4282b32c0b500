//! The status window's view of a rig: the poller's snapshots, drawn anew as they grow older.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::{
    core::{names::PolecatName, session::SessionInfo},
    session::{
        context::RigContext,
        error::SessionError,
        events::Snapshot,
        observe::poller::{Poller, scanner::Scanner},
        workspace::Workspace,
    },
    tmux::{Capture, PaneId},
};

/// How often to draw when nothing changed, because the times that are shown grow.
const REDRAW_INTERVAL: Duration = Duration::from_secs(1);
/// How many of its last lines one polecat is shown with.
const TAIL_LINES: u32 = 20;

/// What the status window shows.
#[derive(Clone, Debug)]
pub enum Status {
    /// Every polecat of the rig.
    All(Arc<Snapshot>),
    /// One polecat, with the end of its output while it has a session.
    One {
        /// What is known of it.
        session: Box<SessionInfo>,
        /// Its last lines with colours, as tmux prints them.
        tail: Option<Vec<u8>>,
    },
}

/// Follows the polecats of one rig, or one of them.
pub struct StatusWatch {
    context: RigContext,
    poller: Poller,
    one: Option<PolecatName>,
    redraw: Interval,
}

impl StatusWatch {
    /// Of every polecat, or of `one`.
    ///
    /// # Errors
    /// When `one` is not a name.
    pub fn of(
        workspace: &Workspace,
        context: RigContext,
        one: Option<&str>,
    ) -> Result<Self, SessionError> {
        let one = one.map(PolecatName::parse).transpose()?;
        let mut redraw = interval(REDRAW_INTERVAL);
        redraw.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let poller = workspace.poller(&context);
        Ok(Self { context, poller, one, redraw })
    }

    /// What there is now; the poller looks again.
    ///
    /// # Errors
    /// When tmux or the rig cannot be read, or the polecat does not exist.
    pub async fn look(&mut self) -> Result<Status, SessionError> {
        self.redraw.reset();
        self.poller.nudge();
        self.newest().await
    }

    /// What there is once something has changed, or it is time to redraw. Cancelling it loses
    /// nothing.
    ///
    /// # Errors
    /// As [`StatusWatch::look`].
    pub async fn next(&mut self) -> Result<Status, SessionError> {
        tokio::select! {
            _ = self.redraw.tick() => {}
            changed = self.poller.snapshots.changed() => {
                if changed.is_err() {
                    self.redraw.tick().await;
                }
            }
        }
        self.newest().await
    }

    async fn newest(&mut self) -> Result<Status, SessionError> {
        self.poller.first_look().await;
        let newest = self.poller.snapshots.borrow_and_update().clone();
        match (&self.one, newest) {
            (Some(polecat), newest) => self.one_of(newest.as_deref(), polecat).await,
            (None, Some(newest)) => Ok(Status::All(newest)),
            // The poller could not look; a look of our own says why.
            (None, None) => {
                let polecats = Scanner::new(self.context.clone()).scan(Timestamp::now()).await?;
                Ok(Status::All(Arc::new(self.context.snapshot(polecats))))
            }
        }
    }

    async fn one_of(
        &self,
        newest: Option<&Snapshot>,
        polecat: &PolecatName,
    ) -> Result<Status, SessionError> {
        let polecats = newest.map_or(&[][..], |newest| &newest.polecats);
        let session = match polecats.iter().find(|info| info.polecat == *polecat) {
            Some(info) => info.clone(),
            // It is new, or gone, or the poller could not look: this says which.
            None => self.context.sessions().status(polecat.as_str()).await?,
        };
        let tail = self.tail(&session).await?;
        Ok(Status::One { session: Box::new(session), tail })
    }

    async fn tail(&self, session: &SessionInfo) -> Result<Option<Vec<u8>>, SessionError> {
        let pane: Option<PaneId> = session.pane_id.as_deref().and_then(|pane| pane.parse().ok());
        let Some(pane) = pane else { return Ok(None) };
        match self.context.tmux.capture(pane, Capture::last(TAIL_LINES).with_colours()).await {
            Ok(captured) => Ok(Some(captured.text)),
            // It has ended since the poller looked.
            Err(error) if error.is_missing_target() || error.is_no_server() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
