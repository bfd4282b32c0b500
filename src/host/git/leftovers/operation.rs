//! A merge, a rebase or the like that has begun and not ended.

use super::Leftover;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::site::Site;

/// What git leaves in its folder meanwhile.
const SIGNS: &[(&str, &str)] = &[
    ("MERGE_HEAD", "a merge"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase or `git am`"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("BISECT_LOG", "a bisection"),
];

pub(super) async fn leftovers(site: &Site) -> Result<Vec<Leftover>, HostError> {
    let Some(git_dir) = site.git_dir.clone() else { return Ok(Vec::new()) };
    blocking(move || {
        let mut found = Vec::new();
        for (sign, what) in SIGNS {
            if look_at_link(&git_dir.join(sign))?.is_some() {
                found.push(Leftover::Underway(what));
            }
        }
        Ok(found)
    })
    .await
}
