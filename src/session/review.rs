//! What a polecat changed, and what a person says of it.

pub(in crate::session) mod changes;
pub(in crate::session) mod comments;

use crate::session::context::RigContext;

/// What polecats changed, and a person's comments on it.
#[derive(Clone)]
pub struct Reviews {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// What polecats changed, and a person's comments on it.
    #[must_use]
    pub fn reviews(&self) -> Reviews {
        Reviews { context: self.clone() }
    }
}
