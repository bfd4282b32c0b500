//! Who is alive: tests ask after they ended something, so that nothing stays behind.

#![allow(dead_code, reason = "each test uses its own part")]

use std::path::Path;
use std::time::{Duration, Instant};

use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, Signal, System};

const EXIT_TIMEOUT: Duration = Duration::from_secs(30);

/// The children of `pid`, their children, and so on, as they are now.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let system = look(ProcessesToUpdate::All);
    let mut family = vec![Pid::from_u32(pid)];
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        let children = system.processes().values().filter(|one| one.parent() == Some(parent));
        family.extend(children.map(Process::pid));
        next += 1;
    }
    family.into_iter().skip(1).map(Pid::as_u32).collect()
}

/// Those of `pids` that live. A zombie does not: on some machines nobody ever collects orphans.
pub(crate) fn alive(pids: &[u32]) -> Vec<u32> {
    let system = look_at(pids);
    let lives = |pid: &u32| {
        let process = system.process(Pid::from_u32(*pid));
        process.is_some_and(|one| !matches!(one.status(), ProcessStatus::Zombie))
    };
    pids.iter().copied().filter(lives).collect()
}

/// Those with this path in their command lines.
pub(crate) fn mentioning(path: &Path) -> Vec<u32> {
    let path = path.to_string_lossy();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mentions = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(&*path)
    };
    pids.filter(mentions).collect()
}

/// Waits until none of `pids` lives.
///
/// # Errors
/// What is left after thirty seconds.
pub(crate) fn ended(pids: &[u32]) -> Result<(), String> {
    let deadline = Instant::now() + EXIT_TIMEOUT;
    loop {
        let left = alive(pids);
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(described(&left));
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Kills what is left of `pids`: a failed test leaves nothing either.
pub(crate) fn kill(pids: &[u32]) {
    let system = look_at(pids);
    for pid in pids {
        if let Some(process) = system.process(Pid::from_u32(*pid)) {
            process.kill_with(Signal::Kill);
        }
    }
}

fn described(pids: &[u32]) -> String {
    let system = look_at(pids);
    let name = |pid: &u32| {
        let process = system.process(Pid::from_u32(*pid))?;
        Some(format!("{pid} {} ({})", process.name().display(), process.status()))
    };
    pids.iter().filter_map(name).collect::<Vec<_>>().join("\n")
}

/// Looks at these alone: a machine may have hundreds.
fn look_at(pids: &[u32]) -> System {
    let pids: Vec<_> = pids.iter().copied().map(Pid::from_u32).collect();
    look(ProcessesToUpdate::Some(&pids))
}

fn look(which: ProcessesToUpdate<'_>) -> System {
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(which, true, what);
    system
}
