//! A hold on one process that does not slip to a stranger.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sysinfo::System;
use tokio::io::unix::AsyncFd;

use super::select::ProcessKey;

/// How often a process without a descriptor is looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// A process: by its descriptor where the system has them (Linux 5.3), which means this process
/// for good; else by its id, compared with its start time right before each use.
pub(super) enum Handle {
    Descriptor(AsyncFd<OwnedFd>),
    Number(ProcessKey),
}

impl Handle {
    /// A hold on what has this id now: compare start times after this, not before. `None` when
    /// nothing has it.
    pub(super) fn open(known: ProcessKey) -> Option<Self> {
        match descriptor(known.pid) {
            Ok(fd) => Some(watched(fd).map_or(Self::Number(known), Self::Descriptor)),
            Err(rustix::io::Errno::SRCH) => None,
            Err(_) => Some(Self::Number(known)),
        }
    }

    /// Sends a signal; one that ended is a success.
    pub(super) fn signal(&self, signal: Signal) -> io::Result<()> {
        let sent = match self {
            Self::Descriptor(fd) => send(fd.get_ref(), signal),
            Self::Number(known) if is_there(*known) => match pid(known.pid) {
                Some(pid) => kill_process(pid, signal),
                None => Ok(()),
            },
            Self::Number(_) => Ok(()),
        };
        match sent {
            Err(rustix::io::Errno::SRCH) => Ok(()),
            sent => Ok(sent?),
        }
    }

    /// Waits for its end.
    pub(super) async fn ended(&self) {
        match self {
            Self::Descriptor(fd) => {
                // An error means that the runtime is ending.
                let _ = fd.readable().await;
            }
            Self::Number(known) => {
                let mut again = tokio::time::interval(LOOK_INTERVAL);
                while is_there(*known) {
                    again.tick().await;
                }
            }
        }
    }

    /// Whether it has ended.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Self::Descriptor(fd) => is_readable(fd.get_ref()),
            Self::Number(known) => !is_there(*known),
        }
    }
}

#[expect(deprecated, reason = "an OwnedFd stays open and the same; the replacement is unsafe")]
fn watched(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(fd)
}

fn pid(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}

/// The clock may have been set meanwhile, which moves start times by as much as a second.
fn is_there(known: ProcessKey) -> bool {
    let start = super::start_of(&mut System::new(), known.pid);
    start.is_some_and(|start| start.abs_diff(known.start) <= 1)
}

fn is_readable(fd: &OwnedFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut [PollFd::new(fd, PollFlags::IN)], Some(&at_once)).is_ok_and(|ready| ready > 0)
}

#[cfg(target_os = "linux")]
fn descriptor(number: u32) -> rustix::io::Result<OwnedFd> {
    let pid = pid(number).ok_or(rustix::io::Errno::SRCH)?;
    rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())
}

#[cfg(target_os = "linux")]
fn send(fd: &OwnedFd, signal: Signal) -> rustix::io::Result<()> {
    rustix::process::pidfd_send_signal(fd, signal)
}

#[cfg(not(target_os = "linux"))]
fn descriptor(_: u32) -> rustix::io::Result<OwnedFd> {
    Err(rustix::io::Errno::NOSYS)
}

#[cfg(not(target_os = "linux"))]
fn send(_: &OwnedFd, _: Signal) -> rustix::io::Result<()> {
    Err(rustix::io::Errno::NOSYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_descriptors_a_process_is_known_by_its_start_time() {
        let mut child =
            crate::host::programs::launch::local()("sleep".as_ref()).arg("600").spawn().unwrap();
        let start = super::super::start_of(&mut System::new(), child.id()).unwrap();
        let stranger = Handle::Number(ProcessKey { pid: child.id(), start: start - 5 });
        assert!(stranger.is_over());
        stranger.signal(Signal::KILL).unwrap();
        assert_eq!(child.try_wait().unwrap(), None, "a stranger is not signalled");
        let process = Handle::Number(ProcessKey { pid: child.id(), start });
        assert!(!process.is_over());
        process.signal(Signal::KILL).unwrap();
        process.ended().await;
        assert!(process.is_over() && !child.wait().unwrap().success());
    }
}
