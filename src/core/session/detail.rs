//! What holds an agent up, or ended its last turn.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What holds an agent up, or ended its last turn, by what it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What it is.
    pub kind: DetailKind,
    /// Its words, on one line of limited length; empty if there are none.
    pub text: String,
    /// Which try follows, and of how many where that is told: `6/10`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
    /// How long until then, as it is shown: `12s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<String>,
    /// When a limit ends, as it is shown: `12:04pm (UTC)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// The kinds of [`Detail`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DetailKind {
    /// The last turn ended in an error of its service.
    Error,
    /// It tries its service again after an error.
    Retrying,
    /// The last turn ended because what may be used is used up.
    Limit,
    /// It shortens its conversation.
    Compacting,
}

/// The word on the wire.
impl fmt::Display for DetailKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Retrying => "retrying",
            Self::Limit => "limit",
            Self::Compacting => "compacting",
        })
    }
}

impl Detail {
    /// Whether the agent's last turn ended with it: nothing follows but a person's doing.
    #[must_use]
    pub fn ends_turn(&self) -> bool {
        matches!(self.kind, DetailKind::Error | DetailKind::Limit)
    }

    /// In words: `error: 529 overloaded`, `retrying 6/10 in 12s: API error`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let attempt = self.attempt.as_ref().map(|attempt| format!(" {attempt}"));
        let wait = self.wait.as_ref().map(|wait| format!(" in {wait}"));
        let head = [Some(self.kind.to_string()), attempt, wait];
        let head = head.into_iter().flatten().collect::<String>();
        if self.text.is_empty() { head } else { format!("{head}: {}", self.text) }
    }
}
