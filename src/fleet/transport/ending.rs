//! How a command that reaches a host ends, and what it has started with it.

use std::{io, process::ExitStatus, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::{
    process::Child,
    runtime::Handle,
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_util::task::TaskTracker;

/// How long a command may take to end by itself.
const END_TIMEOUT: Duration = Duration::from_secs(5);

/// A command that is given a moment to end by itself, as its stdin has, before it is told to, and
/// another one before it is killed: what it has begun there must not be left half done.
pub(super) struct Ending {
    child: Option<Process>,
    /// Those that have this moment.
    endings: TaskTracker,
}

/// The process of a command, and what that has started. They are told to end when it is dropped, as
/// when the backend ends before they have: ssh does so at once, what serves leaves tmux first.
struct Process(Child);

impl Ending {
    /// Of `child`, which leads a group of its own.
    pub(super) fn new(child: Child, endings: TaskTracker) -> Self {
        Self { child: Some(Process(child)), endings }
    }

    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        match &mut self.child {
            Some(child) => child.0.wait().await,
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let Some(child) = self.child.take() else { return };
        // Without a runtime nobody could wait.
        if let Ok(runtime) = Handle::try_current() {
            self.endings.spawn_on(child.end(END_TIMEOUT), &runtime);
        }
    }
}

impl Process {
    /// Waits until it has ended, each time for longer than it should take.
    async fn end(mut self, patience: Duration) {
        if timeout(patience, self.0.wait()).await.is_ok() {
            return;
        }
        let Some(group) = self.group() else { return };
        self.terminate();
        let deadline = Instant::now() + patience;
        let has_ended = timeout_at(deadline, self.0.wait()).await.is_ok();
        // What it started has the same time. As long as that runs, the number of the group is no other's.
        if has_ended {
            if test_kill_process_group(group).is_err() {
                return;
            }
            sleep_until(deadline).await;
        }
        // They may have ended since.
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.0.wait().await;
    }

    /// Its group, unless it has ended.
    fn group(&self) -> Option<Pid> {
        self.0.id().and_then(|id| Pid::from_raw(id.cast_signed()))
    }

    /// Tells it to end, unless it has.
    fn terminate(&self) {
        if let Some(group) = self.group() {
            // It may have ended since.
            let _ = kill_process_group(group, Signal::TERM);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.terminate();
    }
}

#[cfg(test)]
mod tests {
    use std::{io::ErrorKind, process::Stdio};

    use tokio::{
        io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
        process::Command,
    };

    use super::*;
    use crate::session::local_launch;

    /// Its output ends when nobody holds it any more.
    #[tokio::test]
    async fn what_a_command_has_started_ends_with_it_also_if_it_does_not_want_to() {
        let grandchild = "trap '' TERM; echo ready; exec sleep 600";
        let script = format!("sh -c \"{grandchild}\" & wait");
        let mut command = Command::from(local_launch()("sh".as_ref()));
        command.args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.process_group(0).spawn().unwrap();
        let mut from = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        from.read_line(&mut line).await.unwrap();
        assert_eq!(line, "ready\n");
        Process(child).end(Duration::from_millis(100)).await;
        let mut rest = Vec::new();
        let read = timeout(Duration::from_secs(30), from.read_to_end(&mut rest)).await;
        assert_eq!(read.map_err(|_| ErrorKind::TimedOut).unwrap().unwrap(), 0);
    }
}
