//! Files as agents know them: each has its own worktree, but the paths in all are the same.

use std::path::{Path, PathBuf};

use crate::host::git;
use crate::session::{RigContext, SessionError};

impl RigContext {
    /// The path of `file` from the top of the worktree that it lies in; a file of no worktree of the
    /// rig keeps its full path.
    pub async fn path_for_agents(&self, file: &Path) -> PathBuf {
        let (rig, full) = (&self.rig, || file.to_owned());
        match git::worktree_around(rig, file).await {
            Ok(Some((_, below))) if !below.as_os_str().is_empty() => below,
            Ok(None) => file.strip_prefix(&rig.path).map_or_else(|_| full(), Path::to_owned),
            Ok(Some(_)) | Err(_) => full(),
        }
    }

    /// What is not committed in the worktree that `folder` lies in; in the rig's own where that is
    /// none of the rig's.
    ///
    /// # Errors
    /// There is no worktree, it is too much for a message, or git fails.
    pub async fn uncommitted(&self, folder: &Path) -> Result<git::Uncommitted, SessionError> {
        let found = git::worktree_around(&self.rig, folder).await?;
        let top = found.map_or_else(|| self.rig.path.clone(), |(top, _)| top);
        Ok(git::uncommitted(&self.rig, &top, &self.shared.launch).await?)
    }
}
