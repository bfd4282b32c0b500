//! One at a time, across all our processes, for what must not meet on one server.
//!
//! A control client that is just connecting crashes the server (3.2 to 3.6) when a session is
//! created, closed or renamed in that moment: tmux then tells a client that it has not finished
//! setting up. The moment lasts about 60 µs. We cannot keep others from it, but several backends
//! that start at once, as when a person opens their editors again, would hit it by themselves.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use tokio::time::timeout;

use super::address::{ServerAddress, Socket};

/// Longer than anything takes that is done under the lock, if the server answers at all.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits for the others. The lock lasts as long as the file is open; there is none when the
/// folder cannot be locked, or it takes too long: it makes a crash less likely, and is no
/// reason to do nothing.
pub(crate) async fn alone(address: &ServerAddress) -> Option<File> {
    // The folder of the socket: a file of our own would have to be left behind.
    let folder = File::open(folder(address)?).ok()?;
    let locked = tokio::task::spawn_blocking(move || {
        flock(&folder, FlockOperation::LockExclusive).is_ok().then_some(folder)
    });
    timeout(PATIENCE, locked).await.ok()?.ok()?
}

fn folder(address: &ServerAddress) -> Option<PathBuf> {
    if let Socket::Path(path) = &address.socket {
        return path.parent().map(PathBuf::from);
    }
    let top = std::env::var_os("TMUX_TMPDIR").filter(|top| !top.is_empty());
    let own = format!("tmux-{}", rustix::process::getuid().as_raw());
    Some(top.map_or_else(|| PathBuf::from("/tmp"), PathBuf::from).join(own))
}
