//! A private folder with the projects a test needs, and waiting for what must come about.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use polecat::core::{PolecatName, Rig};
use polecat::host::rigs::{self, RigOptions};
use polecat::host::{Launch, launch};
use tempfile::TempDir;

/// A folder of our own that is also the home of everything started; it goes with the value.
pub(super) struct Sandbox {
    dir: TempDir,
    pub(super) launch: Launch,
}

impl Sandbox {
    pub(super) fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("polecat-host-").tempdir().unwrap();
        let home = dir.path().join("home");
        fs::create_dir(&home).unwrap();
        Self { launch: private(home), dir }
    }

    /// The path of a thing in the sandbox, links resolved.
    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(below)
    }

    pub(super) fn write(&self, below: &str, text: &str) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub(super) fn folder(&self, below: &str) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Runs git and gives what it prints; a failure fails the test.
    pub(super) fn git(&self, dir: &Path, args: &[&str]) -> String {
        let output = (self.launch)(OsStr::new("git")).current_dir(dir).args(args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?} in {}: {said}", dir.display());
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// A repository on branch `main` with one commit.
    pub(super) fn repository(&self, below: &str) -> PathBuf {
        let dir = self.folder(below);
        self.git(&dir, &["init", "--quiet", "--initial-branch=main"]);
        self.write(&format!("{below}/README"), "a shop\n");
        self.commit(&dir, "first");
        dir
    }

    pub(super) fn commit(&self, dir: &Path, message: &str) -> String {
        self.git(dir, &["add", "--all"]);
        self.git(dir, &["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(dir, &["rev-parse", "HEAD"])
    }

    /// A gastown town with the rig `shop`, a clone of a repository of one commit.
    pub(super) fn town(&self) -> PathBuf {
        let origin = self.repository("origin/shop");
        self.write("town/mayor/town.json", r#"{"type":"town","version":2,"name":"town"}"#);
        self.write("town/shop/config.json", r#"{"type":"rig","version":1,"name":"shop"}"#);
        let clone = self.folder("town/shop/mayor").join("rig");
        self.folder("town/shop/polecats");
        let (from, to) = (origin.to_string_lossy(), clone.to_string_lossy());
        self.git(&self.path("."), &["clone", "--quiet", &from, &to]);
        self.path("town")
    }

    /// The rig of a folder in the sandbox.
    pub(super) async fn rig(&self, below: &str) -> Rig {
        rigs::find(&[self.path(below)], &RigOptions::default()).await.unwrap()
    }
}

/// Programs with a home of their own and no one's git configuration.
fn private(home: PathBuf) -> Launch {
    let local = launch::local();
    Arc::new(move |program| {
        let mut command = local(program);
        command.env("HOME", &home).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.env("GIT_CONFIG_SYSTEM", "/dev/null");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Test");
            command.env(format!("GIT_{role}_EMAIL"), "test@example.invalid");
        }
        command
    })
}

/// Starts so many programs, and whoever wants another one ends.
pub(super) fn crashing(launch: &Launch, after: usize) -> Launch {
    counting(launch, after).0
}

/// The same, which also says how many were wanted.
pub(super) fn counting(launch: &Launch, after: usize) -> (Launch, Arc<AtomicUsize>) {
    let (launch, count) = (launch.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    let crashing: Launch = Arc::new(move |program| {
        assert!(count.fetch_add(1, Ordering::SeqCst) < after, "killed here, on purpose");
        launch(program)
    });
    (crashing, counted)
}

/// An executable hook of a repository.
pub(super) fn hook(git_dir: &Path, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = git_dir.join("hooks").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

pub(super) fn polecat(name: &str) -> PolecatName {
    PolecatName::parse(name).unwrap()
}

/// All files and links below a folder, by their path from there, sorted. Folders do not count,
/// nor do git's objects: it collects those by itself.
pub(super) fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            if !entry.file_type().unwrap().is_dir() {
                let below = entry.path().strip_prefix(dir).unwrap().to_string_lossy().into_owned();
                found.push(below);
            } else if entry.file_name() != "objects" {
                open.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// Waits until `look` gives `wanted`, thirty seconds at most.
pub(super) async fn eventually<T: PartialEq + std::fmt::Debug>(wanted: T, look: impl Fn() -> T) {
    let mut again = tokio::time::interval(Duration::from_millis(20));
    for _ in 0..1500 {
        if look() == wanted {
            return;
        }
        again.tick().await;
    }
    panic!("waited 30 s for {wanted:?}, last saw {:?}", look());
}

/// Whether a process runs; one that ended and waits for its parent does not, nor one that is just about
/// to: its files are closed before it shows that it has ended.
pub(super) fn runs(pid: u32) -> bool {
    // The kernel takes the memory away first, and the words with it.
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|words| !words.is_empty())
}

/// A process that must not outlive the test, however that ends.
pub(super) struct Ends(pub(super) u32);

impl Drop for Ends {
    fn drop(&mut self) {
        if runs(self.0) {
            let kill = format!("kill -KILL {}", self.0);
            let _ = launch::local()(OsStr::new("sh")).args(["-c", &kill]).status();
        }
    }
}

/// The running processes of a session.
pub(super) fn session_of(leader: u32) -> Vec<u32> {
    let numbers = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let pids = numbers.filter_map(|number| number.parse().ok());
    pids.filter(|&pid| runs(pid) && session(pid) == Some(leader)).collect()
}

/// `<pid> (<name>) <state> <parent> <group> <session> ...`
fn session(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(3)?.parse().ok()
}
