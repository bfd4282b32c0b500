//! Removes what killed backends have left in the server.
//!
//! - Buffers. The line that makes one also deletes it, but tmux drops the rest of a line when its
//!   client is gone, so the last buffer stays, with text that an agent printed or was sent.
//! - Clients. tmux keeps a client for as long as it has something to tell it and nobody listens.
//!
//! Both say whose they are. Those of dead processes are removed by whoever is still there: the next
//! backend when it connects, the others when they hear of that or of a client that left, `hold.rs`
//! when the last of us is gone.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Weak;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::interval;
use tracing::debug;

use super::hub::HubConnection;
use super::lock;
use super::oneshot;
use super::owners::{Owner, beside_us, owner};
use super::signal::HUB;
use crate::tmux::Launch;
use crate::tmux::address::ServerAddress;
use crate::tmux::protocol::Notification;
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::reply::Reply;
use crate::tmux::protocol::request::Request;

/// How often to look at a buffer if its process may just be ending: no event tells us that it has.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// How many looks; a process that keeps its buffer for longer is alive.
const LOOKS_LIMIT: usize = 20;

/// The server to clear.
pub(in crate::tmux) struct LeftoverServer {
    address: ServerAddress,
    way: Channel,
    beside: String,
}

/// How it is asked.
pub(in crate::tmux) enum Channel {
    /// Through a connection that may end at any time.
    Hub(Weak<HubConnection>),
    /// By a process of the tmux program.
    Program(Launch),
}

/// Clears up now and whenever a client comes or goes, for as long as there is a connection.
pub(crate) async fn keep_clear(
    address: ServerAddress,
    hub: Weak<HubConnection>,
    mut notices: Receiver<Notification>,
) {
    let Some(server) = LeftoverServer::new(address, Channel::Hub(hub)) else { return };
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

impl LeftoverServer {
    /// `None` if processes cannot be seen: then nothing is known to be left over.
    pub(in crate::tmux) fn new(address: ServerAddress, way: Channel) -> Option<Self> {
        Some(Self { address, way, beside: beside_us()? })
    }

    /// Clears up; `None` without a connection. Looks at other backends' buffers until these are
    /// gone, or their process is.
    pub(in crate::tmux) async fn clear(&self) -> Option<()> {
        let list = Command::new("list-clients").args(["-t", &format!("={HUB}")]);
        let clients = self.ask(list.args(["-F", "#{client_pid}"])).await?;
        self.end_clients(clients.lines().filter_map(|client| client.parse().ok()));
        let mut doubtful = self.delete_buffers().await?;
        let mut pace = interval(LOOK_INTERVAL);
        for _ in 0..LOOKS_LIMIT {
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
    pub(in crate::tmux) fn end_clients(&self, pids: impl Iterator<Item = i32>) {
        for pid in pids.filter(|pid| self.is_left_behind(*pid)) {
            debug!(pid, "a killed backend left a client");
            // It may be gone already, which is as good.
            let _ = Pid::from_raw(pid).map(|client| kill_process(client, Signal::KILL));
        }
    }

    fn is_left_behind(&self, process: i32) -> bool {
        let read = |what| fs::read(format!("/proc/{process}/{what}")).unwrap_or_default();
        // A server has the command line of the client that started it.
        if read("comm") != b"tmux: client\n" {
            return false;
        }
        let line = read("cmdline");
        let line = String::from_utf8_lossy(&line);
        // Other commands may name somebody's buffer.
        let is_control = line.split('\0').any(|word| word == "-C");
        let named = line.find(&self.beside).map(|at| owner(&line[at..], &self.beside));
        is_control && named == Some(Owner::Gone)
    }

    /// Deletes the buffers of dead processes; gives those of living ones.
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

    /// What the server answers; empty if it refuses, `None` without a connection.
    pub(in crate::tmux) async fn ask(&self, command: Command) -> Option<String> {
        let request = Request::new(vec![command]);
        let line = request.line().ok()?;
        let _guard =
            if request.needs_lock() { lock::announcing(&self.address).await } else { None };
        let replies = match &self.way {
            Channel::Hub(hub) => {
                // Not for longer: the connection ends with its last holder.
                let hub = hub.upgrade()?;
                let blocks = hub.link.ask(&line, request.reply_end()).await.ok()?;
                request.replies(blocks, hub.escapes)
            }
            Channel::Program(launch) => oneshot::run(&self.address, launch, &request, None).await,
        };
        let replies = replies.unwrap_or_default();
        Some(replies.first().map(Reply::text).unwrap_or_default())
    }
}
