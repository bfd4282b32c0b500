//! Messages to agents: every message takes the same way, and only one place submits.

pub(in crate::session) mod delivery;
pub(in crate::session) mod error;
pub(in crate::session) mod inject;
pub(in crate::session) mod interrupt;
pub(in crate::session) mod queue;
pub(in crate::session) mod recipient;
pub(in crate::session) mod typing;

use crate::session::context::RigContext;

/// Sends messages to agents.
#[derive(Clone)]
pub struct Messenger {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// The service that sends messages to the rig's agents.
    #[must_use]
    pub fn messenger(&self) -> Messenger {
        Messenger { context: self.clone() }
    }
}
