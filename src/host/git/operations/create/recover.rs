//! A creation whose backend was killed midway: git finishes it, or it is rolled back.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::Creation;
use super::beginning::OnBranch;
use crate::core::{Base, Layout, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, is_file, look, unwritten};
use crate::host::git::Git;
use crate::host::git::operations::orphans::orphan_ended;
use crate::host::programs::launch::Launch;
use crate::host::records::{self, Making};
use crate::host::repository::git_dir_of;
use crate::host::rigs::{layouts, polecats};

/// Finishes or rolls back a creation that was cut off. The caller holds the locks.
pub(in crate::host::git) async fn recover(
    rig: &Rig,
    polecat: &PolecatName,
    making: Making,
    launch: &Launch,
) -> Result<(), HostError> {
    let git = Git::of(rig, launch).await?;
    let layout = layout(rig, polecat, making.at)?;
    let (rig, polecat, branch) = (rig.clone(), polecat.clone(), making.branch);
    let (name, tip) = (branch.clone(), String::new());
    let on = making.other.then_some(OnBranch { name, tip, from: None });
    Creation { git, rig, polecat, layout, branch, on }.finish_or_roll_back(&making.base).await
}

/// The layout in which a creation began, which must be one of the rig's.
fn layout(rig: &Rig, polecat: &PolecatName, at: Option<PathBuf>) -> Result<Layout, HostError> {
    let Some(at) = at else { return Ok(Rig::inside(&rig.home, &rig.name)) };
    layouts::of_worktree(rig, polecat, &at).cloned().ok_or_else(|| {
        let why = "a creation was begun there, where the rig has no polecats now".to_owned();
        HostError::Stranger { path: at, why }
    })
}

impl Creation {
    async fn finish_or_roll_back(self, base: &Base) -> Result<(), HostError> {
        orphan_ended([self.layout.worktree(&self.polecat)]).await?;
        if self.is_whole().await? {
            return records::save_base(&self.rig, &self.polecat, base, None).await.map(drop);
        }
        tracing::info!(polecat = %self.polecat, "rolling back a creation that was cut off");
        self.remove_half().await?;
        self.unregister_worktree().await?;
        let branch = format!("refs/heads/{}", self.branch);
        // Another one than its own is not the polecat's to delete.
        let is_own = self.on.is_none();
        if is_own && self.git.commit(&branch).await?.as_ref() == Some(&base.commit) {
            self.delete_branch(base).await?;
        }
        // Only empty folders: other content is not ours.
        let (rig, polecat, layout) = (self.rig.clone(), self.polecat.clone(), self.layout.clone());
        blocking(move || {
            // Where the rig no longer has polecats, an empty folder may be anybody's.
            if !rig.owns(&layout) && layout != rig.layout {
                return Ok(());
            }
            let dir = layout.polecat_dir(&polecat);
            for folder in layout.within(&dir).ancestors().take_while(|at| at.starts_with(&dir)) {
                let _ = fs::remove_dir(folder);
            }
            layouts::tidy(&rig, &layout, &polecat);
            Ok(())
        })
        .await?;
        records::delete_base(&self.rig, &self.polecat).await
    }

    /// Removes a half-made worktree. Outside the rig's home only if git had begun it: anything else
    /// there may have been put there since.
    async fn remove_half(&self) -> Result<(), HostError> {
        let (rig, polecat, layout) = (self.rig.clone(), self.polecat.clone(), self.layout.clone());
        blocking(move || {
            let worktree = layout.worktree(&polecat);
            if !polecats::is_ours_to_remove(&rig, &layout, &polecat)? {
                return Ok(());
            }
            match fs::remove_dir_all(&worktree) {
                Err(err) if err.kind() != ErrorKind::NotFound => Err(unwritten(&worktree, err)),
                _ => Ok(()),
            }
        })
        .await
    }

    /// Whether git has finished the worktree; until then git keeps it locked.
    async fn is_whole(&self) -> Result<bool, HostError> {
        let (rig, polecat, layout) = (self.rig.clone(), self.polecat.clone(), self.layout.clone());
        let (old, new) = (layout.polecat_dir(&polecat), layout.worktree(&polecat));
        blocking(move || {
            if rig.owns(&layout) && look(&old.join(".git"))?.is_some() {
                return Ok(true);
            }
            if !polecats::is_ours_to_remove(&rig, &layout, &polecat)? {
                return Ok(false);
            }
            match git_dir_of(&new) {
                Ok(Some(git_dir)) => Ok(!is_file(&git_dir.join("locked"))?),
                Ok(None) | Err(HostError::Broken { .. }) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
    }
}
