//! The status window's view of one rig or all: the pollers' snapshots, drawn anew as they grow older.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::{
    core::{names::PolecatName, session::SessionInfo},
    session::{
        context::RigContext,
        error::SessionError,
        events::Snapshot,
        observe::{
            all_rigs::{AllRigs, RigStatus},
            poller::{Poller, scanner::Scanner},
        },
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
    /// Every polecat of one rig, or of all known ones.
    All(Vec<RigStatus>),
    /// One polecat, with the end of its output while it has a session.
    One {
        /// What is known of it.
        session: Box<SessionInfo>,
        /// Its last lines with colours, as tmux prints them.
        tail: Option<Vec<u8>>,
    },
}

/// Follows the polecats of one rig or of all, or one of them.
pub struct StatusWatch {
    shown: Shown,
    redraw: Interval,
}

enum Shown {
    Rigs(AllRigs),
    Rig(Followed, Option<PolecatName>),
}

/// A rig whose poller somebody needs.
struct Followed {
    context: RigContext,
    poller: Poller,
}

impl StatusWatch {
    /// Of every polecat of the rig, or of `one`.
    ///
    /// # Errors
    /// When `one` is not a name.
    pub fn of(
        workspace: &Workspace,
        context: RigContext,
        one: Option<&str>,
    ) -> Result<Self, SessionError> {
        let one = one.map(PolecatName::parse).transpose()?;
        let poller = workspace.poller(&context);
        Ok(Self::new(Shown::Rig(Followed { context, poller }, one)))
    }

    /// Of every polecat of all known rigs.
    #[must_use]
    pub fn of_all(workspace: &Workspace) -> Self {
        Self::new(Shown::Rigs(AllRigs::new(workspace.clone())))
    }

    fn new(shown: Shown) -> Self {
        let mut redraw = interval(REDRAW_INTERVAL);
        redraw.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { shown, redraw }
    }

    /// What there is now; the pollers look again.
    ///
    /// # Errors
    /// When tmux or the rig cannot be read, or the polecat does not exist. All rigs together are
    /// always there, each with its trouble.
    pub async fn look(&mut self) -> Result<Status, SessionError> {
        self.redraw.reset();
        match &self.shown {
            Shown::Rigs(rigs) => rigs.nudge(),
            Shown::Rig(followed, _) => followed.poller.nudge(),
        }
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
            () = self.shown.changed() => {}
        }
        self.newest().await
    }

    async fn newest(&mut self) -> Result<Status, SessionError> {
        match &mut self.shown {
            Shown::Rigs(rigs) => Ok(Status::All(rigs.newest().await)),
            Shown::Rig(followed, None) => Ok(Status::All(vec![followed.newest().await?])),
            Shown::Rig(followed, Some(polecat)) => followed.one(polecat).await,
        }
    }
}

impl Shown {
    /// Waits until something has changed.
    async fn changed(&mut self) {
        let changed = match self {
            Self::Rigs(rigs) => return rigs.changed().await,
            Self::Rig(followed, _) => followed.poller.snapshots.changed().await,
        };
        if changed.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Followed {
    async fn newest(&mut self) -> Result<RigStatus, SessionError> {
        self.poller.first_look().await;
        let newest = self.poller.snapshots.borrow_and_update().clone();
        let snapshot = if let Some(newest) = newest {
            newest
        } else {
            // The poller could not look; a look of our own says why.
            let polecats = Scanner::new(self.context.clone()).scan(Timestamp::now()).await?;
            Arc::new(self.context.snapshot(polecats))
        };
        let address = self.context.rig_name().to_owned();
        Ok(RigStatus::of(address, &self.context, Some(snapshot), self.poller.problem()))
    }

    async fn one(&mut self, polecat: &PolecatName) -> Result<Status, SessionError> {
        self.poller.first_look().await;
        let newest = self.poller.snapshots.borrow_and_update().clone();
        self.one_of(newest.as_deref(), polecat).await
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
            Err(error) if error.is_missing_target() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
