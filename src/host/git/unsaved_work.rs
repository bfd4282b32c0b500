//! What would be lost, or could be, if a polecat's worktree were removed.

mod commits;
mod files;
pub(super) mod in_progress;
mod sibling_files;
mod stashes;
pub(super) mod status;
mod submodules;
pub(super) mod unreachable;

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::git::command::format::{count, display_path, list_first, printable};
use crate::host::git::worktree::layout::WorktreeLayout;
use crate::host::programs::launch::Launch;

pub(super) use commits::{goal, own_branches, positions};
pub(super) use stashes::stashes;
pub(super) use status::GitStatus;
pub(super) use submodules::inside;

/// A reason to keep a polecat's worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnsavedWork {
    /// Tracked files that differ from the last commit, staged or not.
    Uncommitted(Vec<PathBuf>),
    /// Files git neither tracks nor ignores.
    Untracked(Vec<PathBuf>),
    /// Stashes made on the polecat's branch or in its worktree: `stash@{0} <subject>`.
    Stashed(Vec<String>),
    /// Commits that are neither on a remote nor merged into their target branch: `<hash>
    /// <subject>`.
    Commits(Vec<String>),
    /// A merge, rebase or the like is in progress. Cannot be backed up.
    InProgress {
        /// What it is.
        what: &'static str,
        /// The command that aborts it.
        abort: &'static str,
    },
    /// Files with unresolved conflicts. Cannot be backed up.
    Conflicts(Vec<PathBuf>),
    /// Files that git was told to ignore changes of. Cannot be backed up.
    Hidden(Vec<PathBuf>),
    /// A separate repository in place of the worktree. Cannot be backed up.
    Clone,
    /// A repository inside the worktree has work that exists nowhere else. Cannot be backed up.
    Submodule {
        /// Where it is.
        path: PathBuf,
        /// What it has.
        holds: String,
    },
    /// Somebody's own repository or worktree inside this one. Cannot be backed up.
    Repository(PathBuf),
    /// The worktree is locked in git, for this reason. Cannot be backed up.
    Locked(String),
    /// Files in the polecat's folder, next to its worktree.
    SiblingFiles(Vec<PathBuf>),
    /// Files in place of the worktree, which git does not know.
    Broken {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl UnsavedWork {
    /// Whether a forced removal can back it up.
    #[must_use]
    pub fn can_be_kept(&self) -> bool {
        use UnsavedWork as L;
        matches!(
            self,
            L::Uncommitted(_)
                | L::Untracked(_)
                | L::Stashed(_)
                | L::Commits(_)
                | L::SiblingFiles(_)
                | L::Broken { .. }
        )
    }
}

impl Display for UnsavedWork {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let paths = |paths: &[PathBuf]| list_first(paths, |path| display_path(path));
        match self {
            Self::Uncommitted(files) => {
                write!(f, "{} not committed: {}", count(files.len(), "file"), paths(files))
            }
            Self::Untracked(files) => {
                write!(f, "{} untracked: {}", count(files.len(), "file"), paths(files))
            }
            Self::Stashed(all) => {
                let (number, s) = (all.len(), if all.len() == 1 { "" } else { "es" });
                write!(
                    f,
                    "{number} stash{s} on its branch: {}",
                    list_first(all, |one| printable(one))
                )
            }
            Self::Commits(all) => {
                let number = count(all.len(), "commit");
                write!(
                    f,
                    "{number} neither pushed nor merged: {}",
                    list_first(all, |one| printable(one))
                )
            }
            Self::InProgress { what, .. } => write!(f, "{what} is in progress"),
            Self::Conflicts(files) => {
                write!(f, "{} in conflict: {}", count(files.len(), "file"), paths(files))
            }
            Self::Hidden(files) => {
                write!(f, "{} hidden from git: {}", count(files.len(), "file"), paths(files))
            }
            Self::Clone => write!(f, "it is a separate clone, not a worktree"),
            Self::Submodule { path, holds } => {
                write!(f, "the submodule `{}` has {holds}", display_path(path))
            }
            Self::Repository(path) => {
                write!(f, "`{}` is a separate repository in the worktree", display_path(path))
            }
            Self::Locked(why) if why.is_empty() => write!(f, "the worktree is locked"),
            Self::Locked(why) => write!(f, "the worktree is locked: {why}"),
            Self::SiblingFiles(files) => {
                write!(f, "{} next to the worktree: {}", count(files.len(), "file"), paths(files))
            }
            Self::Broken { path, why } => {
                write!(f, "`{}` has files, but {why}", display_path(path))
            }
        }
    }
}

/// What would be lost, or could be, if the polecat's worktree were removed; empty if nothing.
/// Commits that only the reflog of its `HEAD` has do not count: a removal always backs these up.
///
/// # Errors
/// There is no such polecat, or something could not be read: then nothing is known.
pub async fn unsaved_work(
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Vec<UnsavedWork>, HostError> {
    unsaved_work_in(&WorktreeLayout::of(rig, polecat, launch).await?, rig, polecat, launch).await
}

/// [`unsaved_work`] of a layout that is known.
pub(super) async fn unsaved_work_in(
    layout: &WorktreeLayout,
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Vec<UnsavedWork>, HostError> {
    let mut found = Vec::new();
    if layout.is_clone() {
        found.push(UnsavedWork::Clone);
    }
    found.extend(in_progress::unsaved_work(layout).await?);
    if let Some(why) = &layout.broken {
        let path = layout.worktree.clone();
        found.push(UnsavedWork::Broken { path, why: why.clone() });
    } else if layout.git_dir.is_some() {
        found.extend(files::unsaved_work(layout, rig, launch).await?);
    }
    found.extend(stashes::unsaved_work(layout, polecat, launch).await?);
    found.extend(commits::unsaved_work(layout, rig, polecat, launch).await?);
    found.extend(submodules::unsaved_work(layout, launch).await?);
    found.extend(layout.lock().await?.map(UnsavedWork::Locked));
    found.extend(sibling_files::unsaved_work(layout).await?);
    Ok(found)
}
