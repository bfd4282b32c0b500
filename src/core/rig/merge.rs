//! Merging a polecat's work: how, what would be merged, and what was.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How the work is merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MergeHow {
    /// As `git merge` does by the person's configuration.
    #[default]
    Merge,
    /// All of it as one commit.
    Squash,
    /// Its commits put behind those that are there.
    Rebase,
}

impl MergeHow {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Merge, Self::Squash, Self::Rebase];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::Rebase => "rebase",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.as_str() == name)
    }
}

/// What a merge of a polecat's work would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergePlan {
    /// The branch that the main worktree has checked out.
    pub into: String,
    /// The polecat's last commit.
    pub commit: String,
    /// Its branch, if one is checked out.
    pub branch: Option<String>,
    /// The subjects of what would be merged, oldest first.
    pub subjects: Vec<String>,
    /// The trailers of these commits, each once: `Co-authored-by: ...`.
    pub trailers: Vec<String>,
    /// The files that a merge would leave in conflict.
    pub conflicts: Vec<String>,
    /// Files of the polecat's worktree that are not committed and would stay behind.
    pub uncommitted: Vec<String>,
    /// The title of the issue that it was done for.
    pub title: Option<String>,
    /// Whether its agent runs.
    pub running: bool,
    /// Whether that is in the middle of something.
    pub working: bool,
}

/// What a person wants merged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeOrder {
    /// How.
    pub how: MergeHow,
    /// The commit that the person was asked about; another one is not merged.
    pub commit: Option<String>,
    /// The message of the commit, where one is made.
    pub message: Option<String>,
    /// Leave conflicts in the files, to be resolved.
    pub conflicts: bool,
    /// The files of buffers with changes that are not saved.
    pub unsaved: Vec<PathBuf>,
}

/// A merge that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The branch that has the work now.
    pub into: String,
    /// How.
    pub how: MergeHow,
    /// How many of the polecat's commits.
    pub commits: usize,
    /// The commit that the branch was at before.
    pub before: String,
    /// The commit that it is at.
    pub after: String,
    /// The files that were left in conflict: until they are resolved, nothing is merged.
    pub conflicts: Vec<String>,
    /// The worktree with the conflicts.
    pub worktree: PathBuf,
    /// What git and the hooks printed.
    pub output: String,
    /// Whether all that the polecat's worktree has is merged.
    pub whole: bool,
}
