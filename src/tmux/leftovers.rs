//! What backends that were killed left in the server, and that it goes.
//!
//! - A buffer is deleted by the line that made it, but tmux drops the rest of a line when its client
//!   is gone: the last one stays, with what an agent printed or was told.
//! - tmux lets no client go that it still has something to tell, and nobody listens.
//!
//! Both tell whose they are, and whoever is still there sees to those of processes that are gone:
//! the next backend when it connects, the others when they hear of it, or of a client that left;
//! `hold.rs` when the last of us is gone.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Weak;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::interval;
use tracing::debug;

use super::Launch;
use super::address::ServerAddress;
use super::command::Command;
use super::hub::{HUB, Hub};
use super::lock;
use super::oneshot;
use super::owners::{Owner, beside_us, owner};
use super::protocol::Notification;
use super::request::Request;

/// How soon a buffer is looked at again whose process may just be ending: nothing tells us that it
/// has ended.
const AGAIN: Duration = Duration::from_millis(100);
/// How often; whoever has one for longer lives.
const LOOKS: usize = 20;

/// The server to clear.
pub(super) struct Server {
    address: ServerAddress,
    way: Way,
    beside: String,
}

/// How it is asked.
pub(super) enum Way {
    /// By a connection that may end at any time.
    Hub(Weak<Hub>),
    /// By its program.
    Program(Launch),
}

/// Sees to what killed backends left, now and whenever a client has come or gone, as long as there
/// is the connection.
pub(crate) async fn keep_clear(
    address: ServerAddress,
    hub: Weak<Hub>,
    mut notices: Receiver<Notification>,
) {
    let Some(server) = Server::new(address, Way::Hub(hub)) else { return };
    while server.clear().await.is_some() {
        loop {
            match notices.recv().await {
                Ok(Notification::ClientDetached | Notification::ClientAttached { .. })
                | Err(RecvError::Lagged(_)) => break,
                Ok(Notification::Lost) | Err(RecvError::Closed) => return,
                Ok(_) => {}
            }
        }
    }
}

impl Server {
    /// None where processes cannot be seen: nothing is known to be left then.
    pub(super) fn new(address: ServerAddress, way: Way) -> Option<Self> {
        Some(Self { address, way, beside: beside_us()? })
    }

    /// Clears up; none without a connection. Buffers that others have right now are looked at until
    /// they are gone, or their process is.
    pub(super) async fn clear(&self) -> Option<()> {
        let list = Command::new("list-clients").args(["-t", &format!("={HUB}")]);
        let clients = self.ask(list.args(["-F", "#{client_pid}"])).await?;
        self.end_clients(clients.lines().filter_map(|client| client.parse().ok()));
        let mut doubtful = self.delete_buffers().await?;
        let mut pace = interval(AGAIN);
        for _ in 0..LOOKS {
            if doubtful.is_empty() {
                break;
            }
            pace.tick().await;
            let living = self.delete_buffers().await?;
            doubtful.retain(|name| living.contains(name));
        }
        Some(())
    }

    /// Ends those of the processes that are control clients of backends that are gone.
    pub(super) fn end_clients(&self, pids: impl Iterator<Item = i32>) {
        for pid in pids.filter(|pid| self.is_left_behind(*pid)) {
            debug!(pid, "a killed backend left a client");
            // Gone already is as good.
            let _ = Pid::from_raw(pid).map(|client| kill_process(client, Signal::KILL));
        }
    }

    fn is_left_behind(&self, process: i32) -> bool {
        let read = |what| fs::read(format!("/proc/{process}/{what}")).unwrap_or_default();
        // What a server was started with says the same of its first client.
        if read("comm") != b"tmux: client\n" {
            return false;
        }
        let line = read("cmdline");
        let line = String::from_utf8_lossy(&line);
        // Other commands name somebody's buffer.
        let is_control = line.split('\0').any(|word| word == "-C");
        let named = line.find(&self.beside).map(|at| owner(&line[at..], &self.beside));
        is_control && named == Some(Owner::Gone)
    }

    /// Deletes the buffers of processes that are gone; gives those of others.
    async fn delete_buffers(&self) -> Option<BTreeSet<String>> {
        let list = Command::new("list-buffers").args(["-F", "#{buffer_name}"]);
        let mut living = BTreeSet::new();
        for name in self.ask(list).await?.lines() {
            match owner(name, &self.beside) {
                Owner::Gone => {
                    debug!(name, "a killed backend left a buffer");
                    self.ask(Command::new("delete-buffer").args(["-b", name])).await?;
                }
                Owner::Living => drop(living.insert(name.to_owned())),
                Owner::Unknown => {}
            }
        }
        Some(living)
    }

    /// What the server says; nothing where it refuses, none without a connection.
    pub(super) async fn ask(&self, command: Command) -> Option<String> {
        let request = Request::new(vec![command]);
        let line = request.line().ok()?;
        let _held =
            if request.is_announced() { lock::announcing(&self.address).await } else { None };
        let replies = match &self.way {
            Way::Hub(hub) => {
                // Not longer: the connection ends with the last who has it.
                let hub = hub.upgrade()?;
                let blocks = hub.link.ask(&line, request.ends()).await.ok()?;
                request.replies(blocks, hub.escapes)
            }
            Way::Program(launch) => oneshot::run(&self.address, launch, &request, None).await,
        };
        let replies = replies.unwrap_or_default();
        Some(replies.first().map(super::command::Reply::text).unwrap_or_default())
    }
}
