//! Events that come in bursts, handled once for each burst.
//!
//! Like `flock.rs`, this is no layer: `host` and `session` use it. It is for debouncing only. How
//! often something may happen at most is a throttle (`diffstats/schedule.rs`); a state that must
//! last before it is shown is a [`crate::core::session::debounced_state::DebouncedState`], which has no clock.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Is due when no event has come for `quiet`, but no later than `limit` after the first event. With
/// both the same it is due that long after the first one, however many follow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Debounce {
    quiet: Duration,
    limit: Duration,
    /// The first and the last event of the burst.
    burst: Option<(Instant, Instant)>,
}

impl Debounce {
    /// Nothing has happened yet.
    pub(crate) const fn new(quiet: Duration, limit: Duration) -> Self {
        Self { quiet, limit, burst: None }
    }

    /// Something happened at `now`.
    pub(crate) fn event(&mut self, now: Instant) {
        let first = self.burst.map_or(now, |(first, _)| first);
        self.burst = Some((first, now));
    }

    /// When the burst is to be handled; `None` without one.
    pub(crate) fn due(&self) -> Option<Instant> {
        let (first, last) = self.burst?;
        Some((last + self.quiet).min(first + self.limit))
    }

    /// The burst is being handled: the next event begins another one.
    pub(crate) fn clear(&mut self) {
        self.burst = None;
    }

    /// Waits until the burst is due and clears it; never returns without one. Cancelling it loses
    /// nothing.
    pub(crate) async fn elapsed(&mut self) {
        match self.due() {
            Some(due) => sleep_until(due).await,
            None => std::future::pending().await,
        }
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_burst_is_due_once_it_is_quiet() {
        let start = Instant::now();
        let mut burst = Debounce::new(50 * MS, 500 * MS);
        assert_eq!(burst.due(), None);
        for ms in [0, 30, 60] {
            burst.event(start + ms * MS);
            assert_eq!(burst.due(), Some(start + (ms + 50) * MS));
        }
        burst.clear();
        assert_eq!(burst.due(), None, "it was handled");
    }

    #[test]
    fn a_burst_without_an_end_is_due_at_the_limit() {
        let start = Instant::now();
        let mut burst = Debounce::new(50 * MS, 500 * MS);
        (0..40).for_each(|count| burst.event(start + count * 20 * MS));
        assert_eq!(burst.due(), Some(start + 500 * MS));
    }

    #[test]
    fn with_both_the_same_only_the_first_event_counts() {
        let start = Instant::now();
        let mut burst = Debounce::new(100 * MS, 100 * MS);
        (0..9).for_each(|count| burst.event(start + count * 20 * MS));
        assert_eq!(burst.due(), Some(start + 100 * MS));
    }

    #[tokio::test]
    async fn waiting_ends_with_the_burst_and_not_without_one() {
        let mut burst = Debounce::new(Duration::ZERO, Duration::ZERO);
        burst.event(Instant::now());
        burst.elapsed().await;
        assert_eq!(burst.due(), None);
        tokio::select! {
            biased;
            () = burst.elapsed() => panic!("there was no event"),
            () = tokio::task::yield_now() => {}
        }
    }
}
