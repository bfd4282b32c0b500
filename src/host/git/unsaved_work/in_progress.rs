//! A merge, rebase or the like in progress.

use std::path::PathBuf;

use super::UnsavedWork;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::worktree::layout::WorktreeLayout;

/// The file that git keeps during an operation, the operation, and the command that aborts it. The
/// first that exists counts: a rebase also cherry-picks.
const SIGNS: &[(&str, &str, &str)] = &[
    ("rebase-merge", "a rebase", "git rebase --abort"),
    ("rebase-apply/applying", "`git am`", "git am --abort"),
    ("rebase-apply", "a rebase", "git rebase --abort"),
    ("MERGE_HEAD", "a merge", "git merge --abort"),
    ("CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --abort"),
    ("REVERT_HEAD", "a revert", "git revert --abort"),
    ("sequencer", "a cherry-pick or revert", "git cherry-pick --abort"),
    ("BISECT_LOG", "a bisection", "git bisect reset"),
];

pub(super) async fn unsaved_work(
    layout: &WorktreeLayout,
) -> Result<Option<UnsavedWork>, HostError> {
    match layout.git_dir.clone() {
        Some(git_dir) => found_in(git_dir).await,
        None => Ok(None),
    }
}

/// The same of the worktree with this folder of git's.
pub(in crate::host::git) async fn found_in(
    git_dir: PathBuf,
) -> Result<Option<UnsavedWork>, HostError> {
    blocking(move || {
        for (sign, what, abort) in SIGNS {
            if look_at_link(&git_dir.join(sign))?.is_some() {
                return Ok(Some(UnsavedWork::InProgress { what, abort }));
            }
        }
        Ok(None)
    })
    .await
}
