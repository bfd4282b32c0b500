//! Why work was not merged. Nothing was changed then.

use std::path::PathBuf;

use crate::core::names::shown;

/// How many files a message names.
const NAMED_LIMIT: usize = 5;

/// Why work was not merged; the main worktree is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// Its last commits are in the branch already.
    #[error("there is nothing to merge: `{into}` has all commits of `{polecat}`{}", left(.uncommitted))]
    Nothing {
        /// The polecat.
        polecat: String,
        /// The branch of the main worktree.
        into: String,
        /// What is not committed.
        uncommitted: Vec<PathBuf>,
    },
    /// There are commits that the person was not asked about.
    #[error("`{polecat}` has made other commits meanwhile")]
    Moved {
        /// The polecat.
        polecat: String,
    },
    /// Work of a person's is not committed.
    #[error("`{}` has uncommitted changes: {}", worktree.display(), listed(files))]
    Dirty {
        /// The worktree.
        worktree: PathBuf,
        /// The files.
        files: Vec<PathBuf>,
    },
    /// Something else is under way.
    #[error("{what} is in progress in `{}`", worktree.display())]
    InProgress {
        /// The worktree.
        worktree: PathBuf,
        /// What it is.
        what: &'static str,
        /// The command that gives it up.
        abort: &'static str,
    },
    /// There is no branch to merge into, or none to rebase.
    #[error("no branch is checked out in `{}`", worktree.display())]
    NoBranch {
        /// The worktree.
        worktree: PathBuf,
    },
    /// Both sides changed the same lines.
    #[error("`{polecat}` and `{into}` are in conflict in {}", listed(files))]
    Conflicts {
        /// The polecat.
        polecat: String,
        /// The branch of the main worktree.
        into: String,
        /// Where; empty if it is not known before.
        files: Vec<PathBuf>,
    },
    /// Files that git does not track would be overwritten.
    #[error("files that git does not track are in the way in `{}`: {}", worktree.display(), listed(files))]
    InTheWay {
        /// The main worktree.
        worktree: PathBuf,
        /// The files.
        files: Vec<PathBuf>,
    },
    /// Buffers have changes of files that would be changed.
    #[error("buffers have unsaved changes: {}", listed(files))]
    Unsaved {
        /// The files.
        files: Vec<PathBuf>,
    },
    /// It is a repository of its own.
    #[error("`{}` is a separate clone: its commits are not in the repository", worktree.display())]
    Clone {
        /// The worktree.
        worktree: PathBuf,
    },
    /// git cannot try a merge.
    #[error("git 2.38 or newer is needed to merge; this is `{found}`")]
    OldGit {
        /// What git says of itself.
        found: String,
    },
    /// A hook, or git, has refused; everything is as it was.
    #[error("not merged: {said}")]
    Refused {
        /// The end of what was printed.
        said: String,
    },
}

impl MergeError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nothing { .. } => "nothing_to_merge",
            Self::Conflicts { .. } => "conflicts",
            Self::Moved { .. } => "stale",
            Self::Dirty { .. }
            | Self::InProgress { .. }
            | Self::InTheWay { .. }
            | Self::Unsaved { .. } => "dirty",
            _ => "git_failed",
        }
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Dirty { .. } => "commit or stash them first",
            Self::InProgress { abort, .. } => {
                return Some(format!("finish it, or `{abort}` aborts it"));
            }
            Self::NoBranch { .. } => "check out a branch there",
            Self::Conflicts { polecat, .. } => {
                return Some(format!(
                    "`:PolecatMerge! {polecat}` leaves them in the files, to be resolved; or tell \
                     it to merge that branch itself"
                ));
            }
            Self::InTheWay { .. } => "move them away",
            Self::Unsaved { .. } => "`:wall` saves them",
            Self::Moved { .. } => "try again",
            Self::Nothing { uncommitted, .. } if !uncommitted.is_empty() => {
                "tell its agent to commit them"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

fn listed(files: &[PathBuf]) -> String {
    let name = |file: &PathBuf| format!("`{}`", shown(&file.to_string_lossy()));
    let named: Vec<_> = files.iter().take(NAMED_LIMIT).map(name).collect();
    let more = files.len().saturating_sub(NAMED_LIMIT);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    named.join(", ") + &more
}

fn left(files: &[PathBuf]) -> String {
    match files.len() {
        0 => String::new(),
        1 => "; 1 file is uncommitted".to_owned(),
        many => format!("; {many} files are uncommitted"),
    }
}
