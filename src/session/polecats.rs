//! Polecats: made, given work, removed and brought back; and who works in their worktrees.

pub(in crate::session) mod claims;
pub(in crate::session) mod create;
pub(in crate::session) mod presence;
pub(in crate::session) mod remove;
pub(in crate::session) mod restore;
pub(in crate::session) mod sling;
