//! What would be lost, or be in doubt, if a polecat's worktree went.

mod commits;
mod files;
mod in_progress;
mod sibling_files;
mod stashes;
mod status;
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
pub(super) use status::Status;
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
    /// Commits that no remote, and no branch that they are meant for, has: `<hash> <subject>`.
    Commits(Vec<String>),
    /// A merge, rebase or the like has begun and not ended. Not to be set aside.
    InProgress {
        /// What it is.
        what: &'static str,
        /// The command that gives it up.
        abort: &'static str,
    },
    /// Files of which git has several versions for a person to choose from. Not to be set aside.
    Conflicts(Vec<PathBuf>),
    /// Files that git was told not to look at. Not to be set aside.
    Hidden(Vec<PathBuf>),
    /// A repository of its own in the place of the worktree. Not to be set aside.
    Clone,
    /// A repository inside the worktree has work that is nowhere else. Not to be set aside.
    Submodule {
        /// Where it is.
        path: PathBuf,
        /// What it has.
        holds: String,
    },
    /// A repository or worktree of somebody's own in the worktree. Not to be set aside.
    Repository(PathBuf),
    /// git was told to keep the worktree, with this reason. Not to be set aside.
    Locked(String),
    /// Files in the polecat's folder beside its worktree.
    SiblingFiles(Vec<PathBuf>),
    /// There are files where the worktree should be, and git does not know them.
    Broken {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl UnsavedWork {
    /// Whether a removal by force can keep it elsewhere.
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
            Self::InProgress { what, .. } => write!(f, "{what} is under way"),
            Self::Conflicts(files) => {
                write!(f, "{} in conflict: {}", count(files.len(), "file"), paths(files))
            }
            Self::Hidden(files) => {
                write!(f, "{} hidden from git: {}", count(files.len(), "file"), paths(files))
            }
            Self::Clone => write!(f, "it is a clone of its own, not a worktree"),
            Self::Submodule { path, holds } => {
                write!(f, "the submodule `{}` has {holds}", display_path(path))
            }
            Self::Repository(path) => {
                write!(f, "`{}` is a repository of its own in the worktree", display_path(path))
            }
            Self::Locked(why) if why.is_empty() => write!(f, "the worktree is locked"),
            Self::Locked(why) => write!(f, "the worktree is locked: {why}"),
            Self::SiblingFiles(files) => {
                write!(f, "{} beside the worktree: {}", count(files.len(), "file"), paths(files))
            }
            Self::Broken { path, why } => {
                write!(f, "`{}` has files, but {why}", display_path(path))
            }
        }
    }
}

/// What would be lost, or be in doubt, if the polecat's worktree went; empty when nothing would.
/// What only the worktree's log of `HEAD` still knows does not count: a removal keeps it anyway.
///
/// # Errors
/// There is no such polecat, or something could not be looked at: then nothing is known.
pub async fn unsaved_work(
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Vec<UnsavedWork>, HostError> {
    unsaved_work_in(&WorktreeLayout::of(rig, polecat, launch).await?, rig, polecat, launch).await
}

/// [`unsaved_work`] of what is there.
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
