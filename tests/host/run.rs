//! Running programs to their end.

use std::ffi::OsStr;
use std::fs;
use std::future::pending;
use std::path::Path;
use std::time::{Duration, Instant};

use polecat::host::RunError;
use polecat::host::path::find_program;
use polecat::host::run::{Followed, Program};

use super::fixtures::{Ends, Sandbox, eventually, runs};

fn sh(sandbox: &Sandbox, script: &str) -> Program {
    Program::new(&sandbox.launch, "sh").args(["-c", script]).dir(&sandbox.path("."))
}

fn pid_in(sandbox: &Sandbox, file: &str) -> u32 {
    fs::read_to_string(sandbox.path(file)).unwrap().trim().parse().unwrap()
}

#[tokio::test]
async fn a_missing_program_and_a_missing_folder_are_told_apart() {
    let sandbox = Sandbox::new();
    let missing = Program::new(&sandbox.launch, "no-such-program").dir(&sandbox.path("."));
    let refused = missing.run().await.unwrap_err().to_string();
    assert_eq!(refused, "`no-such-program` is not on PATH");
    let gone = sandbox.path("gone");
    let refused = Program::new(&sandbox.launch, "sh").dir(&gone).run().await.unwrap_err();
    let expected = format!("there is no folder `{}` to run `sh` in", gone.display());
    assert_eq!(refused.to_string(), expected);
}

#[tokio::test]
async fn arguments_arrive_as_they_are_and_input_is_at_its_end() {
    let sandbox = Sandbox::new();
    let hostile = ["$(touch x)", "a\nb", "-rf", "", "'\"", "~/*"];
    let program = sh(&sandbox, r#"cat; printf '%s|' "$@""#).arg("sh").args(hostile);
    assert_eq!(program.run().await.unwrap().text(), "$(touch x)|a\nb|-rf||'\"|~/*|");
    assert!(!sandbox.path("x").exists());
}

#[tokio::test]
async fn a_failure_shows_its_status_and_the_end_of_what_was_said() {
    let sandbox = Sandbox::new();
    let script = "seq 1 100000 >&2; echo out; exit 3";
    let refused = sh(&sandbox, script).run().await.unwrap_err();
    let RunError::Failed { status, said, .. } = &refused else { panic!("{refused}") };
    assert_eq!(status.code(), Some(3));
    assert!(said.ends_with("99999\n100000") && said.lines().count() == 20, "{said}");
}

#[tokio::test]
async fn a_program_that_takes_too_long_ends_with_what_it_started() {
    let sandbox = Sandbox::new();
    let script = "trap '' TERM HUP; sleep 600 & echo $! > child; wait";
    let begun = || fs::read_to_string(sandbox.path("child")).is_ok_and(|pid| pid.ends_with('\n'));
    // On a busy machine the shell may not get so far in half a second.
    for patience in [500, 5_000, 30_000].map(Duration::from_millis) {
        let refused = sh(&sandbox, script).within(patience).run().await.unwrap_err();
        assert!(matches!(refused, RunError::TimedOut { .. }), "{refused}");
        if begun() {
            break;
        }
    }
    let child = Ends(pid_in(&sandbox, "child"));
    eventually(false, || runs(child.0)).await;
}

#[tokio::test]
async fn a_program_that_is_no_longer_wanted_ends_with_what_it_started() {
    let sandbox = Sandbox::new();
    let running = tokio::spawn(sh(&sandbox, "sleep 600 & echo $! > child; wait").run());
    eventually(true, || fs::read_to_string(sandbox.path("child")).is_ok_and(|t| t.ends_with('\n')))
        .await;
    running.abort();
    let child = Ends(pid_in(&sandbox, "child"));
    eventually(false, || runs(child.0)).await;
}

#[tokio::test]
async fn a_program_that_prints_without_end_is_ended() {
    let sandbox = Sandbox::new();
    let refused = Program::new(&sandbox.launch, "yes").run().await.unwrap_err();
    assert_eq!(refused.to_string(), "`yes` printed more than 8388608 bytes");
}

#[tokio::test]
async fn a_child_that_keeps_the_pipe_open_does_not_hold_up_the_answer_and_stays() {
    let sandbox = Sandbox::new();
    let begun = Instant::now();
    let output = sh(&sandbox, "sleep 600 & echo $!").run().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    let child = Ends(output.text().parse().unwrap());
    assert!(runs(child.0), "what a program leaves running is its own affair");
}

#[tokio::test]
async fn a_program_is_found_as_starting_it_would_find_it() {
    let sandbox = Sandbox::new();
    let tool = sandbox.write("bin/tool", "#!/bin/sh\n");
    let dir = sandbox.path(".");
    assert_eq!(find_program("no-such-program", &dir), None);
    assert!(find_program("sh", &dir).is_some_and(|path| path.is_absolute()));
    assert_eq!(find_program("./bin/tool", &dir), None, "it is not executable");
    (sandbox.launch)(OsStr::new("chmod")).arg("+x").arg(&tool).status().unwrap();
    let found = find_program("./bin/tool", &dir).unwrap();
    assert_eq!(found.canonicalize().unwrap(), tool);
}

fn followed<'a>(dir: &'a Path, script: &str, within: Duration) -> Followed<'a> {
    let words = ["sh", "-c", script].map(Into::into).to_vec();
    Followed { words, dir, env: vec![("WHOSE", "ours".into())], within }
}

#[tokio::test]
async fn what_a_long_command_prints_comes_in_order_and_what_it_leaves_running_stays() {
    let sandbox = Sandbox::new();
    let script = "echo $WHOSE; echo two >&2; cat; sleep 600 & echo $! > left; exit 7";
    let (dir, mut seen) = (sandbox.path("."), Vec::new());
    let command = followed(&dir, script, Duration::from_secs(60));
    let tell = |bytes: &[u8]| seen.extend_from_slice(bytes);
    let status = command.run(&sandbox.launch, tell, pending()).await.unwrap().unwrap();
    assert_eq!((status.code(), &*seen), (Some(7), &b"ours\ntwo\n"[..]));
    let left = Ends(pid_in(&sandbox, "left"));
    // Its watch ends by itself, and takes nobody along.
    eventually(vec![left.0], || beside(left.0)).await;
}

/// The running processes of the group that `pid` is in.
fn beside(pid: u32) -> Vec<u32> {
    let group = |pid: u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let rest = stat.rsplit_once(") ").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
        rest.split(' ').nth(2).map(str::to_owned)
    };
    let names = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.file_name());
    let all = names.filter_map(|name| name.to_str()?.parse().ok());
    all.filter(|other| runs(*other) && group(*other) == group(pid)).collect()
}

#[tokio::test]
async fn a_long_command_that_takes_too_long_or_is_not_awaited_ends_with_what_it_started() {
    let sandbox = Sandbox::new();
    let script = "trap '' TERM HUP; sleep 600 & echo $! > child; wait";
    let dir = sandbox.path(".");
    let begun = || fs::read_to_string(dir.join("child")).is_ok_and(|pid| pid.ends_with('\n'));
    for patience in [500, 5_000, 30_000].map(Duration::from_millis) {
        let ended = followed(&dir, script, patience).run(&sandbox.launch, |_| {}, pending()).await;
        assert!(matches!(ended, Err(RunError::TimedOut { .. })), "{ended:?}");
        if begun() {
            break;
        }
    }
    let child = Ends(pid_in(&sandbox, "child"));
    eventually(false, || runs(child.0)).await;
    fs::remove_file(dir.join("child")).unwrap();
    let stop = async {
        eventually(true, begun).await;
    };
    let ended = followed(&dir, script, Duration::from_secs(60));
    assert_eq!(ended.run(&sandbox.launch, |_| {}, stop).await.unwrap(), None);
    assert!(!runs(pid_in(&sandbox, "child")), "it is awaited");
}
