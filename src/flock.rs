//! Waits for a lock on a file or folder that other processes take too.
//!
//! A blocking `flock` has no timeout and occupies one of the shared threads, and nothing notifies us of
//! a free lock. So we poll, at the cost of a system call each time. The interval is constant, so that
//! those who have waited long are not overtaken by newcomers.

use std::{fs::File, time::Duration};

use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often a lock that is taken is tried again.
const RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// Who may hold a lock at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holders {
    /// One.
    One,
    /// All who ask for a shared lock.
    Many,
}

/// Takes the lock on `file`, which is released with its last handle; `false` if it was taken for all of
/// `limit`. Dropping the future ends the wait.
///
/// On file systems without locks (some network ones) everybody gets the lock.
pub(crate) async fn take(file: &File, holders: Holders, limit: Duration) -> bool {
    let how = match holders {
        Holders::One => FlockOperation::NonBlockingLockExclusive,
        Holders::Many => FlockOperation::NonBlockingLockShared,
    };
    let taken = || !matches!(flock(file, how), Err(Errno::WOULDBLOCK | Errno::INTR));
    if taken() {
        return true;
    }
    let mut pace = interval(RETRY_INTERVAL);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let waiting = async {
        while !taken() {
            pace.tick().await;
        }
    };
    timeout(limit, waiting).await.is_ok()
}
