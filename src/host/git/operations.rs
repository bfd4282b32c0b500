//! Operations on a polecat's folder, branch and worktree. Each is done as a whole or not at all,
//! under the polecat's lock, and keeps a journal by which `recovery` finishes or rolls back what
//! was cut off.

pub(super) mod backup;
pub(super) mod create;
mod lock;
pub(super) mod next;
pub(super) mod recovery;
pub(super) mod remove;
mod require_pristine;
pub(super) mod restore;
pub(super) mod reuse;
