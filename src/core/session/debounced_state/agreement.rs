//! What an agent says of itself, checked by what its screen shows.

use jiff::{SignedDuration, Timestamp};

use super::Observation;
use crate::core::agent::events::OwnWord;
use crate::core::session::{State, StateSource};

/// How long the two may differ before the screen alone counts: on a busy machine an agent draws
/// late.
const DIFFERENCE_TIMEOUT: SignedDuration = SignedDuration::from_secs(3);
/// The same for a word that may be over by now: a turn that failed at once has shown no work. A prompt
/// that flashes between two steps of a turn takes nothing from it.
const HOOK_TIMEOUT: SignedDuration = SignedDuration::from_secs(1);

/// Whether an agent's word and its screen agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Since when they differ, if they do.
    differ_since: Option<Timestamp>,
    /// Whether they have done so for too long.
    pub overruled: bool,
    /// Which word this is about, by when it was said, if it may be over.
    said: Option<Timestamp>,
    /// Whether the screen has shown what it says.
    shown: bool,
}

impl Agreement {
    /// What to believe of an agent that says `heard` while its screen shows `seen`, or shows
    /// nothing that is known.
    ///
    /// A dialog on the screen counts, whatever it says. Otherwise it is believed where its screen
    /// says nothing, and for a moment where that says otherwise; but that it is idle only once its
    /// screen says so too. A word that may be over counts only until its screen has gone on from it,
    /// and not any more once that has lasted.
    #[must_use]
    pub fn weigh(
        self,
        heard: Option<&OwnWord>,
        seen: Option<Observation>,
        now: Timestamp,
    ) -> (Option<Observation>, Self) {
        let Some(word) = heard else { return (seen, Self::default()) };
        let known = self.about(word, now);
        if known.said.is_some() && known.overruled {
            return (seen, known);
        }
        let heard = word.state();
        let told = |state| Some(Observation { state, source: StateSource::Events });
        let Some(shown) = seen.map(|seen| seen.state) else { return (told(heard), known.agreed()) };
        match shown {
            _ if heard == shown => {
                return (told(heard), Self { shown: known.said.is_some(), ..known.agreed() });
            }
            // Not all that it asks need be told by a hook.
            State::Waiting if known.said.is_some() => return (seen, known.agreed()),
            // It serves its events before it has drawn itself, or has not said yet what it asks.
            State::Idle | State::Working | State::Waiting => {}
            _ => return (seen, known.agreed()),
        }
        let differs = known.differing(now);
        let is_ahead = !differs.overruled && !differs.shown;
        match (heard, shown) {
            // It asks in a turn, and is about to draw that.
            (State::Working | State::Waiting, State::Idle | State::Working) if is_ahead => {
                (told(State::Working), differs)
            }
            _ => (seen, differs),
        }
    }

    /// What is known about this word.
    fn about(self, word: &OwnWord, now: Timestamp) -> Self {
        let said = word.may_be_over_since();
        if said == self.said {
            return self;
        }
        // An old word is no news: its screen has had the time to show it.
        let is_old = |at| now.duration_since(at).abs() >= HOOK_TIMEOUT;
        Self { said, shown: said.is_some_and(is_old), ..Self::default() }
    }

    fn agreed(self) -> Self {
        Self { differ_since: None, overruled: false, ..self }
    }

    fn differing(self, now: Timestamp) -> Self {
        let since = self.differ_since.filter(|since| *since <= now).unwrap_or(now);
        let limit = if self.said.is_some() { HOOK_TIMEOUT } else { DIFFERENCE_TIMEOUT };
        let overruled = now.duration_since(since) >= limit;
        Self { differ_since: Some(since), overruled, ..self }
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
    use crate::core::agent::events::{Activity, AgentEvent, AgentRequest, HookState, HookWord};
    use crate::core::screen::Reason;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn by(source: StateSource, state: State) -> Observation {
        Observation { state, source }
    }

    /// The word of an agent with a stream of events.
    fn streamed(state: State) -> OwnWord {
        let id = || "x".parse().unwrap();
        let mut activity = Activity::default();
        activity.take(match state {
            Working => AgentEvent::Busy(id()),
            Waiting => {
                let reason = Reason::Permission;
                AgentEvent::Asked(AgentRequest { id: id(), conversation: id(), reason })
            }
            _ => AgentEvent::Idle(id()),
        });
        OwnWord::Stream(activity)
    }

    fn hooked(said: HookState, ms: i64) -> OwnWord {
        OwnWord::Hook(HookWord { said, at: at(ms) })
    }

    /// What is believed after each of these looks, in milliseconds, at an agent that shows this.
    fn after_hook(word: &OwnWord, looks: &[(i64, Option<State>)]) -> Vec<Option<Observation>> {
        let mut agreement = Agreement::default();
        let mut look = |(ms, shown): &(i64, Option<State>)| {
            let seen = shown.map(|state| by(Screen, state));
            let (believed, after) = agreement.weigh(Some(word), seen, at(*ms));
            agreement = after;
            believed
        };
        looks.iter().map(&mut look).collect()
    }

    /// What is believed after looks, at these times, at an agent that says and shows this.
    fn check(looks: &[(i64, State, Option<State>)], state: State, source: StateSource) {
        let mut agreement = Agreement::default();
        let mut believed = None;
        for (ms, heard, shown) in looks {
            let seen = shown.map(|state| by(StateSource::Screen, state));
            (believed, agreement) = agreement.weigh(Some(&streamed(*heard)), seen, at(*ms));
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
        let working = streamed(Working);
        let (_, differs) = Agreement::default().weigh(Some(&working), idle, at(9_000));
        assert!(differs.is_open());
        assert_eq!(differs.weigh(None, idle, at(9_100)), (idle, Agreement::default()));
        let (believed, after) = differs.weigh(Some(&working), idle, at(100));
        assert_eq!((believed, after.overruled), (Some(by(Events, Working)), false));
    }

    #[test]
    fn a_hook_that_nobody_takes_back_counts_until_the_screen_has_gone_on_from_it() {
        let (events, screen) = (|state| Some(by(Events, state)), |state| Some(by(Screen, state)));
        let looks = [
            // It is about to draw that.
            (0, Some(Idle)),
            (200, Some(Working)),
            (5_000, None),
            // The prompt flashes between two steps.
            (6_000, Some(Idle)),
            (6_200, Some(Working)),
            // Its turn is interrupted.
            (7_000, Some(Idle)),
            (8_000, Some(Idle)),
            (9_000, None),
        ];
        let believed = [
            events(Working),
            events(Working),
            events(Working),
            screen(Idle),
            events(Working),
            screen(Idle),
            screen(Idle),
            None,
        ];
        assert_eq!(after_hook(&hooked(HookState::Busy, 0), &looks), believed);
    }

    #[test]
    fn a_question_told_by_a_hook_is_over_when_it_has_left_the_screen() {
        let asks = hooked(HookState::Asks(Reason::Permission), 0);
        let looks = [
            (0, Some(Working)),
            (200, Some(Waiting)),
            (9_000, Some(Working)),
            (10_000, Some(Working)),
            (11_000, None),
        ];
        let believed = [
            Some(by(Events, Working)),
            Some(by(Events, Waiting)),
            Some(by(Screen, Working)),
            Some(by(Screen, Working)),
            None,
        ];
        assert_eq!(after_hook(&asks, &looks), believed);
        assert_eq!(after_hook(&asks, &[(0, None)]), [Some(by(Events, Waiting))]);
    }

    #[test]
    fn a_question_that_no_hook_told_takes_nothing_from_the_word_before_it() {
        let looks =
            [(0, Some(Working)), (200, Some(Waiting)), (9_000, Some(Waiting)), (9_200, None)];
        let believed =
            [by(Events, Working), by(Screen, Waiting), by(Screen, Waiting), by(Events, Working)];
        assert_eq!(after_hook(&hooked(HookState::Busy, 0), &looks), believed.map(Some));
    }

    #[test]
    fn the_hook_of_long_ago_is_no_news_and_the_next_one_counts_anew() {
        let idle = Some(by(Screen, Idle));
        let weigh = |agreement: Agreement, said, ms| {
            agreement.weigh(Some(&hooked(HookState::Busy, said)), idle, at(ms))
        };
        let (believed, after) = weigh(Agreement::default(), 0, 60_000);
        assert_eq!(believed, idle);
        let (believed, after) = weigh(after, 0, 61_000);
        assert_eq!((believed, after.overruled), (idle, true));
        assert_eq!(weigh(after, 61_100, 61_200).0, Some(by(Events, Working)));
    }
}
