//! One task a rig that watches all of its sessions, and tells when something changed.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::{
        Notify,
        broadcast::{Receiver, error::RecvError},
        watch,
    },
    task::AbortHandle,
    time::{Instant, timeout, timeout_at},
};
use tracing::debug;

use crate::{
    core::session::{SessionInfo, State},
    session::{
        context::RigContext,
        error::SessionError,
        events::Snapshot,
        observe::{diffstats::Work, poller::Poller},
    },
    tmux::Notification,
};

/// How old what is shown may be when tmux told of nothing: it tells of sessions that come and
/// go, not of titles or of what is printed in them.
const TICK: Duration = Duration::from_millis(500);
/// What happens within this time is one change.
const BURST: Duration = Duration::from_millis(50);

/// How long the first look may take for who cannot wait.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// A running monitor; it ends with the last handle.
#[derive(Clone)]
pub(in crate::session) struct Monitor {
    /// The newest snapshot; none before the first look.
    pub(in crate::session) snapshots: watch::Receiver<Option<Arc<Snapshot>>>,
    /// Makes it look now.
    pub(in crate::session) nudge: Arc<Notify>,
    task: Arc<Task>,
}

struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Monitor {
    pub(in crate::session) fn start(context: RigContext) -> Self {
        let (sender, snapshots) = watch::channel(None);
        let nudge = Arc::new(Notify::new());
        let notices = context.tmux.notifications();
        let watcher = Watcher {
            sight: Poller::new(context.clone()),
            work: Work::start(&context),
            context,
            notices,
            nudge: nudge.clone(),
            sender,
        };
        let task = Arc::new(Task(tokio::spawn(watcher.run()).abort_handle()));
        Self { snapshots, nudge, task }
    }

    /// Whether it goes on.
    pub(in crate::session) fn is_alive(&self) -> bool {
        !self.task.0.is_finished()
    }

    /// Whether somebody else has a handle.
    pub(in crate::session) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.task) > 1
    }

    /// Whether an agent runs in its rig.
    pub(in crate::session) fn has_agents(&self) -> bool {
        let newest = self.snapshots.borrow();
        newest.as_ref().is_some_and(|newest| newest.polecats.iter().any(|info| info.running))
    }

    /// Waits for its first look, which says more than tmux alone; not for long, since a look that
    /// fails is told by whoever asks tmux next.
    pub(in crate::session) async fn first_look(&self) {
        let mut snapshots = self.snapshots.clone();
        drop(timeout(FIRST_LOOK, snapshots.wait_for(Option::is_some)).await);
    }

    /// Puts the state that is held against flicker in place of the one of a single look, and what
    /// is known of the polecat's work to it.
    pub(in crate::session) fn hold(&self, info: &mut SessionInfo) {
        let newest = self.snapshots.borrow();
        let held = newest.as_ref().and_then(|snapshot| {
            snapshot.polecats.iter().find(|held| held.polecat == info.polecat)
        });
        info.diff = held.and_then(|held| held.diff);
        // Tmux's fact that its start is over is newer than the look.
        let over = |held: &SessionInfo| held.state == State::Starting && info.state != held.state;
        let same = |held: &&SessionInfo| held.pane_id == info.pane_id && info.running;
        if let Some(held) = held.filter(same).filter(|held| !over(held)) {
            (info.state, info.state_source) = (held.state, held.state_source);
            info.state_since = held.state_since;
            info.waiting.clone_from(&held.waiting);
            info.agent = info.agent.take().or_else(|| held.agent.clone());
            info.command = info.command.take().or_else(|| held.command.clone());
        }
    }
}

struct Watcher {
    context: RigContext,
    sight: Poller,
    work: Work,
    notices: Receiver<Notification>,
    nudge: Arc<Notify>,
    sender: watch::Sender<Option<Arc<Snapshot>>>,
}

impl Watcher {
    /// Goes on until nobody wants to know, or the rig is gone.
    async fn run(mut self) {
        while !self.sender.is_closed() {
            match self.sight.look(Timestamp::now()).await {
                Ok(polecats) => {
                    self.sight.take_up(&polecats);
                    self.work.look(&polecats);
                    self.publish(polecats);
                }
                Err(error) if error.is_passing() => debug!(%error, "a look that saw nothing"),
                Err(SessionError::Host(error)) => debug!(%error, "the rig cannot be read"),
                Err(error) => debug!(%error, "a look failed"),
            }
            self.wait().await;
        }
    }

    /// Publishes what was seen last, with what is known now of everybody's work.
    fn publish_work(&self) {
        let newest = self.sender.borrow().clone();
        if let Some(newest) = newest {
            self.publish(newest.polecats.clone());
        }
    }

    fn publish(&self, mut polecats: Vec<SessionInfo>) {
        self.work.complete(&mut polecats);
        let snapshot = self.context.snapshot(polecats);
        self.sender.send_if_modified(|shown| {
            let changed = shown.as_deref() != Some(&snapshot);
            if changed {
                *shown = Some(Arc::new(snapshot));
            }
            changed
        });
    }

    /// Waits for a reason to look again, and then for the end of the burst that it is part of.
    async fn wait(&mut self) {
        let due = self.sight.due(Timestamp::now()).and_then(|due| due.try_into().ok());
        let tick = Instant::now() + due.map_or(TICK, |due: Duration| due.min(TICK));
        loop {
            tokio::select! {
                () = self.nudge.notified() => return self.sight.expect_change(),
                () = self.work.changed() => self.publish_work(),
                told = timeout_at(tick, sessions_changed(&mut self.notices)) => match told {
                    Ok(()) => break,
                    Err(_) => return,
                },
            }
        }
        while timeout(BURST, sessions_changed(&mut self.notices)).await.is_ok() {
            if Instant::now() >= tick {
                return;
            }
        }
    }
}

/// Waits until tmux tells of a session that may have come or gone.
async fn sessions_changed(notices: &mut Receiver<Notification>) {
    loop {
        match notices.recv().await {
            Ok(
                Notification::SessionsChanged
                | Notification::WindowAdded(_)
                | Notification::WindowClosed(_)
                | Notification::Connected
                | Notification::Lost,
            )
            | Err(RecvError::Lagged(_)) => return,
            Ok(_) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
