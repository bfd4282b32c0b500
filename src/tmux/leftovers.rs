//! What backends that were killed left in the server, and that it goes.
//!
//! - A buffer is deleted by the line that made it, but tmux drops the rest of a line when its client
//!   is gone: the last one stays, with what an agent printed or was told.
//! - tmux lets no client go that it still has something to tell, and nobody listens.
//!
//! Both tell whose they are, and whoever is still there sees to those of processes that are gone:
//! the next backend when it connects, the others when they hear of it, or of a client that left; the
//! script of `lifeline.rs` when the last of us is gone.

use std::collections::BTreeSet;
use std::sync::Weak;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::interval;
use tracing::debug;

use super::address::ServerAddress;
use super::command::Command;
use super::hub::{HUB, Hub};
use super::lock;
use super::owners::{Owner, beside_us, owner};
use super::protocol::Notification;
use super::request::Request;

/// How soon a buffer is looked at again whose process may just be ending: nothing tells us that it
/// has ended.
const AGAIN: Duration = Duration::from_millis(100);
/// How often; whoever has one for longer lives.
const LOOKS: usize = 20;

/// The server, by a connection that may end at any time.
struct Server {
    address: ServerAddress,
    hub: Weak<Hub>,
    beside: String,
}

/// Sees to what killed backends left, now and whenever a client has come or gone, as long as there
/// is the connection.
pub(crate) async fn keep_clear(
    address: ServerAddress,
    hub: Weak<Hub>,
    mut notices: Receiver<Notification>,
) {
    // Where processes cannot be seen, nothing is known to be left.
    let Some(beside) = beside_us() else { return };
    let server = Server { address, hub, beside };
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
    /// Clears up; none without a connection. Buffers that others have right now are looked at until
    /// they are gone, or their process is.
    async fn clear(&self) -> Option<()> {
        self.end_clients().await?;
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

    /// Ends clients of backends that are gone.
    async fn end_clients(&self) -> Option<()> {
        let hub = format!("={HUB}");
        let list = Command::new("list-clients").args(["-t", &hub, "-F", "#{client_pid}"]);
        for client in self.ask(list).await?.lines() {
            let line = std::fs::read(format!("/proc/{client}/cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line);
            // In what the lifeline's script is started with.
            let named = line.find(&self.beside).map(|at| &line[at..]);
            if named.is_some_and(|named| owner(named, &self.beside) == Owner::Gone)
                && let Some(pid) = client.parse().ok().and_then(Pid::from_raw)
            {
                debug!(client, "a killed backend left a client");
                // Gone already is as good.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        Some(())
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
    async fn ask(&self, command: Command) -> Option<String> {
        let request = Request::new(vec![command]);
        let line = request.line().ok()?;
        let _held =
            if request.is_announced() { lock::announcing(&self.address).await } else { None };
        // Not longer: the connection ends with the last who has it.
        let hub = self.hub.upgrade()?;
        let blocks = hub.link.ask(&line, request.ends()).await.ok()?;
        let replies = request.replies(blocks, hub.escapes).unwrap_or_default();
        Some(replies.first().map(super::command::Reply::text).unwrap_or_default())
    }
}
