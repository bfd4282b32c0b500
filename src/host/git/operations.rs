//! What is done with a polecat's folder, branch and worktree: each as a whole or not at all, under
//! the polecat's lock and with a journal. What was cut off, `recovery` finishes or rolls back.

pub(super) mod backup;
pub(super) mod create;
mod lock;
pub(super) mod next;
pub(super) mod recovery;
pub(super) mod remove;
mod require_pristine;
pub(super) mod restore;
pub(super) mod reuse;
