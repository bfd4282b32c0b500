//! The sessions of a rig: whose they are, how they are, and their end.

pub(in crate::session) mod attach;
pub(in crate::session) mod conflicts;
pub(in crate::session) mod detect_agent;
pub(in crate::session) mod environment;
pub(in crate::session) mod exit;
pub(in crate::session) mod list;
pub(in crate::session) mod metadata;
pub(in crate::session) mod output_watch;
pub(in crate::session) mod pending;
pub(in crate::session) mod screen_reader;
pub(in crate::session) mod status;
pub(in crate::session) mod stop;

use crate::session::context::RigContext;

/// The sessions of a rig: whose they are, how they are, and their end.
#[derive(Clone)]
pub struct Sessions {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// The sessions of a rig: whose they are, how they are, and their end.
    #[must_use]
    pub fn sessions(&self) -> Sessions {
        Sessions { context: self.clone() }
    }
}
