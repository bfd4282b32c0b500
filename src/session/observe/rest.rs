//! When an agent comes to rest, told from its states.

use crate::core::session::State;

/// Tells when one agent comes to rest, from one state to the next.
#[derive(Clone, Copy, Debug, Default)]
pub struct RestDetector(Option<State>);

impl RestDetector {
    /// Of an agent whose state is known already.
    pub(super) fn starting_with(state: State) -> Self {
        let mut detector = Self::default();
        detector.rests(state);
        detector
    }

    /// Takes the newest state; true when the agent has just stopped being busy.
    pub fn rests(&mut self, state: State) -> bool {
        // A look that could not tell is no change.
        if state == State::Unknown {
            return false;
        }
        let before = self.0.replace(state);
        let is_busy = matches!(state, State::Working | State::Starting);
        !is_busy && before.is_some_and(|before| before != state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_rests_when_it_stops_being_busy_and_an_unknown_state_says_nothing() {
        for (states, rests) in [
            (&[State::Working, State::Idle][..], true),
            (&[State::Idle, State::Working], false),
            (&[State::Working, State::Died], true),
            (&[State::Idle, State::Idle], false),
            (&[State::Idle, State::Unknown, State::Idle], false),
            (&[State::Working, State::Unknown, State::Idle], true),
            (&[State::Idle], false),
        ] {
            let mut detector = RestDetector::default();
            let last = states.iter().map(|state| detector.rests(*state)).last();
            assert_eq!(last, Some(rests), "{states:?}");
        }
    }
}
