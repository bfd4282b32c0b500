//! How many polecats are in each state, as one short text.

use super::words::sign;
use crate::core::session::State;

/// Who needs a person comes first.
pub(super) const STATES: [State; 8] = [
    State::Waiting,
    State::Died,
    State::Working,
    State::Starting,
    State::Idle,
    State::Unknown,
    State::Exited,
    State::Stopped,
];

/// The states that there are, with how many polecats are in each.
pub fn counts(states: &[State]) -> impl Iterator<Item = (State, usize)> {
    let count = |state| states.iter().filter(|one| **one == state).count();
    STATES.into_iter().map(move |state| (state, count(state))).filter(|(_, count)| *count > 0)
}

/// `!2 ●1`; who is stopped is not told. Empty when there is nothing to tell.
#[must_use]
pub fn statusline(states: &[State]) -> String {
    let told = counts(states).filter(|(state, _)| *state != State::Stopped);
    let parts: Vec<_> = told.map(|(state, count)| format!("{}{count}", sign(state))).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::words::urgency;

    #[test]
    fn it_counts_by_sign_and_who_needs_a_person_comes_first() {
        use State::{Died, Idle, Starting, Stopped, Waiting, Working};
        let states = [Idle, Waiting, Working, Idle, Stopped, Died, Starting];
        assert_eq!(statusline(&states), "!1 ✗1 ●1 ◌1 ○2");
        assert_eq!(counts(&states).last(), Some((Stopped, 1)));
        assert_eq!(statusline(&[Stopped]), "");
        assert!(STATES.is_sorted_by_key(|state| urgency(*state)));
    }
}
