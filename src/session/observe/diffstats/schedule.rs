//! When one polecat's work is to be counted.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    core::session::SessionInfo,
    debounce::Debounce,
    host::{git::ForkPoint, watch::WatchedWorktree},
    session::observe::rest::RestDetector,
};

/// Files that change this soon after the first are counted together. Their events have been
/// gathered for as long before they get here.
const DEBOUNCE_INTERVAL: Duration = Duration::from_millis(100);
/// A throttle: how often a polecat that never rests is counted at most. A count that takes longer
/// than this is followed by as long a pause.
const COUNT_INTERVAL: Duration = Duration::from_secs(1);
/// How often a polecat is counted without any event, if not all of its folders can be watched; a
/// slow count gets no more than a twentieth of the time.
const BLIND_INTERVAL: Duration = Duration::from_secs(10);
/// How often a count that failed is tried again before something changes.
const RETRY_LIMIT: u8 = 3;

/// What is known of one polecat from count to count.
pub(super) struct Job {
    branch: Option<String>,
    activity: Option<Timestamp>,
    rest: RestDetector,
    /// Its worktree, once it is watched.
    pub(super) watched: Option<WatchedWorktree>,
    pub(super) begun: Option<ForkPoint>,
    /// What changed since the last count.
    changes: Debounce,
    /// When to count though nothing has changed.
    retry_at: Option<Instant>,
    /// Not to be counted before.
    not_before: Instant,
    busy: bool,
    failures: u8,
}

impl Job {
    /// For a polecat that is seen for the first time.
    pub(super) fn new(info: &SessionInfo, now: Instant) -> Self {
        Self {
            branch: info.branch.clone(),
            activity: info.last_activity,
            rest: RestDetector::starting_with(info.state),
            watched: None,
            begun: None,
            changes: Debounce::new(DEBOUNCE_INTERVAL, DEBOUNCE_INTERVAL),
            retry_at: Some(now),
            not_before: now,
            busy: false,
            failures: 0,
        }
    }

    /// Takes what the poller saw last; gives back the worktree that need not be watched any more.
    pub(super) fn take(&mut self, info: &SessionInfo, now: Instant) -> Option<WatchedWorktree> {
        let rests = self.rest.rests(info.state);
        let printed = std::mem::replace(&mut self.activity, info.last_activity);
        if self.branch != info.branch {
            self.branch.clone_from(&info.branch);
            self.touch(now);
            return self.watched.take();
        }
        // Events miss some changes of where work began, such as a merge into `main`.
        if rests {
            self.begun = None;
            self.touch(now);
            // A person who looks now should see the right numbers at once.
            self.not_before = now;
        }
        if self.is_blind() && printed != info.last_activity {
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
        self.changes.event(now);
    }

    /// Whether its first count is under way, during which it begins to be watched.
    pub(super) fn is_new(&self) -> bool {
        self.busy && self.watched.is_none()
    }

    /// When to count it, if at all.
    pub(super) fn due(&self) -> Option<Instant> {
        let due = self.changes.due().into_iter().chain(self.retry_at).min();
        due.filter(|_| !self.busy).map(|due| due.max(self.not_before))
    }

    /// It is being counted.
    pub(super) fn begin(&mut self) {
        (self.busy, self.retry_at) = (true, None);
        self.changes.clear();
    }

    /// It was counted, which took so long.
    pub(super) fn end(&mut self, took: Duration, failed: bool, now: Instant) {
        self.busy = false;
        self.not_before = now + COUNT_INTERVAL.max(took);
        if self.is_blind() {
            self.retry_at = Some(now + BLIND_INTERVAL.max(took * 20));
        }
        if failed && self.failures < RETRY_LIMIT {
            self.failures += 1;
            self.retry_at = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{names::PolecatName, session::State};

    const MS: Duration = Duration::from_millis(1);

    fn ash(state: State) -> SessionInfo {
        let polecat = PolecatName::parse("ash").unwrap();
        let branch = Some("polecat/ash-1".to_owned());
        let stopped = SessionInfo::stopped(polecat, "sh-ash".to_owned(), "shop".to_owned());
        SessionInfo { state, branch, ..stopped }
    }

    /// One that was counted at `now` and is watched.
    fn counted(state: State, whole: bool, now: Instant) -> Job {
        let mut job = Job::new(&ash(state), now);
        job.watched = Some(WatchedWorktree { worktree: "/ash".into(), whole });
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
        assert_eq!(job.due(), Some(now + COUNT_INTERVAL));
        let mut rested = counted(State::Working, true, now);
        rested.touch(now + 5000 * MS);
        assert_eq!(rested.due(), Some(now + 5000 * MS + DEBOUNCE_INTERVAL));
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
        assert_eq!(job.due(), Some(now + BLIND_INTERVAL));
        job.touch(now);
        assert_eq!(job.due(), Some(now + COUNT_INTERVAL), "a change is not left for then");
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
            job.take(&ash(to), now);
            assert_eq!(job.due().is_some(), counts, "{from} to {to}");
        }
    }

    #[test]
    fn output_counts_only_where_events_do_not_tell_all() {
        let now = Instant::now();
        for whole in [true, false] {
            let mut job = counted(State::Working, whole, now);
            let activity = jiff::Timestamp::from_second(7).ok();
            job.take(&SessionInfo { last_activity: activity, ..ash(State::Working) }, now);
            let soon = job.due().is_some_and(|due| due <= now + COUNT_INTERVAL);
            assert_eq!(soon, !whole, "whole: {whole}");
        }
    }

    #[test]
    fn another_branch_is_another_worktree() {
        let now = Instant::now();
        let mut job = counted(State::Idle, true, now);
        let left = job.take(&SessionInfo { branch: None, ..ash(State::Idle) }, now);
        assert!(left.is_some() && job.watched.is_none() && job.due().is_some());
    }

    #[test]
    fn what_cannot_be_counted_is_tried_again_but_not_for_ever() {
        let now = Instant::now();
        let mut job = counted(State::Idle, true, now);
        for _ in 0..RETRY_LIMIT {
            job.begin();
            job.end(MS, true, now);
            assert!(job.due().is_some());
        }
        job.begin();
        job.end(MS, true, now);
        assert_eq!(job.due(), None);
    }
}
