//! Ending all processes of a pane, and no stranger's; and who works in a folder.
//!
//! `kill-session` sends a SIGHUP, which agents and what they start may ignore: gastown found 142
//! orphans holding 56 GB.

mod environment;
mod handle;
mod occupants;
mod process_id;
mod process_list;
mod programs;
mod select;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

pub use rustix::process::Signal;
use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};
use tokio::time::{Instant, timeout_at};

pub use environment::{is_outside_tmux, variable_of};
use handle::Handle;
pub use occupants::{Occupant, occupants};
pub use process_id::ProcessId;
pub use process_list::ProcessList;
use process_list::ProcessListing;
pub use programs::{Program, programs_of};
use select::{ProcessInfo, ProcessKey, select};

/// How long killed processes may take to go, each round.
const EXIT_TIMEOUT: Duration = Duration::from_secs(1);
/// How often what appeared meanwhile is killed too.
const ROUNDS_LIMIT: usize = 5;

/// Why processes may still be there.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The system did not list its processes: nothing is known, nothing was ended.
    #[error("cannot list the processes of this machine")]
    Unlisted,
    /// They outlived SIGKILL: another user's, or stuck in the kernel.
    #[error("still running after SIGKILL: {}", list(.0))]
    Survivors(Vec<Survivor>),
}

/// A process that could not be ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// Its id.
    pub pid: u32,
    /// What the system calls it.
    pub name: String,
}

/// A pane's process and what came of it, with a hold on each: a process that ended meanwhile, and
/// whose id went to a stranger, is not signalled.
pub struct Tree {
    root: u32,
    process_list: Arc<ProcessList>,
    members: Vec<Member>,
}

struct Member {
    known: ProcessKey,
    name: String,
    handle: Handle,
}

impl Tree {
    /// The living process `root` with its descendants, and, where it leads its session as the
    /// process of a pane does, all of that session: also those whose parents have ended.
    ///
    /// A process that ends its own parent and session (a daemon) cannot be recognised.
    ///
    /// # Errors
    /// The processes could not be listed.
    pub async fn of(root: u32) -> Result<Self, ProcessError> {
        Self::among(&Arc::default(), root).await
    }

    /// The same for one of several trees that are ended at once.
    ///
    /// # Errors
    /// As [`Tree::of`].
    pub async fn among(process_list: &Arc<ProcessList>, root: u32) -> Result<Self, ProcessError> {
        let mut tree = Self { root, process_list: process_list.clone(), members: Vec::new() };
        tree.look(true).await?;
        Ok(tree)
    }

    /// What a pane's process left behind in its session when it ended. Empty when the id belongs
    /// to another process by now.
    ///
    /// # Errors
    /// The processes could not be listed.
    pub async fn left_by(root: u32) -> Result<Self, ProcessError> {
        let mut tree = Self { root, process_list: Arc::default(), members: Vec::new() };
        tree.look(false).await?;
        Ok(tree)
    }

    /// Takes in what was started since.
    ///
    /// # Errors
    /// The processes could not be listed.
    pub async fn refresh(&mut self) -> Result<(), ProcessError> {
        self.look(false).await
    }

    /// Sends a signal to each that is there, deepest first: parents first would have time to
    /// start their children anew.
    pub fn signal(&self, signal: Signal) {
        for member in &self.members {
            if let Err(error) = member.handle.signal(signal) {
                tracing::debug!(pid = member.known.pid, ?signal, %error, "not signalled");
            }
        }
    }

    /// Waits until each has ended; false when some have not after `within`.
    pub async fn ended(&self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        for member in &self.members {
            if timeout_at(deadline, member.handle.ended()).await.is_err() {
                return false;
            }
        }
        true
    }

    /// Ends all of it: SIGTERM, then, for what is there after `grace` or appeared meanwhile,
    /// SIGKILL. Nothing there is a success.
    ///
    /// # Errors
    /// Some could not be ended, or nothing is known.
    pub async fn end(mut self, grace: Duration) -> Result<(), ProcessError> {
        self.signal(Signal::TERM);
        // One that was stopped must run to take it.
        self.signal(Signal::CONT);
        self.ended(grace).await;
        for _ in 0..ROUNDS_LIMIT {
            self.refresh().await?;
            if self.members.is_empty() {
                return Ok(());
            }
            self.signal(Signal::KILL);
            self.ended(EXIT_TIMEOUT).await;
        }
        match self.alive() {
            left if left.is_empty() => Ok(()),
            left => Err(ProcessError::Survivors(left)),
        }
    }

    /// The ids of those that have not ended.
    #[must_use]
    pub fn alive(&self) -> Vec<Survivor> {
        let alive = self.members.iter().filter(|member| !member.handle.is_over());
        alive.map(|member| Survivor { pid: member.known.pid, name: member.name.clone() }).collect()
    }

    /// Lists processes and takes a hold on those of the tree that are new. The root counts by its
    /// id alone only at the first look, `with_root`.
    async fn look(&mut self, with_root: bool) -> Result<(), ProcessError> {
        let process_list = self.process_list.clone();
        let mut list = process_list.list().await?;
        let ProcessListing { system, seen, .. } = &mut *list;
        self.members.retain(|member| !member.handle.is_over());
        let known: Vec<ProcessKey> = self.members.iter().map(|member| member.known).collect();
        let mut chosen = Vec::new();
        for process in select(self.root, with_root, &known, seen, std::process::id()) {
            chosen.push(self.hold(system, process));
        }
        self.members = chosen.into_iter().flatten().collect();
        Ok(())
    }

    /// The hold on a process: the one we have, else a new one if it still is the process seen.
    fn hold(&mut self, system: &mut System, process: &ProcessInfo) -> Option<Member> {
        let known = process.known();
        if let Some(at) = self.members.iter().position(|member| member.known == known) {
            return Some(self.members.swap_remove(at));
        }
        let handle = Handle::open(known)?;
        (start_of(system, known.pid) == Some(known.start)).then(|| Member {
            known,
            name: process.name.clone(),
            handle,
        })
    }
}

/// Ends the tree of a pane's living process: SIGTERM, then, for what is there after `grace` or
/// appeared meanwhile, SIGKILL. Nothing there is a success.
///
/// # Errors
/// Some could not be ended, or nothing is known.
pub async fn end_tree(root: u32, grace: Duration) -> Result<(), ProcessError> {
    Tree::of(root).await?.end(grace).await
}

/// Ends what a pane's process left behind when it ended; see [`end_tree`].
///
/// # Errors
/// Some could not be ended, or nothing is known.
pub async fn end_orphans(root: u32, grace: Duration) -> Result<(), ProcessError> {
    Tree::left_by(root).await?.end(grace).await
}

/// When the process that has this id now was started; `None` when none has.
fn start_of(system: &mut System, pid: u32) -> Option<u64> {
    let pid = sysinfo::Pid::from_u32(pid);
    let one = ProcessesToUpdate::Some(&[pid]);
    let kind = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(one, true, kind);
    let process = system.process(pid).filter(|process| !is_over(process.status()))?;
    Some(process.start_time())
}

fn is_over(status: ProcessStatus) -> bool {
    matches!(status, ProcessStatus::Zombie | ProcessStatus::Dead)
}

fn list(survivors: &[Survivor]) -> String {
    let mut text = String::new();
    for Survivor { pid, name } in survivors {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(text, "{comma}`{name}` ({pid})");
    }
    text
}
