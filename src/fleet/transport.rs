//! The command that reaches a host: started here, with its ends, and what it printed.

use std::{
    ffi::OsStr,
    io,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{
        AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _,
        BufReader,
    },
    process::{Child, ChildStdin, ChildStdout, Command},
    runtime::Handle,
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::task::TaskTracker;

use super::{environment::READY, log::HostLog, wire::MAGIC};
use crate::{
    core::{
        hosts::bootstrap::{self, Missing},
        names::visible,
    },
    session::Launch,
};

/// How much of what a host prints before our program speaks is read, in bytes.
const NOISE_LIMIT: u64 = 64 * 1024;
/// How much of what it printed is told, in characters.
const TOLD_LIMIT: usize = 300;
/// How much of the end of its errors is kept, in bytes.
const TAIL_LIMIT: usize = 2_000;
/// A longer line on stderr is taken for several, in bytes.
const LINE_LIMIT: u64 = 4 * 1024;
/// How long a host may take nothing of what it is sent, and say nothing of what came of it.
const PUSH_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a command may take to end by itself.
const END_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the errors of a command that has ended may take to come.
const TAIL_TIMEOUT: Duration = Duration::from_secs(1);

/// What ssh prints where a login was refused.
const REFUSALS: [&str; 4] = [
    "Permission denied (",
    "Host key verification failed",
    "REMOTE HOST IDENTIFICATION HAS CHANGED",
    "Too many authentication failures",
];

/// A command that is connected to a host; it ends with this.
pub(super) struct Transport {
    // Dropped first: what runs there ends by itself when it is.
    pub(super) to: ChildStdin,
    pub(super) from: BufReader<ChildStdout>,
    child: Ending,
    tail: Tail,
    /// Reads its errors until it has none any more.
    reads: JoinHandle<()>,
}

/// A command that is given a moment to end by itself, as its stdin has, before it is told to, and
/// another one before it is killed: what it has begun there must not be left half done.
struct Ending {
    child: Option<Process>,
    /// Those that have this moment.
    endings: TaskTracker,
}

/// The process of a command, and what that has started. They are told to end when it is dropped, as
/// when the backend ends before they have: ssh does so at once, what serves leaves tmux first.
struct Process(Child);

/// What a host begins with.
#[derive(Debug)]
pub(super) enum FirstAnswer {
    /// Our program, which is to be told its environment.
    Ready,
    /// Our program, which serves.
    Serving,
    /// A shell that found none.
    Missing(Missing),
}

/// Why our program was not put on a host, in words.
#[derive(Debug)]
pub(super) enum NotPushed {
    /// The host could not take it: nor will it the next time.
    Refused(String),
    /// It did not get there.
    Lost(String),
}

/// The end of what it printed on stderr.
#[derive(Clone, Default)]
struct Tail(Arc<Mutex<Vec<u8>>>);

impl Transport {
    /// Starts the command. What is logged there goes into `log`.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn start(
        argv: &[String],
        launch: &Launch,
        (endings, log): (&TaskTracker, &HostLog),
    ) -> io::Result<Self> {
        let (program, arguments) = argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::from(launch(OsStr::new(program)));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // In a group of its own: a Ctrl-C in the terminal is not meant for it.
        let mut child = command.process_group(0).spawn()?;
        let ends = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(to), Some(from), Some(errors)) = ends else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let tail = Tail::default();
        let reads = tokio::spawn(tail.clone().keep(errors, log.clone()));
        let child = Ending { child: Some(Process(child)), endings: endings.clone() };
        Ok(Self { to, from: BufReader::new(from), child, tail, reads })
    }

    /// Reads on to the line with which our program begins, or that says that there is none.
    ///
    /// # Errors
    /// The other side ended before, or printed too much; what it said is in the error.
    pub(super) async fn begin(&mut self) -> io::Result<FirstAnswer> {
        let mut noise = Vec::new();
        let mut limited = (&mut self.from).take(NOISE_LIMIT);
        loop {
            let start = noise.len();
            if limited.read_until(b'\n', &mut noise).await? == 0 {
                if limited.limit() == 0 {
                    let much = format!("it printed {NOISE_LIMIT} bytes, none of which was ours");
                    return Err(io::Error::other(much));
                }
                let printed = String::from_utf8_lossy(&noise);
                let last = printed.lines().rev().find(|line| !line.trim().is_empty());
                let last = last.unwrap_or_default().to_owned();
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, last));
            }
            let line = noise[start..].strip_suffix(b"\n").unwrap_or_default();
            if line == MAGIC.as_bytes() {
                return Ok(FirstAnswer::Serving);
            } else if line == READY.as_bytes() {
                return Ok(FirstAnswer::Ready);
            } else if let Some(missing) = Missing::parse(&String::from_utf8_lossy(line)) {
                return Ok(FirstAnswer::Missing(missing));
            }
        }
    }

    /// Sends all of `program`, and gives where it was put.
    ///
    /// # Errors
    /// Why it was not.
    pub(super) async fn push(self, program: impl AsyncRead + Unpin) -> Result<String, NotPushed> {
        let Self { mut to, mut from, child, tail, reads } = self;
        let sent = send(program, &mut to).await;
        drop(to);
        let answer = timeout(PUSH_TIMEOUT, answer(&mut from)).await;
        let (_, _) = (child, timeout(TAIL_TIMEOUT, reads).await);
        match answer {
            Ok(Some(answer)) => answer.map_err(NotPushed::Refused),
            _ if !tail.said().is_empty() => Err(NotPushed::Lost(visible(&tail.said()))),
            _ => {
                let why = sent.err();
                Err(NotPushed::Lost(
                    why.unwrap_or_else(|| "it did not say what came of it".to_owned()),
                ))
            }
        }
    }

    /// Ends it, and tells why it ended by itself: the last line of its errors, else of what else it
    /// `printed`, else its status.
    pub(super) async fn end(mut self, printed: String) -> String {
        drop((self.to, self.from));
        let deadline = Instant::now() + TAIL_TIMEOUT;
        let status = timeout_at(deadline, self.child.wait()).await;
        // What it started may have them open still: then what has come is all.
        let _ = timeout_at(deadline, self.reads).await;
        let said = self.tail.said();
        match status {
            _ if !said.is_empty() => told(&said),
            _ if !printed.is_empty() => told(&printed),
            Ok(Ok(status)) => format!("the command that reaches it ended with {status}"),
            _ => "the command that reaches it was ended".to_owned(),
        }
    }
}

/// Sends it, as fast as it is taken.
async fn send(mut program: impl AsyncRead + Unpin, to: &mut ChildStdin) -> Result<(), String> {
    let mut portion = vec![0; 64 * 1024];
    loop {
        let count = program.read(&mut portion).await.map_err(|error| error.to_string())?;
        if count == 0 {
            return Ok(());
        }
        match timeout(PUSH_TIMEOUT, to.write_all(&portion[..count])).await {
            Err(_) => return Err(format!("it took nothing for {} s", PUSH_TIMEOUT.as_secs())),
            Ok(Err(error)) => return Err(error.to_string()),
            Ok(Ok(())) => {}
        }
    }
}

/// What came of it, behind what else is printed.
async fn answer(from: &mut (impl AsyncBufRead + Unpin)) -> Option<Result<String, String>> {
    let mut limited = from.take(NOISE_LIMIT);
    loop {
        let mut line = Vec::new();
        if limited.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        if let Some(answer) = bootstrap::pushed(String::from_utf8_lossy(&line).trim_end()) {
            return Some(answer);
        }
    }
}

impl Ending {
    async fn wait(&mut self) -> io::Result<ExitStatus> {
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
            self.endings.spawn_on(child.end(), &runtime);
        }
    }
}

impl Process {
    /// Waits until it has ended, each time for longer than it should take.
    async fn end(mut self) {
        if timeout(END_TIMEOUT, self.0.wait()).await.is_ok() {
            return;
        }
        self.terminate();
        if timeout(END_TIMEOUT, self.0.wait()).await.is_err() {
            // It may have ended since.
            let _ = self.0.kill().await;
        }
    }

    /// Tells it to end, unless it has.
    fn terminate(&self) {
        let group = self.0.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        if let Some(group) = group {
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

/// What it printed, as it can be told.
fn told(printed: &str) -> String {
    visible(&printed.chars().take(TOLD_LIMIT).collect::<String>())
}

impl Tail {
    async fn keep(self, errors: impl AsyncRead + Unpin, log: HostLog) {
        let (mut errors, mut line) = (BufReader::new(errors), Vec::new());
        while let Ok(1..) = (&mut errors).take(LINE_LIMIT).read_until(b'\n', &mut line).await {
            if !log.takes(&line) {
                let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&line);
                let from = kept.len().saturating_sub(TAIL_LIMIT);
                kept.drain(..from);
            }
            line.clear();
        }
    }

    /// Its last line that refuses, else its last one with words: behind a jump host's own, ssh says
    /// something of the connection.
    fn said(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let lines = || text.lines().rev().map(str::trim).filter(|line| !line.is_empty());
        let refusal = lines().find(|line| is_refusal(line));
        refusal.or_else(|| lines().next()).unwrap_or_default().to_owned()
    }
}

/// Whether `line` says that trying again is of no use, and might lock the person out.
pub(super) fn is_refusal(line: &str) -> bool {
    REFUSALS.iter().any(|refusal| line.contains(refusal))
}
