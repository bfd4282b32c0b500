//! The word of an agent about its state, checked against its screen.
//!
//! Its events say what no single look can: that it works though its prompt is drawn, that it asks
//! though we cannot read what, that a turn came and went between two looks. They do not say all: an
//! interrupted turn ends without one. So the screen is the check: a dialog on it always wins, and a
//! word that contradicts it for more than a moment no longer counts.

use jiff::{SignedDuration, Timestamp};

use super::event::AgentEvent;
use crate::core::{
    session::{State, StateSource},
    state::Observation,
};

/// How long the screen may take to show what an event said.
const MOMENT: SignedDuration = SignedDuration::from_secs(1);
/// How long an agent may go on showing work, or printing, after it said that it does not work. On a
/// busy machine its screen is late.
const WORK_TO_REST: SignedDuration = SignedDuration::from_secs(5);

/// What the screen shows of the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A question to the user.
    Dialog,
    /// This state.
    Known(State),
    /// Nothing that is known; this is what silence says.
    Unknown(State),
}

/// What the agent said last, from look to look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnWord {
    said: Option<AgentEvent>,
    /// Since when that is known.
    since: Timestamp,
    /// The last message that it was given, by its time.
    prompted: Option<Timestamp>,
    /// Since when the screen contradicts it.
    against: Option<Timestamp>,
    /// Whether the question that it told of has been on the screen.
    shown: bool,
    /// Whether it no longer counts.
    over: bool,
}

/// What a check came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The state by the agent's word; `None` if the screen tells.
    pub told: Option<Observation>,
    /// Whether its word has just ceased to count, because the screen shows something else.
    pub contradicted: bool,
}

impl OwnWord {
    /// What is known at the first look: an old word is no news.
    #[must_use]
    pub fn first(said: Option<AgentEvent>, prompted: Option<Timestamp>, now: Timestamp) -> Self {
        let at = said.as_ref().and_then(AgentEvent::at);
        Self { since: at.unwrap_or(now).min(now), said, prompted, ..Self::default() }
    }

    /// Takes what the agent has said by now; whether it was given a message since the last look.
    pub fn hear(
        &mut self,
        said: Option<AgentEvent>,
        prompted: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        if self.said != said {
            *self = Self { said, since: now, prompted: self.prompted, ..Self::default() };
        }
        let is_new = prompted.is_some() && prompted != self.prompted;
        self.prompted = prompted;
        is_new
    }

    /// What the agent asks about by its word.
    #[must_use]
    pub fn said(&self) -> Option<&AgentEvent> {
        self.said.as_ref()
    }

    /// Checks its word against what is seen at `now`. The turn that `began` since the last look is
    /// told even if it is over.
    pub fn check(&mut self, sight: Sight, began: bool, now: Timestamp) -> Checked {
        let by_events = |state| Some(Observation { state, source: StateSource::Events });
        let asks = self.said.as_ref().and_then(AgentEvent::state) == Some(State::Waiting);
        if sight == Sight::Dialog {
            (self.shown, self.against) = (asks, None);
            return Checked::default();
        }
        // A question that is gone was answered.
        self.over |= self.shown;
        let word = self.said.as_ref().and_then(AgentEvent::state).filter(|_| !self.over);
        let contradicts = match (word, sight) {
            (Some(State::Waiting), Sight::Unknown(State::Working)) => true,
            (Some(word), Sight::Known(shown)) => word != shown && shown != State::Starting,
            _ => false,
        };
        // A prompt may still be drawn when work has begun. But what still shows work may go on.
        let ahead = word == Some(State::Working) && now.duration_since(self.since).abs() <= MOMENT;
        let late = word == Some(State::Idle) || matches!(sight, Sight::Unknown(_));
        let lasted = if late { WORK_TO_REST } else { MOMENT };
        let against = contradicts.then(|| self.against.unwrap_or(now));
        self.against = against;
        let lost = against.is_some_and(|since| now.duration_since(since).abs() >= lasted);
        self.over |= lost;
        // What it asks is shown by a dialog alone, where dialogs can be read.
        let untold = word == Some(State::Waiting) && matches!(sight, Sight::Known(_));
        let told = match word {
            _ if began => by_events(State::Working),
            _ if lost || untold => None,
            Some(word) if !contradicts || ahead => by_events(word),
            Some(word) if matches!(sight, Sight::Unknown(_)) => by_events(word),
            _ => None,
        };
        Checked { told, contradicted: lost && !untold }
    }

    /// How soon another look is needed though nothing changes: what it said is not shown yet.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.against.is_some() && !self.over
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Happened;
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn event(event: Happened, ms: i64) -> Option<AgentEvent> {
        let (conversation, tool) = (None, None);
        Some(AgentEvent { v: 1, event, at_ms: ms, conversation, tool })
    }

    /// What is told at these looks after the agent said `word` at 0.
    fn looks(word: Happened, looks: &[(i64, Sight)]) -> Vec<Option<State>> {
        let mut own = OwnWord::first(event(word, 0), None, at(0));
        let mut look = |(ms, sight): &(i64, Sight)| own.check(*sight, false, at(*ms)).told;
        looks.iter().map(|one| look(one).map(|told| told.state)).collect()
    }

    const PROMPT: Sight = Sight::Known(State::Idle);
    const BUSY: Sight = Sight::Known(State::Working);

    #[test]
    fn a_word_counts_while_the_screen_agrees_or_says_nothing() {
        let sights =
            [(0, PROMPT), (500, BUSY), (9_000, BUSY), (9_500, Sight::Unknown(State::Idle))];
        assert_eq!(looks(Happened::Prompted, &sights), [Some(State::Working); 4]);
        let sights = [(0, PROMPT), (9_000, Sight::Unknown(State::Working))];
        assert_eq!(looks(Happened::Rested, &sights), [Some(State::Idle); 2]);
        // The screen may take its time to come to rest.
        let sights = [(0, BUSY), (900, BUSY), (950, PROMPT)];
        assert_eq!(looks(Happened::Rested, &sights), [None, None, Some(State::Idle)]);
    }

    #[test]
    fn a_word_that_contradicts_the_screen_loses_after_a_moment() {
        let sights = [(0, BUSY), (5_000, PROMPT), (5_400, PROMPT), (6_000, PROMPT), (6_400, BUSY)];
        let told = [Some(State::Working), None, None, None, None];
        assert_eq!(looks(Happened::Prompted, &sights), told);
        // A prompt that flashes between two steps takes nothing from it.
        let sights = [(5_000, PROMPT), (5_400, BUSY), (6_200, PROMPT), (6_400, BUSY)];
        let told = [None, Some(State::Working), None, Some(State::Working)];
        assert_eq!(looks(Happened::Prompted, &sights), told);
        let mut own = OwnWord::first(event(Happened::Prompted, 0), None, at(0));
        let mut lost = |ms| own.check(PROMPT, false, at(ms)).contradicted;
        assert_eq!([lost(0), lost(900), lost(1_000), lost(1_100)], [false, false, true, false]);
    }

    #[test]
    fn a_dialog_wins_over_any_word() {
        for word in [Happened::Prompted, Happened::Rested, Happened::Permission] {
            assert_eq!(looks(word, &[(0, Sight::Dialog), (9_000, Sight::Dialog)]), [None, None]);
        }
    }

    #[test]
    fn what_it_asks_is_told_only_where_no_dialog_can_be_read() {
        let sights = [(0, BUSY), (300, Sight::Unknown(State::Working))];
        assert_eq!(looks(Happened::Permission, &sights), [None, Some(State::Waiting)]);
        // One that was on the screen, or would have been, was answered.
        let sights = [(0, Sight::Dialog), (1_200, Sight::Unknown(State::Idle))];
        assert_eq!(looks(Happened::Permission, &sights), [None; 2]);
        let sights = [(0, BUSY), (1_000, BUSY), (1_200, Sight::Unknown(State::Idle))];
        assert_eq!(looks(Happened::Permission, &sights), [None; 3]);
        // One that prints on and on does not ask.
        let print = Sight::Unknown(State::Working);
        let told = looks(Happened::Question, &[(0, print), (4_900, print), (5_000, print)]);
        assert_eq!(told, [Some(State::Waiting), Some(State::Waiting), None]);
    }

    #[test]
    fn a_turn_that_is_over_before_it_was_seen_is_told_once() {
        let mut own = OwnWord::first(event(Happened::Rested, 0), Some(at(0)), at(0));
        assert!(!own.hear(event(Happened::Rested, 0), Some(at(0)), at(9_000)));
        assert!(own.hear(event(Happened::Rested, 9_200), Some(at(9_100)), at(9_500)));
        let told = own.check(PROMPT, true, at(9_500)).told.map(|told| told.state);
        assert_eq!(told, Some(State::Working));
        assert!(!own.hear(event(Happened::Rested, 9_200), Some(at(9_100)), at(9_700)));
        let told = own.check(PROMPT, false, at(9_700)).told.map(|told| told.state);
        assert_eq!(told, Some(State::Idle));
    }
}
