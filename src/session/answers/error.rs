//! Why a question was not answered.

use crate::core::session::Waiting;

/// Why a question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The agent asks nothing.
    #[error("the agent in `{session}` asks nothing")]
    NothingAsked {
        /// The tmux session.
        session: String,
    },
    /// The agent asks something else than was meant, or nothing any more. Nothing was answered.
    #[error("the agent in `{session}` no longer asks that{}", instead(now.as_deref()))]
    QuestionChanged {
        /// The tmux session.
        session: String,
        /// What it asks now.
        now: Option<Box<Waiting>>,
    },
    /// No way to answer is known.
    #[error("the question of `{session}` can only be answered in its terminal: {why}")]
    NotAnswerable {
        /// The tmux session.
        session: String,
        /// Why.
        why: &'static str,
    },
    /// What was said is none of the choices.
    #[error("`{said}` is not one of the choices: {}", choices.join(", "))]
    UnknownChoice {
        /// What was said.
        said: String,
        /// The choices.
        choices: Vec<String>,
    },
    /// What was said means several choices.
    #[error("`{said}` could mean {}", choices.join(" or "))]
    AmbiguousChoice {
        /// What was said.
        said: String,
        /// Those.
        choices: Vec<String>,
    },
    /// The choice means nothing without words.
    #[error("`{choice}` needs words")]
    WordsNeeded {
        /// The choice.
        choice: String,
        /// The id of the question.
        id: String,
    },
    /// A part of what the choice agrees to is not on the screen.
    #[error("the beginning of what the agent in `{session}` asks is not on its screen")]
    Cut {
        /// The tmux session.
        session: String,
        /// The choice.
        choice: String,
        /// The id of the question.
        id: String,
    },
    /// The choice takes no words.
    #[error("`{choice}` takes no words")]
    WordsRefused {
        /// The choice.
        choice: String,
    },
    /// A key was pressed, and the agent still shows the question.
    #[error("the agent in `{session}` still shows the question after the answer")]
    NotTaken {
        /// The tmux session.
        session: String,
    },
}

impl AnswerError {
    /// The stable code, as the help lists it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NothingAsked { .. } => "nothing_asked",
            Self::QuestionChanged { .. } => "question_changed",
            Self::NotAnswerable { .. } => "not_answerable",
            Self::UnknownChoice { .. } => "unknown_choice",
            Self::AmbiguousChoice { .. } => "ambiguous_choice",
            Self::WordsNeeded { .. } => "words_needed",
            Self::Cut { .. } => "question_cut",
            Self::WordsRefused { .. } => "bad_argument",
            Self::NotTaken { .. } => "timeout",
        }
    }

    /// What the user can do about it, if anything.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotAnswerable { .. } | Self::NotTaken { .. } => "`:PolecatAttach` shows it",
            Self::WordsNeeded { .. } => "`:PolecatAnswer {polecat} {choice} {words}`",
            Self::Cut { .. } => "`:PolecatAttach` shows it; `cut = true` answers it all the same",
            Self::AmbiguousChoice { .. } => "use its number",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

fn instead(now: Option<&Waiting>) -> String {
    now.map(|now| format!(", but: `{}`", now.text)).unwrap_or_default()
}
