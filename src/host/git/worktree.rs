//! A polecat's new worktree, and where worktrees are.

pub(super) mod containing_worktree;
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
    /// The commit of the branch, where it is none of the polecat's own.
    pub tip: Option<String>,
    /// The tree of all files, where more were put there than were checked out.
    pub files: Option<String>,
}

impl Worktree {
    /// The commit that was checked out.
    pub(super) fn commit(&self) -> &str {
        self.tip.as_ref().unwrap_or(&self.base.commit)
    }
}
