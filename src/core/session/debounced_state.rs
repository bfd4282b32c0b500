//! The state of an agent over time, debounced.

mod agreement;

pub use agreement::Agreement;

use jiff::{SignedDuration, Timestamp};

use crate::core::session::{State, StateSource};

/// How long idle must last after work: a prompt that flashes between two steps does not count. With
/// the polling interval it stays under a second.
const BUSY_HOLD_TIMEOUT: SignedDuration = SignedDuration::from_millis(600);

/// The same after a question, which is polled less often.
const WAITING_HOLD_TIMEOUT: SignedDuration = SignedDuration::from_millis(400);

/// The state at one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The state.
    pub state: State,
    /// Its source.
    pub source: StateSource,
}

/// The debounced state. Only the way to idle is: all other changes are shown at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DebouncedState {
    /// The state that is shown.
    pub told: Observation,
    /// Since when.
    pub since: Timestamp,
    /// When the agent was first seen idle, while another state is shown.
    idle_since: Option<Timestamp>,
}

impl DebouncedState {
    /// The state after the first look.
    #[must_use]
    pub fn new(told: Observation, since: Timestamp) -> Self {
        Self { told, since, idle_since: None }
    }

    /// The state to show after another look.
    #[must_use]
    pub fn after(self, told: Observation, now: Timestamp) -> Self {
        match (self.told.state, told.state) {
            (shown, seen) if shown == seen => Self { told, idle_since: None, ..self },
            // The agent says so too: it does not flash.
            (State::Working | State::Waiting, State::Idle)
                if told.source == StateSource::Events =>
            {
                Self::new(told, self.idle_since.unwrap_or(now).min(now))
            }
            (State::Starting | State::Working | State::Waiting, State::Idle) => {
                let since = self.idle_since.unwrap_or(now);
                // If the clock was set back, do not hold it for that long.
                if now < since || now.duration_since(since) >= self.hold() {
                    return Self::new(told, since.min(now));
                }
                Self { idle_since: Some(since), ..self }
            }
            _ => Self::new(told, now),
        }
    }

    fn hold(&self) -> SignedDuration {
        if self.told.state == State::Waiting { WAITING_HOLD_TIMEOUT } else { BUSY_HOLD_TIMEOUT }
    }

    /// When another look is needed even if nothing changes, because what was seen is not shown yet.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        Some(self.idle_since?.saturating_add(self.hold()).unwrap_or(Timestamp::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKING: Observation = Observation { state: State::Working, source: StateSource::Screen };
    const STARTING: Observation = Observation { state: State::Starting, source: StateSource::Pane };
    const IDLE: Observation = Observation { state: State::Idle, source: StateSource::Screen };
    const WAITING: Observation = Observation { state: State::Waiting, source: StateSource::Screen };

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    /// What is shown, and since when, after looks at these times.
    fn check(looks: &[(i64, Observation)], state: State, since: i64) {
        let (first, rest) = looks.split_first().unwrap();
        let debounced =
            rest.iter().fold(DebouncedState::new(first.1, at(first.0)), |debounced, (ms, told)| {
                debounced.after(*told, at(*ms))
            });
        assert_eq!((debounced.told.state, debounced.since), (state, at(since)), "{looks:?}");
    }

    #[test]
    fn a_prompt_that_flashes_between_two_steps_is_not_idle() {
        check(&[(0, WORKING), (100, IDLE), (500, WORKING)], State::Working, 0);
        check(&[(0, WORKING), (100, IDLE), (500, WORKING), (900, IDLE)], State::Working, 0);
    }

    #[test]
    fn an_agent_that_stays_at_its_prompt_is_idle_since_it_came_there() {
        check(&[(0, WORKING), (100, IDLE), (900, IDLE)], State::Idle, 100);
    }

    #[test]
    fn an_agent_that_says_itself_that_its_turn_is_over_is_idle_at_once() {
        let said = Observation { source: StateSource::Events, ..IDLE };
        check(&[(0, WORKING), (100, said)], State::Idle, 100);
        check(&[(0, WORKING), (100, IDLE), (200, said)], State::Idle, 100);
        check(&[(0, STARTING), (100, said)], State::Starting, 0);
    }

    #[test]
    fn a_question_is_shown_at_once_and_so_is_its_end() {
        check(&[(0, WORKING), (100, WAITING)], State::Waiting, 100);
        check(&[(0, WAITING), (100, WORKING)], State::Working, 100);
        check(&[(0, WAITING), (100, IDLE), (500, IDLE)], State::Idle, 100);
    }

    #[test]
    fn a_prompt_that_flashes_before_the_work_begins_is_not_idle() {
        check(&[(0, STARTING), (100, IDLE), (300, WORKING)], State::Working, 300);
        check(&[(0, WAITING), (100, IDLE), (300, WORKING)], State::Working, 300);
        check(&[(0, STARTING), (100, IDLE), (600, IDLE)], State::Starting, 0);
    }

    #[test]
    fn a_clock_that_was_set_back_holds_nothing() {
        check(&[(0, WORKING), (9_000, IDLE), (100, IDLE)], State::Idle, 100);
    }

    #[test]
    fn what_is_not_shown_yet_is_due_when_it_has_lasted() {
        let debounced = DebouncedState::new(WORKING, at(0)).after(IDLE, at(100));
        assert_eq!(debounced.due(), Some(at(700)));
        assert_eq!(debounced.after(IDLE, at(700)).due(), None);
        assert_eq!(debounced.after(WORKING, at(200)).due(), None);
    }
}
