//! Looking at polecats again and again, and telling what changed.

pub(in crate::session) mod capture;
pub(in crate::session) mod diffstats;
pub(in crate::session) mod folders;
pub(in crate::session) mod follow;
pub(in crate::session) mod monitor;
pub(in crate::session) mod monitors;
pub(in crate::session) mod poller;
pub(in crate::session) mod watch;

use crate::session::context::RigContext;

/// Shows live what agents do.
#[derive(Clone)]
pub struct Observer {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// Shows live what agents do.
    #[must_use]
    pub fn observer(&self) -> Observer {
        Observer { context: self.clone() }
    }
}
