//! Word of what changes in worktrees: the system's file events, no looking again and again.
//!
//! What is watched of a worktree are its folders that git does not ignore, and the few files of
//! git's own that say what is checked out. One watcher of the system serves any number of them.

mod folders;
mod inbox;
mod limits;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};
use tracing::{debug, warn};

use super::error::HostError;
use super::files::{blocking, real};
use inbox::{Inbox, Names, Pending};

pub use limits::Shortage;

/// What happens within this time is told at once.
const GATHER: Duration = Duration::from_millis(100);
/// As many folders of one worktree are watched.
const FOLDERS_MAX: usize = 4096;
/// For more new folders than this the whole worktree is walked once.
const MANY: usize = 8;
/// macOS watches whole trees; elsewhere each folder is watched by itself.
const WHOLE_TREES: bool = cfg!(target_os = "macos");

/// What was touched in one worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The worktree, as [`Watching::add`] named it.
    pub worktree: PathBuf,
    /// The files and folders, from the worktree on; none when only git's own files were.
    pub paths: Vec<PathBuf>,
    /// There may be more: too much happened to tell each.
    pub whole: bool,
}

/// A worktree that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Its path, all links resolved.
    pub worktree: PathBuf,
    /// Whether every change in it is told. Else it has more folders than we may watch, and only
    /// a part of the changes is.
    pub whole: bool,
}

/// The system's watcher, of which there are few: one for all who watch something. Cheap to clone; the
/// last one to go ends it.
#[derive(Clone, Default)]
pub struct FileEvents(Arc<Mutex<Weak<Running>>>);

/// A watcher while somebody watches something.
struct Running {
    shared: Arc<Shared>,
    task: AbortHandle,
}

/// Tells what is touched in the worktrees of one who watches, until it is dropped.
pub struct Watches {
    touched: UnboundedReceiver<Touched>,
    watching: Watching,
    _running: Arc<Running>,
}

/// Says what is watched.
#[derive(Clone)]
pub struct Watching {
    shared: Arc<Shared>,
    told: UnboundedSender<Touched>,
}

struct Shared {
    inbox: Arc<Inbox>,
    /// None where the system has no more of them.
    watcher: Mutex<Option<RecommendedWatcher>>,
    /// Who is told of each worktree.
    listeners: Mutex<HashMap<PathBuf, UnboundedSender<Touched>>>,
    /// How many folders all worktrees may have together.
    room: usize,
    said: AtomicBool,
    shortage: OnceLock<Shortage>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Drop for Watches {
    fn drop(&mut self) {
        let Watching { shared, told } = self.watching.clone();
        let roots = shared.roots_of(&told);
        // Thousands of folders, perhaps.
        if let (false, Ok(runtime)) = (roots.is_empty(), Handle::try_current()) {
            runtime.spawn_blocking(move || roots.iter().for_each(|root| shared.remove(root)));
        }
    }
}

impl FileEvents {
    fn running(&self) -> Arc<Running> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let shared = Arc::new(Shared::new());
            let task = tokio::spawn(tell(shared.clone())).abort_handle();
            let new = Arc::new(Running { shared, task });
            *running = Arc::downgrade(&new);
            new
        })
    }
}

impl Watches {
    /// Of nothing yet, by `events`. Needs a runtime.
    #[must_use]
    pub fn start(events: &FileEvents) -> Self {
        let running = events.running();
        let (told, touched) = unbounded_channel();
        let watching = Watching { shared: running.shared.clone(), told };
        Self { touched, watching, _running: running }
    }

    /// The one to say what is watched.
    #[must_use]
    pub fn watching(&self) -> Watching {
        self.watching.clone()
    }

    /// What was touched next. Cancelling it loses nothing.
    pub async fn next(&mut self) -> Option<Touched> {
        self.touched.recv().await
    }
}

impl Watching {
    /// Watches a worktree from now on; `None` when that is none.
    ///
    /// # Errors
    /// It cannot be read, or is broken.
    pub async fn add(&self, worktree: &Path) -> Result<Option<Watched>, HostError> {
        let (shared, worktree, told) =
            (self.shared.clone(), worktree.to_owned(), self.told.clone());
        blocking(move || {
            let Some(root) = real(&worktree)? else { return Ok(None) };
            // First, so that nothing is told to nobody.
            shared.listeners().insert(root.clone(), told);
            let added = shared.add(root.clone());
            if !matches!(added, Ok(Some(_))) {
                shared.listeners().remove(&root);
            }
            added
        })
        .await
    }

    /// Watches it no more.
    pub async fn remove(&self, worktree: &Path) {
        let (shared, worktree) = (self.shared.clone(), worktree.to_owned());
        let removed = blocking(move || {
            shared.remove(&worktree);
            Ok(())
        });
        drop(removed.await);
    }

    /// What the system had no more of, if it was so.
    #[must_use]
    pub fn shortage(&self) -> Option<Shortage> {
        self.shared.shortage.get().copied()
    }

    /// How many folders are watched, of all worktrees.
    #[must_use]
    pub fn folders(&self) -> usize {
        self.shared.inbox.count()
    }
}

impl Shared {
    fn new() -> Self {
        let inbox = Arc::new(Inbox::default());
        let heard = inbox.clone();
        let watcher = notify::recommended_watcher(move |event| heard.take(event));
        let shortage = OnceLock::new();
        let watcher = watcher.inspect_err(|error| {
            warn!(%error, "there are no file events");
            Shortage::of(error).map(|found| shortage.set(found));
        });
        let (watcher, listeners) = (Mutex::new(watcher.ok()), Mutex::default());
        let (room, said) = (limits::room(), AtomicBool::new(false));
        Self { inbox, watcher, listeners, room, said, shortage }
    }

    fn listeners(&self) -> MutexGuard<'_, HashMap<PathBuf, UnboundedSender<Touched>>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn roots_of(&self, told: &UnboundedSender<Touched>) -> Vec<PathBuf> {
        let listeners = self.listeners();
        let theirs = listeners.iter().filter(|(_, one)| one.same_channel(told));
        theirs.map(|(root, _)| root.clone()).collect()
    }

    fn add(&self, root: PathBuf) -> Result<Option<Watched>, HostError> {
        let Some(files) = folders::of_git(&root)? else { return Ok(None) };
        self.forget(&root);
        self.inbox.add(&root);
        for (folder, names) in files {
            self.watch(&root, &folder, &Names::These(names));
        }
        self.watch_below(&root, &root);
        Ok(Some(Watched { whole: self.inbox.is_whole(&root), worktree: root }))
    }

    /// Watches `folder` and the folders below it, as far as git does not ignore them.
    fn watch_below(&self, root: &Path, folder: &Path) {
        if WHOLE_TREES {
            self.watch(root, root, &Names::Every);
            return;
        }
        for found in folders::of_worktree(root, folder) {
            if self.inbox.count() >= self.room {
                let _ = self.shortage.set(Shortage::Watches);
                return self.part(root, "too many folders for the system");
            }
            if self.inbox.folders_of(root) >= FOLDERS_MAX {
                return self.part(root, "too many folders");
            }
            self.watch(root, &found, &Names::Every);
        }
    }

    fn watch(&self, root: &Path, folder: &Path, names: &Names) {
        // First, so that no event comes that nobody knows.
        if !self.inbox.expect(root, folder, names) {
            return;
        }
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(watcher) = &mut *watcher else { return self.inbox.part(root) };
        let mode = if WHOLE_TREES { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        if let Err(error) = watcher.watch(folder, mode) {
            // What is gone by now was told to its parent.
            if !matches!(error.kind, ErrorKind::PathNotFound) {
                Shortage::of(&error).map(|found| self.shortage.set(found));
                self.part(root, &error.to_string());
            }
        }
    }

    fn part(&self, root: &Path, why: &str) {
        self.inbox.part(root);
        if !self.said.swap(true, Ordering::Relaxed) {
            warn!(worktree = %root.display(), why, "not every change will be told at once");
        }
    }

    fn remove(&self, root: &Path) {
        self.listeners().remove(root);
        self.forget(root);
    }

    fn forget(&self, root: &Path) {
        self.unwatch(self.inbox.remove(root));
    }

    fn unwatch(&self, folders: Vec<PathBuf>) {
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(watcher) = &mut *watcher {
            for folder in folders {
                // A folder that is gone took its watch along.
                drop(watcher.unwatch(&folder));
            }
        }
    }

    /// Follows folders that came and went.
    fn follow(&self, root: &Path, pending: &Pending) -> Result<(), HostError> {
        if pending.gone.iter().any(|folder| folder == root) {
            return self.add(root.to_owned()).map(drop);
        }
        for folder in &pending.gone {
            self.unwatch(self.inbox.forget(root, folder));
        }
        if pending.came.len() > MANY {
            self.watch_below(root, root);
            return Ok(());
        }
        for folder in &pending.came {
            self.watch_below(root, folder);
        }
        Ok(())
    }
}

/// Tells what was touched, each time a while after the first of it.
async fn tell(shared: Arc<Shared>) {
    loop {
        shared.inbox.wake.notified().await;
        sleep_until(Instant::now() + GATHER).await;
        for (root, mut pending) in shared.inbox.drain() {
            if pending.has_folders() {
                let (at, of) = (shared.clone(), root.clone());
                let followed = blocking(move || {
                    if let Err(error) = at.follow(&of, &pending) {
                        debug!(%error, "a worktree is not watched any more");
                    }
                    Ok(pending)
                });
                let Ok(done) = followed.await else { return };
                pending = done;
            }
            let listener = shared.listeners().get(&root).cloned();
            if let Some(listener) = listener {
                // Who is gone has nothing to be told.
                let _ = listener.send(pending.touched(root));
            }
        }
    }
}
