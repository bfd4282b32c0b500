//! The two sides of a merge: the main worktree, and that of the polecat.

use std::path::{Path, PathBuf};

use crate::core::{PolecatName, Rig};
use crate::host::error::{HostError, MergeError};
use crate::host::files::{blocking, look_at_link};
use crate::host::git::command::format::path_from;
use crate::host::git::unsaved_work::{UnsavedWork, in_progress, status};
use crate::host::git::worktree::layout::WorktreeLayout;
use crate::host::git::{Git, failed, head};
use crate::host::programs::launch::Launch;

/// A worktree, as it is now.
#[derive(Clone)]
pub(super) struct Side {
    pub(super) git: Git,
    /// git's own folder for it.
    pub(super) git_dir: PathBuf,
    /// The branch that is checked out.
    pub(super) branch: Option<String>,
    /// The commit that is.
    pub(super) head: String,
}

impl Side {
    pub(super) async fn of(git: Git) -> Result<Self, HostError> {
        let none = || HostError::NoWorktree { path: git.repository.clone() };
        let git_dir = git.git_dir().ok_or_else(none)?.to_owned();
        let at = git_dir.clone();
        let branch = blocking(move || head::branch_of(&at)).await?;
        let Some(head) = git.commit("HEAD").await? else {
            return Err(HostError::NoCommits { repository: git.repository.clone() });
        };
        Ok(Self { git, git_dir, branch, head })
    }

    /// The main worktree.
    pub(super) async fn main(rig: &Rig, launch: &Launch) -> Result<Self, HostError> {
        Self::of(Git::main(rig, launch).await?).await
    }

    /// The polecat's.
    pub(super) async fn own(
        rig: &Rig,
        polecat: &PolecatName,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        let layout = WorktreeLayout::of(rig, polecat, launch).await?;
        if layout.is_clone() {
            return Err(MergeError::Clone { worktree: layout.worktree }.into());
        }
        Self::of(Git::in_worktree(rig, &layout.worktree, launch).await?).await
    }

    pub(super) fn worktree(&self) -> PathBuf {
        self.git.repository.clone()
    }

    /// Its branch.
    pub(super) fn branch(&self) -> Result<String, MergeError> {
        let none = || MergeError::NoBranch { worktree: self.worktree() };
        self.branch.clone().ok_or_else(none)
    }

    /// Refuses one in which a merge or the like is under way.
    pub(super) async fn require_rest(&self) -> Result<(), HostError> {
        let found = in_progress::found_in(self.git_dir.clone()).await?;
        let Some(UnsavedWork::InProgress { what, abort }) = found else { return Ok(()) };
        Err(MergeError::InProgress { worktree: self.worktree(), what, abort }.into())
    }

    /// Refuses one with tracked files that are not as in its commit.
    pub(super) async fn require_clean(&self) -> Result<(), HostError> {
        self.require_rest().await?;
        let files = status::status(&self.git).await?.changed;
        if files.is_empty() {
            return Ok(());
        }
        Err(MergeError::Dirty { worktree: self.worktree(), files }.into())
    }

    /// Refuses where one of `added`, files that the worktree does not have, is there: git would
    /// overwrite one that it ignores.
    pub(super) async fn require_room(&self, added: Vec<PathBuf>) -> Result<(), HostError> {
        let top = self.worktree();
        let there = blocking(move || {
            let mut there = Vec::new();
            for file in added {
                // A file in the place of a folder, too.
                for path in file.ancestors().filter(|path| !path.as_os_str().is_empty()) {
                    let Some(found) = look_at_link(&top.join(path))? else { continue };
                    if !found.is_dir() || path == file {
                        there.push(path.to_owned());
                    }
                }
            }
            there.dedup();
            Ok(there)
        })
        .await?;
        let mut files = Vec::new();
        for path in there {
            files.extend(self.untracked_at(&path).await?);
        }
        if files.is_empty() {
            return Ok(());
        }
        Err(MergeError::InTheWay { worktree: self.worktree(), files }.into())
    }

    /// What git does not track at a path, or below it, ignored or not.
    async fn untracked_at(&self, path: &Path) -> Result<Vec<PathBuf>, HostError> {
        let args = ["--literal-pathspecs", "ls-files", "--others", "-z", "--"];
        let asked = self.git.program(&args).arg(path).run().await;
        let output = asked.map_err(|source| failed("looking for what is in the way", source))?;
        let names = output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(path_from).collect())
    }
}
