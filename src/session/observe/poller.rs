//! The one task of a rig that looks at its sessions, again and again. All others read what it
//! publishes; `observe.rs` tells who they are.

use std::{path::Path, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::{
        Notify,
        broadcast::{Receiver, error::RecvError},
        watch,
    },
    task::AbortHandle,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::{
    core::{
        names::PolecatName,
        session::{SessionInfo, State, StateSource},
    },
    debounce::Debounce,
    session::{
        context::RigContext,
        events::Snapshot,
        observe::{Snapshots, diffstats::Diffstats},
    },
    tmux::Notification,
};
use scanner::Scanner;

mod conversations;
mod folders;
mod gone;
mod grace_periods;
mod last_sessions;
mod poll;
pub(in crate::session) mod scanner;
mod sent;
mod streams;
mod tracked;
mod view;

/// How often to look when nothing calls for it: tmux tells of sessions that come and go, not of
/// titles or of what is printed.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Notifications of tmux or of agents with no longer pauses than this are one change.
const DEBOUNCE_INTERVAL: Duration = Duration::from_millis(50);
/// How long a caller that cannot wait waits for the first look.
const FIRST_LOOK_TIMEOUT: Duration = Duration::from_secs(1);
/// The same where the others of several can be shown meanwhile.
const FIRST_LOOKS_TIMEOUT: Duration = Duration::from_millis(150);

/// A running poller; it ends with the last handle.
#[derive(Clone)]
pub(in crate::session) struct Poller {
    pub(in crate::session) snapshots: Snapshots,
    /// Why its last look failed, if it did for good.
    problem: watch::Receiver<Option<String>>,
    path: Arc<Path>,
    wake: Arc<Notify>,
    /// Cancelled after the first look, whatever came of that.
    first: CancellationToken,
    task: Arc<Task>,
}

struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Poller {
    /// Begins to look, and calls `looked` after each look.
    pub(in crate::session) fn start(
        context: RigContext,
        looked: impl Fn() + Send + 'static,
    ) -> Self {
        let (sender, snapshots) = watch::channel(None);
        let (failed, problem) = watch::channel(None);
        let (wake, first) = (Arc::new(Notify::new()), CancellationToken::new());
        let path = context.rig_path().into();
        let worker = Worker {
            looked,
            notices: context.tmux.notifications(),
            setups: context.shared.setup_runs.steps(),
            scanner: Scanner::new(context.clone()),
            diffstats: Diffstats::start(&context, snapshots.clone()),
            context,
            wake: wake.clone(),
            first: first.clone(),
            sender,
            failed,
        };
        let task = Arc::new(Task(tokio::spawn(worker.run()).abort_handle()));
        Self { snapshots, problem, path, wake, first, task }
    }

    /// Makes it look now.
    pub(in crate::session) fn nudge(&self) {
        self.wake.notify_one();
    }

    /// The folder of its rig's project.
    pub(in crate::session) fn path(&self) -> &Path {
        &self.path
    }

    /// Why the rig cannot be read; `None` while it can.
    pub(in crate::session) fn problem(&self) -> Option<String> {
        self.problem.borrow().clone()
    }

    /// Whether it still runs.
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

    /// Whether `polecat` was there at its last look.
    pub(in crate::session) fn sees(&self, polecat: &PolecatName) -> bool {
        let newest = self.snapshots.borrow();
        newest
            .as_ref()
            .is_some_and(|newest| newest.polecats.iter().any(|info| info.polecat == *polecat))
    }

    /// Waits for its first look, which knows more than tmux alone. Not for long: if that look
    /// fails, whoever asks tmux next is told why.
    pub(in crate::session) async fn first_look(&self) {
        drop(timeout(FIRST_LOOK_TIMEOUT, self.first.cancelled()).await);
    }

    /// The same for several at once, which is worth less of a wait: what one of them does not show
    /// yet, it shows later.
    pub(in crate::session) async fn first_looks(of: impl Iterator<Item = &Self>) {
        let all = async {
            for poller in of {
                poller.first.cancelled().await;
            }
        };
        drop(timeout(FIRST_LOOKS_TIMEOUT, all).await);
    }

    /// Puts what everybody is shown, which is held against flicker, in place of what a single look
    /// says.
    pub(in crate::session) fn overlay(&self, info: &mut SessionInfo) {
        let newest = self.snapshots.borrow();
        let shown = newest.as_ref().and_then(|snapshot| {
            snapshot.polecats.iter().find(|shown| shown.polecat == info.polecat)
        });
        info.diff = shown.and_then(|shown| shown.diff);
        info.branch_status = shown.and_then(|shown| shown.branch_status.clone());
        info.label = shown.and_then(|shown| shown.label.clone());
        // A look at the state alone reads no queue.
        info.queued = shown.and_then(|shown| shown.queued);
        info.queue_held = shown.and_then(|shown| shown.queue_held.clone());
        // If tmux says that the start is over, that is newer; it does not know a splash.
        let begins = (State::Starting, StateSource::Pane);
        let over = |shown: &SessionInfo| {
            (shown.state, shown.state_source) == begins && info.state != shown.state
        };
        let same = |shown: &&SessionInfo| shown.pane_id == info.pane_id && info.running;
        if let Some(shown) = shown.filter(same).filter(|shown| !over(shown)) {
            (info.state, info.state_source) = (shown.state, shown.state_source);
            info.state_since = shown.state_since;
            info.waiting.clone_from(&shown.waiting);
            info.detail.clone_from(&shown.detail);
            info.task.clone_from(&shown.task);
            info.usage.clone_from(&shown.usage);
            info.name_agent(shown.agent.as_ref());
            info.command = info.command.take().or_else(|| shown.command.clone());
        }
    }
}

/// The task.
struct Worker<F> {
    context: RigContext,
    looked: F,
    scanner: Scanner,
    diffstats: Diffstats,
    notices: Receiver<Notification>,
    /// Changes when a set-up is at something else, of whichever rig.
    setups: watch::Receiver<()>,
    wake: Arc<Notify>,
    first: CancellationToken,
    sender: watch::Sender<Option<Arc<Snapshot>>>,
    failed: watch::Sender<Option<String>>,
}

impl<F: Fn()> Worker<F> {
    /// Looks until the last handle is gone, which aborts it.
    async fn run(mut self) {
        loop {
            match self.scanner.scan(Timestamp::now()).await {
                Ok(polecats) => {
                    self.scanner.take_up(&polecats);
                    self.publish(polecats);
                    self.failed_with(None);
                }
                Err(error) if error.is_passing() => debug!(%error, "a look that saw nothing"),
                Err(error) => {
                    debug!(%error, "the rig cannot be read");
                    self.failed_with(Some(&error.to_string()));
                }
            }
            self.first.cancel();
            (self.looked)();
            self.wait().await;
        }
    }

    fn failed_with(&self, problem: Option<&str>) {
        self.failed.send_if_modified(|known| {
            let changed = known.as_deref() != problem;
            *known = problem.map(str::to_owned);
            changed
        });
    }

    fn publish(&self, mut polecats: Vec<SessionInfo>) {
        self.diffstats.complete(&mut polecats);
        let snapshot = self.context.snapshot(polecats);
        self.sender.send_if_modified(|shown| {
            let changed = shown.as_deref() != Some(&snapshot);
            if changed {
                *shown = Some(Arc::new(snapshot));
            }
            changed
        });
    }

    /// Publishes what was seen last once more, with the newest diffstats.
    fn publish_diffstats(&self) {
        let newest = self.sender.borrow().clone();
        if let Some(newest) = newest {
            self.publish(newest.polecats.clone());
        }
    }

    /// Waits for a reason to look again.
    async fn wait(&mut self) {
        let due = self.scanner.due(Timestamp::now()).and_then(|due| due.try_into().ok());
        let latest = Instant::now() + due.map_or(POLL_INTERVAL, |due| POLL_INTERVAL.min(due));
        let mut burst = Debounce::new(DEBOUNCE_INTERVAL, POLL_INTERVAL);
        let told = self.scanner.told();
        loop {
            tokio::select! {
                () = self.wake.notified() => return self.scanner.expect_change(),
                Ok(()) = self.setups.changed() => return self.scanner.expect_change(),
                () = self.diffstats.changed() => self.publish_diffstats(),
                () = told.notified() => burst.event(Instant::now()),
                () = sessions_changed(&mut self.notices) => burst.event(Instant::now()),
                () = burst.elapsed() => return,
                () = sleep_until(latest) => return,
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
