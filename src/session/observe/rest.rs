//! When an agent comes to rest, told from its states; and when its work is worth another look.

use crate::core::session::{SessionInfo, State};

/// Tells when one agent comes to rest, from one state to the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RestDetector(Option<State>);

impl RestDetector {
    /// Of an agent whose state is known already.
    pub(super) fn starting_with(state: State) -> Self {
        let mut detector = Self::default();
        detector.rests(state);
        detector
    }

    /// Takes the newest state; true when the agent has just stopped being busy.
    pub(super) fn rests(&mut self, state: State) -> bool {
        // A look that could not tell is no change.
        if state == State::Unknown {
            return false;
        }
        let before = self.0.replace(state);
        !is_busy(state) && before.is_some_and(|before| before != state)
    }
}

/// Tells when what one polecat changed is worth another look: its agent comes to rest, or has committed
/// in a turn that was too short to be seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct WorkDetector {
    rest: RestDetector,
    /// How many commits were counted last.
    commits: Option<u32>,
}

impl WorkDetector {
    /// Takes what is seen of the polecat now.
    pub fn has_worked(&mut self, info: &SessionInfo) -> bool {
        let now = info.diff.as_ref().map(|diff| diff.ahead).or(self.commits);
        let before = std::mem::replace(&mut self.commits, now);
        let has_committed = before.is_some() && before != now;
        // While it is busy there is more to come.
        self.rest.rests(info.state) || has_committed && !is_busy(info.state)
    }
}

fn is_busy(state: State) -> bool {
    matches!(state, State::Working | State::Starting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{names::PolecatName, session::diffstat::Diffstat};

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

    #[test]
    fn what_was_committed_while_nobody_saw_it_work_is_worth_a_look_once() {
        let name = PolecatName::parse("ash").unwrap();
        let ash = SessionInfo::stopped(name, "gt-shop-ash".to_owned(), "shop".to_owned());
        let mut detector = WorkDetector::default();
        for (state, ahead, expected) in [
            (State::Idle, None, false),
            (State::Idle, Some(1), false),
            (State::Idle, Some(2), true),
            (State::Idle, Some(2), false),
            (State::Idle, None, false),
            (State::Working, Some(3), false),
            (State::Idle, Some(3), true),
            (State::Idle, Some(3), false),
        ] {
            let diff = ahead.map(|ahead| Diffstat { ahead, ..Diffstat::default() });
            let seen = SessionInfo { state, diff, ..ash.clone() };
            assert_eq!(detector.has_worked(&seen), expected, "{state:?} {ahead:?}");
        }
    }
}
