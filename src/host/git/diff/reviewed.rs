//! What stood in a worktree when it was reviewed last, and what was changed since.

use std::path::Path;

use crate::core::Rig;
use crate::core::diff::{Changes, Stage};
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::git::snapshot::snapshot;
use crate::host::programs::launch::Launch;

/// Of the worktree alone: it goes with it.
pub(in crate::host::git) const REVIEWED: &str = "refs/worktree/polecat/reviewed";

/// The commit that was kept at the last review of `worktree`, if there was one.
///
/// # Errors
/// It is no worktree, or git fails.
pub async fn reviewed(
    rig: &Rig,
    worktree: &Path,
    launch: &Launch,
) -> Result<Option<String>, HostError> {
    Git::in_worktree(rig, worktree, launch).await?.commit(REVIEWED).await
}

/// Keeps `commit` as what was reviewed last.
///
/// # Errors
/// git fails; then the one before stays.
pub async fn keep_reviewed(
    rig: &Rig,
    worktree: &Path,
    commit: &str,
    launch: &Launch,
) -> Result<(), HostError> {
    let args = ["update-ref", "-m", "polecat: reviewed", REVIEWED, commit];
    let git = Git::in_worktree(rig, worktree, launch).await?;
    git.run("keeping what was reviewed", &args).await.map(drop)
}

/// What was changed in `worktree` since it was reviewed, wherever it has come to.
///
/// # Errors
/// It was never reviewed, it is no worktree, or git fails.
pub async fn since_review(
    rig: &Rig,
    worktree: &Path,
    launch: &Launch,
) -> Result<Changes, HostError> {
    let Some(before) = reviewed(rig, worktree, launch).await? else {
        let message = "it has not been reviewed yet: there is nothing to compare with";
        return Err(HostError::Refused(message.to_owned()));
    };
    let now = snapshot(rig, worktree, "polecat: what stands in the worktree", launch).await?;
    let git = Git::in_worktree(rig, worktree, launch).await?;
    let section = git.section(Stage::Reviewed, &[&before, &now.tree]).await?;
    let told = !section.files.is_empty() || section.missing.is_some();
    let since = "the last review".to_owned();
    Ok(Changes { since, sections: told.then_some(section).into_iter().collect() })
}
