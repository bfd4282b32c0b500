//! What a person is told, and why.

use crate::core::session::{SessionInfo, State};

/// What a person is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Why.
    pub occasion: Occasion,
    /// The polecat, as it is since.
    pub info: SessionInfo,
    /// The last known state before.
    pub old: State,
}

/// What a person may be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// That a polecat is in this state.
    State(State),
    /// That something holds it up, or has ended its turn.
    Trouble,
}

impl Occasion {
    /// The word in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::State(state) => state.as_str(),
            Self::Trouble => "trouble",
        }
    }
}
