//! Who works in a folder: the processes of this user that have their current directory in it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use super::ProcessError;
use super::handle::Handle;
use super::select::ProcessKey;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod portable;

#[cfg(target_os = "linux")]
use linux::look;
#[cfg(not(target_os = "linux"))]
use portable::look;

/// How long the system may take to list its processes.
const LIST_TIMEOUT: Duration = Duration::from_secs(5);
/// A program that ends by itself within this time only passes through: a git that somebody's
/// editor runs for its status line.
const PASSING_TIMEOUT: Duration = Duration::from_millis(300);
/// A server stays in the folder that it was started in, and does nothing there.
pub(super) const SERVER: &str = "tmux: server";

/// A process that works in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// Its id.
    pub pid: u32,
    /// What the system calls it.
    pub name: String,
    /// The words of its command.
    pub argv: Vec<String>,
    /// Whether it belongs to the program that runs us, an editor: it was started by that, or waits
    /// for it.
    pub own: bool,
    /// Its parent, the parent of that, and so on.
    pub line: Vec<u32>,
    /// When it was started, in s since 1970.
    start: u64,
}

/// A process as a look found it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    pid: u32,
    name: String,
    argv: Vec<String>,
    start: u64,
    session: u32,
    /// Its parent, the parent of that, and so on.
    line: Vec<u32>,
}

/// The processes of this user that work in one of `folders`, without ourselves and what we
/// started, without those that only pass through, and without the trees and terminal sessions of
/// the processes `but`.
///
/// # Errors
/// They could not be listed, so nothing is known.
pub async fn occupants(folders: &[PathBuf], but: &[u32]) -> Result<Vec<Occupant>, ProcessError> {
    let folders = folders.to_vec();
    let looking = tokio::task::spawn_blocking(move || {
        look(&folders.iter().map(|folder| resolved(folder)).collect::<Vec<_>>())
    });
    let Ok(Ok(Some(found))) = timeout(LIST_TIMEOUT, looking).await else {
        return Err(ProcessError::Unlisted);
    };
    let us = Us { backend: std::process::id(), editor: std::os::unix::process::parent_id() };
    let waiting_for_us = found.ours;
    let found = found.inside.into_iter().filter(|found| us.counts(found, but));
    let found = found.map(|found| us.told(found, &waiting_for_us)).collect();
    Ok(staying(found).await)
}

/// What a look gives: who is inside, and the ancestors of this process.
struct Looked {
    inside: Vec<Candidate>,
    ours: Vec<u32>,
}

struct Us {
    backend: u32,
    editor: u32,
}

impl Us {
    fn counts(&self, found: &Candidate, but: &[u32]) -> bool {
        let is_of = |pid: u32| found.pid == pid || found.line.contains(&pid);
        let is_ours = found.pid == self.editor || is_of(self.backend);
        let is_ended = but.iter().any(|&pid| is_of(pid) || found.session == pid);
        !is_ours && !is_ended && found.name != SERVER
    }

    fn told(&self, found: Candidate, waiting: &[u32]) -> Occupant {
        let Candidate { pid, name, argv, start, line, .. } = found;
        // Without an editor there is nobody whose children would be known to the one who asks.
        let started = self.editor > 1 && line.contains(&self.editor);
        Occupant { pid, name, argv, start, own: started || waiting.contains(&pid), line }
    }
}

/// Those that do not end by themselves in a moment.
async fn staying(found: Vec<Occupant>) -> Vec<Occupant> {
    let deadline = Instant::now() + PASSING_TIMEOUT;
    let handles =
        found.iter().map(|one| Handle::open(ProcessKey { pid: one.pid, start: one.start }));
    let mut staying = Vec::new();
    for (one, handle) in found.iter().zip(handles.collect::<Vec<_>>()) {
        let Some(handle) = handle else { continue };
        if timeout_at(deadline, handle.ended()).await.is_err() && !handle.is_over() {
            staying.push(one.clone());
        }
    }
    staying
}

/// The folder with the links resolved of what is there of it.
fn resolved(folder: &Path) -> PathBuf {
    for above in folder.ancestors() {
        if let Ok(real) = above.canonicalize() {
            let below = folder.strip_prefix(above).unwrap_or(Path::new(""));
            return if below.as_os_str().is_empty() { real } else { real.join(below) };
        }
    }
    folder.to_owned()
}

fn is_inside(cwd: &Path, folders: &[PathBuf]) -> bool {
    folders.iter().any(|folder| cwd.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pid: u32, session: u32, line: &[u32]) -> Candidate {
        let (name, argv) = ("x".to_owned(), Vec::new());
        Candidate { pid, name, argv, start: 0, session, line: line.to_vec() }
    }

    #[test]
    fn ourselves_and_what_a_stop_ends_do_not_count() {
        let us = Us { backend: 20, editor: 10 };
        for (one, counts) in [
            (found(20, 1, &[10, 2]), false),
            (found(21, 1, &[20, 10, 2]), false),
            (found(10, 1, &[2]), false),
            (found(30, 30, &[7, 1]), false),
            (found(31, 30, &[1]), false),
            (found(32, 32, &[30, 7]), false),
            (found(11, 1, &[10, 2]), true),
            (found(40, 40, &[1]), true),
            (Candidate { name: SERVER.to_owned(), ..found(50, 50, &[1]) }, false),
        ] {
            assert_eq!(us.counts(&one, &[30]), counts, "{one:?}");
        }
    }

    #[test]
    fn what_the_editor_started_and_what_waits_for_it_is_its_own() {
        let us = Us { backend: 20, editor: 10 };
        let own = |pid, line: &[u32]| us.told(found(pid, 1, line), &[10, 2, 1]).own;
        assert!(own(11, &[10, 2, 1]) && own(12, &[11, 10, 2]) && own(2, &[1]));
        assert!(!own(40, &[1]));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn both_ways_to_look_see_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let mut sleep = crate::host::programs::launch::local()("sleep".as_ref());
        let mut child = sleep.arg("600").current_dir(folder.path()).spawn().unwrap();
        let folders = [resolved(folder.path())];
        let seen = |looked: Option<Looked>| {
            let mut inside = looked.unwrap().inside.into_iter();
            inside.find(|one| one.pid == child.id() && one.name == "sleep").unwrap()
        };
        // A child that was not started yet has another name.
        while std::fs::read_to_string(format!("/proc/{}/comm", child.id())).unwrap() != "sleep\n" {
            std::thread::yield_now();
        }
        let (linux, portable) = (seen(linux::look(&folders)), seen(portable::look(&folders)));
        assert_eq!(linux.argv, ["sleep", "600"]);
        assert!(linux.line.contains(&std::process::id()), "{linux:?}");
        assert_eq!(linux, portable);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
