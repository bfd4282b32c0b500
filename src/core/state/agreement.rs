//! What an agent says of itself, checked by what its screen shows.

use jiff::{SignedDuration, Timestamp};

use super::Observation;
use crate::core::session::{State, StateSource};

/// How long the two may differ before the screen alone counts: on a busy machine an agent draws
/// late.
const DIFFERENCE_LIMIT: SignedDuration = SignedDuration::from_secs(3);

/// Whether an agent's word and its screen agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Since when they differ, if they do.
    differ_since: Option<Timestamp>,
    /// Whether they have done so for too long.
    pub overruled: bool,
}

impl Agreement {
    /// What to believe of an agent that says `heard` while its screen shows `seen`, or shows
    /// nothing that is known.
    ///
    /// A dialog on the screen counts, whatever it says. Otherwise it is believed where its screen
    /// says nothing, and for a moment where that says otherwise; but that it is idle only once its
    /// screen says so too.
    #[must_use]
    pub fn weigh(
        self,
        heard: Option<State>,
        seen: Option<Observation>,
        now: Timestamp,
    ) -> (Option<Observation>, Self) {
        let Some(heard) = heard else { return (seen, Self::default()) };
        let told = |state| Some(Observation { state, source: StateSource::Events });
        let Some(shown) = seen else { return (told(heard), Self::default()) };
        match (heard, shown.state) {
            (heard, shown) if heard == shown => return (told(heard), Self::default()),
            // It serves its events before it has drawn itself, or has not said yet what it asks.
            (_, State::Idle | State::Working | State::Waiting) => {}
            _ => return (seen, Self::default()),
        }
        let since = self.differ_since.filter(|since| *since <= now).unwrap_or(now);
        let overruled = now.duration_since(since) >= DIFFERENCE_LIMIT;
        let differs = Self { differ_since: Some(since), overruled };
        match (heard, shown.state) {
            // It asks in a turn, and is about to draw that.
            (State::Working | State::Waiting, State::Idle | State::Working) if !overruled => {
                (told(State::Working), differs)
            }
            _ => (seen, differs),
        }
    }

    /// Whether another look must follow soon, though nothing changes.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.differ_since.is_some() && !self.overruled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn by(source: StateSource, state: State) -> Observation {
        Observation { state, source }
    }

    /// What is believed after looks, at these times, at an agent that says and shows this.
    fn check(looks: &[(i64, State, Option<State>)], state: State, source: StateSource) {
        let mut agreement = Agreement::default();
        let mut believed = None;
        for (ms, heard, shown) in looks {
            let seen = shown.map(|state| by(StateSource::Screen, state));
            (believed, agreement) = agreement.weigh(Some(*heard), seen, at(*ms));
        }
        assert_eq!(believed, Some(by(source, state)), "{looks:?}");
    }

    use State::{Idle, Starting, Waiting, Working};
    use StateSource::{Events, Screen};

    #[test]
    fn what_both_say_is_told_by_the_agent() {
        for state in [Idle, Working, Waiting] {
            check(&[(0, state, Some(state))], state, Events);
            check(&[(0, state, None)], state, Events);
        }
    }

    #[test]
    fn a_dialog_counts_whatever_the_agent_says() {
        check(&[(0, Idle, Some(Waiting))], Waiting, Screen);
        check(&[(0, Working, Some(Waiting))], Waiting, Screen);
    }

    #[test]
    fn an_agent_that_says_it_works_does_so_for_a_moment_and_then_its_screen_counts() {
        check(&[(0, Working, Some(Idle))], Working, Events);
        check(&[(0, Working, Some(Idle)), (2_900, Working, Some(Idle))], Working, Events);
        check(&[(0, Working, Some(Idle)), (3_000, Working, Some(Idle))], Idle, Screen);
        let again = [
            (0, Working, Some(Idle)),
            (3_000, Working, Some(Idle)),
            (3_100, Working, Some(Working)),
            (6_200, Working, Some(Idle)),
        ];
        check(&again, Working, Events);
    }

    #[test]
    fn an_agent_that_says_it_is_idle_must_show_it() {
        check(&[(0, Idle, Some(Working))], Working, Screen);
        check(&[(0, Idle, Some(Working)), (200, Idle, Some(Idle))], Idle, Events);
    }

    #[test]
    fn a_question_that_is_not_drawn_yet_is_work() {
        check(&[(0, Waiting, Some(Idle))], Working, Events);
        check(&[(0, Waiting, Some(Working)), (100, Waiting, Some(Waiting))], Waiting, Events);
        check(&[(0, Waiting, Some(Working)), (4_000, Waiting, Some(Working))], Working, Screen);
    }

    #[test]
    fn an_agent_that_has_not_drawn_itself_is_starting() {
        check(&[(0, Idle, Some(Starting))], Starting, Screen);
    }

    #[test]
    fn without_its_word_the_screen_counts_and_a_clock_that_was_set_back_holds_nothing() {
        let idle = Some(by(Screen, Idle));
        let (_, differs) = Agreement::default().weigh(Some(Working), idle, at(9_000));
        assert!(differs.is_open());
        assert_eq!(differs.weigh(None, idle, at(9_100)), (idle, Agreement::default()));
        let (believed, after) = differs.weigh(Some(Working), idle, at(100));
        assert_eq!((believed, after.overruled), (Some(by(Events, Working)), false));
    }
}
