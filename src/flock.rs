//! Waiting for the lock on a file or folder that other processes take too.
//!
//! A wait in the kernel is ended by no deadline, and takes a thread of those that all share for as
//! long as it lasts. Nothing tells that a lock is free either. So it is tried again and again: a
//! poll, which costs a system call. Always as often, so that who has waited for long is not passed
//! by who has just come.

use std::{fs::File, time::Duration};

use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often a lock that somebody else has is tried.
const PACE: Duration = Duration::from_millis(5);

/// Who may have a lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holders {
    /// One.
    One,
    /// All who ask for it so.
    Many,
}

/// Takes the lock on `file`, which goes with the last handle of it; false when somebody else had it
/// for all of `patience`. Dropping the future ends the wait.
///
/// Where files cannot be locked (some network file systems) everybody has the lock, as without us.
pub(crate) async fn take(file: &File, holders: Holders, patience: Duration) -> bool {
    let how = match holders {
        Holders::One => FlockOperation::NonBlockingLockExclusive,
        Holders::Many => FlockOperation::NonBlockingLockShared,
    };
    let taken = || !matches!(flock(file, how), Err(Errno::WOULDBLOCK | Errno::INTR));
    if taken() {
        return true;
    }
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let waiting = async {
        while !taken() {
            pace.tick().await;
        }
    };
    timeout(patience, waiting).await.is_ok()
}
