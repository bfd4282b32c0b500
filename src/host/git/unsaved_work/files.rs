//! Files with uncommitted content.

use super::status::{GitStatus, status};
use super::{UnsavedWork, submodules};
use crate::core::Rig;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::gastown::provision;
use crate::host::git::Git;
use crate::host::git::worktree::layout::WorktreeLayout;
use crate::host::programs::launch::Launch;

pub(super) async fn unsaved_work(
    layout: &WorktreeLayout,
    rig: &Rig,
    launch: &Launch,
) -> Result<Vec<UnsavedWork>, HostError> {
    let (Some(git_dir), Some(common)) = (&layout.git_dir, &layout.common) else {
        return Ok(Vec::new());
    };
    if !worktree_is_there(layout).await? {
        return Ok(Vec::new());
    }
    let git = Git::on(&layout.worktree, git_dir, launch);
    let entries = git.index_entries().await?;
    let GitStatus { changed, untracked, repositories } = status(&git).await?;
    // Files that the town provided are not work of the polecat.
    let changed = provision::not_given(rig, &layout.worktree, changed).await?;
    let untracked = provision::not_given(rig, &layout.worktree, untracked).await?;
    let mut found = Vec::new();
    if !changed.is_empty() {
        found.push(UnsavedWork::Uncommitted(changed));
    }
    if !untracked.is_empty() {
        found.push(UnsavedWork::Untracked(untracked));
    }
    if !entries.conflicts.is_empty() {
        found.push(UnsavedWork::Conflicts(entries.conflicts));
    }
    if !entries.hidden.is_empty() {
        found.push(UnsavedWork::Hidden(entries.hidden));
    }
    found.extend(
        submodules::inside(&layout.worktree, &entries.submodules, [git_dir, common], launch)
            .await?,
    );
    found.extend(repositories.into_iter().map(UnsavedWork::Repository));
    Ok(found)
}

async fn worktree_is_there(layout: &WorktreeLayout) -> Result<bool, HostError> {
    let worktree = layout.worktree.clone();
    blocking(move || Ok(look_at_link(&worktree)?.is_some())).await
}
