//! Operations on a polecat's folder, branch and worktree. Each is done as a whole or not at all,
//! under the polecat's lock, and keeps a journal by which `recovery` finishes or rolls back what
//! was cut off.

pub(super) mod backup;
pub(super) mod changes;
pub(super) mod create;
pub(super) mod fork;
mod lock;
pub(super) mod merge;
pub(super) mod next;
mod orphans;
pub(super) mod push;
pub(super) mod recovery;
pub(super) mod remove;
pub(super) mod require_pristine;
pub(super) mod restore;
pub(super) mod reuse;

use std::path::Path;

use super::command::Git;
use crate::host::error::HostError;

/// Runs work to its end even if the caller stops waiting.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, HostError>> + Send + 'static,
) -> Result<T, HostError> {
    let ended = tokio::spawn(work).await;
    ended.unwrap_or_else(|stopped| Err(HostError::Internal(stopped.to_string())))
}

/// The error of an operation that failed for `cause`, after its rollback.
fn failed_for(cause: HostError, path: &Path, rollback: Result<(), HostError>) -> HostError {
    match rollback {
        Ok(()) => cause,
        Err(left) => HostError::NotUndone {
            cause: Box::new(cause),
            path: path.to_owned(),
            left: left.to_string(),
        },
    }
}

/// What git lists about all worktrees: `worktree <path>`, `branch <ref>`, ...
struct WorktreeList(Vec<u8>);

impl WorktreeList {
    async fn read(git: &Git) -> Result<Self, HostError> {
        let args = ["worktree", "list", "--porcelain", "-z"];
        Ok(Self(git.run("listing worktrees", &args).await?.stdout))
    }

    fn has_path(&self, path: &Path) -> bool {
        self.has(&format!("worktree {}", path.display()))
    }

    /// Whether a branch is checked out in any of them.
    fn has_branch(&self, branch: &str) -> bool {
        self.has(&format!("branch refs/heads/{branch}"))
    }

    fn has(&self, line: &str) -> bool {
        self.0.split(|&byte| byte == 0).any(|found| found == line.as_bytes())
    }
}
