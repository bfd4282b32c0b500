//! A merge, a rebase or the like that has begun and not ended.

use super::UnsavedWork;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::worktree::layout::WorktreeLayout;

/// What git leaves in its folder meanwhile, what that is, and which command gives it up. The first
/// that is there counts: a rebase picks commits too.
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
