//! Events that the system sent and nobody has taken yet: bounded, however much happens.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use notify::event::{CreateKind, Event, EventKind, ModifyKind};
use tokio::sync::Notify;

use super::WorktreeChange;

/// Most paths of one worktree that are listed.
const PATHS_LIMIT: usize = 200;

/// Filled by the watcher's thread, emptied by the task that tells the listeners.
#[derive(Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    /// Notified when there is something in it.
    pub(super) wake: Notify,
}

#[derive(Default)]
struct State {
    roots: HashMap<PathBuf, Root>,
    /// Who wants to know of a folder; worktrees may share a folder of git's.
    folders: HashMap<PathBuf, Vec<Interest>>,
    pending: HashMap<PathBuf, Pending>,
}

#[derive(Default)]
struct Root {
    folders: usize,
    /// Whether only a part of it is watched.
    partial: bool,
}

struct Interest {
    root: PathBuf,
    names: Names,
}

/// Which names in a folder are of interest.
#[derive(Clone)]
pub(super) enum Names {
    /// All: the folder is in the worktree.
    Every,
    /// Some files of git's own.
    These(Vec<OsString>),
}

/// What happened in one worktree.
#[derive(Debug, Default)]
pub(super) struct Pending {
    paths: BTreeSet<PathBuf>,
    whole: bool,
    /// New folders.
    pub(super) came: Vec<PathBuf>,
    /// Watched folders that are gone.
    pub(super) gone: Vec<PathBuf>,
}

impl Pending {
    pub(super) fn has_folders(&self) -> bool {
        !self.came.is_empty() || !self.gone.is_empty()
    }

    /// What to tell of it. What is in a folder that came or went has no events.
    pub(super) fn touched(self, worktree: PathBuf) -> WorktreeChange {
        let whole = self.whole || self.has_folders();
        let paths = self.paths.iter().filter_map(|path| path.strip_prefix(&worktree).ok());
        WorktreeChange { paths: paths.map(Path::to_owned).collect(), whole, worktree }
    }

    fn add(&mut self, path: &Path) {
        self.whole |= self.paths.len() >= PATHS_LIMIT;
        if !self.whole {
            self.paths.insert(path.to_owned());
        }
    }
}

impl Inbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one event, on the watcher's thread.
    pub(super) fn take(&self, event: notify::Result<Event>) {
        match event {
            // Reading is no change, and our own git reads all the time.
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
            Ok(event) if !event.need_rescan() => self.note(&event),
            // The system has lost events.
            _ => self.state().doubt_all(),
        }
        if !self.state().pending.is_empty() {
            self.wake.notify_one();
        }
    }

    fn note(&self, event: &Event) {
        let may_be_folder = matches!(
            event.kind,
            EventKind::Create(CreateKind::Folder | CreateKind::Any)
                | EventKind::Modify(ModifyKind::Name(_))
        );
        let leaves =
            matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
        for path in &event.paths {
            let is_folder =
                may_be_folder && fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
            self.state().note(path, is_folder, leaves);
        }
    }

    /// Takes everything out, by worktree.
    pub(super) fn drain(&self) -> HashMap<PathBuf, Pending> {
        std::mem::take(&mut self.state().pending)
    }

    pub(super) fn add(&self, root: &Path) {
        self.state().roots.insert(root.to_owned(), Root::default());
    }

    /// Forgets a worktree; gives the folders that nobody is interested in any more.
    pub(super) fn remove(&self, root: &Path) -> Vec<PathBuf> {
        let mut state = self.state();
        state.roots.remove(root);
        state.pending.remove(root);
        state.forget(root, |_| true)
    }

    /// Forgets a folder of a worktree, and those below it.
    pub(super) fn forget(&self, root: &Path, folder: &Path) -> Vec<PathBuf> {
        let mut state = self.state();
        let free = state.forget(root, |path| path.starts_with(folder));
        if let Some(found) = state.roots.get_mut(root) {
            found.folders = found.folders.saturating_sub(free.len());
        }
        free
    }

    /// Makes events in `folder` count for the worktree `root`; false if they did already.
    pub(super) fn expect(&self, root: &Path, folder: &Path, names: &Names) -> bool {
        let mut state = self.state();
        let interests = state.folders.entry(folder.to_owned()).or_default();
        if interests.iter().any(|one| one.root == root && matches!(one.names, Names::Every)) {
            return false;
        }
        interests.push(Interest { root: root.to_owned(), names: names.clone() });
        if let Some(found) = state.roots.get_mut(root) {
            found.folders += 1;
        }
        true
    }

    /// Notes that not every change in this worktree is told.
    pub(super) fn mark_partial(&self, root: &Path) {
        if let Some(found) = self.state().roots.get_mut(root) {
            found.partial = true;
        }
    }

    pub(super) fn is_whole(&self, root: &Path) -> bool {
        self.state().roots.get(root).is_some_and(|found| !found.partial)
    }

    pub(super) fn folders_of(&self, root: &Path) -> usize {
        self.state().roots.get(root).map_or(0, |found| found.folders)
    }

    pub(super) fn count(&self) -> usize {
        self.state().folders.len()
    }
}

impl State {
    fn note(&mut self, path: &Path, is_folder: bool, leaves: bool) {
        let known = self.folders.contains_key(path);
        // A folder's own events come with its parent, except those of a worktree's top.
        let above = path.ancestors().skip(1).find(|dir| self.folders.contains_key(*dir));
        let Some(folder) = above.or_else(|| Some(path).filter(|_| known && leaves)) else { return };
        let name = path.file_name().unwrap_or_default();
        for Interest { root, names } in &self.folders[folder] {
            match names {
                Names::These(names) if names.iter().any(|one| one == name) => {
                    self.pending.entry(root.clone()).or_default();
                }
                Names::These(_) => {}
                Names::Every => {
                    let pending = self.pending.entry(root.clone()).or_default();
                    pending.add(path);
                    pending.gone.extend((known && leaves).then(|| path.to_owned()));
                    pending.came.extend(is_folder.then(|| path.to_owned()));
                }
            }
        }
    }

    /// Anything may have happened, anywhere.
    fn doubt_all(&mut self) {
        for root in self.roots.keys() {
            let pending = self.pending.entry(root.clone()).or_default();
            pending.whole = true;
            pending.gone = vec![root.clone()];
        }
    }

    fn forget(&mut self, root: &Path, of: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
        for (folder, interests) in &mut self.folders {
            if of(folder) {
                interests.retain(|one| one.root != root);
            }
        }
        let free = self.folders.extract_if(|_, interests| interests.is_empty());
        free.map(|(folder, _)| folder).collect()
    }
}
