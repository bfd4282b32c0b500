//! The command that reaches a host: started here, with its ends, and what it printed.

mod ending;

use std::{
    ffi::OsStr,
    io,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{
        AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _,
        BufReader,
    },
    process::{ChildStdin, ChildStdout, Command},
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::task::TaskTracker;

use self::ending::Ending;
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
        let child = Ending::new(child, endings.clone());
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
                    let much = format!("it printed {NOISE_LIMIT} bytes without a greeting");
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
                Err(NotPushed::Lost(why.unwrap_or_else(|| "it reported no result".to_owned())))
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
            Err(_) => return Err(format!("it accepted no data for {} s", PUSH_TIMEOUT.as_secs())),
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
