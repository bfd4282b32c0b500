//! Whether the turn that the last message began is over.

use std::time::Duration;

use tokio::time::Instant;

use crate::core::session::State;

/// An agent that has shown its prompt for so long after a message has no turn to end: a command of
/// its own, or an answer that nobody saw it work on.
const TURN_START_TIMEOUT: Duration = Duration::from_secs(5);

/// Follows the turns of one agent from look to look.
#[derive(Debug)]
pub(super) struct Turns {
    /// Which message was the last.
    sent: Option<String>,
    since: Instant,
    /// Whether it was seen at work since, or asking.
    begun: bool,
}

impl Turns {
    pub(super) fn new(sent: Option<String>, now: Instant) -> Self {
        Self { sent, since: now, begun: false }
    }

    /// Takes what a look says; whether the agent rests after its last message.
    pub(super) fn rests(&mut self, sent: Option<&String>, state: State, now: Instant) -> bool {
        if self.sent.as_ref() != sent {
            *self = Self::new(sent.cloned(), now);
        }
        self.begun |= matches!(state, State::Working | State::Waiting);
        let over =
            sent.is_none() || self.begun || now.duration_since(self.since) >= TURN_START_TIMEOUT;
        state == State::Idle && over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_over_once_it_was_seen_or_never_comes() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let (one, two) = ("1".to_owned(), "2".to_owned());
        let mut turns = Turns::new(None, start);
        for (sent, state, seconds, rests) in [
            (None, State::Working, 0, false),
            (None, State::Idle, 0, true),
            (Some(&one), State::Idle, 1, false),
            (Some(&one), State::Working, 2, false),
            (Some(&one), State::Unknown, 3, false),
            (Some(&one), State::Idle, 3, true),
            (Some(&two), State::Idle, 4, false),
            (Some(&two), State::Idle, 8, false),
            (Some(&two), State::Idle, 9, true),
        ] {
            assert_eq!(turns.rests(sent, state, at(seconds)), rests, "{sent:?} {state} {seconds}");
        }
    }
}
