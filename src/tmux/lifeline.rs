//! What keeps the hub alive exactly as long as any of us.
//!
//! tmux's own `destroy-unattached` must not do it: on every version so far (3.2 to 3.7) it
//! destroys the session also while a client that is just leaving still points to it, which crashes
//! the server, with all that runs in it, when any other tmux command ends in that moment. Nor can
//! each of us have a window of its own there: two that close at once crash it too (3.2 to 3.6).
//!
//! So the hub's only window runs our own program once more, which reads a pipe (`hold.rs`). Each of
//! us holds the pipe's other end; it ends when the last does, however it does, and with it the
//! program, the window and the hub. Backends of other versions find it by how it was started and
//! by its stdin: both must stay as they are.
//!
//! What is left: a backend that is killed before its client has reached the server, which from 3.4
//! on now and then runs no command of a client whose input is closed: nothing holds a hub then.

use std::env;
use std::fs::{self, File};
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::PathBuf;

use super::address::ServerAddress;
use super::lock::{self, Held};

/// The process of the program that holds the hub, whatever a hook of the user's
/// (`after-new-session`, `client-attached`) has opened in the hub besides.
pub(super) const HOLDER: &str =
    "#{W:#{P:#{?#{m:* hold /proc/*/fd/*,#{pane_start_command}},#{pane_pid},}}}";

/// Our share in the hub's life.
#[derive(Debug)]
pub(crate) struct Lifeline {
    address: ServerAddress,
    /// For a hub that we create.
    own: (PipeReader, PipeWriter),
    /// Of a hub that was there.
    shared: Option<File>,
}

impl Lifeline {
    pub(crate) fn new(address: &ServerAddress) -> io::Result<Self> {
        Ok(Self { address: address.clone(), own: io::pipe()?, shared: None })
    }

    /// The program that the hub's window runs if we create it.
    pub(crate) fn program(&self) -> io::Result<[Vec<u8>; 3]> {
        let program = self.address.holder.clone().map_or_else(own_program, Ok)?;
        let pipe = format!("/proc/{}/fd/{}", std::process::id(), self.own.0.as_raw_fd());
        Ok([program.into_os_string().into_vec(), b"hold".to_vec(), pipe.into_bytes()])
    }

    /// Holds the hub that was there, whose window runs this process.
    pub(crate) fn join(&mut self, holder: u32) -> io::Result<()> {
        let pipe = File::options().write(true).open(format!("/proc/{holder}/fd/0"))?;
        // Before the program has opened it, that is its terminal.
        if !pipe.metadata()?.file_type().is_fifo() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.shared = Some(pipe);
        Ok(())
    }

    /// Keeps clients of ours from connecting while the hub may end.
    pub(crate) async fn ending(&self) -> Option<Held> {
        lock::announcing(&self.address).await
    }
}

/// The program that runs here, though its file was replaced or removed since, as upgrades do.
fn own_program() -> io::Result<PathBuf> {
    let file = |path: &PathBuf| fs::metadata(path).map(|file| (file.dev(), file.ino()));
    let (path, running) =
        (env::current_exe()?, PathBuf::from(format!("/proc/{}/exe", std::process::id())));
    // Its path is the better one where it leads there: it does not end with us.
    let same = file(&path).is_ok_and(|at| file(&running).is_ok_and(|runs| at == runs));
    Ok(if same { path } else { running })
}
