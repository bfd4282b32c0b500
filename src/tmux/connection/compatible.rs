//! Whether a control client of our tmux program can be let near the server that runs.

use std::{os::unix::fs::MetadataExt, path::PathBuf};

use tokio::net::UnixStream;

use super::oneshot;
use crate::tmux::Launch;
use crate::tmux::address::ServerAddress;
use crate::tmux::error::{TmuxError, shown};
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::reply::Reply;
use crate::tmux::protocol::request::Request;
use crate::tmux::version;

/// Refuses where tmux was upgraded across 3.6 under its server, or `PATH` has another one than the
/// user's shell: an older control client crashes 3.6 to 3.6b, three times in four, and a newer one
/// waits for an older server forever. Single commands do no harm, and newer ones even work.
pub(super) async fn require(address: &ServerAddress, launch: &Launch) -> Result<(), TmuxError> {
    if address.is_absent() || runs_our_program(address).await {
        return Ok(());
    }
    // What a hook of the user's prints is among the answer.
    let mark = oneshot::unguessable();
    let say = Command::new("display-message").args(["-p", &format!("{mark} #{{version}}")]);
    let ask = Request::new(vec![say]);
    let server = oneshot::run(address, launch, &ask, None);
    let (server, ours) = tokio::join!(server, oneshot::own_version(address, launch));
    let server = match server {
        Err(TmuxError::NoServer { .. }) => return Ok(()),
        replies => replies?.iter().map(Reply::text).collect::<String>(),
    };
    let ours = ours?;
    let version = server.lines().find_map(|line| line.strip_prefix(&mark)).map(str::trim);
    if version.is_some_and(|version| version::understand_each_other(&ours, version)) {
        return Ok(());
    }
    let reply = shown(format!("{version:?}, while our program is {ours}").as_bytes());
    Err(TmuxError::Unexpected { command: "#{version}".to_owned(), reply })
}

/// Whether the server runs the file that we start as tmux, so that nobody needs to be asked.
async fn runs_our_program(address: &ServerAddress) -> bool {
    let Ok(stream) = UnixStream::connect(address.socket_file()).await else { return false };
    let Some(pid) = stream.peer_cred().ok().and_then(|server| server.pid()) else { return false };
    let file = |path: PathBuf| path.metadata().ok().map(|file| (file.dev(), file.ino()));
    let ours = which::which(address.program()).ok().and_then(file);
    ours.is_some() && ours == file(format!("/proc/{pid}/exe").into())
}
