//! Why a message was not delivered.

use crate::core::screen::Question;

/// Why a message was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    /// The agent shows a question, which a message would answer.
    #[error("the agent in `{session}` {}, which a message would answer: {}", asks(*guessed), asked(question))]
    AgentWaiting {
        /// The tmux session.
        session: String,
        /// The question.
        question: Box<Question>,
        /// Whether it is a guess, because the agent's screen is not known.
        guessed: bool,
    },
    /// The composer holds unsent text, which a message would be appended to.
    #[error("the composer of `{session}` holds unsent text: `{}`", excerpt(text))]
    Draft {
        /// The tmux session.
        session: String,
        /// The text.
        text: String,
    },
    /// A message was typed but does not show, so it was not submitted.
    #[error("the agent in `{session}` does not show the message, so it was not submitted{}", standing(*lost))]
    NotShown {
        /// The tmux session.
        session: String,
        /// Whether the composer is certainly empty.
        lost: bool,
    },
    /// A message stays in the composer although it was submitted.
    #[error("the agent in `{session}` did not accept the message, which is still in its composer")]
    Stuck {
        /// The tmux session.
        session: String,
    },
    /// The agent cannot be typed to.
    #[error("the agent in `{session}` is not ready: {why}")]
    NotReady {
        /// The tmux session.
        session: String,
        /// What was last seen.
        why: String,
    },
    /// Keys for the agent would reach other panes too.
    #[error("the panes of `{session}` are synchronized: keys would reach all of them")]
    PaneSynchronized {
        /// The tmux session.
        session: String,
    },
    /// tmux discards input to the agent.
    #[error("input to the pane of `{session}` is switched off")]
    PaneInputOff {
        /// The tmux session.
        session: String,
    },
    /// The agent would run the message as a command.
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

    /// What the user can do about it, if anything.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::AgentWaiting { .. } => {
                "answer it first with `:PolecatAnswer`, or `:PolecatQueue` the message"
            }
            Self::Draft { .. } => {
                "send or delete it first: `:PolecatAttach` shows it; or `:PolecatQueue` the message"
            }
            Self::NotShown { lost: true, .. } | Self::Stuck { .. } => return None,
            Self::NotShown { lost: false, .. } => {
                "check its composer with `:PolecatAttach` before you send it again"
            }
            Self::NotReady { .. } => {
                "for an agent of your own, set `ready.prompt` to the beginning of its prompt"
            }
            Self::PaneSynchronized { .. } => "`:set synchronize-panes off` in tmux turns it off",
            Self::PaneInputOff { .. } => "`tmux select-pane -e` turns it on again",
            Self::WouldRunShell { .. } => "begin it with a character other than `!`",
        };
        Some(hint.to_owned())
    }

    /// Whether it could not be typed yet, but may be later.
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
    if guessed { "seems to ask a question" } else { "asks a question" }
}

/// The question and its choices.
pub(super) fn asked(question: &Question) -> String {
    let text = if question.text.is_empty() { &question.about } else { &question.text };
    let choices = question.choices.iter().enumerate();
    let choices: Vec<_> = choices.map(|(at, label)| format!("{}. {label}", at + 1)).collect();
    let choices =
        if choices.is_empty() { String::new() } else { format!(" ({})", choices.join(", ")) };
    format!("`{}`{choices}", excerpt(text))
}

fn standing(lost: bool) -> &'static str {
    if lost { ": its composer is empty" } else { ", and may be in its composer" }
}

/// As much of a text as fits into an error.
pub(super) fn excerpt(text: &str) -> String {
    const EXCERPT_LIMIT: usize = 60;
    let mut letters = text.chars();
    let beginning: String = letters.by_ref().take(EXCERPT_LIMIT).collect();
    if letters.next().is_some() { beginning + "..." } else { beginning }
}
