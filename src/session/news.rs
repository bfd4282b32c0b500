//! What is told without being asked for.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::{monitor::Snapshot, work::Files};

/// One thing that is told.
#[derive(Clone, Debug)]
pub enum News {
    /// Something changed in a rig.
    Changed(Arc<Snapshot>),
    /// Files were changed in a polecat's worktree.
    Files(Files),
    /// Something that nobody waits for did not go as it should.
    Warning(String),
}

/// Where the news of a workspace waits for whoever listens. Who tells never waits; for one who does
/// not listen (a Neovim that is suspended, perhaps for days) it holds the newest of each thing.
#[derive(Clone, Debug, Default)]
pub struct NewsDesk(Arc<Desk>);

#[derive(Debug, Default)]
struct Desk {
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

impl NewsDesk {
    pub(super) fn tell(&self, news: News) {
        self.waiting().add(news);
        self.0.wake.notify_one();
    }

    pub(super) fn warn(&self, text: String) {
        self.tell(News::Warning(text));
    }

    /// What is to be told next, by the one who listens. Cancelling it loses nothing.
    pub async fn next(&self) -> News {
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
    fn add(&mut self, news: News) {
        match news {
            News::Warning(text) => self.warnings.push_back(text),
            News::Changed(snapshot) => drop(self.snapshots.insert(snapshot.home.clone(), snapshot)),
            News::Files(files) => match self.files.get_mut(&files.worktree) {
                Some(before) => before.add(files),
                None => drop(self.files.insert(files.worktree.clone(), files)),
            },
        }
    }

    fn take(&mut self) -> Option<News> {
        if let Some(text) = self.warnings.pop_front() {
            return Some(News::Warning(text));
        }
        if let Some((_, snapshot)) = self.snapshots.pop_first() {
            return Some(News::Changed(snapshot));
        }
        let worktree = self.files.keys().next().cloned()?;
        self.files.remove(&worktree).map(News::Files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::names::PolecatName;

    fn snapshot(home: &str, rig: &str) -> News {
        let (rig, home) = (rig.to_owned(), home.into());
        News::Changed(Arc::new(Snapshot { rig, home, polecats: Vec::new() }))
    }

    fn files(worktree: &str, names: &[&str]) -> News {
        let polecat = PolecatName::parse("ash").unwrap();
        let paths = names.iter().map(PathBuf::from).collect();
        News::Files(Files { polecat, worktree: worktree.into(), paths, whole: false })
    }

    #[tokio::test]
    async fn who_listens_late_is_told_the_newest_of_each_thing() {
        let desk = NewsDesk::default();
        for rig in ["old", "new"] {
            desk.tell(snapshot("/a", rig));
            desk.tell(snapshot("/b", rig));
            desk.warn(rig.to_owned());
        }
        let mut told = Vec::new();
        for _ in 0..4 {
            told.push(match desk.next().await {
                News::Changed(snapshot) => format!("{} {}", snapshot.home.display(), snapshot.rig),
                News::Warning(text) => text,
                News::Files(files) => panic!("{files:?}"),
            });
        }
        assert_eq!(told, ["old", "new", "/a new", "/b new"]);
        assert!(desk.waiting().take().is_none());
    }

    #[tokio::test]
    async fn every_file_that_was_changed_is_told_or_that_there_are_more() {
        let desk = NewsDesk::default();
        desk.tell(files("/a", &["x", "y"]));
        desk.tell(files("/a", &["y", "z"]));
        let News::Files(told) = desk.next().await else { panic!("it is about files") };
        assert_eq!((told.paths.len(), told.whole), (3, false));
        for count in 0..10_000 {
            desk.tell(files("/a", &[&count.to_string()]));
        }
        let News::Files(told) = desk.next().await else { panic!("it is about files") };
        assert!(told.whole && told.paths.len() <= 200, "{}", told.paths.len());
    }

    #[tokio::test]
    async fn one_who_waits_is_woken() {
        let desk = NewsDesk::default();
        let listener = tokio::spawn({
            let desk = desk.clone();
            async move { desk.next().await }
        });
        tokio::task::yield_now().await;
        desk.warn("late".to_owned());
        assert!(matches!(listener.await.unwrap(), News::Warning(text) if text == "late"));
    }
}
