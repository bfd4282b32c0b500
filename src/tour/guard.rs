//! Removes the tour when it ends, however it ends: a process of its own that outlives it.

use std::{
    ffi::OsStr,
    fs, io,
    io::Read,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use super::PREFIX;
use crate::host::Launch;

/// What may still be writing has ended after so many looks, a tenth of a second apart.
const LOOKS_LIMIT: usize = 50;

/// A guard at work.
pub(super) struct Guard(Child);

impl Guard {
    /// Has it clean, and waits until it has.
    pub(super) fn end(mut self) -> io::Result<()> {
        drop(self.0.stdin.take());
        self.0.wait().map(drop)
    }
}

/// Starts the guard of `folder`: `ours`, as `polecat-nvim tour-guard`.
pub(super) fn start(
    ours: &Path,
    folder: &Path,
    tmux: &OsStr,
    launch: &Launch,
) -> io::Result<Guard> {
    let mut guard = launch(ours.as_os_str());
    guard.arg("tour-guard").arg(folder).arg(tmux);
    guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // The hangup of a terminal that is closed is not for it.
    guard.process_group(0).current_dir("/").spawn().map(Guard)
}

/// Waits for the end of stdin, which the tour holds, and removes what it made.
///
/// # Errors
/// When something stays, or `folder` is not the tour's.
pub fn guard(folder: &Path, tmux: &OsStr, launch: &Launch) -> io::Result<()> {
    let name = folder.file_name().unwrap_or_default().as_encoded_bytes();
    if !name.starts_with(PREFIX.as_bytes()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the folder is not the tour's"));
    }
    io::stdin().read_to_end(&mut Vec::new())?;
    let mut end = launch(tmux);
    end.arg("-S").arg(folder.join("tmux")).arg("kill-server").stdin(Stdio::null());
    // There is none before the first agent.
    drop(end.output());
    for _ in 0..LOOKS_LIMIT {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            _ => std::thread::park_timeout(Duration::from_millis(100)),
        }
    }
    fs::remove_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_the_tours_stays() {
        let other = tempfile::tempdir().unwrap();
        let launch = crate::host::launch::local();
        assert!(guard(other.path(), OsStr::new("tmux"), &launch).is_err());
        assert!(other.path().exists());
    }
}
