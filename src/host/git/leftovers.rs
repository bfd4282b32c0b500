//! What would be lost, or be in doubt, if a polecat's worktree went.

mod beside;
mod commits;
mod files;
mod operation;
mod stashes;
mod submodules;

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

use super::site::Site;
use super::words::{count, plain, shown, some};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::launch::Launch;

pub(super) use commits::{goal, own_branches, positions};
pub(super) use files::Status;
pub(super) use stashes::stashes;
pub(super) use submodules::inside;

/// A reason to keep a polecat's worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// Tracked files that differ from the last commit, staged or not.
    Uncommitted(Vec<PathBuf>),
    /// Files git neither tracks nor ignores.
    Untracked(Vec<PathBuf>),
    /// Stashes made on the polecat's branch or in its worktree: `stash@{0} <subject>`.
    Stashed(Vec<String>),
    /// Commits that no remote, and no branch that they are meant for, has: `<hash> <subject>`.
    Commits(Vec<String>),
    /// A merge, rebase or the like has begun and not ended. Not to be set aside.
    Underway {
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
    Beside(Vec<PathBuf>),
    /// There are files where the worktree should be, and git does not know them.
    Broken {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl Leftover {
    /// Whether a removal by force can keep it elsewhere.
    #[must_use]
    pub fn can_be_kept(&self) -> bool {
        use Leftover as L;
        matches!(
            self,
            L::Uncommitted(_)
                | L::Untracked(_)
                | L::Stashed(_)
                | L::Commits(_)
                | L::Beside(_)
                | L::Broken { .. }
        )
    }
}

impl Display for Leftover {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let paths = |paths: &[PathBuf]| some(paths, |path| shown(path));
        match self {
            Self::Uncommitted(files) => {
                write!(f, "{} not committed: {}", count(files.len(), "file"), paths(files))
            }
            Self::Untracked(files) => {
                write!(f, "{} untracked: {}", count(files.len(), "file"), paths(files))
            }
            Self::Stashed(all) => {
                let (number, s) = (all.len(), if all.len() == 1 { "" } else { "es" });
                write!(f, "{number} stash{s} on its branch: {}", some(all, |one| plain(one)))
            }
            Self::Commits(all) => {
                let number = count(all.len(), "commit");
                write!(f, "{number} neither pushed nor merged: {}", some(all, |one| plain(one)))
            }
            Self::Underway { what, .. } => write!(f, "{what} is under way"),
            Self::Conflicts(files) => {
                write!(f, "{} in conflict: {}", count(files.len(), "file"), paths(files))
            }
            Self::Hidden(files) => {
                write!(f, "{} hidden from git: {}", count(files.len(), "file"), paths(files))
            }
            Self::Clone => write!(f, "it is a clone of its own, not a worktree"),
            Self::Submodule { path, holds } => {
                write!(f, "the submodule `{}` has {holds}", shown(path))
            }
            Self::Repository(path) => {
                write!(f, "`{}` is a repository of its own in the worktree", shown(path))
            }
            Self::Locked(why) if why.is_empty() => write!(f, "the worktree is locked"),
            Self::Locked(why) => write!(f, "the worktree is locked: {why}"),
            Self::Beside(files) => {
                write!(f, "{} beside the worktree: {}", count(files.len(), "file"), paths(files))
            }
            Self::Broken { path, why } => {
                write!(f, "`{}` has files, but {why}", shown(path))
            }
        }
    }
}

/// What would be lost, or be in doubt, if the polecat's worktree went; empty when nothing would.
/// What only the worktree's log of `HEAD` still knows does not count: a removal keeps it anyway.
///
/// # Errors
/// There is no such polecat, or something could not be looked at: then nothing is known.
pub async fn leftovers(
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Vec<Leftover>, HostError> {
    leftovers_of(&Site::of(rig, polecat, launch).await?, rig, polecat, launch).await
}

/// [`leftovers`] of what is there.
pub(super) async fn leftovers_of(
    site: &Site,
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Vec<Leftover>, HostError> {
    let mut found = Vec::new();
    if site.is_clone() {
        found.push(Leftover::Clone);
    }
    found.extend(operation::leftovers(site).await?);
    if let Some(why) = &site.broken {
        let path = site.worktree.clone();
        found.push(Leftover::Broken { path, why: why.clone() });
    } else if site.git_dir.is_some() {
        found.extend(files::leftovers(site, rig, launch).await?);
    }
    found.extend(stashes::leftovers(site, polecat, launch).await?);
    found.extend(commits::leftovers(site, rig, polecat, launch).await?);
    found.extend(submodules::leftovers(site, launch).await?);
    found.extend(site.lock().await?.map(Leftover::Locked));
    found.extend(beside::leftovers(site).await?);
    Ok(found)
}
