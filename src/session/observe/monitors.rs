//! The rigs that are watched: those in use.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing::debug;

use crate::{
    session::{context::RigContext, observe::monitor::Monitor},
    tmux::ServerAddress,
};

/// For how long a rig is watched that nobody asks about. Of one in which an agent runs there may be
/// something to tell at any time: that one is watched as long as it does.
const IDLE: Duration = Duration::from_secs(600);
/// How often it is looked which rigs nobody uses.
const PACE: Duration = Duration::from_secs(60);

/// The monitors of a workspace, one for each rig in use.
#[derive(Default)]
pub(in crate::session) struct Monitors {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By the rig's home.
    running: HashMap<PathBuf, Running>,
    /// The rig that was asked about last: what is on the screen is likely to be of it.
    last: Option<PathBuf>,
}

struct Running {
    monitor: Monitor,
    /// The server that it watches: a town may get one of its own.
    server: ServerAddress,
    /// When it was asked about last.
    used: Instant,
}

impl Monitors {
    /// Makes all of them look now: something was changed through us.
    pub(in crate::session) fn nudge(&self) {
        self.state().running.values().for_each(|one| one.monitor.nudge.notify_one());
    }

    /// The monitor of the rig, started if need be; `true` when it was.
    pub(in crate::session) fn of(self: &Arc<Self>, context: &RigContext) -> (Monitor, bool) {
        let home = &context.rig.home;
        let mut state = self.state();
        state.last = Some(home.clone());
        if let Some(one) = state.running.get_mut(home).filter(|one| one.watches(context)) {
            one.used = Instant::now();
            return (one.monitor.clone(), false);
        }
        if state.running.is_empty() {
            tokio::spawn(let_go(Arc::downgrade(self)));
        }
        let monitor = Monitor::start(context.clone());
        let server = context.tmux.address().clone();
        let running = Running { monitor: monitor.clone(), server, used: Instant::now() };
        state.running.insert(home.clone(), running);
        (monitor, true)
    }

    /// Ends the monitors that nobody uses or has used for `idle`. Under the lock, so that nobody is
    /// just being given one of them.
    fn let_go(&self, idle: Duration) {
        let State { running, last } = &mut *self.state();
        running.retain(|home, one| {
            let used = last.as_ref() == Some(home) || one.is_used(idle);
            if !used {
                debug!(home = %Path::display(home), "nobody uses this rig: it is watched no more");
            }
            used
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    fn watches(&self, context: &RigContext) -> bool {
        self.monitor.is_alive() && self.server == *context.tmux.address()
    }

    fn is_used(&self, idle: Duration) -> bool {
        // An open view has a handle.
        self.monitor.is_shared() || self.used.elapsed() < idle || self.monitor.has_agents()
    }
}

/// Lets go now and then, as long as there is the workspace.
async fn let_go(monitors: Weak<Monitors>) {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        let Some(monitors) = monitors.upgrade() else { return };
        monitors.let_go(IDLE);
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::{
        host::launch,
        session::{EventQueue, Place, Settings, Workspace},
    };

    /// A folder with repositories `a` and `b`, and no tmux server.
    struct Yard {
        folder: tempfile::TempDir,
        workspace: Workspace,
    }

    impl Yard {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let launch = launch::local();
            for name in ["a", "b"] {
                let mut init = launch(OsStr::new("git"));
                let done = init.args(["init", "--quiet", name]).current_dir(&folder).status();
                assert!(done.unwrap().success());
            }
            let socket = folder.path().join("tmux").to_str().unwrap().to_owned();
            let settings = Settings { tmux_socket: Some(socket), ..Settings::default() };
            let workspace = Workspace::new(settings, launch, EventQueue::default()).unwrap();
            Self { folder, workspace }
        }

        async fn context(&self, name: &str) -> RigContext {
            let place = Place { file: None, cwd: self.folder.path().join(name) };
            self.workspace.context(&place).await.unwrap()
        }

        fn monitors(&self) -> &Arc<Monitors> {
            &self.workspace.monitors
        }

        fn watched(&self) -> Vec<String> {
            let state = self.monitors().state();
            let homes = state.running.keys().map(|home| home.to_string_lossy().into_owned());
            let mut names: Vec<_> = ["/a/", "/b/"]
                .into_iter()
                .filter(|name| homes.clone().any(|home| format!("{home}/").contains(name)))
                .map(str::to_owned)
                .collect();
            names.sort();
            names
        }
    }

    #[tokio::test]
    async fn a_rig_that_nobody_uses_is_let_go_and_comes_back() {
        let yard = Yard::new();
        let a = yard.context("a").await;
        let first = yard.monitors().of(&a).0;
        first.first_look().await;
        yard.context("b").await;
        yard.monitors().let_go(Duration::ZERO);
        assert_eq!(yard.watched(), ["/a/", "/b/"], "somebody has a handle of `a`");
        yard.monitors().let_go(IDLE);
        let mut told = first.snapshots.clone();
        drop(first);
        yard.monitors().let_go(IDLE);
        assert_eq!(yard.watched(), ["/a/", "/b/"], "`a` was used just now");
        yard.monitors().let_go(Duration::ZERO);
        assert_eq!(yard.watched(), ["/b/"]);
        // Its task is gone, and with it all that it had.
        while told.changed().await.is_ok() {}
        assert!(yard.monitors().of(&a).1, "it is not watched again");
        assert_eq!(yard.watched(), ["/a/", "/b/"]);
    }
}
