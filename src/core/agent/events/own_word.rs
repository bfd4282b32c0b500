//! What an agent says of itself, whatever way it takes.

use jiff::Timestamp;

use super::{Activity, EventId, HookState, HookWord};
use crate::core::{screen::Reason, session::State};

/// What an agent says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnWord {
    /// By its event stream, which tells all that happens.
    Stream(Activity),
    /// By its last hook, which does not.
    Hook(HookWord),
}

impl OwnWord {
    /// Its state.
    #[must_use]
    pub fn state(&self) -> State {
        match self {
            Self::Stream(activity) => activity.state(),
            Self::Hook(word) => word.said.state(),
        }
    }

    /// When it said so, if it may not say that this is over.
    #[must_use]
    pub fn may_be_over_since(&self) -> Option<Timestamp> {
        match self {
            Self::Stream(_) => None,
            Self::Hook(word) => Some(word.at),
        }
    }

    /// What it asks for.
    #[must_use]
    pub fn asks(&self) -> Option<Reason> {
        match self {
            Self::Stream(activity) => activity.oldest().map(|request| request.reason),
            Self::Hook(HookWord { said: HookState::Asks(reason), .. }) => Some(*reason),
            Self::Hook(_) => None,
        }
    }

    /// Its id for the question that is shown, which is of this kind.
    #[must_use]
    pub fn request(&self, reason: &str) -> Option<&EventId> {
        match self {
            Self::Stream(activity) => activity.request(reason).map(|request| &request.id),
            Self::Hook(_) => None,
        }
    }
}
