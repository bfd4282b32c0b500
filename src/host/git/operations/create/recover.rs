//! A creation whose backend was killed in the middle: finished by git, or rolled back.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};
use tokio::time::{Instant, interval};

use super::Creation;
use crate::core::{Base, Layout, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, is_file, look, unwritten};
use crate::host::git::{Git, TIMEOUT};
use crate::host::programs::launch::Launch;
use crate::host::records::{self, Making};
use crate::host::repository::git_dir_of;
use crate::host::rigs::{layouts, polecats};

/// How often it is looked whether git is done; it is no child of ours.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Finishes or rolls back a creation that was cut off, for who holds the locks.
pub(in crate::host::git) async fn recover(
    rig: &Rig,
    polecat: &PolecatName,
    making: Making,
    launch: &Launch,
) -> Result<(), HostError> {
    let git = Git::of(rig, launch).await?;
    let layout = layout(rig, polecat, making.at)?;
    let (rig, polecat, branch) = (rig.clone(), polecat.clone(), making.branch);
    Creation { git, rig, polecat, layout, branch }.finish_or_roll_back(&making.base).await
}

/// The place that a creation has begun in, which must be one where the rig has polecats.
fn layout(rig: &Rig, polecat: &PolecatName, at: Option<PathBuf>) -> Result<Layout, HostError> {
    let Some(at) = at else { return Ok(Rig::inside(&rig.home, &rig.name)) };
    layouts::of_worktree(rig, polecat, &at).cloned().ok_or_else(|| {
        let why = "something was begun there, and no polecats are there now".to_owned();
        HostError::Stranger { path: at, why }
    })
}

impl Creation {
    async fn finish_or_roll_back(self, base: &Base) -> Result<(), HostError> {
        self.orphan_ended().await?;
        if self.is_whole().await? {
            return records::save_base(&self.rig, &self.polecat, base, None).await.map(drop);
        }
        tracing::info!(polecat = %self.polecat, "rolling back a creation that was cut off");
        self.remove_half().await?;
        self.unregister_worktree().await?;
        let branch = format!("refs/heads/{}", self.branch);
        if self.git.commit(&branch).await?.as_ref() == Some(&base.commit) {
            self.delete_branch(base).await?;
        }
        // Only an empty one: what else is in there is not ours.
        let (rig, polecat, layout) = (self.rig.clone(), self.polecat.clone(), self.layout.clone());
        blocking(move || {
            // An empty folder where polecats were once proves nothing.
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

    /// Removes the half of a worktree. Outside of the rig's home only one that git has begun: what
    /// stands there else may be somebody's who came after us.
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

    /// Waits until the git of the killed backend, which goes on without it, is done.
    async fn orphan_ended(&self) -> Result<(), HostError> {
        let path = self.layout.worktree(&self.polecat);
        let (mut pace, deadline) = (interval(POLL_INTERVAL), Instant::now() + TIMEOUT);
        loop {
            let of = path.clone();
            if !blocking(move || Ok(is_being_made(&of))).await? {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(HostError::Busy { path, waited: TIMEOUT });
            }
            pace.tick().await;
        }
    }

    /// Whether git has finished a worktree: until then it is locked.
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
