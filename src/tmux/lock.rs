//! Who of us, in whatever process, may do what at once on one server.
//!
//! A control client that is just connecting crashes the server (3.2 to 3.6) when there is
//! something to announce to all control clients in that moment, of about 60 µs: a session that
//! comes or goes, since 3.4 also a buffer. We cannot keep others from it, but one backend
//! that connects while another follows a pane would hit it sooner or later.

use std::fs::File;
use std::time::Duration;

use tracing::debug;

use super::address::ServerAddress;
use crate::flock::{self, Holders};

/// Longer than anything takes that is done under the lock, if the server answers at all.
const PATIENCE: Duration = Duration::from_secs(1);

/// Held for as long as this lives.
#[derive(Debug)]
pub(crate) struct Held {
    _folder: File,
}

/// For connecting: waits until nothing is announced.
pub(crate) async fn connecting(address: &ServerAddress) -> Option<Held> {
    hold(address, Holders::One).await
}

/// For what is announced to all control clients: waits until none is connecting.
pub(crate) async fn announcing(address: &ServerAddress) -> Option<Held> {
    hold(address, Holders::Many).await
}

/// None when the folder cannot be opened, or it takes too long: the lock makes a crash less
/// likely, and is no reason to do nothing.
async fn hold(address: &ServerAddress, holders: Holders) -> Option<Held> {
    // The folder of the socket: a file of our own would have to be left behind.
    let folder = File::open(address.socket_file().parent()?).ok()?;
    if !flock::take(&folder, holders, PATIENCE).await {
        debug!("going on without the lock");
        return None;
    }
    Some(Held { _folder: folder })
}
