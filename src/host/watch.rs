//! What changes in worktrees, told by the system's file events instead of polling.
//!
//! Of each worktree we watch the folders that git does not ignore, and the few files of git's own
//! that say what is checked out. One system watcher serves all worktrees.

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
use tokio::time::Instant;
use tracing::{debug, warn};

use super::error::HostError;
use super::files::{blocking, real};
use crate::debounce::Debounce;
use inbox::{Inbox, Names, Pending};

pub use limits::Shortage;

/// All that happens this soon after the first event is told together.
const DEBOUNCE_INTERVAL: Duration = Duration::from_millis(100);
/// Most folders of one worktree that are watched.
const FOLDERS_LIMIT: usize = 4096;
/// If more new folders than this appear at once, the whole worktree is walked, once.
const NEW_FOLDERS_LIMIT: usize = 8;
/// macOS watches whole trees; elsewhere each folder is watched by itself.
const WHOLE_TREES: bool = cfg!(target_os = "macos");

/// What was touched in one worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorktreeChange {
    /// The worktree, as [`WatchHandle::add`] named it.
    pub worktree: PathBuf,
    /// The files and folders, relative to the worktree; empty when only git's own files changed.
    pub paths: Vec<PathBuf>,
    /// There may be more: too much happened to list it all.
    pub whole: bool,
}

/// A worktree that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedWorktree {
    /// Its path, all links resolved.
    pub worktree: PathBuf,
    /// Whether every change in it is told. If not, it has more folders than we may watch, and some
    /// changes go unheard.
    pub whole: bool,
}

/// The system watcher, of which a process gets few, so all who watch share one. Cheap to clone; it
/// ends with its last user.
#[derive(Clone, Default)]
pub struct FileEvents(Arc<Mutex<Weak<Running>>>);

/// A watcher while somebody watches something.
struct Running {
    shared: Arc<Shared>,
    task: AbortHandle,
}

/// Receives what is touched in the worktrees that it has been told to watch, until it is dropped.
pub struct WorktreeWatcher {
    touched: UnboundedReceiver<WorktreeChange>,
    handle: WatchHandle,
    _running: Arc<Running>,
}

/// Adds and removes worktrees of a [`WorktreeWatcher`].
#[derive(Clone)]
pub struct WatchHandle {
    shared: Arc<Shared>,
    told: UnboundedSender<WorktreeChange>,
}

struct Shared {
    inbox: Arc<Inbox>,
    /// `None` if the system has none left for us.
    watcher: Mutex<Option<RecommendedWatcher>>,
    /// Who is to be told of each worktree.
    listeners: Mutex<HashMap<PathBuf, UnboundedSender<WorktreeChange>>>,
    /// Most folders that may be watched, of all worktrees together.
    folders_limit: usize,
    /// Whether it was logged that not everything is watched.
    warned: AtomicBool,
    shortage: OnceLock<Shortage>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Drop for WorktreeWatcher {
    fn drop(&mut self) {
        let WatchHandle { shared, told } = self.handle.clone();
        let roots = shared.roots_of(&told);
        // There may be thousands of folders.
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

impl WorktreeWatcher {
    /// Watches nothing yet. Needs a runtime.
    #[must_use]
    pub fn start(events: &FileEvents) -> Self {
        let running = events.running();
        let (told, touched) = unbounded_channel();
        let handle = WatchHandle { shared: running.shared.clone(), told };
        Self { touched, handle, _running: running }
    }

    /// The handle to add and remove worktrees with.
    #[must_use]
    pub fn handle(&self) -> WatchHandle {
        self.handle.clone()
    }

    /// Waits for what is touched next. Cancelling it loses nothing.
    pub async fn next(&mut self) -> Option<WorktreeChange> {
        self.touched.recv().await
    }
}

impl WatchHandle {
    /// Watches a worktree from now on; `None` if `worktree` is not one.
    ///
    /// # Errors
    /// The worktree cannot be read, or is broken.
    pub async fn add(&self, worktree: &Path) -> Result<Option<WatchedWorktree>, HostError> {
        let (shared, worktree, told) =
            (self.shared.clone(), worktree.to_owned(), self.told.clone());
        blocking(move || {
            let Some(root) = real(&worktree)? else { return Ok(None) };
            // First, so that no event is lost.
            shared.listeners().insert(root.clone(), told);
            let added = shared.add(root.clone());
            if !matches!(added, Ok(Some(_))) {
                shared.listeners().remove(&root);
            }
            added
        })
        .await
    }

    /// Stops watching it.
    pub async fn remove(&self, worktree: &Path) {
        let (shared, worktree) = (self.shared.clone(), worktree.to_owned());
        let removed = blocking(move || {
            shared.remove(&worktree);
            Ok(())
        });
        drop(removed.await);
    }

    /// What the system ran out of, if it did.
    #[must_use]
    pub fn shortage(&self) -> Option<Shortage> {
        self.shared.shortage.get().copied()
    }

    /// How many folders are watched, in all worktrees.
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
        let (folders_limit, warned) = (limits::folders_limit(), AtomicBool::new(false));
        Self { inbox, watcher, listeners, folders_limit, warned, shortage }
    }

    fn listeners(&self) -> MutexGuard<'_, HashMap<PathBuf, UnboundedSender<WorktreeChange>>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn roots_of(&self, told: &UnboundedSender<WorktreeChange>) -> Vec<PathBuf> {
        let listeners = self.listeners();
        let theirs = listeners.iter().filter(|(_, one)| one.same_channel(told));
        theirs.map(|(root, _)| root.clone()).collect()
    }

    fn add(&self, root: PathBuf) -> Result<Option<WatchedWorktree>, HostError> {
        let Some(files) = folders::of_git(&root)? else { return Ok(None) };
        self.forget(&root);
        self.inbox.add(&root);
        for (folder, names) in files {
            self.watch(&root, &folder, &Names::These(names));
        }
        self.watch_below(&root, &root);
        Ok(Some(WatchedWorktree { whole: self.inbox.is_whole(&root), worktree: root }))
    }

    /// Watches `folder` and the folders below it, except those that git ignores.
    fn watch_below(&self, root: &Path, folder: &Path) {
        if WHOLE_TREES {
            self.watch(root, root, &Names::Every);
            return;
        }
        for found in folders::of_worktree(root, folder) {
            if self.inbox.count() >= self.folders_limit {
                let _ = self.shortage.set(Shortage::Watches);
                return self.mark_partial(root, "too many folders for the system");
            }
            if self.inbox.folders_of(root) >= FOLDERS_LIMIT {
                return self.mark_partial(root, "too many folders");
            }
            self.watch(root, &found, &Names::Every);
        }
    }

    fn watch(&self, root: &Path, folder: &Path, names: &Names) {
        // First, so that its events are known when they come.
        if !self.inbox.expect(root, folder, names) {
            return;
        }
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(watcher) = &mut *watcher else { return self.inbox.mark_partial(root) };
        let mode = if WHOLE_TREES { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        if let Err(error) = watcher.watch(folder, mode) {
            // If it is gone by now, its parent has an event for that.
            if !matches!(error.kind, ErrorKind::PathNotFound) {
                Shortage::of(&error).map(|found| self.shortage.set(found));
                self.mark_partial(root, &error.to_string());
            }
        }
    }

    fn mark_partial(&self, root: &Path, why: &str) {
        self.inbox.mark_partial(root);
        if !self.warned.swap(true, Ordering::Relaxed) {
            warn!(worktree = %root.display(), why, "some changes will be reported late");
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
                // The watch of a folder that is gone went with it.
                drop(watcher.unwatch(&folder));
            }
        }
    }

    /// Watches new folders, and no longer those that are gone.
    fn follow(&self, root: &Path, pending: &Pending) -> Result<(), HostError> {
        if pending.gone.iter().any(|folder| folder == root) {
            return self.add(root.to_owned()).map(drop);
        }
        for folder in &pending.gone {
            self.unwatch(self.inbox.forget(root, folder));
        }
        if pending.came.len() > NEW_FOLDERS_LIMIT {
            self.watch_below(root, root);
            return Ok(());
        }
        for folder in &pending.came {
            self.watch_below(root, folder);
        }
        Ok(())
    }
}

/// Tells what was touched, burst by burst.
async fn tell(shared: Arc<Shared>) {
    let mut burst = Debounce::new(DEBOUNCE_INTERVAL, DEBOUNCE_INTERVAL);
    loop {
        shared.inbox.wake.notified().await;
        // Only the first event counts, so the rest of a burst need not wake us.
        burst.event(Instant::now());
        burst.elapsed().await;
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
                // A listener that is gone need not be told.
                let _ = listener.send(pending.touched(root));
            }
        }
    }
}
