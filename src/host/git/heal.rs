//! Creations whose backend was killed in the middle: finished by git, or taken back.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};
use tokio::time::{Instant, interval};

use super::create::Creation;
use super::remove::resume;
use super::{Base, Git, PATIENCE, restore};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, is_file, look, unwritten};
use crate::host::launch::Launch;
use crate::host::locks::Worktrees;
use crate::host::records;

/// How often it is looked whether git is done; it is no child of ours.
const PACE: Duration = Duration::from_millis(20);

/// Sees to it that a polecat is whole or not there at all. One that somebody is making is waited
/// for.
///
/// # Errors
/// Somebody makes it for too long, or what is left of it could not be removed.
pub async fn heal(rig: &Rig, polecat: &PolecatName, launch: &Launch) -> Result<(), HostError> {
    resume(rig, polecat, launch).await?;
    restore::heal(rig, polecat, launch).await?;
    if records::load_making(rig, polecat).await?.is_none() {
        return Ok(());
    }
    let (of, with) = (rig.clone(), launch.clone());
    let git = blocking(move || Git::of(&of, &with)).await?;
    // Who is still at it holds the lock.
    let _lock = Worktrees::lock(&git.repository).await?;
    let Some((base, branch)) = records::load_making(rig, polecat).await? else { return Ok(()) };
    let creation = Creation { git, rig: rig.clone(), polecat: polecat.clone(), branch };
    creation.heal(&base).await
}

/// Heals all polecats of a rig whose creation is under way or was cut off, so that no name is
/// held by half of one. What cannot be healed stays as it is: whoever names it is told why.
pub(super) async fn heal_all(rig: &Rig, launch: &Launch) -> Result<(), HostError> {
    for polecat in records::all_making(rig).await? {
        if let Err(error) = heal(rig, &polecat, launch).await {
            tracing::warn!(%error, %polecat, "a creation that was cut off is left as it is");
        }
    }
    Ok(())
}

impl Creation {
    async fn heal(self, base: &Base) -> Result<(), HostError> {
        self.orphan_ended().await?;
        if self.is_whole().await? {
            return records::save_base(&self.rig, &self.polecat, base, None).await.map(drop);
        }
        tracing::info!(polecat = %self.polecat, "taking back a creation that was cut off");
        let worktree = self.rig.new_worktree(&self.polecat);
        blocking(move || match fs::remove_dir_all(&worktree) {
            Err(err) if err.kind() != ErrorKind::NotFound => Err(unwritten(&worktree, err)),
            _ => Ok(()),
        })
        .await?;
        self.forget_worktree().await?;
        let branch = format!("refs/heads/{}", self.branch);
        if self.git.commit(&branch).await?.as_ref() == Some(&base.commit) {
            self.forget_branch(base).await?;
        }
        // Only an empty one: what else is in there is not ours.
        let dir = self.rig.polecat_dir(&self.polecat);
        blocking(move || fs::remove_dir(dir).or(Ok(()))).await?;
        records::forget_base(&self.rig, &self.polecat).await
    }

    /// Waits until the git of the killed backend, which goes on without it, is done.
    async fn orphan_ended(&self) -> Result<(), HostError> {
        let path = self.rig.new_worktree(&self.polecat);
        let (mut pace, deadline) = (interval(PACE), Instant::now() + PATIENCE);
        loop {
            let of = path.clone();
            if !blocking(move || Ok(is_being_made(&of))).await? {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(HostError::Busy { path, waited: PATIENCE });
            }
            pace.tick().await;
        }
    }

    /// Whether git has finished a worktree: until then it is locked.
    async fn is_whole(&self) -> Result<bool, HostError> {
        let (old, new) =
            (self.rig.old_worktree(&self.polecat), self.rig.new_worktree(&self.polecat));
        blocking(move || {
            if look(&old.join(".git"))?.is_some() {
                return Ok(true);
            }
            match super::repository::git_dir_of(&new) {
                Ok(Some(git_dir)) => Ok(!is_file(&git_dir.join("locked"))?),
                Ok(None) | Err(HostError::Broken { .. }) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
    }
}

/// Whether some `git worktree add` for this path runs.
fn is_being_made(path: &Path) -> bool {
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always).without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    system.processes().values().any(|process| {
        let words = process.cmd();
        words.iter().any(|word| word == OsStr::new("worktree"))
            && words.iter().any(|word| word == path.as_os_str())
    })
}
