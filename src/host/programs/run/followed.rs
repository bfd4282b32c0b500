//! A command that takes long, whose output is read as it comes.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;
use tokio::process::Child;
use tokio::time::timeout;

use super::{DRAIN_TIMEOUT, Group, Program, RunError};
use crate::host::programs::launch::Launch;

/// Runs its arguments. It ends with whoever holds the other end of its input, however that ends; what
/// it leaves running when it has ended by itself was meant to stay.
///
/// By another number than 0: what is put into the background has nothing to read there.
const GUARDED: &str = "\
exec 3<&0 </dev/null
{ read -r _ <&3; kill -0 $$ && kill -KILL 0; } >/dev/null 2>&1 &
exec 3<&-
\"$@\"";

/// How much is read at once.
const READ_SIZE: usize = 16 * 1024;
/// How long those that were killed may take to be gone.
const EXIT_TIMEOUT: Duration = Duration::from_secs(5);

/// A command to be run to its end.
#[derive(Clone, Debug)]
pub struct Followed<'a> {
    /// Program and arguments.
    pub words: Vec<OsString>,
    /// Where it is run.
    pub dir: &'a Path,
    /// Variables of its environment.
    pub env: Vec<(&'static str, OsString)>,
    /// It is ended after so long.
    pub within: Duration,
}

impl Followed<'_> {
    /// Runs it, whatever status it ends with; `tell` gets what it prints. It is ended by `stop`, and is
    /// then `None`; when the future is dropped; and when this process ends in whatever way.
    ///
    /// # Errors
    /// It could not be started, or took too long.
    pub async fn run(
        self,
        launch: &Launch,
        mut tell: impl FnMut(&[u8]) + Send,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Option<ExitStatus>, RunError> {
        let shown: Vec<_> = self.words.iter().map(|word| word.to_string_lossy()).collect();
        let (program, waited) = (shown.join(" "), self.within);
        let failed = |source: io::Error| RunError::Io { program: program.clone(), source };
        // One pipe for both, so that the lines keep their order.
        let (output, printed) = io::pipe().map_err(failed)?;
        let (input, _held) = io::pipe().map_err(failed)?;
        let guarded = Program::new(launch, "sh").args(["-c", GUARDED, "sh"]).args(&self.words);
        let guarded =
            self.env.iter().fold(guarded, |program, (key, value)| program.env(key, value));
        let guarded = guarded.dir(self.dir);
        let errors = printed.try_clone().map_err(failed)?;
        let mut child = guarded.spawn_with(input.into(), printed.into(), errors.into()).await?;
        let mut group = Group::of(&child, false);
        let mut output = Receiver::from_owned_fd(output.into()).map_err(failed)?;
        let ended = tokio::select! {
            ended = timeout(waited, follow(&mut child, &mut output, &mut tell)) => Some(ended),
            () = stop => None,
        };
        if child.id().is_none() {
            group.id = None;
        }
        if let Some(Ok(status)) = ended {
            return status.map(Some).map_err(failed);
        }
        drop(group);
        // Whoever takes its folder away comes after the last of them.
        let gone = async { tokio::join!(child.wait(), drained(&mut output)) };
        drop(timeout(EXIT_TIMEOUT, gone).await);
        if ended.is_some() { Err(RunError::TimedOut { program, waited }) } else { Ok(None) }
    }
}

/// Reads until nobody is left to print.
async fn drained(output: &mut Receiver) {
    let mut bytes = Vec::with_capacity(READ_SIZE);
    while output.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
        bytes.clear();
    }
}

async fn follow(
    child: &mut Child,
    output: &mut Receiver,
    tell: &mut (impl FnMut(&[u8]) + Send),
) -> io::Result<ExitStatus> {
    let mut bytes = Vec::with_capacity(READ_SIZE);
    let mut reading = true;
    let status = loop {
        tokio::select! {
            read = output.read_buf(&mut bytes), if reading => {
                reading = read? > 0;
                tell(&bytes);
                bytes.clear();
            }
            status = child.wait() => break status?,
        }
    };
    // What it left running may hold the pipe for good.
    let rest = async {
        while output.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {
            tell(&bytes);
            bytes.clear();
        }
    };
    drop(timeout(DRAIN_TIMEOUT, rest).await);
    Ok(status)
}

impl Program {
    /// Starts it with these.
    async fn spawn_with(
        mut self,
        input: Stdio,
        output: Stdio,
        errors: Stdio,
    ) -> Result<Child, RunError> {
        self.streams = Some([input, output, errors]);
        self.spawn().await
    }
}
