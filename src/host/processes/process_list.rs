//! The machine's processes, listed once for all who ask at the same time: a listing reads a file
//! for each process there is.

use std::sync::atomic::{AtomicU64, Ordering};

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};
use tokio::sync::{Mutex, MutexGuard};

use super::select::ProcessInfo;
use super::{ProcessError, is_over};

/// Shared by those who end, or look at, several trees at once.
#[derive(Default)]
pub struct ProcessList {
    /// How many listings have begun.
    begun: AtomicU64,
    last: Mutex<ProcessListing>,
}

/// A listing.
pub(super) struct ProcessListing {
    /// Start times are comparable within one value only.
    pub(super) system: System,
    pub(super) seen: Vec<ProcessInfo>,
    /// Its number, from 1.
    number: u64,
}

impl Default for ProcessListing {
    fn default() -> Self {
        Self { system: System::new(), seen: Vec::new(), number: 0 }
    }
}

impl ProcessList {
    /// A listing that began after this was called.
    pub(super) async fn list(&self) -> Result<MutexGuard<'_, ProcessListing>, ProcessError> {
        self.after(self.begun.load(Ordering::SeqCst)).await
    }

    /// A listing that began after this value was made.
    pub(super) async fn first(&self) -> Result<MutexGuard<'_, ProcessListing>, ProcessError> {
        self.after(0).await
    }

    async fn after(&self, before: u64) -> Result<MutexGuard<'_, ProcessListing>, ProcessError> {
        let mut last = self.last.lock().await;
        if last.number > before {
            return Ok(last);
        }
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let system = std::mem::replace(&mut last.system, System::new());
        let listed = tokio::task::spawn_blocking(move || list_processes(system)).await;
        let (system, seen) = listed.map_err(|_| ProcessError::Unlisted)?;
        let own = std::process::id();
        // A list without ourselves is no list.
        if !seen.iter().any(|process| process.pid == own) {
            return Err(ProcessError::Unlisted);
        }
        *last = ProcessListing { system, seen, number };
        Ok(last)
    }
}

fn list_processes(mut system: System) -> (System, Vec<ProcessInfo>) {
    // Threads would be listed too, which costs as much again.
    let kind = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
    let threads_apart =
        system.processes().values().filter(|process| process.thread_kind().is_none());
    let seen = threads_apart.map(|process| ProcessInfo {
        pid: process.pid().as_u32(),
        parent: process.parent().map_or(0, sysinfo::Pid::as_u32),
        session: process.session_id().map_or(0, sysinfo::Pid::as_u32),
        start: process.start_time(),
        over: is_over(process.status()),
        name: process.name().to_string_lossy().into_owned(),
    });
    let seen = seen.collect();
    (system, seen)
}
