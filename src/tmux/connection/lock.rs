//! A lock among our processes on one server: who connects, and who does what tmux announces.
//!
//! A control client that is just connecting crashes the server (3.2 to 3.6) if in that moment, of
//! some 60 µs, there is something to announce to all control clients: a session that comes or goes,
//! since 3.4 also a buffer. We cannot keep other programs from that, but a backend that connects
//! while another one follows a pane would meet it sooner or later.

use std::fs::File;
use std::time::Duration;

use tracing::debug;

use crate::flock::{self, Holders};
use crate::tmux::address::ServerAddress;

/// Longer than anything under the lock takes if the server answers at all.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// Held for as long as this lives.
#[derive(Debug)]
pub(crate) struct LockGuard {
    _folder: File,
}

/// For connecting: waits until nothing is announced.
pub(crate) async fn connecting(address: &ServerAddress) -> Option<LockGuard> {
    hold(address, Holders::One).await
}

/// For what is announced to all control clients: waits until none is connecting.
pub(crate) async fn announcing(address: &ServerAddress) -> Option<LockGuard> {
    hold(address, Holders::Many).await
}

/// `None` if the folder cannot be opened or that takes too long: the lock makes a crash less
/// likely; without it we go on all the same.
async fn hold(address: &ServerAddress, holders: Holders) -> Option<LockGuard> {
    // The folder of the socket: a file of our own would have to be left behind.
    let folder = File::open(address.socket_file().parent()?).ok()?;
    if !flock::take(&folder, holders, LOCK_TIMEOUT).await {
        debug!("going on without the lock");
        return None;
    }
    Some(LockGuard { _folder: folder })
}
