//! Who is alive: tests ask after they ended something, so that nothing stays behind.

#![allow(dead_code, reason = "each test uses its own part")]

use std::process::Command;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

/// The children of `pid`, their children, and so on, as they are now.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let table = ps(&["-A", "-o", "pid=,ppid="]);
    let pairs: Vec<(u32, u32)> = table.lines().filter_map(pair).collect();
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        family.extend(pairs.iter().filter(|(_, of)| *of == parent).map(|(child, _)| child));
        next += 1;
    }
    family.split_off(1)
}

/// Those of `pids` that live. A zombie does not: on some machines nobody ever collects orphans.
pub(crate) fn alive(pids: &[u32]) -> Vec<u32> {
    if pids.is_empty() {
        return Vec::new();
    }
    let list = pids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let table = ps(&["-o", "pid=,stat=", "-p", &list]);
    table.lines().filter(|row| !row.contains('Z')).filter_map(first).collect()
}

/// Waits until none of `pids` lives.
///
/// # Errors
/// What is left after ten seconds, with its command line.
pub(crate) fn ended(pids: &[u32]) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = alive(pids);
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            let list = left.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
            return Err(ps(&["-o", "pid=,stat=,args=", "-p", &list]));
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// Kills what is left of `pids`: a failed test leaves nothing either.
pub(crate) fn kill(pids: &[u32]) {
    for pid in alive(pids) {
        if let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) {
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).ok();
        }
    }
}

fn pair(row: &str) -> Option<(u32, u32)> {
    let mut words = row.split_whitespace();
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

fn first(row: &str) -> Option<u32> {
    row.split_whitespace().next()?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "a test looks at the machine from outside")]
fn ps(args: &[&str]) -> String {
    let done = Command::new("ps").args(args).output().expect("`ps` is on PATH");
    String::from_utf8_lossy(&done.stdout).into_owned()
}
