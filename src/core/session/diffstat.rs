//! The diffstat of a polecat's work.

use serde::{Deserialize, Serialize};

/// A polecat's work since its branch began. Lines are counted as they are in its worktree: committed,
/// uncommitted or in untracked files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diffstat {
    /// Commits since the beginning of its branch.
    pub ahead: u32,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
    /// Tracked files that differ from the last commit.
    pub uncommitted: u32,
    /// Files that are neither tracked nor ignored.
    pub untracked: u32,
}
