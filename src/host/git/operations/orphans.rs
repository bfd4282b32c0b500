//! The git of a killed backend, which goes on without it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};
use tokio::time::{Instant, interval};

use crate::host::error::HostError;
use crate::host::files::blocking;
use crate::host::git::TIMEOUT;

/// How often to check whether git has ended, which is not our child.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Waits until no git makes or fills one of these worktrees any more.
pub(super) async fn orphan_ended(
    worktrees: impl IntoIterator<Item = PathBuf>,
) -> Result<(), HostError> {
    let worktrees: Vec<_> = worktrees.into_iter().collect();
    let (mut pace, deadline) = (interval(POLL_INTERVAL), Instant::now() + TIMEOUT);
    loop {
        let of = worktrees.clone();
        let Some(path) = blocking(move || Ok(being_made(of))).await? else { return Ok(()) };
        if Instant::now() >= deadline {
            return Err(HostError::Busy { path, waited: TIMEOUT });
        }
        pace.tick().await;
    }
}

/// The worktree that a git names among its words: `git worktree add <path>`, `git -C <path> read-tree`.
fn being_made(worktrees: Vec<PathBuf>) -> Option<PathBuf> {
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always).without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    let names = |words: &[OsString], path: &Path| {
        // The second where it is a script.
        let is_git = words.iter().take(2).any(|word| Path::new(word).ends_with("git"));
        is_git && words.iter().any(|word| word == path.as_os_str())
    };
    let is_named = |path: &PathBuf| system.processes().values().any(|one| names(one.cmd(), path));
    worktrees.into_iter().find(is_named)
}
