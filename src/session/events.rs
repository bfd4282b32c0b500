//! Events: what the session core reports without being asked.

pub(in crate::session) mod notifier;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::core::{hosts::HostName, names::PolecatName, session::SessionInfo};

/// How many files of one worktree are named.
const PATH_LIMIT: usize = 200;

/// One event.
#[derive(Clone, Debug)]
pub enum Event {
    /// Something changed in a rig.
    Snapshot(Arc<Snapshot>),
    /// Files were changed in a polecat's worktree.
    Files(Files),
    /// Something failed that nobody waits for.
    Warning(String),
    /// A host is a batch job, which ends soon.
    JobEnding(JobEnding),
    /// Hosts have other rigs than before: what was told of those that are gone is not so any more.
    HostRigs(Arc<HostRigs>),
}

/// Which rigs the hosts of the configuration have, by their homes; of one that has not told nothing is
/// known. There are no other hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostRigs(pub BTreeMap<HostName, Option<BTreeSet<PathBuf>>>);

impl HostRigs {
    /// Whether the rig with this home may be there; one of this machine always may.
    #[must_use]
    pub fn may_have(&self, home: &Path) -> bool {
        // That of a host has its name in front, and no folder of this machine begins without a `/`.
        let host =
            home.to_str().filter(|_| home.is_relative()).and_then(|home| home.split_once(':'));
        let host = host.and_then(|(host, _)| host.parse::<HostName>().ok());
        let Some(host) = host else { return true };
        let rigs = self.0.get(&host).map(Option::as_ref);
        rigs.is_some_and(|rigs| rigs.is_none_or(|rigs| rigs.contains(home)))
    }
}

/// A host that ends soon, with all that runs there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEnding {
    /// The host.
    pub host: HostName,
    /// The job's number.
    pub job: u64,
    /// When.
    pub ends: Timestamp,
}

/// All polecats of a rig at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The rig's name.
    pub rig: String,
    /// The host that it is on; this machine where there is none.
    pub host: Option<HostName>,
    /// Its home, which tells rigs of one name apart.
    pub home: PathBuf,
    /// Its project's folder.
    pub path: PathBuf,
    /// What is the same while its host's name leads to the same machine, container and user: what was
    /// seen on another has not ended because it is not on this one.
    pub machine: Option<String>,
    /// Whether it is so; while its host cannot be reached it was so.
    pub reached: bool,
    /// Every polecat, with or without a session, in the order of their names.
    pub polecats: Vec<SessionInfo>,
}

/// Files that were changed in a polecat's worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The polecat whose worktree it is.
    pub polecat: PolecatName,
    /// The host that it is on; this machine where there is none.
    pub host: Option<HostName>,
    /// Its rig's name.
    pub rig: String,
    /// Its rig's home.
    pub home: PathBuf,
    /// The folder of its rig's project.
    pub project: PathBuf,
    /// The worktree, with links resolved.
    pub worktree: PathBuf,
    /// The files and folders, relative to the worktree.
    pub paths: Vec<PathBuf>,
    /// Whether there may be more.
    pub whole: bool,
}

impl Files {
    /// Adds later changes.
    pub fn add(&mut self, later: Self) {
        self.whole |= later.whole;
        for path in later.paths {
            if self.paths.contains(&path) {
                continue;
            }
            if self.paths.len() >= PATH_LIMIT {
                self.whole = true;
                return;
            }
            self.paths.push(path);
        }
    }
}

/// The events of a workspace, for one receiver. Sending never waits: while nobody receives (Neovim
/// is suspended, perhaps for days) only the newest snapshot of each rig is kept, and none of a rig that
/// is gone.
#[derive(Clone, Debug, Default)]
pub struct EventQueue(Arc<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// Notified when something was added.
    wake: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    warnings: VecDeque<String>,
    jobs: VecDeque<JobEnding>,
    /// By the rig's home and the polecat.
    files: HashMap<(PathBuf, PolecatName), Files>,
    /// By the rig's home.
    snapshots: BTreeMap<PathBuf, Arc<Snapshot>>,
    rigs: Option<Arc<HostRigs>>,
}

impl EventQueue {
    /// Adds an event.
    pub fn tell(&self, event: Event) {
        self.waiting().add(event);
        self.0.wake.notify_one();
    }

    pub(in crate::session) fn warn(&self, text: String) {
        self.tell(Event::Warning(text));
    }

    /// The next event. Cancelling it loses nothing.
    pub async fn next(&self) -> Event {
        loop {
            if let Some(event) = self.waiting().take() {
                return event;
            }
            // One that came since is not lost: the permit is kept.
            self.0.wake.notified().await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, event: Event) {
        match event {
            Event::Warning(text) => self.warnings.push_back(text),
            Event::JobEnding(job) => self.jobs.push_back(job),
            Event::Snapshot(snapshot) => {
                drop(self.snapshots.insert(snapshot.home.clone(), snapshot));
            }
            Event::HostRigs(rigs) => {
                self.snapshots.retain(|home, _| rigs.may_have(home));
                self.files.retain(|(home, _), _| rigs.may_have(home));
                self.rigs = Some(rigs);
            }
            Event::Files(files) => {
                let of = (files.home.clone(), files.polecat.clone());
                match self.files.get_mut(&of) {
                    Some(before) => before.add(files),
                    None => drop(self.files.insert(of, files)),
                }
            }
        }
    }

    fn take(&mut self) -> Option<Event> {
        if let Some(text) = self.warnings.pop_front() {
            return Some(Event::Warning(text));
        }
        if let Some(job) = self.jobs.pop_front() {
            return Some(Event::JobEnding(job));
        }
        if let Some(rigs) = self.rigs.take() {
            return Some(Event::HostRigs(rigs));
        }
        if let Some((_, snapshot)) = self.snapshots.pop_first() {
            return Some(Event::Snapshot(snapshot));
        }
        let of = self.files.keys().next().cloned()?;
        self.files.remove(&of).map(Event::Files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(home: &str, rig: &str) -> Event {
        let (rig, path, home) = (rig.to_owned(), home.into(), home.into());
        let (host, machine, reached, polecats) = (None, None, true, Vec::new());
        Event::Snapshot(Arc::new(Snapshot { rig, host, home, path, machine, reached, polecats }))
    }

    fn files(worktree: &str, names: &[&str]) -> Event {
        let polecat = PolecatName::parse("ash").unwrap();
        let paths = names.iter().map(PathBuf::from).collect();
        let (rig, host, whole) = ("shop".to_owned(), None, false);
        let [home, project, worktree] = ["/shop", "/shop", worktree].map(PathBuf::from);
        Event::Files(Files { polecat, host, rig, home, project, worktree, paths, whole })
    }

    #[tokio::test]
    async fn a_late_receiver_gets_every_warning_and_the_newest_snapshots() {
        let queue = EventQueue::default();
        for rig in ["old", "new"] {
            queue.tell(snapshot("/a", rig));
            queue.tell(snapshot("/b", rig));
            queue.warn(rig.to_owned());
        }
        let mut told = Vec::new();
        for _ in 0..4 {
            told.push(match queue.next().await {
                Event::Snapshot(snapshot) => {
                    format!("{} {}", snapshot.home.display(), snapshot.rig)
                }
                Event::Warning(text) => text,
                other => panic!("{other:?}"),
            });
        }
        assert_eq!(told, ["old", "new", "/a new", "/b new"]);
        assert!(queue.waiting().take().is_none());
    }

    #[tokio::test]
    async fn changed_files_are_merged_and_counted_where_there_are_too_many() {
        let queue = EventQueue::default();
        queue.tell(files("/a", &["x", "y"]));
        queue.tell(files("/a", &["y", "z"]));
        let Event::Files(told) = queue.next().await else { panic!("it is about files") };
        assert_eq!((told.paths.len(), told.whole), (3, false));
        for count in 0..10_000 {
            queue.tell(files("/a", &[&count.to_string()]));
        }
        let Event::Files(told) = queue.next().await else { panic!("it is about files") };
        assert!(told.whole && told.paths.len() <= 200, "{}", told.paths.len());
    }

    #[tokio::test]
    async fn of_rigs_that_hosts_do_not_have_any_more_nothing_is_told() {
        let queue = EventQueue::default();
        for home in ["/a", "far:/kept", "far:/gone", "silent:/a", "dropped:/a"] {
            queue.tell(snapshot(home, home));
        }
        let kept = BTreeSet::from([PathBuf::from("far:/kept")]);
        let rigs = [("far", Some(kept)), ("silent", None)];
        let rigs = rigs.map(|(host, rigs)| (host.parse::<HostName>().unwrap(), rigs));
        queue.tell(Event::HostRigs(Arc::new(HostRigs(BTreeMap::from(rigs)))));
        assert!(matches!(queue.next().await, Event::HostRigs(_)));
        for expected in ["/a", "far:/kept", "silent:/a"] {
            let told = queue.next().await;
            assert!(matches!(&told, Event::Snapshot(one) if one.rig == expected), "{told:?}");
        }
        assert!(queue.waiting().take().is_none());
    }

    #[tokio::test]
    async fn a_waiting_receiver_is_woken() {
        let queue = EventQueue::default();
        let receiver = tokio::spawn({
            let queue = queue.clone();
            async move { queue.next().await }
        });
        tokio::task::yield_now().await;
        queue.warn("late".to_owned());
        assert!(matches!(receiver.await.unwrap(), Event::Warning(text) if text == "late"));
    }
}
