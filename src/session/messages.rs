//! What is said to an agent: one road, which ends in the one place that submits.

pub(in crate::session) mod delivery;
pub(in crate::session) mod error;
pub(in crate::session) mod inject;
pub(in crate::session) mod recipient;
pub(in crate::session) mod typing;

use crate::session::context::RigContext;

/// Talks to agents.
#[derive(Clone)]
pub struct Messenger {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// Talks to agents.
    #[must_use]
    pub fn messenger(&self) -> Messenger {
        Messenger { context: self.clone() }
    }
}
