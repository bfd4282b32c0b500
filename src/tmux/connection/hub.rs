//! The hub: the session in which our control clients live, unnoticed by all other sessions.

use std::path::Path;
use std::process::Stdio;

use tokio::sync::broadcast;

use super::control::{Disconnected, Link};
use super::lifeline::{CREATED, HOLDER, Lifeline, NOT_HELD};
use super::oneshot;
use super::owners;
use super::signal::HUB;
use crate::tmux::Launch;
use crate::tmux::address::ServerAddress;
use crate::tmux::error::{TmuxError, shown};
use crate::tmux::protocol::Notification;
use crate::tmux::protocol::command::{Command, PROBE};
use crate::tmux::protocol::memfd::MemFile;
use crate::tmux::protocol::request::ReplyEnd;
use crate::tmux::version::Capabilities;

/// The configuration of a private server that we start, in place of the user's.
const CONFIGURATION: &[u8] = b"set -g history-limit 20000\nset -s escape-time 0\n";
/// For programs in panes; only if the system knows that terminal.
const COLOURS: &[u8] = b"set -g default-terminal tmux-256color\n";

/// A connection that answers.
#[derive(Debug)]
pub(crate) struct HubConnection {
    pub(crate) link: Link,
    pub(crate) capabilities: Capabilities,
    /// Whether the server escapes what looks like a variable in what it prints.
    pub(crate) escapes: bool,
}

/// Connects to the server, and starts one if `may_start` and there is none.
pub(crate) async fn connect(
    address: &ServerAddress,
    launch: &Launch,
    may_start: bool,
    notices: broadcast::Sender<Notification>,
) -> Result<HubConnection, TmuxError> {
    // tmux reads it when the server starts, before the first answer.
    let configuration = configuration(address, may_start)?;
    let io = |source| TmuxError::Io { doing: "make what holds our session in tmux", source };
    let lifeline = Lifeline::new(address).map_err(io)?;
    let mut command = oneshot::program(address, launch, may_start, configuration.as_ref());
    command.arg("-C");
    // It also says whose client this is; others see it in the arguments, see `leftovers.rs`.
    let mark = format!("{}-{}", owners::us(), oneshot::unguessable());
    let holder = lifeline.program().map_err(io)?;
    for (count, word) in joining(&holder, &mark)?.iter().enumerate() {
        command.args((count > 0).then_some(";")).args(word.argv()?);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|source| oneshot::not_started(address, source))?;
    let link = Link::new(child, lifeline, mark, leaving()?, notices);
    greet(address, link).await
}

/// The commands that bring a client into the hub, which they create if there is none.
fn joining(holder: &[Vec<u8>], mark: &str) -> Result<Vec<Command>, TmuxError> {
    let hub = format!("={HUB}:");
    let create = Command::new("new-session")
        .args(["-d", "-P", "-F", &format!("{mark}{CREATED}"), "-s", HUB, "-n", "hub"])
        .args(["-x", "80", "-y", "24", "-c", "/", "--"])
        .args(holder);
    let exists = format!("#{{==:#{{session_name}},{HUB}}}");
    let set = |args: &[&str]| Command::new("set-option").args(args);
    let enter = [
        Command::choose(&hub, &exists, &[], &[create])?,
        // The user's settings must not keep the hub when we are gone, end it while we leave, move
        // us to another session, or rename its window, which would look like output of a session.
        set(&["-w", "-t", &hub, "remain-on-exit", "off"]),
        set(&["-w", "-t", &hub, "automatic-rename", "off"]),
        set(&["-w", "-t", &hub, "allow-rename", "off"]),
        set(&["-t", &hub, "destroy-unattached", "off"]),
        set(&["-t", &hub, "detach-on-destroy", "on"]),
        Command::new("attach-session")
            .args(["-E", "-t", &hub])
            .args(["-f", "no-output,ignore-size"]),
        Command::new("display-message").args(["-p", "-t", &hub, &format!("{mark}{HOLDER}")]),
    ];
    // Under a global `window-size manual` any new window crashes the server. No session has that
    // name, so the global option is what is seen, not one window's.
    let refuse = Command::new("display-message").args(["-p", MANUAL_MARK]);
    Ok(vec![
        Command::new("start-server"),
        Command::choose(NO_SESSION, MANUAL_SIZE, &[refuse], &enter)?,
    ])
}

/// The last line of a client in the hub: ends the hub if this client is the last of us.
fn leaving() -> Result<Vec<u8>, TmuxError> {
    let end = Command::new("kill-session").args(["-t", &format!("={HUB}")]);
    let alone = "#{==:#{session_attached},1}";
    Command::choose(format!("={HUB}:"), alone, &[end], &[])?.encode()
}

/// A target that does not exist: formats see only global options from there.
pub(crate) const NO_SESSION: &str = "=polecat-no-such-session:";
/// Whether creating a session would crash the server.
pub(crate) const MANUAL_SIZE: &str = "#{==:#{window-size},manual}";
pub(crate) const MANUAL_MARK: &str = "polecat-window-size-is-manual";

async fn greet(address: &ServerAddress, link: Link) -> Result<HubConnection, TmuxError> {
    let gone = |Disconnected(words)| refused(address, &words);
    let greeting =
        Command::new("display-message").args(["-p", &format!("{PROBE} #{{version}}")]).encode()?;
    link.entered().await.map_err(gone)?;
    let blocks = link.ask(&greeting, ReplyEnd::Mark).await.map_err(gone)?;
    let body = blocks.into_iter().next().map(|block| block.body).unwrap_or_default();
    let text = String::from_utf8_lossy(&body);
    let (probe, version) = text.trim_end().split_once(' ').unwrap_or_default();
    Ok(HubConnection { link, capabilities: Capabilities::of(version)?, escapes: probe != PROBE })
}

/// Why there is no connection, by what the client said last.
fn refused(address: &ServerAddress, words: &str) -> TmuxError {
    if words.contains(MANUAL_MARK) {
        return TmuxError::ManualWindowSize;
    }
    if words.starts_with(NOT_HELD) {
        return TmuxError::ConnectionLost { socket: address.to_string() };
    }
    TmuxError::from_client(&address.to_string(), words).unwrap_or_else(|| TmuxError::Unexpected {
        command: "new-session".to_owned(),
        reply: shown(words.as_bytes()),
    })
}

/// The configuration for a server that may be about to start; `None` if the user's own is read, or
/// no server is started.
pub(crate) fn configuration(
    address: &ServerAddress,
    may_start: bool,
) -> Result<Option<MemFile>, TmuxError> {
    const FOLDERS: [&str; 4] =
        ["/usr/share/terminfo/t", "/lib/terminfo/t", "/etc/terminfo/t", "/usr/share/terminfo/74"];
    if !may_start || !address.is_private() {
        return Ok(None);
    }
    let known = FOLDERS.iter().any(|folder| Path::new(folder).join("tmux-256color").exists());
    let text = [CONFIGURATION, if known { COLOURS } else { b"" }].concat();
    let file = MemFile::holding(&text);
    file.map(Some).map_err(|source| TmuxError::Io { doing: "write tmux's configuration", source })
}
