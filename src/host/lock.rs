//! Turns among processes: locks on folders that are there anyway, so that no lock file is left
//! behind, however the one that holds it ends.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use tokio::time::{interval, timeout};

use super::error::HostError;
use super::files::unread;

/// How often a lock that another process holds is tried again: a wait in the kernel could not
/// be bounded.
const TRY_AGAIN: Duration = Duration::from_millis(10);

/// Takes the lock on `folder` within `patience`; it goes with the value. None where there is no
/// such folder.
///
/// # Errors
/// The folder cannot be opened, or another process holds the lock for longer.
pub async fn lock(folder: &Path, patience: Duration) -> Result<Option<File>, HostError> {
    taken(folder, FlockOperation::NonBlockingLockExclusive, patience).await
}

/// The same lock, which any number may have together, and then nobody alone.
///
/// # Errors
/// As [`lock`].
pub async fn share(folder: &Path, patience: Duration) -> Result<Option<File>, HostError> {
    taken(folder, FlockOperation::NonBlockingLockShared, patience).await
}

async fn taken(
    folder: &Path,
    how: FlockOperation,
    patience: Duration,
) -> Result<Option<File>, HostError> {
    let file = match File::open(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|source| unread(folder, source))?,
    };
    let mut again = interval(TRY_AGAIN);
    let waiting = async {
        while let Err(Errno::WOULDBLOCK | Errno::INTR) = flock(&file, how) {
            again.tick().await;
        }
        // Where folders cannot be locked (NFS) everybody has the turn, as without us.
    };
    if timeout(patience, waiting).await.is_err() {
        return Err(HostError::Busy { path: folder.to_owned(), waited: patience });
    }
    Ok(Some(file))
}
