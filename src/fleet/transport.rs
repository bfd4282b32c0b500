//! The command that reaches a host: started here, with its ends, and what it printed.

use std::{
    ffi::OsStr,
    io,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader},
    process::{Child, ChildStdin, ChildStdout, Command},
    runtime::Handle,
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::task::TaskTracker;

use super::wire::MAGIC;
use crate::{
    core::{hosts::Reaching, names::visible},
    session::Launch,
};

/// How much of what a host prints before our program speaks is read, in bytes.
const NOISE_LIMIT: u64 = 64 * 1024;
/// How much of what it printed is told, in characters.
const TOLD_LIMIT: usize = 300;
/// How much of the end of its errors is kept, in bytes.
const TAIL_LIMIT: usize = 2_000;
/// How long ssh may take to say how it is configured: it asks nobody.
const ASK_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a command may take to end by itself.
const END_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the errors of a command that has ended may take to come.
const TAIL_TIMEOUT: Duration = Duration::from_secs(1);

/// What ssh is told where the person's own configuration says nothing else: the option, what it is
/// where nobody has set it, and ours. Nobody is there to be asked, and a link that is cut is noticed.
const SSH_OPTIONS: [(&str, &[&str], &str); 5] = [
    ("batchmode", &["no"], "BatchMode=yes"),
    ("connecttimeout", &["none"], "ConnectTimeout=10"),
    ("serveraliveinterval", &["0"], "ServerAliveInterval=5"),
    ("serveralivecountmax", &["3"], "ServerAliveCountMax=3"),
    ("compression", &["no"], "Compression=yes"),
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

/// A command that is given a moment to end by itself, as its stdin has, before it is killed: what it
/// has begun there must not be left half done.
struct Ending {
    child: Option<Child>,
    /// Those that have this moment.
    endings: TaskTracker,
}

/// The end of what it printed on stderr.
#[derive(Clone, Default)]
struct Tail(Arc<Mutex<Vec<u8>>>);

impl Transport {
    /// Starts the command.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) async fn start(
        reaching: Reaching,
        launch: &Launch,
        endings: &TaskTracker,
    ) -> io::Result<Self> {
        let argv = with_ssh_options(reaching, launch).await;
        let (program, arguments) = argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = Command::from(launch(OsStr::new(program)));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // In a group of its own: a Ctrl-C in the terminal is not meant for it.
        let mut child = command.process_group(0).kill_on_drop(true).spawn()?;
        let ends = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(to), Some(from), Some(errors)) = ends else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let tail = Tail::default();
        let reads = tokio::spawn(tail.clone().keep(errors));
        let child = Ending { child: Some(child), endings: endings.clone() };
        Ok(Self { to, from: BufReader::new(from), child, tail, reads })
    }

    /// Reads on to the line with which our program begins.
    ///
    /// # Errors
    /// The other side ended before, or printed too much; what it said is in the error.
    pub(super) async fn begin(&mut self) -> io::Result<()> {
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
            if noise[start..].strip_suffix(b"\n") == Some(MAGIC.as_bytes()) {
                return Ok(());
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

impl Ending {
    async fn wait(&mut self) -> io::Result<ExitStatus> {
        match &mut self.child {
            Some(child) => child.wait().await,
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // Without a runtime nobody could wait: it is killed when it is dropped.
        let Ok(runtime) = Handle::try_current() else { return };
        let ends = async move {
            if timeout(END_TIMEOUT, child.wait()).await.is_err() {
                // It may have ended since.
                let _ = child.kill().await;
            }
        };
        self.endings.spawn_on(ends, &runtime);
    }
}

/// What it printed, as it can be told.
fn told(printed: &str) -> String {
    visible(&printed.chars().take(TOLD_LIMIT).collect::<String>())
}

impl Tail {
    async fn keep(self, mut errors: impl AsyncRead + Unpin) {
        let mut portion = [0; 1024];
        while let Ok(read @ 1..) = errors.read(&mut portion).await {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(&portion[..read]);
            let from = kept.len().saturating_sub(TAIL_LIMIT);
            kept.drain(..from);
        }
    }

    /// Its last line with words.
    fn said(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
        last.unwrap_or_default().to_owned()
    }
}

/// The words of the command; for ssh with the options that the person has not set.
async fn with_ssh_options(reaching: Reaching, launch: &Launch) -> Vec<String> {
    let Reaching { mut argv, ssh_options_at } = reaching;
    let Some(at) = ssh_options_at else { return argv };
    let configured = ssh_configuration(&argv, launch).await;
    let says = |(option, usual, _): &(&str, &[&str], &str)| {
        let value =
            configured.lines().find_map(|line| line.strip_prefix(option)?.strip_prefix(' '));
        value.is_none_or(|value| usual.contains(&value.trim()))
    };
    let ours = SSH_OPTIONS.iter().filter(|one| says(one));
    let ours = ours.flat_map(|(_, _, option)| ["-o".to_owned(), (*option).to_owned()]);
    argv.splice(at..at, ours);
    argv
}

/// What `ssh -G` prints of how it is configured for the same host; nothing where it cannot say.
async fn ssh_configuration(argv: &[String], launch: &Launch) -> String {
    let Some((program, arguments)) = argv.split_first() else { return String::new() };
    // Without what it is to run there.
    let arguments = arguments.split(|word| word == "--").next().unwrap_or_default();
    let mut command = Command::from(launch(OsStr::new(program)));
    command.arg("-G").args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = timeout(ASK_TIMEOUT, command.output()).await;
    let output = output.ok().and_then(Result::ok).filter(|output| output.status.success());
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}
