//! Running a program to its end: bounded in time and output, and with it what it started.

mod followed;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;
use tokio::time::timeout;

use super::launch::Launch;

pub use followed::Followed;

/// More output than this ends a program, unless it may print more.
const OUTPUT_LIMIT: usize = 8 * 1024 * 1024;
/// How much of the error output is kept: its end says what went wrong.
const STDERR_LIMIT: usize = 64 * 1024;
/// How long output may still arrive after the program itself ended: a child of its own, such as
/// a tracker's daemon, may keep the pipe open for good.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(200);
/// How long a program may take when nothing else is said.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a program did not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such program; nothing happened.
    #[error("`{program}` is not on PATH")]
    Missing {
        /// As it was to be started.
        program: String,
    },
    /// The folder to run it in is gone; nothing happened.
    #[error("there is no folder `{}` to run `{program}` in", dir.display())]
    NoFolder {
        /// As it was to be started.
        program: String,
        /// The folder.
        dir: PathBuf,
    },
    /// It was ended, and what it started with it; what it had done by then stays.
    #[error("`{program}` did not end within {waited:?}")]
    TimedOut {
        /// Program and arguments.
        program: String,
        /// How long it was given.
        waited: Duration,
    },
    /// It was ended, for it printed without end.
    #[error("`{program}` printed more than {limit} bytes")]
    TooMuch {
        /// Program and arguments.
        program: String,
        /// How much it may print.
        limit: usize,
    },
    /// It ended with another status than 0.
    #[error("`{program}` failed ({status}): {said}")]
    Failed {
        /// Program and arguments.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it printed.
        said: String,
    },
    /// It could not be started or read.
    #[error("cannot run `{program}`: {source}")]
    Io {
        /// Program and arguments.
        program: String,
        /// What the system says.
        source: io::Error,
    },
}

/// What a program printed, and how it ended.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// All it printed.
    pub stdout: Vec<u8>,
    /// The end of its error output.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Standard output as text, without the line end behind it.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end_matches(['\n', '\r']).to_owned()
    }

    /// What a person should read of a failure: the end of the error output, else of the output.
    #[must_use]
    pub fn said(&self) -> String {
        let error = String::from_utf8_lossy(&self.stderr);
        let text = if error.trim().is_empty() { self.text() } else { error.into_owned() };
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        lines[lines.len().saturating_sub(20)..].join("\n").trim().to_owned()
    }
}

/// A program to be run, in a process group of its own.
pub struct Program {
    command: std::process::Command,
    words: Vec<OsString>,
    dir: Option<PathBuf>,
    patience: Duration,
    input: Option<Vec<u8>>,
    /// Its input, its output and its errors, where they are not ours to give and to read.
    streams: Option<[Stdio; 3]>,
    limit: usize,
    finishes: bool,
}

impl Program {
    /// A program by its name or path.
    pub fn new(launch: &Launch, program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        Self {
            command: launch(program),
            words: vec![program.to_owned()],
            dir: None,
            patience: DEFAULT_TIMEOUT,
            input: None,
            streams: None,
            limit: OUTPUT_LIMIT,
            finishes: false,
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg.as_ref());
        self.words.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I>(self, args: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        args.into_iter().fold(self, Program::arg)
    }

    /// Runs it in this folder.
    #[must_use]
    pub fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self.dir = Some(dir.to_owned());
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Has it read these bytes, however few of them it wants and however late.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// Lets it print so many bytes.
    #[must_use]
    pub fn up_to(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Lets it go on to its end when nobody waits for it any more, as when Neovim quits: it changes
    /// something that should not be half done.
    #[must_use]
    pub fn finishes(mut self, finishes: bool) -> Self {
        self.finishes = finishes;
        self
    }

    /// Ends it after so long.
    #[must_use]
    pub fn within(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Runs it; a status other than 0 is an error.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn run(self) -> Result<Output, RunError> {
        let program = self.line();
        let output = self.output().await?;
        if output.status.success() {
            return Ok(output);
        }
        Err(RunError::Failed { program, status: output.status, said: output.said() })
    }

    /// Runs it, whatever status it ends with. Dropping the future ends the program, and with it what
    /// it started, unless it [`finishes`](Self::finishes).
    ///
    /// # Errors
    /// It could not be started, took too long or printed too much.
    pub async fn output(self) -> Result<Output, RunError> {
        let (program, patience, limit) = (self.line(), self.patience, self.limit);
        let finishes = self.finishes;
        let mut child = self.spawn().await?;
        // After `child`, so that it is dropped first: an unreaped leader keeps its group's id
        // from being given to strangers.
        let mut group = Group::of(&child, finishes);
        let ended = timeout(patience, finish(&mut child, limit)).await;
        // Somebody waited for as long as he would.
        group.finishes = false;
        if child.id().is_none() {
            group.id = None;
        }
        match ended {
            Err(_) => Err(RunError::TimedOut { program, waited: patience }),
            Ok(Ok(output)) => Ok(output),
            Ok(Err(source)) if source.kind() == io::ErrorKind::FileTooLarge => {
                Err(RunError::TooMuch { program, limit })
            }
            Ok(Err(source)) => Err(RunError::Io { program, source }),
        }
    }

    async fn spawn(mut self) -> Result<Child, RunError> {
        let (program, line) = (self.words[0].to_string_lossy().into_owned(), self.line());
        let [input, output, errors] = match (self.streams.take(), self.input.take()) {
            (Some(streams), _) => streams,
            (None, Some(bytes)) => {
                let failed = |source| RunError::Io { program: line.clone(), source };
                let input = unnamed(bytes).await.map_err(failed)?;
                [input.into(), Stdio::piped(), Stdio::piped()]
            }
            (None, None) => [Stdio::null(), Stdio::piped(), Stdio::piped()],
        };
        let mut command = tokio::process::Command::from(self.command);
        command.stdin(input).stdout(output).stderr(errors);
        command.process_group(0).kill_on_drop(!self.finishes);
        command.spawn().map_err(|source| match (source.kind(), self.dir) {
            // The system says the same of a missing folder as of a missing program.
            (io::ErrorKind::NotFound | io::ErrorKind::NotADirectory, Some(dir))
                if !dir.is_dir() =>
            {
                RunError::NoFolder { program, dir }
            }
            (io::ErrorKind::NotFound, _) => RunError::Missing { program },
            _ => RunError::Io { program: line, source },
        })
    }

    /// Program and arguments as a person reads them.
    fn line(&self) -> String {
        let words: Vec<_> = self.words.iter().map(|word| word.to_string_lossy()).collect();
        words.join(" ")
    }
}

/// An unnamed file with these bytes: unlike a pipe, nobody has to write it while the program runs.
async fn unnamed(bytes: Vec<u8>) -> io::Result<File> {
    let write = move || {
        let mut file = tempfile::tempfile()?;
        file.write_all(&bytes)?;
        file.rewind()?;
        Ok(file)
    };
    tokio::task::spawn_blocking(write).await.map_err(io::Error::other)?
}

/// The process group of a program; what is left of it ends with this value, unless the program
/// itself ended: what it leaves running then was meant to stay.
struct Group {
    id: Option<Pid>,
    /// It goes on when nobody waits for it.
    finishes: bool,
}

impl Group {
    fn of(child: &Child, finishes: bool) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { id: id.and_then(Pid::from_raw), finishes }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.id.filter(|_| !self.finishes) {
            // Gone already is as good.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

async fn finish(child: &mut Child, limit: usize) -> io::Result<Output> {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let status = {
        let reading = async {
            tokio::try_join!(read_all(out, &mut stdout, limit), read_end(err, &mut stderr))
                .map(|_| ())
        };
        tokio::pin!(reading);
        tokio::select! {
            read = &mut reading => {
                read?;
                child.wait().await?
            }
            status = child.wait() => {
                if let Ok(read) = timeout(DRAIN_TIMEOUT, reading).await {
                    read?;
                }
                status?
            }
        }
    };
    Ok(Output { status, stdout, stderr })
}

/// Reads to the end, or fails as "too large".
async fn read_all(
    from: Option<impl AsyncRead + Unpin>,
    into: &mut Vec<u8>,
    limit: usize,
) -> io::Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    while from.read_buf(into).await? > 0 {
        if into.len() > limit {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
    Ok(())
}

/// Reads to the end and keeps the last part.
async fn read_end(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) -> io::Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    while from.read_buf(into).await? > 0 {
        if into.len() > 2 * STDERR_LIMIT {
            into.drain(..into.len() - STDERR_LIMIT);
        }
    }
    Ok(())
}
