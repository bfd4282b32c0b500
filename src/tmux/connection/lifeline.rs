//! Keeps the hub alive exactly as long as any of us.
//!
//! tmux's own `destroy-unattached` cannot do it: in every version so far (3.2 to 3.7) it destroys
//! the session even while a client that is leaving still points to it. If any other tmux command
//! ends in that moment, the server crashes, with everything in it. Nor can each of us have a window
//! in the hub: two that close at once crash it as well (3.2 to 3.6).
//!
//! So the hub's only window runs our own program once more, which reads a pipe (`hold.rs`). Each of
//! us has the pipe's other end open. When the last one ends, however it ends, so do the program,
//! the window and the hub. Backends of other versions find the program by its command line and its
//! stdin: neither may change.
//!
//! One case is left: a backend that is killed before its client has reached the server. From 3.4 on
//! tmux sometimes runs no command of a client whose input is closed; then nothing holds the hub.

use std::env;
use std::fs::{self, File};
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::PathBuf;

use super::lock::{self, LockGuard};
use crate::tmux::address::ServerAddress;

/// The process that holds the hub, whatever else a hook of the user's (`after-new-session`,
/// `client-attached`) has opened there.
pub(in crate::tmux) const HOLDER: &str =
    "#{W:#{P:#{?#{m:* hold /proc/*/fd/*,#{pane_start_command}},#{pane_pid},}}}";

/// Said after a client's mark when it has created the hub.
pub(in crate::tmux) const CREATED: &str = "created";
/// Said when the hub that was there is about to end, or has only just been created.
pub(in crate::tmux) const NOT_HELD: &str = "cannot hold the hub";

/// Our share in the hub's life.
#[derive(Debug)]
pub(crate) struct Lifeline {
    address: ServerAddress,
    /// For a hub that we create ourselves.
    own: (PipeReader, PipeWriter),
    /// The pipe of a hub that was there.
    shared: Option<File>,
}

impl Lifeline {
    pub(crate) fn new(address: &ServerAddress) -> io::Result<Self> {
        Ok(Self { address: address.clone(), own: io::pipe()?, shared: None })
    }

    /// What the hub's window runs if we create it.
    pub(crate) fn program(&self) -> io::Result<[Vec<u8>; 3]> {
        let program = self.address.holder.clone().map_or_else(own_program, Ok)?;
        let pipe = format!("/proc/{}/fd/{}", std::process::id(), self.own.0.as_raw_fd());
        Ok([program.into_os_string().into_vec(), b"hold".to_vec(), pipe.into_bytes()])
    }

    /// Holds a hub that was there, whose window runs the process `holder`.
    pub(crate) fn join(&mut self, holder: u32) -> io::Result<()> {
        let pipe = File::options().write(true).open(format!("/proc/{holder}/fd/0"))?;
        // Until that program has opened the pipe, its stdin is a terminal.
        if !pipe.metadata()?.file_type().is_fifo() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.shared = Some(pipe);
        Ok(())
    }

    /// Keeps clients of ours from connecting while the hub may end.
    pub(crate) async fn ending(&self) -> Option<LockGuard> {
        lock::announcing(&self.address).await
    }
}

/// The program that runs here, even if an upgrade has replaced or removed its file.
fn own_program() -> io::Result<PathBuf> {
    let file = |path: &PathBuf| fs::metadata(path).map(|file| (file.dev(), file.ino()));
    let (path, running) =
        (env::current_exe()?, PathBuf::from(format!("/proc/{}/exe", std::process::id())));
    // Its path is better if it still leads there: it does not end with this process.
    let same = file(&path).is_ok_and(|at| file(&running).is_ok_and(|runs| at == runs));
    Ok(if same { path } else { running })
}
