//! A pane's terminal, as the kernel has it.

use std::{
    fs::File,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
    termios::{LocalModes, tcgetattr},
};

/// The terminal that a paste went to.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// The device.
    pub(crate) path: PathBuf,
    /// How many bytes were pasted.
    pub(crate) pasted: usize,
}

/// Opens a terminal only to look at it.
pub(in crate::tmux) fn open(tty: &Path) -> std::io::Result<File> {
    let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
    File::options().read(true).custom_flags(flags.bits().cast_signed()).open(tty)
}

/// How much of what was written to the terminal has not been read yet, in bytes.
pub(in crate::tmux) fn unread(terminal: &File) -> Option<u64> {
    // The kernel counts what was written only a little later, or when it is asked to poll.
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let _ = poll(&mut [PollFd::new(terminal, PollFlags::IN)], Some(&at_once));
    rustix::io::ioctl_fionread(terminal).ok()
}

/// Whether the terminal edits lines for its program; `None` if it does not tell.
pub(in crate::tmux) fn takes_lines(terminal: &Path) -> Option<bool> {
    let modes = tcgetattr(open(terminal).ok()?).ok()?.local_modes;
    Some(modes.contains(LocalModes::ICANON))
}
