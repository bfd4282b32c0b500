//! Running programs to their end.

use std::ffi::OsStr;
use std::fs;
use std::time::{Duration, Instant};

use polecat::host::RunError;
use polecat::host::path::find_program;
use polecat::host::run::Program;

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
