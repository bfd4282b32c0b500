//! Counts the work of all polecats of a rig, a few at a time.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tracing::debug;

use crate::{
    core::{names::PolecatName, work::Diffstat},
    host::{
        HostError,
        git::{self, ForkPoint},
        polecats,
        watch::{Touched, Watched, Watches, Watching},
    },
    session::{
        context::RigContext,
        events::{Event, Files},
        observe::diffstats::{Badges, Glances, schedule::Job},
    },
};

/// How many polecats are counted at a time: a count is mostly the work of git.
const AT_ONCE: usize = 2;

/// The one that knows of all jobs.
pub(super) struct Counter {
    context: RigContext,
    watches: Watches,
    jobs: HashMap<PolecatName, Job>,
    counts: JoinSet<Done>,
    badges: watch::Sender<Badges>,
}

/// A count to be made.
struct Count {
    context: RigContext,
    watching: Watching,
    polecat: PolecatName,
    watched: Option<Watched>,
    begun: Option<ForkPoint>,
}

/// A count that was made.
struct Done {
    polecat: PolecatName,
    took: Duration,
    /// The worktree, when it was not watched before.
    watched: Option<Watched>,
    found: Result<Option<(Diffstat, ForkPoint)>, HostError>,
}

impl Counter {
    pub(super) fn new(context: RigContext, badges: watch::Sender<Badges>) -> Self {
        let (jobs, counts) = (HashMap::new(), JoinSet::new());
        let watches = Watches::start(&context.tools.events);
        Self { context, watches, jobs, counts, badges }
    }

    pub(super) async fn run(mut self, mut seen: watch::Receiver<Arc<Glances>>) {
        loop {
            let due = self.due();
            tokio::select! {
                changed = seen.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let glances = seen.borrow_and_update().clone();
                    self.look(&glances).await;
                }
                Some(touched) = self.watches.next() => self.touched(touched),
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
        let room = self.counts.len() < AT_ONCE;
        self.jobs.values().filter(|_| room).filter_map(Job::due).min()
    }

    async fn look(&mut self, glances: &Glances) {
        let now = Instant::now();
        let mut left = Vec::new();
        for (_, mut job) in self.jobs.extract_if(|polecat, _| !glances.contains_key(polecat)) {
            left.extend(job.watched.take());
        }
        for (polecat, glance) in glances {
            match self.jobs.get_mut(polecat) {
                Some(job) => left.extend(job.look(glance, now)),
                None => drop(self.jobs.insert(polecat.clone(), Job::new(glance.clone(), now))),
            }
        }
        for watched in left {
            self.watches.watching().remove(&watched.worktree).await;
        }
        self.publish(|badges| {
            let known = badges.len();
            badges.retain(|polecat, _| glances.contains_key(polecat));
            badges.len() != known
        });
    }

    fn touched(&mut self, touched: Touched) {
        let is_of = |job: &Job| {
            job.watched.as_ref().is_some_and(|watched| watched.worktree == touched.worktree)
        };
        let now = Instant::now();
        let Some((polecat, job)) = self.jobs.iter_mut().find(|(_, job)| is_of(job)) else {
            // One of those whose first count, which also watches it, is under way.
            return self
                .jobs
                .values_mut()
                .filter(|job| job.is_new())
                .for_each(|job| job.touch(now));
        };
        job.touch(now);
        let Touched { worktree, paths, whole } = touched;
        if whole || !paths.is_empty() {
            tell(&self.context, Files { polecat: polecat.clone(), worktree, paths, whole });
        }
    }

    /// Begins the count that is due first.
    fn begin(&mut self) {
        let due =
            self.jobs.iter_mut().filter_map(|(polecat, job)| Some((job.due()?, polecat, job)));
        let Some((_, polecat, job)) = due.min_by_key(|(due, ..)| *due) else { return };
        job.begin();
        let count = Count {
            context: self.context.clone(),
            watching: self.watches.watching(),
            polecat: polecat.clone(),
            watched: job.watched.clone(),
            begun: job.begun.take(),
        };
        self.counts.spawn(count.make());
    }

    async fn done(&mut self, done: Done) {
        let Done { polecat, took, watched, found } = done;
        let Some(job) = self.jobs.get_mut(&polecat) else {
            // The polecat went while it was counted.
            if let Some(watched) = watched {
                self.watches.watching().remove(&watched.worktree).await;
            }
            return;
        };
        job.end(took, found.is_err(), Instant::now());
        let is_new = watched.is_some();
        job.watched = watched.or(job.watched.take());
        if let Some(Watched { worktree, whole }) = &job.watched
            && (is_new || !whole)
        {
            // What changed before it was watched, or where it is not, nobody has told.
            let (polecat, worktree) = (polecat.clone(), worktree.clone());
            tell(&self.context, Files { polecat, worktree, paths: vec![], whole: true });
        }
        if let Some(of) = self.watches.watching().shortage() {
            self.context.tools.falls_short(of);
        }
        debug!(%polecat, ?took, "counted");
        let stat = match found {
            Ok(Some((stat, begun))) => {
                job.begun = Some(begun);
                Some(stat)
            }
            Ok(None) => None,
            Err(error) => {
                debug!(%polecat, %error, "its work cannot be counted");
                None
            }
        };
        self.publish(|badges| badge(badges, polecat, stat));
    }

    fn publish(&self, change: impl FnOnce(&mut Badges) -> bool) {
        self.badges.send_if_modified(change);
    }
}

/// Sets one badge; false when it was the same.
fn badge(badges: &mut Badges, polecat: PolecatName, stat: Option<Diffstat>) -> bool {
    match stat {
        Some(stat) => badges.insert(polecat, stat) != Some(stat),
        None => badges.remove(&polecat).is_some(),
    }
}

fn tell(context: &RigContext, files: Files) {
    context.tools.news.tell(Event::Files(files));
}

impl Count {
    async fn make(self) -> Done {
        let begin = Instant::now();
        let mut watched = None;
        let found = self.find(&mut watched).await;
        Done { polecat: self.polecat, took: begin.elapsed(), watched, found }
    }

    /// Watches first, so that nothing that comes after the count is missed.
    async fn find(
        &self,
        new: &mut Option<Watched>,
    ) -> Result<Option<(Diffstat, ForkPoint)>, HostError> {
        let rig = &self.context.rig;
        if self.watched.is_none() {
            let workdir = polecats::workdir(rig, &self.polecat).await?;
            *new = self.watching.add(&workdir).await?;
        }
        let Some(watched) = self.watched.as_ref().or(new.as_ref()) else { return Ok(None) };
        let (begun, launch) = (self.begun.clone(), &self.context.tools.launch);
        git::diffstat(rig, &self.polecat, &watched.worktree, begun, launch).await
    }
}
