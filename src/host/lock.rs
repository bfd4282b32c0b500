//! Turns among processes.

use std::{fs::File, path::Path, time::Duration};

use rustix::fs::{FlockOperation, flock};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::error::HostError;

/// How often a lock that another process holds is asked for again: waiting for it in the kernel
/// could not be bounded.
const PACE: Duration = Duration::from_millis(10);

/// A lock on a folder, gone when dropped or when the process ends, however it does. The folder is
/// there anyway: no lock file is left behind.
#[derive(Debug)]
pub struct FolderLock {
    _folder: File,
}

impl FolderLock {
    /// Takes the lock on `folder` within `patience`; none where there is no such folder.
    ///
    /// # Errors
    /// The folder cannot be opened, or another process holds the lock for longer.
    pub async fn take(folder: &Path, patience: Duration) -> Result<Option<Self>, HostError> {
        let read = |source| HostError::Read { path: folder.to_owned(), source };
        let file = match File::open(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(read)?,
        };
        match timeout(patience, locked(&file)).await {
            Ok(taken) => taken.map(|()| Some(Self { _folder: file })).map_err(read),
            Err(_) => Err(HostError::Locked { path: folder.to_owned(), waited: patience }),
        }
    }
}

async fn locked(file: &File) -> std::io::Result<()> {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(()),
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => {}
            Err(error) => return Err(error.into()),
        }
    }
}
