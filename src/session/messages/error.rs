//! Why a message was not delivered to an agent.

use crate::core::screen::Question;

/// What stands in a message's way, or became of it.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// The agent asks something, which a message would answer.
    #[error("the agent in `{session}` {}, which a message would answer: {}", asks(*guessed), asked(question))]
    AgentWaiting {
        /// The tmux session.
        session: String,
        /// What it asks.
        question: Box<Question>,
        /// Whether that is a guess: of the agent's screen nothing is known.
        guessed: bool,
    },
    /// Text that was not sent stands in the agent's composer, and a message would be glued to it.
    #[error("in the composer of `{session}` stands text that was not sent: `{}`", beginning(text))]
    Draft {
        /// The tmux session.
        session: String,
        /// The text.
        text: String,
    },
    /// A message was typed and is not to be seen, so nothing was pressed.
    #[error("the agent in `{session}` does not show the message, so it was not submitted{}", standing(*lost))]
    NotShown {
        /// The tmux session.
        session: String,
        /// Whether its composer is certainly empty.
        lost: bool,
    },
    /// A message stands in the composer, whatever is pressed.
    #[error("the agent in `{session}` did not take the message, which stands in its composer")]
    Stuck {
        /// The tmux session.
        session: String,
    },
    /// The agent cannot be typed to.
    #[error("the agent in `{session}` is not ready: {why}")]
    NotReady {
        /// The tmux session.
        session: String,
        /// What was seen last.
        why: String,
    },
    /// Keys to the agent would reach other panes too.
    #[error("the panes of `{session}` are synchronized: keys would reach all of them")]
    PaneSynchronized {
        /// The tmux session.
        session: String,
    },
    /// tmux drops what is typed to the agent.
    #[error("input to the pane of `{session}` is switched off")]
    PaneInputOff {
        /// The tmux session.
        session: String,
    },
    /// The agent would not take the message for one.
    #[error("`{agent}` in `{session}` would run the message as a shell command")]
    WouldRunShell {
        /// The tmux session.
        session: String,
        /// The agent.
        agent: String,
    },
}

impl MessageError {
    /// The stable code, as the help lists it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AgentWaiting { .. } => "agent_waiting",
            Self::Draft { .. } => "draft",
            Self::NotShown { .. } => "not_shown",
            Self::NotReady { .. } => "agent_not_ready",
            Self::PaneSynchronized { .. } => "pane_synchronized",
            Self::PaneInputOff { .. } => "pane_input_off",
            Self::WouldRunShell { .. } => "would_run_shell",
            Self::Stuck { .. } => "timeout",
        }
    }

    /// What a person can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::AgentWaiting { .. } => "answer it first: `:PolecatAttach` shows it",
            Self::Draft { .. } => "send it or take it out first: `:PolecatAttach` shows it",
            Self::NotShown { lost: true, .. } | Self::Stuck { .. } => return None,
            Self::NotShown { lost: false, .. } => {
                "look where it stands before you send it again: `:PolecatAttach`"
            }
            Self::NotReady { .. } => {
                "for an agent of your own, `ready.prompt` says how its prompt begins"
            }
            Self::PaneSynchronized { .. } => "`:set synchronize-panes off` in tmux ends that",
            Self::PaneInputOff { .. } => "`tmux select-pane -e` switches it on again",
            Self::WouldRunShell { .. } => "begin it with another character than `!`",
        };
        Some(hint.to_owned())
    }

    /// Whether it could not be typed yet, and may be later.
    #[must_use]
    pub fn is_in_the_way(&self) -> bool {
        matches!(
            self,
            Self::AgentWaiting { .. }
                | Self::Draft { .. }
                | Self::NotReady { .. }
                | Self::PaneSynchronized { .. }
                | Self::PaneInputOff { .. }
        )
    }
}

fn asks(guessed: bool) -> &'static str {
    if guessed { "seems to ask something" } else { "asks something" }
}

/// The question and its choices.
fn asked(question: &Question) -> String {
    let text = if question.text.is_empty() { &question.about } else { &question.text };
    let choices = question.choices.iter().enumerate();
    let choices: Vec<_> = choices.map(|(at, label)| format!("{}. {label}", at + 1)).collect();
    let choices =
        if choices.is_empty() { String::new() } else { format!(" ({})", choices.join(", ")) };
    format!("`{}`{choices}", beginning(text))
}

fn standing(lost: bool) -> &'static str {
    if lost { ": its composer is empty" } else { ", and may stand in its composer" }
}

/// So much of a text as fits a message.
fn beginning(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut letters = text.chars();
    let beginning: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() { beginning + "..." } else { beginning }
}
