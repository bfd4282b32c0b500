//! Takes back a merge that did not get to its commit: the main worktree is as it was before.

use jiff::Timestamp;

use super::sides::Side;
use crate::core::PolecatName;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::Git;
use crate::host::git::index::temporary::TempIndex;
use crate::host::git::snapshot::PLAINLY;
use crate::host::git::unsaved_work::status::status;

/// Where what hooks or others have changed meanwhile is kept.
const KEPT: &str = "refs/polecat/merging";

/// Puts index and files back to the commit `before`, which must still be checked out. What somebody
/// else has changed in them meanwhile is kept: the ref of it.
pub(super) async fn restore(
    main: &Side,
    polecat: &PolecatName,
    before: &str,
) -> Result<Option<String>, HostError> {
    let git = &main.git;
    if git.commit("HEAD").await?.as_deref() != Some(before) {
        return Err(HostError::Refused(format!("`HEAD` is no longer at {before}")));
    }
    let head = main.git_dir.join("MERGE_HEAD");
    let merging = blocking(move || look_at_link(&head)).await?.is_some();
    let args: &[&str] = if merging { &["merge", "--abort"] } else { &["reset", "--merge"] };
    let taken_back = git.act("undoing the merge", args).await;
    if taken_back.is_ok() && status(git).await?.changed.is_empty() {
        return Ok(None);
    }
    let kept = git.keep_all(polecat).await?;
    git.act("undoing the merge", &["reset", "--hard", "--quiet", before]).await?;
    tracing::info!(%polecat, kept, "what was changed during the merge is kept");
    Ok(Some(kept))
}

impl Git {
    /// Keeps all files of a worktree in a commit under a ref, which it gives.
    pub(super) async fn keep_all(&self, polecat: &PolecatName) -> Result<String, HostError> {
        let made = TempIndex::of(self).await?.snapshot("polecat: during a merge").await?;
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%S.%6fZ");
        let reference = format!("{KEPT}/{polecat}/{time}");
        let args = [PLAINLY, &["update-ref", &reference, &made.commit, ""]].concat();
        self.run(&format!("keeping files in `{reference}`"), &args).await?;
        Ok(reference)
    }
}
