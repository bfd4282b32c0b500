//! What a refusal is about, for who asks a person whether and how to go on.

use serde::{Deserialize, Serialize};

use crate::{
    core::{session::Waiting, trust::TrustRequest},
    session::error::{AnswerError, SessionError},
};

/// What a refusal is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorDetail {
    /// What is to be allowed first.
    Untrusted(TrustRequest),
    /// What is asked instead of what was answered.
    AskedNow(Waiting),
    /// A choice that means nothing without words.
    WordsNeeded {
        /// The choice.
        choice: String,
        /// The id of the question.
        id: String,
    },
    /// A choice that agrees to what is not all on the screen.
    Cut {
        /// The choice.
        choice: String,
        /// The id of the question.
        id: String,
    },
}

impl SessionError {
    /// What it is about, where a person may be asked how to go on.
    #[must_use]
    pub fn detail(&self) -> Option<ErrorDetail> {
        let answer = match self {
            Self::Untrusted(request) => return Some(ErrorDetail::Untrusted((**request).clone())),
            Self::Answer(answer) => answer,
            _ => return None,
        };
        match answer {
            AnswerError::QuestionChanged { now, .. } => {
                now.as_deref().cloned().map(ErrorDetail::AskedNow)
            }
            AnswerError::WordsNeeded { choice, id } => {
                Some(ErrorDetail::WordsNeeded { choice: choice.clone(), id: id.clone() })
            }
            AnswerError::Cut { choice, id, .. } => {
                Some(ErrorDetail::Cut { choice: choice.clone(), id: id.clone() })
            }
            _ => None,
        }
    }
}
