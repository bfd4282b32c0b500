//! Errors of the host: folders, git and processes.

mod merge;
mod push;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::core::{BadName, PolecatName};
use crate::host::programs::run::RunError;

pub use merge::MergeError;
pub use push::PushError;

/// Why something could not be read or changed. Unless a variant says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// A folder or the configuration gives a name that cannot be used.
    #[error(transparent)]
    Name(#[from] BadName),
    /// No folder that was looked at belongs to a project.
    #[error("no rig here: no town and no git repository at {}", places(looked))]
    NoRig {
        /// The folders, in the order looked at.
        looked: Vec<PathBuf>,
    },
    /// A folder of a town that is no rig.
    #[error("`{}` is not a rig: {why}", path.display())]
    NotARig {
        /// The folder.
        path: PathBuf,
        /// What it is instead.
        why: &'static str,
    },
    /// The rig was there, or was named, and is not there now.
    #[error("the rig's folder `{}` is gone", path.display())]
    RigGone {
        /// The folder.
        path: PathBuf,
    },
    /// The rig has no such polecat.
    #[error("no polecat `{polecat}` in `{}`", dir.display())]
    PolecatNotFound {
        /// The name asked for.
        polecat: PolecatName,
        /// The rig's `polecats/`.
        dir: PathBuf,
    },
    /// The name is taken; the one that has it is as it was.
    #[error("polecat `{polecat}` already exists: `{}`", dir.display())]
    PolecatExists {
        /// The name.
        polecat: PolecatName,
        /// Its folder.
        dir: PathBuf,
    },
    /// The last operation on the polecat was cut off, and is not recovered yet.
    #[error("the {what} of polecat `{polecat}` was cut off")]
    CutOff {
        /// The name.
        polecat: PolecatName,
        /// What was under way.
        what: &'static str,
    },
    /// gastown has given the name to somebody who is about to make the polecat.
    #[error("gastown is creating a polecat `{polecat}`: `{}`", marker.display())]
    Pending {
        /// The name.
        polecat: PolecatName,
        /// The file that says so.
        marker: PathBuf,
    },
    /// Somebody else's folder has the name of a polecat, where polecats are.
    #[error("`{}` is not a polecat: {why}", path.display())]
    Stranger {
        /// The folder.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// No worktree can be made where the configuration wants them.
    #[error("no worktrees in `{}`: {why}", dir.display())]
    WorktreesUnwritable {
        /// The folder.
        dir: PathBuf,
        /// What is in the way.
        why: String,
    },
    /// A symbolic link leads, or would lead, out of the rig.
    #[error("`{}` is a symbolic link: inside a rig, links are not followed", path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// A polecat's worktree is elsewhere.
    #[error("`{}` leads out of the rig, to `{}`", path.display(), target.display())]
    Outside {
        /// The path asked for.
        path: PathBuf,
        /// Where it ends.
        target: PathBuf,
    },
    /// What is there is unknown.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file or folder could not be made or changed.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is there and cannot be understood.
    #[error("`{}` is broken: {why}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file of a newer version of ours.
    #[error("`{}` is left as it is: {why}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Which version wrote it.
        why: String,
    },
    /// The rig has nothing to make worktrees from.
    #[error("rig `{rig}` has no git repository: looked at {}", places(looked))]
    NoRepository {
        /// The rig's name.
        rig: String,
        /// Where it could be.
        looked: Vec<PathBuf>,
    },
    /// A repository that would run what a clone brought along.
    #[error(
        "`{}` is a repository that `{}` tracks as files: git would run what its configuration says",
        path.display(), by.display()
    )]
    Tracked {
        /// The repository.
        path: PathBuf,
        /// The top of the one around it.
        by: PathBuf,
    },
    /// There is no worktree to look into.
    #[error("`{}` is not a git worktree", path.display())]
    NoWorktree {
        /// The folder.
        path: PathBuf,
    },
    /// A worktree needs a commit to stand on.
    #[error("the repository `{}` has no commits yet", repository.display())]
    NoCommits {
        /// The repository.
        repository: PathBuf,
    },
    /// Another process held the lock for too long.
    #[error("`{}` is locked by another process (waited {waited:?})", path.display())]
    Busy {
        /// What is locked.
        path: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// git is missing, took too long or refused.
    #[error("{doing}: {source}")]
    Git {
        /// What it was to do, as in `creating the branch ...`.
        doing: String,
        /// What happened.
        source: RunError,
    },
    /// An operation failed, and what it had made could not be rolled back.
    #[error("{cause}; `{}` could not be rolled back: {left}", path.display())]
    NotUndone {
        /// Why the operation failed.
        cause: Box<HostError>,
        /// What is left.
        path: PathBuf,
        /// Why it is.
        left: String,
    },
    /// A file was changed by somebody else; it was not written.
    #[error("`{}` was changed since it was read", path.display())]
    Conflict {
        /// The file.
        path: PathBuf,
    },
    /// Refused as things are; the text says why.
    #[error("{0}")]
    Refused(String),
    /// Somebody has worked in what was to be rolled back.
    #[error("`{}` has been worked in: {what}; it is left as it is", path.display())]
    WorkedIn {
        /// The worktree.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// Somebody writes to what is to be removed; it is as it was.
    #[error("`{}` changed during the check: nothing was removed", path.display())]
    Changing {
        /// The folder.
        path: PathBuf,
    },
    /// A removal could not be finished; its backup is complete.
    #[error("polecat `{polecat}` is removed except for `{}`: {why}{}", left.display(), kept_at(backup.as_ref()))]
    HalfRemoved {
        /// The name.
        polecat: PolecatName,
        /// What is left.
        left: PathBuf,
        /// Why it is.
        why: String,
        /// The ref of the backup, where there is one.
        backup: Option<String>,
    },
    /// There is nothing to bring back.
    #[error("no backup of polecat `{polecat}` in `{}`", repository.display())]
    NoBackup {
        /// The name.
        polecat: PolecatName,
        /// Where it was looked for.
        repository: PathBuf,
    },
    /// A polecat's work was not merged.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// A branch was not pushed.
    #[error(transparent)]
    Push(#[from] PushError),
    /// A mistake of ours.
    #[error("internal error: {0}")]
    Internal(String),
}

impl HostError {
    /// Whether there is surely no rig.
    #[must_use]
    pub fn is_no_rig(&self) -> bool {
        matches!(self, Self::NoRig { .. } | Self::NotARig { .. } | Self::RigGone { .. })
    }

    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoRig { .. } | Self::NotARig { .. } => {
                "open a file of the project, or name its folder with `:PolecatRig {path}`"
            }
            Self::PolecatNotFound { polecat, .. } => {
                return Some(format!("`:PolecatNew {polecat}` creates it"));
            }
            Self::PolecatExists { polecat, .. } => {
                return Some(format!("`:PolecatStart {polecat}` starts it as it is"));
            }
            Self::Pending { .. } => {
                "take another name, or wait: gastown gives up after five minutes"
            }
            Self::CutOff { .. } => "try again: it is then finished or rolled back first",
            Self::Stranger { .. } => {
                "take another name, or move that folder away; if it is a worktree that was moved, \
                 `git worktree repair` tells git"
            }
            Self::WorktreesUnwritable { .. } => {
                "`worktrees` in the configuration says where they are made, such as \
                 `{data}/worktrees/{repo}/{polecat}/{repo}`"
            }
            Self::Changing { .. } => "wait until nobody writes to it, and try again",
            Self::HalfRemoved { polecat, .. } => {
                return Some(format!(
                    "`:PolecatRemove {polecat}` finishes it once that is out of the way"
                ));
            }
            Self::NoBackup { .. } => {
                "`git for-each-ref refs/polecat/backup` lists the backups there are"
            }
            Self::NoCommits { .. } => "make the first commit",
            Self::Link { .. } => "put a real folder in its place",
            Self::Tracked { path, .. } => {
                return Some(format!(
                    "if you know what is in it: `git rm -r --cached '{}'`",
                    path.display()
                ));
            }
            Self::Conflict { .. } => "`:e!` reads it again, `:w!` writes over it",
            Self::Broken { .. } => "repair the file, or move it away",
            Self::Git { source: RunError::Missing { .. }, .. } => "install git",
            // git's words name the file.
            Self::Git { source: RunError::Failed { said, .. }, .. }
                if said.contains("smudge filter") =>
            {
                "`git lfs fetch` in the main worktree brings that file, and says why if it cannot; \
                 `git lfs install --skip-smudge` leaves such files out of new worktrees"
            }
            Self::NotUndone { cause, .. } => return cause.hint(),
            Self::Merge(error) => return error.hint(),
            Self::Push(error) => return error.hint(),
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

fn kept_at(backup: Option<&String>) -> String {
    backup.map(|backup| format!("; its work is in `{backup}`")).unwrap_or_default()
}

fn places(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    if paths.is_empty() { "nothing".to_owned() } else { paths.join(" and ") }
}

pub(super) fn unread(path: &Path, source: io::Error) -> HostError {
    HostError::Read { path: path.to_owned(), source }
}

pub(super) fn unwritten(path: &Path, source: io::Error) -> HostError {
    HostError::Write { path: path.to_owned(), source }
}

pub(super) fn broken(path: &Path, why: impl Into<String>) -> HostError {
    HostError::Broken { path: path.to_owned(), why: why.into() }
}
