//! Why an agent was not interrupted.

use crate::{
    core::{screen::Question, session::State},
    session::messages::error::asked,
};

/// Why an agent was not interrupted: nothing was pressed.
#[derive(Debug, thiserror::Error)]
pub enum InterruptError {
    /// The agent shows a question, which the key would answer.
    #[error(
        "the agent in `{session}` asks a question, which an interrupt would answer: {}",
        asked(question)
    )]
    Asks {
        /// The tmux session.
        session: String,
        /// The question.
        question: Box<Question>,
    },
    /// The agent does nothing that could be interrupted.
    #[error("the agent in `{session}` is not working: {}", doing(*state))]
    NotWorking {
        /// The tmux session.
        session: String,
        /// What it was seen doing.
        state: State,
    },
    /// No key is known that interrupts the agent.
    #[error("how to interrupt `{agent}` in `{session}` is not known")]
    NotInterruptible {
        /// The tmux session.
        session: String,
        /// The agent.
        agent: String,
    },
}

impl InterruptError {
    /// The stable code, as the help lists it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Asks { .. } => "agent_waiting",
            Self::NotWorking { .. } => "not_working",
            Self::NotInterruptible { .. } => "not_interruptible",
        }
    }

    /// What the user can do about it, if anything.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Asks { .. } => Some("answer it first: `:PolecatAnswer`, or `:PolecatAttach`"),
            Self::NotWorking { .. } => None,
            Self::NotInterruptible { .. } => Some("`:PolecatAttach` lets you press its own keys"),
        }
    }
}

fn doing(state: State) -> &'static str {
    match state {
        State::Idle => "it is at its prompt",
        State::Starting => "it is still starting",
        _ => "its screen does not show what it does",
    }
}
