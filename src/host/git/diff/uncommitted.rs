//! What in a worktree is not committed, as text.

use std::path::Path;

use super::{PLAIN, failed};
use crate::core::Rig;
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::programs::launch::Launch;
use crate::host::programs::run::RunError;

/// The maximum of the text, in bytes: more is nothing to paste.
const TEXT_LIMIT: usize = 100 * 1024;

/// What is not committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uncommitted {
    /// Changes to the files that git tracks, as `git diff` prints them.
    pub diff: Vec<u8>,
    /// The paths of the others.
    pub new: Vec<Vec<u8>>,
}

/// What is not committed in `worktree`.
///
/// # Errors
/// It is not a worktree, it is too much, or git fails.
pub async fn uncommitted(
    rig: &Rig,
    worktree: &Path,
    launch: &Launch,
) -> Result<Uncommitted, HostError> {
    let git = Git::in_worktree(rig, worktree, launch).await?;
    // Before the first commit there is nothing but the index to compare with.
    let since = if git.commit("HEAD").await?.is_some() { "HEAD" } else { "--cached" };
    let program = git.program(PLAIN).args([since, "--"]).env("GIT_DIFF_OPTS", "").up_to(TEXT_LIMIT);
    let diff = program.run().await.map_err(|source| match source {
        RunError::TooMuch { .. } => HostError::Refused(format!(
            "more than {} KiB are not committed: too much for a message",
            TEXT_LIMIT / 1024
        )),
        source => failed("looking at what is not committed", source),
    })?;
    let untracked = git.untracked(rig).await?;
    let new = untracked.files.iter().map(|file| file.path().to_vec()).collect();
    Ok(Uncommitted { diff: diff.stdout, new })
}
