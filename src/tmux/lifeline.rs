//! What keeps the hub alive exactly as long as we are.
//!
//! tmux's own `destroy-unattached` must not do it: on every version so far (3.2 to 3.7) it
//! destroys the session also while a client that is just leaving still points to it, which crashes
//! the server, with all that runs in it, when any other tmux command ends in that moment.
//!
//! So the hub's window runs a small shell script that reads a pipe of ours. The pipe ends when we
//! do, however we do; then so does the script, its window, and the hub when that was its last.

use std::io::{self, PipeReader, PipeWriter, Write};

use super::address::ServerAddress;
use super::lock::{self, Held};

/// Reads until we are gone. The last line it read names our client, which then may hang for
/// good: tmux lets no client go that it still has something to tell, and nobody listens now.
const HOLD: &str =
    r#"while read -r word; do client=$word; done < "$0"; [ -z "$client" ] || kill -KILL "$client""#;

/// Our end of the pipe, and the window at its other end. Dropping it closes the window.
#[derive(Debug)]
pub(crate) struct Lifeline {
    writer: PipeWriter,
    reader: PipeReader,
    address: ServerAddress,
}

impl Lifeline {
    pub(crate) fn new(address: &ServerAddress) -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self { writer, reader, address: address.clone() })
    }

    /// The program that the window runs.
    pub(crate) fn program(&self) -> [String; 4] {
        use std::os::fd::AsRawFd;

        let pipe = format!("/proc/{}/fd/{}", std::process::id(), self.reader.as_raw_fd());
        ["/bin/sh", "-c", HOLD, &pipe].map(str::to_owned)
    }

    /// Names the client that is to end with us.
    pub(crate) fn hold(&mut self, client: u32) -> io::Result<()> {
        writeln!(self.writer, "{client}")
    }

    /// Keeps clients of ours from connecting while the hub may end.
    pub(crate) async fn ending(&self) -> Option<Held> {
        lock::announcing(&self.address).await
    }

    /// The client has ended: its number may become another's.
    pub(crate) fn release(&mut self) {
        // Nobody reads it where the server is gone.
        let _ = writeln!(self.writer);
    }
}
