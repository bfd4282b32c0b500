//! A polecat's new worktree, and where worktrees are.

pub(super) mod around;
pub(super) mod directory;
pub(super) mod layout;

use std::path::PathBuf;

use crate::core::Base;

/// A polecat's new worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worktree {
    /// Its folder.
    pub path: PathBuf,
    /// Its branch.
    pub branch: String,
    /// Where the branch began; also kept in the rig's records.
    pub base: Base,
}
