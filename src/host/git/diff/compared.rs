//! What differs between the work of two polecats, committed or not.

use std::path::Path;

use crate::core::Rig;
use crate::core::diff::{Changes, Stage};
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::git::index::temporary::TempIndex;
use crate::host::programs::launch::Launch;

/// What stands in `worktree` now, as a tree that no ref keeps.
///
/// # Errors
/// It is not a worktree, a file could not be read, or git fails.
pub async fn work_tree(rig: &Rig, worktree: &Path, launch: &Launch) -> Result<String, HostError> {
    let git = Git::in_worktree(rig, worktree, launch).await?;
    TempIndex::of(&git).await?.whole_tree().await
}

/// What makes the work in the worktree `new` of that in `old`.
///
/// # Errors
/// As [`work_tree`].
pub async fn differences(
    rig: &Rig,
    (old, new): (&Path, &Path),
    launch: &Launch,
) -> Result<Changes, HostError> {
    let (before, now) = tokio::try_join!(work_tree(rig, old, launch), work_tree(rig, new, launch))?;
    let git = Git::in_worktree(rig, new, launch).await?;
    let section = git.section(Stage::Compared, &[&before, &now]).await?;
    let told = !section.files.is_empty() || section.missing.is_some();
    Ok(Changes { since: String::new(), sections: told.then_some(section).into_iter().collect() })
}
