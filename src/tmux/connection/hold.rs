//! The program that the hub's window runs, `polecat-nvim hold PIPE`: see `lifeline.rs`.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::parent_id;
use std::path::Path;
use std::time::Duration;

use rustix::stdio::dup2_stdin;
use tokio::runtime;
use tokio::time::{interval, timeout};

use super::leftovers::{Channel, LeftoverServer};
use super::own_pane::socket;
use super::signal::HUB;
use crate::tmux::Launch;
use crate::tmux::address::ServerAddress;
use crate::tmux::protocol::command::Command;

/// How often to look at a client if its process, or its backend, may just be ending: no event tells
/// us that it has.
const LOOK_INTERVAL: Duration = Duration::from_millis(10);
/// Longer than a process takes to end. A client that is still in the hub then is not ours.
const CLIENTS_TIMEOUT: Duration = Duration::from_secs(1);

/// Waits until nobody has the pipe open for writing any more, clears up after those who had, and
/// ends the hub, which a hook of the user's may have kept alive by opening other panes in it.
///
/// # Errors
/// The runtime for clearing up cannot be made.
pub fn hold(pipe: &Path, launch: Launch) -> io::Result<()> {
    let server = parent_id();
    // A pipe that cannot be opened has lost its writers already.
    let _ = wait(pipe);
    // This process ends with the server, but perhaps not at once.
    let Some(socket) = socket().filter(|_| parent_id() == server) else { return Ok(()) };
    // The server's own program is the right client, wherever its file is by now.
    let address = ServerAddress {
        command: format!("/proc/{server}/exe"),
        socket,
        holder: None,
        no_start: None,
    };
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(end(address, launch));
    Ok(())
}

/// Reads the pipe to its end.
fn wait(pipe: &Path) -> io::Result<()> {
    // Others look for it there: `/proc/PID/fd/0`.
    dup2_stdin(File::open(pipe)?)?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    // Whoever comes now must see that it is too late.
    Ok(dup2_stdin(File::open("/dev/null")?)?)
}

async fn end(address: ServerAddress, launch: Launch) {
    let Some(server) = LeftoverServer::new(address, Channel::Program(launch)) else { return };
    let _ = timeout(CLIENTS_TIMEOUT, alone(&server)).await;
    // The server runs the lines that it has got until it sees that their client is gone.
    server.clear().await;
    server.ask(Command::new("kill-session").args(["-t", &format!("={HUB}")])).await;
}

/// Ends abandoned clients until none is left in the hub.
async fn alone(server: &LeftoverServer) {
    let attached = ["-p", "-t", &format!("={HUB}:"), "#{session_attached}"];
    let mut pace = interval(LOOK_INTERVAL);
    loop {
        pace.tick().await;
        // Also those that are not in the hub yet.
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        server.end_clients(pids);
        let seen = server.ask(Command::new("display-message").args(attached)).await;
        if seen.is_none_or(|count| count.trim_end() == "0") {
            return;
        }
    }
}
