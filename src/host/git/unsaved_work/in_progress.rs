//! A merge, rebase or the like in progress.

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
    let Some(git_dir) = layout.git_dir.clone() else { return Ok(None) };
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
