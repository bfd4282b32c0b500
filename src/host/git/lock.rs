//! One creation at a time in a repository: two `git worktree add` at once read each other's
//! half-written files and fail (`failed to read worktrees/shop1/commondir: Success`, git 2.47).

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use tokio::time::{interval, timeout};

use crate::host::error::HostError;
use crate::host::files::unread;

/// How often a lock that another backend holds is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(10);

/// Waits for the repository's lock, which goes with the value. The folder itself is locked, so
/// that nothing is left behind, whenever the backend ends.
pub(super) async fn lock(repository: &Path, patience: Duration) -> Result<File, HostError> {
    let file = File::open(repository).map_err(|source| unread(repository, source))?;
    let mut again = interval(TRY_AGAIN);
    let waiting = async {
        while let Err(Errno::WOULDBLOCK | Errno::INTR) =
            flock(&file, FlockOperation::NonBlockingLockExclusive)
        {
            again.tick().await;
        }
        // Where folders cannot be locked (NFS) git's own race remains, as it is without us.
    };
    if timeout(patience, waiting).await.is_err() {
        return Err(HostError::Busy { repository: repository.to_owned(), waited: patience });
    }
    Ok(file)
}
