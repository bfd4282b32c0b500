//! What is checked out.

use std::path::Path;

use super::git_dir_of;
use crate::host::error::HostError;
use crate::host::files::{blocking, read_text};

/// The branch checked out in a worktree; `None` for a detached head, or a folder that is the top
/// of no worktree. Reads git's file, starts nothing.
///
/// # Errors
/// Something that is there could not be read.
pub async fn branch(workdir: &Path) -> Result<Option<String>, HostError> {
    let workdir = workdir.to_owned();
    blocking(move || branch_now(&workdir)).await
}

/// [`branch`] on a thread that may wait.
pub(in crate::host) fn branch_now(workdir: &Path) -> Result<Option<String>, HostError> {
    match git_dir_of(workdir)? {
        Some(git_dir) => branch_of(&git_dir),
        None => Ok(None),
    }
}

/// The branch that the `HEAD` of a git folder names.
pub(in crate::host) fn branch_of(git_dir: &Path) -> Result<Option<String>, HostError> {
    let head = read_text(&git_dir.join("HEAD"))?.unwrap_or_default();
    let branch = head.trim_end().strip_prefix("ref: refs/heads/");
    // `.invalid` stands in `HEAD` where refs are kept elsewhere (reftable).
    Ok(branch.filter(|branch| *branch != ".invalid").map(str::to_owned))
}
