//! When one polecat's work is to be counted.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    host::{git::ForkPoint, watch::Watched},
    session::observe::diffstats::Glance,
};

/// What is touched within this time after the first file is counted at once. The events have
/// been gathered for as long before they get here.
const SETTLE: Duration = Duration::from_millis(100);
/// A polecat that never rests is counted no more often than this, nor more than half of the time.
const PAUSE: Duration = Duration::from_secs(1);
/// Where not all of its folders can be watched, it is counted this often though nothing tells of a
/// change, and no more than a twentieth of the time.
const BLIND: Duration = Duration::from_secs(10);
/// What cannot be counted is tried again so often until something changes.
const TRIES: u8 = 3;

/// What is known of one polecat from count to count.
pub(super) struct Job {
    pub(super) glance: Glance,
    /// Its worktree, once it is watched.
    pub(super) watched: Option<Watched>,
    pub(super) begun: Option<ForkPoint>,
    /// Since when it is to be counted.
    dirty: Option<Instant>,
    /// Not to be counted before.
    rested: Instant,
    busy: bool,
    failures: u8,
}

impl Job {
    /// Of a polecat that is seen for the first time.
    pub(super) fn new(glance: Glance, now: Instant) -> Self {
        let (watched, begun) = (None, None);
        Self { glance, watched, begun, dirty: Some(now), rested: now, busy: false, failures: 0 }
    }

    /// It looks like this now; gives back the worktree that need not be watched any more.
    pub(super) fn look(&mut self, glance: &Glance, now: Instant) -> Option<Watched> {
        let before = std::mem::replace(&mut self.glance, glance.clone());
        if before.branch != glance.branch {
            self.touch(now);
            return self.watched.take();
        }
        // Events miss some of what moves where work began, such as a merge into `main`.
        if glance.rests_after(&before) {
            self.begun = None;
            self.touch(now);
            // What a person looks at now should be right at once.
            self.rested = now;
        }
        if self.is_blind() && before.activity != glance.activity {
            self.touch(now);
        }
        None
    }

    /// Whether a change may go unheard.
    fn is_blind(&self) -> bool {
        self.watched.as_ref().is_some_and(|watched| !watched.whole)
    }

    /// Something in it has changed.
    pub(super) fn touch(&mut self, now: Instant) {
        self.failures = 0;
        let at = now + SETTLE;
        self.dirty = Some(self.dirty.map_or(at, |dirty| dirty.min(at)));
    }

    /// Whether it is counted for the first time, and watched from some moment of that on.
    pub(super) fn is_new(&self) -> bool {
        self.busy && self.watched.is_none()
    }

    /// When it is to be counted, if it is.
    pub(super) fn due(&self) -> Option<Instant> {
        self.dirty.filter(|_| !self.busy).map(|dirty| dirty.max(self.rested))
    }

    /// It is being counted.
    pub(super) fn begin(&mut self) {
        (self.busy, self.dirty) = (true, None);
    }

    /// It was counted, which took so long.
    pub(super) fn end(&mut self, took: Duration, failed: bool, now: Instant) {
        self.busy = false;
        self.rested = now + PAUSE.max(took);
        if failed && self.failures < TRIES {
            self.failures += 1;
            self.dirty.get_or_insert(now);
        }
        if self.is_blind() {
            self.dirty.get_or_insert(now + BLIND.max(took * 20));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::session::State;

    const MS: Duration = Duration::from_millis(1);

    fn glance(state: State) -> Glance {
        Glance { branch: Some("polecat/ash-1".to_owned()), state, activity: None }
    }

    /// One that was counted at `now` and is watched.
    fn counted(state: State, whole: bool, now: Instant) -> Job {
        let mut job = Job::new(glance(state), now);
        job.watched = Some(Watched { worktree: "/ash".into(), whole });
        job.begin();
        job.end(5 * MS, false, now);
        job
    }

    #[test]
    fn what_never_rests_is_counted_once_a_second_and_what_did_at_once() {
        let now = Instant::now();
        let mut job = counted(State::Working, true, now);
        assert_eq!(job.due(), None);
        job.touch(now + 10 * MS);
        job.touch(now + 500 * MS);
        assert_eq!(job.due(), Some(now + PAUSE));
        let mut rested = counted(State::Working, true, now);
        rested.touch(now + 5000 * MS);
        assert_eq!(rested.due(), Some(now + 5000 * MS + SETTLE));
    }

    #[test]
    fn a_count_that_takes_long_is_followed_by_a_long_pause() {
        let now = Instant::now();
        let mut job = counted(State::Working, true, now);
        job.begin();
        job.touch(now);
        assert_eq!(job.due(), None, "two counts at once");
        job.end(2000 * MS, false, now);
        assert_eq!(job.due(), Some(now + 2000 * MS));
    }

    #[test]
    fn one_that_cannot_be_watched_is_counted_now_and_then_though_nothing_tells() {
        let now = Instant::now();
        let mut job = counted(State::Idle, false, now);
        assert_eq!(job.due(), Some(now + BLIND));
        job.touch(now);
        assert_eq!(job.due(), Some(now + PAUSE), "a change is not left for then");
        job.begin();
        job.end(2000 * MS, false, now);
        assert_eq!(job.due(), Some(now + 40_000 * MS));
    }

    #[test]
    fn an_agent_that_rests_is_counted_and_one_that_works_is_not() {
        let now = Instant::now();
        for (from, to, counts) in [
            (State::Working, State::Idle, true),
            (State::Idle, State::Working, false),
            (State::Working, State::Died, true),
            (State::Idle, State::Idle, false),
        ] {
            let mut job = counted(from, true, now);
            job.look(&glance(to), now);
            assert_eq!(job.due().is_some(), counts, "{from} to {to}");
        }
    }

    #[test]
    fn output_counts_only_where_events_do_not_tell_all() {
        let now = Instant::now();
        for whole in [true, false] {
            let mut job = counted(State::Working, whole, now);
            let activity = jiff::Timestamp::from_second(7).ok();
            job.look(&Glance { activity, ..glance(State::Working) }, now);
            let soon = job.due().is_some_and(|due| due <= now + PAUSE);
            assert_eq!(soon, !whole, "whole: {whole}");
        }
    }

    #[test]
    fn another_branch_is_another_worktree() {
        let now = Instant::now();
        let mut job = counted(State::Idle, true, now);
        let left = job.look(&Glance { branch: None, ..glance(State::Idle) }, now);
        assert!(left.is_some() && job.watched.is_none() && job.due().is_some());
    }

    #[test]
    fn what_cannot_be_counted_is_tried_again_but_not_for_ever() {
        let now = Instant::now();
        let mut job = counted(State::Idle, true, now);
        for _ in 0..TRIES {
            job.begin();
            job.end(MS, true, now);
            assert!(job.due().is_some());
        }
        job.begin();
        job.end(MS, true, now);
        assert_eq!(job.due(), None);
    }
}
