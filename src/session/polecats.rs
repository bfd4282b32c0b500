//! Polecats: made, forked, given work, removed and brought back; and who works in their worktrees.

pub(in crate::session) mod attempts;
pub(in crate::session) mod claims;
pub(in crate::session) mod create;
pub(in crate::session) mod fork;
pub(in crate::session) mod label;
pub(in crate::session) mod merge;
pub(in crate::session) mod orphan_agents;
pub(in crate::session) mod presence;
pub(in crate::session) mod push;
pub(in crate::session) mod remove;
pub(in crate::session) mod restore;
pub(in crate::session) mod session_guard;
pub(in crate::session) mod sling;
pub(in crate::session) mod worktree;

use crate::session::context::RigContext;

/// Makes, forks, gives work to, removes and brings back polecats.
#[derive(Clone)]
pub struct Polecats {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// Makes, gives work to, removes and brings back polecats.
    #[must_use]
    pub fn polecats(&self) -> Polecats {
        Polecats { context: self.clone() }
    }
}
