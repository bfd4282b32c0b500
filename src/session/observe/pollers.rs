//! The pollers of a workspace: one for each rig in use.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tracing::debug;

use crate::{
    session::{context::RigContext, observe::poller::Poller},
    tmux::ServerAddress,
};

/// How long a rig is polled after it was last asked about. A rig in which an agent runs may have
/// news at any time and is polled for as long as it does.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);

/// The pollers of a workspace, one for each rig in use.
#[derive(Default)]
pub(in crate::session) struct Pollers {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By the rig's home.
    running: HashMap<PathBuf, Running>,
    /// The rig that was asked about last: the screen probably shows it.
    last: Option<PathBuf>,
}

struct Running {
    poller: Poller,
    /// The server that it looks at: a town may get a server of its own.
    server: ServerAddress,
    /// When it was last asked about.
    used: Instant,
}

impl Pollers {
    /// Makes all of them look now, because something was changed through us.
    pub(in crate::session) fn nudge(&self) {
        self.state().running.values().for_each(|one| one.poller.nudge());
    }

    /// The poller of the rig with this home, if it is polled.
    pub(in crate::session) fn running(&self, home: &Path) -> Option<Poller> {
        let state = self.state();
        state.running.get(home).map(|one| one.poller.clone()).filter(Poller::is_alive)
    }

    /// Whether agents run in the rig whose folder is `path`, by the last look.
    pub(in crate::session) fn have_agents(&self, path: &Path) -> bool {
        let is_it = |one: &&Running| one.poller.path() == path;
        self.state().running.values().find(is_it).is_some_and(|one| one.poller.has_agents())
    }

    /// The poller of the rig, started if need be; `true` if it was.
    pub(in crate::session) fn of(self: &Arc<Self>, context: &RigContext) -> (Poller, bool) {
        let home = &context.rig.home;
        let mut state = self.state();
        state.last = Some(home.clone());
        if let Some(one) = state.running.get_mut(home).filter(|one| one.is_for(context)) {
            one.used = Instant::now();
            return (one.poller.clone(), false);
        }
        let pollers = Arc::downgrade(self);
        let poller = Poller::start(context.clone(), move || {
            pollers.upgrade().inspect(|pollers| pollers.drop_idle(IDLE_TIMEOUT));
        });
        let server = context.tmux.address().clone();
        let running = Running { poller: poller.clone(), server, used: Instant::now() };
        state.running.insert(home.clone(), running);
        (poller, true)
    }

    /// Ends the pollers that nobody uses or has used for `idle`; called after each look of one of
    /// them. Under the lock, so that nobody is just being given one.
    fn drop_idle(&self, idle: Duration) {
        let State { running, last } = &mut *self.state();
        running.retain(|home, one| {
            let used = last.as_ref() == Some(home) || one.is_used(idle);
            if !used {
                debug!(home = %Path::display(home), "nobody uses this rig: it is not polled any more");
            }
            used
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    fn is_for(&self, context: &RigContext) -> bool {
        self.poller.is_alive() && self.server == *context.tmux.address()
    }

    fn is_used(&self, idle: Duration) -> bool {
        // An open view has a handle.
        self.poller.is_shared() || self.used.elapsed() < idle || self.poller.has_agents()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;
    use crate::{
        host::launch,
        session::{EditorPlace, EventQueue, Settings, Workspace},
    };

    /// A folder with repositories `a` and `b`, and no tmux server.
    struct Fixture {
        folder: tempfile::TempDir,
        workspace: Workspace,
    }

    impl Fixture {
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
            let place = EditorPlace { file: None, cwd: self.folder.path().join(name), rig: None };
            self.workspace.context(&place).await.unwrap()
        }

        fn pollers(&self) -> &Arc<Pollers> {
            &self.workspace.pollers
        }

        fn polled(&self) -> Vec<String> {
            let state = self.pollers().state();
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
    async fn a_rig_that_nobody_uses_is_polled_no_more_until_it_is_used_again() {
        let fixture = Fixture::new();
        let a = fixture.context("a").await;
        let first = fixture.pollers().of(&a).0;
        first.first_look().await;
        fixture.context("b").await;
        fixture.pollers().drop_idle(Duration::ZERO);
        assert_eq!(fixture.polled(), ["/a/", "/b/"], "somebody has a handle of `a`");
        fixture.pollers().drop_idle(IDLE_TIMEOUT);
        let mut told = first.snapshots.clone();
        drop(first);
        fixture.pollers().drop_idle(IDLE_TIMEOUT);
        assert_eq!(fixture.polled(), ["/a/", "/b/"], "`a` was used just now");
        fixture.pollers().drop_idle(Duration::ZERO);
        assert_eq!(fixture.polled(), ["/b/"]);
        // Its task is gone, and with it all that it had.
        while told.changed().await.is_ok() {}
        assert!(fixture.pollers().of(&a).1, "it is not polled again");
        assert_eq!(fixture.polled(), ["/a/", "/b/"]);
    }
}
