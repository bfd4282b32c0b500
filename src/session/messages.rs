//! Messages to agents: every message takes the same way, and only one place submits.

pub(in crate::session) mod delivery;
pub(in crate::session) mod error;
pub(in crate::session) mod inject;
pub(in crate::session) mod interrupt;
pub(in crate::session) mod queue;
pub(in crate::session) mod recipient;
pub(in crate::session) mod tickets;
pub(in crate::session) mod typing;

use std::sync::Arc;

use crate::session::{context::RigContext, messages::tickets::Ticket};

/// Sends messages to agents.
#[derive(Clone)]
pub struct Messenger {
    pub(in crate::session) context: RigContext,
    /// That of the message, if it has its place among others.
    ticket: Option<Arc<Ticket>>,
}

impl RigContext {
    /// The service that sends messages to the rig's agents.
    #[must_use]
    pub fn messenger(&self) -> Messenger {
        Messenger { context: self.clone(), ticket: None }
    }
}

impl Messenger {
    /// The same for a message that came when `ticket` was taken.
    #[must_use]
    pub fn with_ticket(self, ticket: Option<Arc<Ticket>>) -> Self {
        Self { ticket, ..self }
    }
}
