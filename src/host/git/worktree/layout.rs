//! What git has of a polecat: its worktree, and where it keeps what is only that worktree's.

use std::path::{Path, PathBuf};

use crate::core::{Layout, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, is_dir, read_text};
use crate::host::git::Git;
use crate::host::git::command::format;
use crate::host::programs::launch::Launch;
use crate::host::repository::{common_dir, git_dir_now, registered};
use crate::host::rigs::polecats;

/// A polecat as git sees it.
#[derive(Clone, Debug)]
pub(in crate::host::git) struct WorktreeLayout {
    /// The place it stands in.
    pub(in crate::host::git) place: Layout,
    /// Its folder there, or where that was moved to.
    pub(in crate::host::git) dir: PathBuf,
    /// Where it works, or would.
    pub(in crate::host::git) worktree: PathBuf,
    /// git's folder for it, if there is one.
    pub(in crate::host::git) git_dir: Option<PathBuf>,
    /// What the repository shares among its worktrees.
    pub(in crate::host::git) common: Option<PathBuf>,
    /// Why the worktree is none, though there are files.
    pub(in crate::host::git) broken: Option<String>,
}

impl WorktreeLayout {
    pub(in crate::host::git) async fn of(
        rig: &Rig,
        polecat: &PolecatName,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        polecats::require(rig, polecat).await?;
        let git = Git::find(rig, launch).await?;
        let (rig, polecat) = (rig.clone(), polecat.clone());
        blocking(move || Self::look(&rig, &polecat, git)).await
    }

    fn look(rig: &Rig, polecat: &PolecatName, git: Option<Git>) -> Result<Self, HostError> {
        let place = polecats::place_now(rig, polecat)?.unwrap_or_else(|| rig.layout.clone());
        let worktree = polecats::workdir_in(rig, &place, polecat)?;
        let rigs = match git {
            Some(git) => Some(common_dir(&git.repository_dir()?)?),
            None => None,
        };
        let known = |common: &Option<PathBuf>| match common {
            Some(common) => registered(common, &worktree),
            None => Ok(None),
        };
        let (git_dir, broken) = match git_dir_now(rig, &worktree) {
            Ok(Some(git_dir)) => (Some(git_dir), None),
            Ok(None) if is_dir(&worktree)? => (known(&rigs)?, Some("it has no `.git`".to_owned())),
            Ok(None) => (known(&rigs)?, None),
            Err(HostError::Broken { why, .. }) => (known(&rigs)?, Some(why)),
            Err(error) => return Err(error),
        };
        let common = match &git_dir {
            Some(git_dir) => Some(common_dir(git_dir)?),
            None => rigs,
        };
        Ok(Self { dir: place.polecat_dir(polecat), place, worktree, git_dir, common, broken })
    }

    /// Whether it is a repository of its own, whose commits are nowhere else unless pushed.
    pub(in crate::host::git) fn is_clone(&self) -> bool {
        self.git_dir.is_some() && self.git_dir == self.common
    }

    /// The same after its folder was moved.
    pub(in crate::host::git) fn moved(&self, to: &Path) -> Self {
        let moved = |path: &PathBuf| match path.strip_prefix(&self.dir) {
            Ok(below) if below.as_os_str().is_empty() => to.to_owned(),
            Ok(below) => to.join(below),
            Err(_) => path.clone(),
        };
        Self {
            place: self.place.clone(),
            dir: to.to_owned(),
            worktree: moved(&self.worktree),
            git_dir: self.git_dir.as_ref().map(moved),
            common: self.common.as_ref().map(moved),
            broken: self.broken.clone(),
        }
    }

    /// git on the worktree's own refs and logs, be the worktree itself gone.
    pub(in crate::host::git) fn git(&self, launch: &Launch) -> Option<Git> {
        let git_dir = self.git_dir.as_ref()?;
        Some(Git::new(git_dir, git_dir, launch))
    }

    /// git on what all worktrees share.
    pub(in crate::host::git) fn shared(&self, launch: &Launch) -> Option<Git> {
        let common = self.common.as_ref()?;
        Some(Git::new(common, common, launch))
    }

    /// Why git was told to keep the worktree.
    pub(in crate::host::git) async fn lock(&self) -> Result<Option<String>, HostError> {
        let Some(locked) = self.git_dir.as_ref().map(|dir| dir.join("locked")) else {
            return Ok(None);
        };
        let text = blocking(move || read_text(&locked)).await?;
        Ok(text.map(|text| format::printable(text.trim())))
    }
}
