//! Why a conversation was not gone on with.

/// Why a conversation was not gone on with. Nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// It is not known which.
    #[error("the conversation of `{polecat}` is not known: {why}")]
    Unknown {
        /// The polecat.
        polecat: String,
        /// Why not.
        why: String,
    },
    /// The agent cannot, or not in this way.
    #[error("`{agent}` cannot resume a conversation: {why}")]
    Unable {
        /// The agent.
        agent: String,
        /// Why not.
        why: String,
    },
    /// The polecat cannot be forked with it.
    #[error("`{polecat}` cannot be forked: {why}")]
    NoFork {
        /// The polecat.
        polecat: String,
        /// Why not.
        why: String,
    },
}

impl ResumeError {
    /// The stable code, as the help lists it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "conversation_unknown",
            Self::Unable { .. } => "cannot_resume",
            Self::NoFork { .. } => "cannot_fork",
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { polecat, .. } => format!(
                "`:PolecatStart {polecat}` begins a new one; `resume={{id}}` goes on with one that \
                 you know"
            ),
            Self::Unable { agent, .. } => format!(
                "without `resume` it begins a new one; `agents.{agent}.resume` of the \
                 configuration can say how it goes on"
            ),
            Self::NoFork { polecat, .. } => {
                format!("`:PolecatFork! {polecat}` forks its work alone, with a new conversation")
            }
        }
    }
}
