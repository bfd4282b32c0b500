//! Why a host did not do what it was asked for.

use serde::{Deserialize, Serialize};

use crate::{core::as_bytes, session::ErrorDetail};

/// Why it was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FarError {
    /// One of the codes of `:help polecat-errors`.
    pub code: String,
    /// What is wrong with what: what a program there has printed may have lines.
    #[serde(with = "as_bytes::text")]
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What it is about, where a person may be asked how to go on.
    pub detail: Option<Box<ErrorDetail>>,
}

/// Why a call has no answer.
#[derive(Clone, Debug)]
pub enum Unanswered {
    /// The host answered that it did not do it.
    Refused(FarError),
    /// The host is not connected: nothing was done.
    Unreachable {
        /// Why.
        why: String,
    },
    /// The connection was lost before the answer came: it may have been done.
    Lost,
    /// What came was no answer to it.
    Nonsense {
        /// Why.
        why: String,
    },
}
