//! The state of an agent over time, without flicker.

use jiff::{SignedDuration, Timestamp};

use super::session::{State, StateSource};

/// How long an agent must look idle before it is shown as idle: a prompt may flash between two
/// steps of its work. With the interval between looks it stays under a second.
const IDLE_DELAY: SignedDuration = SignedDuration::from_millis(600);

/// The same after a question, which is looked at less often than work.
const IDLE_DELAY_AFTER_QUESTION: SignedDuration = SignedDuration::from_millis(400);

/// What one look says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The state.
    pub state: State,
    /// Where it was read.
    pub source: StateSource,
}

/// The state that is shown, and one that may follow it. Only the way to idle is debounced: all
/// other changes are shown at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DebouncedState {
    /// The state that is shown.
    pub told: Observation,
    /// Since when.
    pub since: Timestamp,
    /// When the agent was first seen idle while it is shown as something else.
    idle_since: Option<Timestamp>,
}

impl DebouncedState {
    /// The first look.
    #[must_use]
    pub fn new(told: Observation, since: Timestamp) -> Self {
        Self { told, since, idle_since: None }
    }

    /// What is shown after another look.
    #[must_use]
    pub fn after(self, told: Observation, now: Timestamp) -> Self {
        match (self.told.state, told.state) {
            (shown, seen) if shown == seen => Self { told, idle_since: None, ..self },
            (State::Starting | State::Working | State::Waiting, State::Idle) => {
                let since = self.idle_since.unwrap_or(now);
                // If the clock was set back since, do not wait for it to catch up.
                if now < since || now.duration_since(since) >= self.delay() {
                    return Self::new(told, since.min(now));
                }
                Self { idle_since: Some(since), ..self }
            }
            _ => Self::new(told, now),
        }
    }

    fn delay(&self) -> SignedDuration {
        if self.told.state == State::Waiting { IDLE_DELAY_AFTER_QUESTION } else { IDLE_DELAY }
    }

    /// When to look again even if nothing changes until then, because what was seen is not shown
    /// yet.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        Some(self.idle_since?.saturating_add(self.delay()).unwrap_or(Timestamp::MAX))
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
