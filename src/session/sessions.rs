//! The sessions of a rig: recognising them, their state, and stopping them.

pub(in crate::session) mod attach;
pub(in crate::session) mod conflicts;
pub(in crate::session) mod conversation;
pub(in crate::session) mod detect_agent;
pub(in crate::session) mod environment;
pub(in crate::session) mod event_source;
pub(in crate::session) mod exit;
pub(in crate::session) mod last_session;
pub(in crate::session) mod left_queue;
pub(in crate::session) mod list;
pub(in crate::session) mod metadata;
pub(in crate::session) mod output_watch;
pub(in crate::session) mod pending;
pub(in crate::session) mod screen_reader;
pub(in crate::session) mod status;
pub(in crate::session) mod stop;

use crate::session::context::RigContext;

/// The sessions of a rig: recognises, reads and stops them.
#[derive(Clone)]
pub struct Sessions {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// The service for the rig's sessions.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        Sessions { context: self.clone() }
    }
}
