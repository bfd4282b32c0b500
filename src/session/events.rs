//! What is told without being asked for.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::core::{names::PolecatName, session::SessionInfo};

/// As many files of one worktree are told one by one.
const PATHS_MAX: usize = 200;

/// One thing that is told.
#[derive(Clone, Debug)]
pub enum Event {
    /// Something changed in a rig.
    Changed(Arc<Snapshot>),
    /// Files were changed in a polecat's worktree.
    Files(Files),
    /// Something that nobody waits for did not go as it should.
    Warning(String),
}

/// All polecats of a rig at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The rig's name.
    pub rig: String,
    /// Its home, which tells rigs of one name apart.
    pub home: PathBuf,
    /// Every polecat, with or without a session, in the order of their names.
    pub polecats: Vec<SessionInfo>,
}

/// Files that were changed in a polecat's worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// Whose worktree it is.
    pub polecat: PolecatName,
    /// The worktree, all links resolved.
    pub worktree: PathBuf,
    /// The files and folders, from the worktree on.
    pub paths: Vec<PathBuf>,
    /// There may be more.
    pub whole: bool,
}

impl Files {
    /// Adds what was changed later.
    pub(in crate::session) fn add(&mut self, later: Self) {
        self.whole |= later.whole;
        for path in later.paths {
            if self.paths.contains(&path) {
                continue;
            }
            if self.paths.len() >= PATHS_MAX {
                self.whole = true;
                return;
            }
            self.paths.push(path);
        }
    }
}

/// Where the news of a workspace waits for whoever listens. Who tells never waits; for one who does
/// not listen (a Neovim that is suspended, perhaps for days) it holds the newest of each thing.
#[derive(Clone, Debug, Default)]
pub struct EventQueue(Arc<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// There is something on it.
    wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    warnings: VecDeque<String>,
    /// By the worktree.
    files: HashMap<PathBuf, Files>,
    /// By the rig's home.
    snapshots: BTreeMap<PathBuf, Arc<Snapshot>>,
}

impl EventQueue {
    pub(in crate::session) fn tell(&self, news: Event) {
        self.waiting().add(news);
        self.0.wake.notify_one();
    }

    pub(in crate::session) fn warn(&self, text: String) {
        self.tell(Event::Warning(text));
    }

    /// What is to be told next, by the one who listens. Cancelling it loses nothing.
    pub async fn next(&self) -> Event {
        loop {
            if let Some(news) = self.waiting().take() {
                return news;
            }
            // A word that came since is kept: there is one who listens.
            self.0.wake.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, news: Event) {
        match news {
            Event::Warning(text) => self.warnings.push_back(text),
            Event::Changed(snapshot) => {
                drop(self.snapshots.insert(snapshot.home.clone(), snapshot));
            }
            Event::Files(files) => match self.files.get_mut(&files.worktree) {
                Some(before) => before.add(files),
                None => drop(self.files.insert(files.worktree.clone(), files)),
            },
        }
    }

    fn take(&mut self) -> Option<Event> {
        if let Some(text) = self.warnings.pop_front() {
            return Some(Event::Warning(text));
        }
        if let Some((_, snapshot)) = self.snapshots.pop_first() {
            return Some(Event::Changed(snapshot));
        }
        let worktree = self.files.keys().next().cloned()?;
        self.files.remove(&worktree).map(Event::Files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(home: &str, rig: &str) -> Event {
        let (rig, home) = (rig.to_owned(), home.into());
        Event::Changed(Arc::new(Snapshot { rig, home, polecats: Vec::new() }))
    }

    fn files(worktree: &str, names: &[&str]) -> Event {
        let polecat = PolecatName::parse("ash").unwrap();
        let paths = names.iter().map(PathBuf::from).collect();
        Event::Files(Files { polecat, worktree: worktree.into(), paths, whole: false })
    }

    #[tokio::test]
    async fn who_listens_late_is_told_the_newest_of_each_thing() {
        let desk = EventQueue::default();
        for rig in ["old", "new"] {
            desk.tell(snapshot("/a", rig));
            desk.tell(snapshot("/b", rig));
            desk.warn(rig.to_owned());
        }
        let mut told = Vec::new();
        for _ in 0..4 {
            told.push(match desk.next().await {
                Event::Changed(snapshot) => format!("{} {}", snapshot.home.display(), snapshot.rig),
                Event::Warning(text) => text,
                Event::Files(files) => panic!("{files:?}"),
            });
        }
        assert_eq!(told, ["old", "new", "/a new", "/b new"]);
        assert!(desk.waiting().take().is_none());
    }

    #[tokio::test]
    async fn every_file_that_was_changed_is_told_or_that_there_are_more() {
        let desk = EventQueue::default();
        desk.tell(files("/a", &["x", "y"]));
        desk.tell(files("/a", &["y", "z"]));
        let Event::Files(told) = desk.next().await else { panic!("it is about files") };
        assert_eq!((told.paths.len(), told.whole), (3, false));
        for count in 0..10_000 {
            desk.tell(files("/a", &[&count.to_string()]));
        }
        let Event::Files(told) = desk.next().await else { panic!("it is about files") };
        assert!(told.whole && told.paths.len() <= 200, "{}", told.paths.len());
    }

    #[tokio::test]
    async fn one_who_waits_is_woken() {
        let desk = EventQueue::default();
        let listener = tokio::spawn({
            let desk = desk.clone();
            async move { desk.next().await }
        });
        tokio::task::yield_now().await;
        desk.warn("late".to_owned());
        assert!(matches!(listener.await.unwrap(), Event::Warning(text) if text == "late"));
    }
}
