//! How a polecat's branch stands to the one that it is meant for.

use serde::{Deserialize, Serialize};

/// How a polecat's branch stands to the one that it is meant for, by what is committed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BranchStatus {
    /// The branch it began at, such as `main`.
    pub of: String,
    /// How many commits of that branch it does not have.
    pub behind: u32,
    /// Whether all of its own commits, or what they changed, are there.
    pub merged: bool,
    /// Whether a merge would leave conflicts.
    pub conflicts: bool,
}
