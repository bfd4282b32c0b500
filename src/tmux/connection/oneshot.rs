//! Runs a request as a tmux process of its own, when there is no connection.

use std::hash::{BuildHasher, Hasher};
use std::io;
use std::process::{Output, Stdio};

use crate::tmux::Launch;
use crate::tmux::address::ServerAddress;
use crate::tmux::error::{TmuxError, shown};
use crate::tmux::protocol::command::{Command, PROBE, unescape_variables};
use crate::tmux::protocol::memfd::MemFile;
use crate::tmux::protocol::reply::Reply;
use crate::tmux::protocol::request::Request;

/// The longest command line, in bytes. tmux refuses one above 16 KiB, the size of one message to
/// its server.
const ARGV_LIMIT: usize = 12 << 10;

/// Runs the request.
pub(crate) async fn run(
    address: &ServerAddress,
    launch: &Launch,
    request: &Request,
    configuration: Option<&MemFile>,
) -> Result<Vec<Reply>, TmuxError> {
    let line = request.line()?;
    let mark = unguessable();
    let mut command = program(address, launch, request.may_start, configuration);
    let io = |source| TmuxError::Io { doing: "write a file for tmux", source };
    // Kept until tmux has read it.
    let as_file = request.private || line.len() > ARGV_LIMIT;
    let file = if as_file { Some(script(request, &mark).map_err(io)??) } else { None };
    match &file {
        None => drop(command.args(argv(request, &mark)?)),
        Some(script) => {
            let path = String::from_utf8_lossy(script.path()).into_owned();
            command.args(["start-server", ";", "source-file", &path]);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = command.output().await.map_err(|source| not_started(address, source))?;
    replies(address, request, &output, mark.as_bytes())
}

/// The tmux program, ready for its commands.
///
/// It runs in `/`: a server keeps the folder that it was started in, and if that is removed it can
/// no longer choose folders for its panes.
pub(crate) fn program(
    address: &ServerAddress,
    launch: &Launch,
    may_start: bool,
    configuration: Option<&MemFile>,
) -> tokio::process::Command {
    let mut command = tokio::process::Command::from(launch(&address.program()));
    command.current_dir("/").kill_on_drop(true).arg("-u").args(address.args());
    if !may_start || address.no_start.is_some() {
        command.arg("-N");
    }
    if let Some(configuration) = configuration {
        command.arg("-f").arg(String::from_utf8_lossy(configuration.path()).as_ref());
    }
    command
}

/// Which version our tmux program is, as `#{version}` would say it.
pub(crate) async fn own_version(
    address: &ServerAddress,
    launch: &Launch,
) -> Result<String, TmuxError> {
    let mut command = tokio::process::Command::from(launch(&address.program()));
    let output = command.arg("-V").kill_on_drop(true).output();
    let output = output.await.map_err(|source| not_started(address, source))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim().strip_prefix("tmux ").unwrap_or(text.trim()).to_owned())
}

pub(crate) fn not_started(address: &ServerAddress, source: io::Error) -> TmuxError {
    if source.kind() == io::ErrorKind::NotFound {
        return TmuxError::Missing { command: address.command.clone() };
    }
    TmuxError::Io { doing: "start tmux", source }
}

/// A word that no pane prints by chance or on purpose.
pub(crate) fn unguessable() -> String {
    let random = || std::hash::RandomState::new().build_hasher().finish();
    format!("polecat-{:016x}{:016x}", random(), random())
}

/// The commands, each followed by one that prints the mark, and before them the probe.
fn marked(request: &Request, mark: &str) -> Vec<Command> {
    let print = |text: &str| Command::new("display-message").args(["-p", text]);
    let marked = request.commands.iter().flat_map(|command| [command.clone(), print(mark)]);
    [print(PROBE), print(mark)].into_iter().chain(marked).collect()
}

fn argv(request: &Request, mark: &str) -> Result<Vec<std::ffi::OsString>, TmuxError> {
    let mut argv = Vec::new();
    // A command inside a choice does not count as one that starts a server.
    if request.may_start {
        argv.extend(["start-server".into(), ";".into()]);
    }
    for (count, command) in marked(request, mark).iter().enumerate() {
        argv.extend((count > 0).then(|| ";".into()));
        argv.extend(command.argv()?);
    }
    Ok(argv)
}

/// The same as a file for `source-file`, which has no such limit.
fn script(request: &Request, mark: &str) -> io::Result<Result<MemFile, TmuxError>> {
    let line = crate::tmux::protocol::command::sequence(&marked(request, mark));
    match line {
        Ok(line) => MemFile::holding(&[&line[..], b"\n"].concat()).map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

/// Splits what tmux printed at the marks.
fn replies(
    address: &ServerAddress,
    request: &Request,
    output: &Output,
    mark: &[u8],
) -> Result<Vec<Reply>, TmuxError> {
    let mark = [mark, b"\n"].concat();
    let mut done = Vec::new();
    let mut rest = &output.stdout[..];
    let mut escaped = None;
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark) {
        let body = &rest[..at];
        match escaped {
            None => escaped = Some(!body.starts_with(PROBE.as_bytes())),
            Some(true) => done.push(Reply(unescape_variables(body))),
            Some(false) => done.push(Reply(body.to_vec())),
        }
        rest = &rest[at + mark.len()..];
    }
    if output.status.success() && done.len() == request.commands.len() {
        return Ok(done);
    }
    let prose = String::from_utf8_lossy(&output.stderr);
    if let Some(error) = TmuxError::from_client(&address.to_string(), &prose) {
        return Err(error);
    }
    // A refusal is always said. A client that was ended, by its server or by a signal, says nothing.
    if prose.trim().is_empty() && done.len() < request.commands.len() {
        return Err(TmuxError::ConnectionLost { socket: address.to_string() });
    }
    // The mark after a choice is printed even if the choice's branch fails.
    let failed = done.len().min(request.commands.len() - 1);
    if done.len() > failed {
        done.truncate(failed + 1);
    } else if !rest.is_empty() {
        done.push(Reply(rest.to_vec()));
    }
    let command = request.commands[failed].to_string();
    Err(TmuxError::Refused { command, reply: shown(without_place(&prose).as_bytes()), done })
}

/// `source-file` puts `/proc/1/fd/9:1: ` in front of an error.
fn without_place(prose: &str) -> &str {
    let place = prose.strip_prefix('/').and_then(|rest| rest.split_once(":1: "));
    place.map_or(prose, |(_, reason)| reason)
}
