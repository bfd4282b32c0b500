//! The program that the hub's window runs, `polecat-nvim hold PIPE`: see `lifeline.rs`.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::parent_id;
use std::path::Path;
use std::time::Duration;

use rustix::stdio::dup2_stdin;
use tokio::runtime;
use tokio::time::{interval, timeout};

use super::Launch;
use super::address::{ServerAddress, Socket};
use super::command::Command;
use super::hub::HUB;
use super::leftovers::{Server, Way};

/// How soon a client is looked at again whose process, or whose backend's, may just be ending:
/// nothing tells us that it has ended.
const AGAIN: Duration = Duration::from_millis(10);
/// Longer than the end of a process takes. Who is in the hub then is none of us.
const PATIENCE: Duration = Duration::from_secs(1);

/// Waits until nobody writes to the pipe any more, then clears up behind those who did, and ends
/// the hub, which would live on where a hook of the user's has opened other panes in it.
///
/// # Errors
/// What clearing up takes cannot be had.
pub fn hold(pipe: &Path, launch: Launch) -> io::Result<()> {
    let server = parent_id();
    // One that cannot be opened has ended already.
    let _ = wait(pipe);
    // Our window ends with the server, and with it this process, but perhaps not at once.
    let Some(socket) = socket().filter(|_| parent_id() == server) else { return Ok(()) };
    // The server's own program is the right client for it, wherever that is by now.
    let address = ServerAddress { command: format!("/proc/{server}/exe"), socket, holder: None };
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(end(address, launch));
    Ok(())
}

/// Reads the pipe to its end.
fn wait(pipe: &Path) -> io::Result<()> {
    // Where others find it: `/proc/PID/fd/0`.
    dup2_stdin(File::open(pipe)?)?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    // Who comes now is to see that it is too late.
    Ok(dup2_stdin(File::open("/dev/null")?)?)
}

/// Where our server listens.
fn socket() -> Option<Socket> {
    let told = std::env::var("TMUX").ok()?;
    let (path, _) = told.rsplit_once(',')?.0.rsplit_once(',')?;
    Some(Socket::Path(path.into()))
}

async fn end(address: ServerAddress, launch: Launch) {
    let Some(server) = Server::new(address, Way::Program(launch)) else { return };
    let _ = timeout(PATIENCE, alone(&server)).await;
    // Until the server has seen that a client is gone, it goes on with the lines that it has got.
    server.clear().await;
    server.ask(Command::new("kill-session").args(["-t", &format!("={HUB}")])).await;
}

/// Ends clients that were left behind until none is in the hub.
async fn alone(server: &Server) {
    let attached = ["-p", "-t", &format!("={HUB}:"), "#{session_attached}"];
    let mut pace = interval(AGAIN);
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
