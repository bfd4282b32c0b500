//! Counts the work of all polecats of a rig, a few at a time.

use std::{collections::HashMap, time::Duration};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tracing::debug;

use crate::{
    core::{names::PolecatName, session::diffstat::Diffstat},
    host::{
        HostError,
        git::{self, ForkPoint},
        polecats,
        watch::{WatchHandle, WatchedWorktree, WorktreeChange, WorktreeWatcher},
    },
    session::{
        context::RigContext,
        events::Snapshot,
        observe::{
            Snapshots,
            diffstats::{Badge, Badges, schedule::Job},
        },
    },
};

/// How many polecats are counted at once: a count is mostly git's work.
const PARALLEL_LIMIT: usize = 2;

/// The task, with what is known of each polecat.
pub(super) struct Counter {
    context: RigContext,
    watcher: WorktreeWatcher,
    jobs: HashMap<PolecatName, Job>,
    counts: JoinSet<Done>,
    badges: watch::Sender<Badges>,
    /// When the first count may begin; none before something was seen.
    opens: Option<Instant>,
}

/// A count that was made.
struct Done {
    polecat: PolecatName,
    took: Duration,
    /// The worktree, if it was not watched before.
    watched: Option<WatchedWorktree>,
    found: Result<Option<(Diffstat, ForkPoint)>, HostError>,
}

impl Counter {
    pub(super) fn new(context: RigContext, badges: watch::Sender<Badges>) -> Self {
        let (jobs, counts) = (HashMap::new(), JoinSet::new());
        let watcher = WorktreeWatcher::start(&context.shared.events);
        Self { context, watcher, jobs, counts, badges, opens: None }
    }

    /// Goes on until the poller has ended.
    pub(super) async fn run(mut self, mut snapshots: Snapshots) {
        loop {
            let due = self.due();
            tokio::select! {
                changed = snapshots.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let newest = snapshots.borrow_and_update().clone();
                    if let Some(newest) = newest {
                        self.take(&newest).await;
                    }
                }
                Some(touched) = self.watcher.next() => self.touched(touched),
                Some(Ok(done)) = self.counts.join_next(), if !self.counts.is_empty() => {
                    self.done(done).await;
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.begin();
                }
            }
        }
    }

    /// When the next count may begin, if one is to be made.
    fn due(&self) -> Option<Instant> {
        let room = self.counts.len() < PARALLEL_LIMIT;
        self.jobs.values().filter(|_| room).filter_map(Job::due).min()
    }

    /// Takes what the poller saw last.
    async fn take(&mut self, newest: &Snapshot) {
        let now = Instant::now();
        let delay = self.context.shared.settings.count_delay;
        let opens = *self.opens.get_or_insert_with(|| now + delay);
        let is_there =
            |polecat: &PolecatName| newest.polecats.iter().any(|info| info.polecat == *polecat);
        let mut left = Vec::new();
        for (_, mut job) in self.jobs.extract_if(|polecat, _| !is_there(polecat)) {
            left.extend(job.watched.take());
        }
        for info in &newest.polecats {
            match self.jobs.get_mut(&info.polecat) {
                Some(job) => left.extend(job.take(info, now)),
                None => {
                    drop(self.jobs.insert(info.polecat.clone(), Job::new(info, now.max(opens))));
                }
            }
        }
        for watched in left {
            self.watcher.handle().remove(&watched.worktree).await;
        }
        self.publish(|badges| {
            let known = badges.len();
            badges.retain(|polecat, _| is_there(polecat));
            badges.len() != known
        });
    }

    fn touched(&mut self, touched: WorktreeChange) {
        let is_of = |job: &Job| {
            job.watched.as_ref().is_some_and(|watched| watched.worktree == touched.worktree)
        };
        let now = Instant::now();
        let Some((polecat, job)) = self.jobs.iter_mut().find(|(_, job)| is_of(job)) else {
            // It is one whose first count, which also watches it, is under way.
            return self
                .jobs
                .values_mut()
                .filter(|job| job.is_new())
                .for_each(|job| job.touch(now));
        };
        job.touch(now);
        let WorktreeChange { worktree, paths, whole } = touched;
        if whole || !paths.is_empty() {
            self.context.tell_files(polecat.clone(), worktree, paths, whole);
        }
    }

    /// Begins the count that has been due the longest.
    fn begin(&mut self) {
        let due = self.jobs.iter_mut().filter(|(_, job)| job.due().is_some());
        let Some((polecat, job)) = due.min_by_key(|(_, job)| job.due()) else { return };
        job.begin();
        let (context, handle) = (self.context.clone(), self.watcher.handle());
        let (watched, begun) = (job.watched.clone(), job.begun.take());
        self.counts.spawn(count(context, handle, polecat.clone(), watched, begun));
    }

    async fn done(&mut self, done: Done) {
        let Done { polecat, took, watched, found } = done;
        let Some(job) = self.jobs.get_mut(&polecat) else {
            // The polecat went while it was counted.
            if let Some(watched) = watched {
                self.watcher.handle().remove(&watched.worktree).await;
            }
            return;
        };
        job.end(took, found.is_err(), Instant::now());
        let is_new = watched.is_some();
        job.watched = watched.or(job.watched.take());
        if let Some(WatchedWorktree { worktree, whole }) = &job.watched
            && (is_new || !whole)
        {
            // Nobody has told what changed before it was watched, or where it is not.
            let (polecat, worktree) = (polecat.clone(), worktree.clone());
            self.context.tell_files(polecat, worktree, Vec::new(), true);
        }
        if let Some(of) = self.watcher.handle().shortage() {
            self.context.shared.falls_short(of);
        }
        debug!(%polecat, ?took, "counted");
        let found = found.inspect_err(|error| debug!(%polecat, %error, "it cannot be counted"));
        let stat = found.ok().flatten().map(|(stat, begun)| {
            let status = begun.branch_status().cloned();
            job.begun = Some(begun);
            (stat, status)
        });
        self.publish(|badges| badge(badges, polecat, stat));
    }

    fn publish(&self, change: impl FnOnce(&mut Badges) -> bool) {
        self.badges.send_if_modified(change);
    }
}

/// Sets one badge; false when it is the same as before.
fn badge(badges: &mut Badges, polecat: PolecatName, stat: Option<Badge>) -> bool {
    match stat {
        Some(stat) => badges.insert(polecat, stat.clone()) != Some(stat),
        None => badges.remove(&polecat).is_some(),
    }
}

/// Counts one polecat's work. Watches its worktree first, so that no change after the count is missed.
async fn count(
    context: RigContext,
    handle: WatchHandle,
    polecat: PolecatName,
    watched: Option<WatchedWorktree>,
    begun: Option<ForkPoint>,
) -> Done {
    let start = Instant::now();
    let (rig, launch) = (&context.rig, &context.shared.launch);
    let mut new = None;
    let found = async {
        if watched.is_none() {
            new = handle.add(&polecats::workdir(rig, &polecat).await?).await?;
        }
        let Some(watched) = watched.as_ref().or(new.as_ref()) else { return Ok(None) };
        git::diffstat(rig, &polecat, &watched.worktree, begun, launch).await
    };
    let found = found.await;
    Done { polecat, took: start.elapsed(), watched: new, found }
}
