//! What `make demo` and `make try` run, as a new user would: it works, and it leaves nothing behind.

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use support::neovim::checkout;
use support::processes;

#[test]
fn the_demo_shows_the_status_window_and_what_agents_say_and_leaves_nothing_behind() {
    let folder = short_folder();
    let done = demo(folder.path()).wait_with_output().expect("the demo ends");
    let shown = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{shown}\n{}", String::from_utf8_lossy(&done.stderr));
    for part in [":PolecatStatus", "cedar", "got: What is the total?", "Do you want to proceed?"] {
        assert!(shown.contains(part), "no `{part}` in\n{shown}");
    }
    assert_eq!(entries(folder.path()), [""; 0]);
}

#[test]
fn a_demo_that_is_killed_in_the_middle_leaves_nothing_behind() {
    let folder = short_folder();
    let mut demo = demo(folder.path());
    let lines = BufReader::new(demo.stdout.take().expect("it was piped")).lines();
    let seen = lines.map_while(Result::ok).find(|line| line.contains("list()"));
    assert!(seen.is_some(), "the demo ended before it had started anything");
    let started = processes::descendants(demo.id());
    demo.kill().expect("it runs");
    demo.wait().expect("it was killed");
    assert!(started.len() > 1, "{started:?}");
    processes::ended(&started).unwrap_or_else(|left| panic!("left behind:\n{left}"));
    wait_until_empty(folder.path());
}

#[expect(clippy::disallowed_methods, reason = "a test runs what a user runs")]
fn demo(folder: &Path) -> Child {
    Command::new(checkout().join("tests/demo/run"))
        .arg("demo")
        .env("POLECAT_BACKEND", env!("CARGO_BIN_EXE_polecat-nvim"))
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Python starts")
}

/// The names of sockets in it are bounded.
fn short_folder() -> TempDir {
    tempfile::Builder::new().prefix("pd").tempdir().expect("a temporary folder")
}

fn wait_until_empty(folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !entries(folder).is_empty() {
        assert!(Instant::now() < deadline, "waited 30 s, still there: {:?}", entries(folder));
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("our own folder is readable").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
