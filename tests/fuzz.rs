//! Replays what fuzzing has found, with the same checks: each file of `fuzz/corpus/` is a test of
//! its own from the moment on that it is there. `make fuzz` looks for more.

#![allow(unreachable_pub, reason = "the targets are a library too, for the fuzzers")]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "fuzz/targets/mod.rs"]
mod targets;

/// What is known to hold where no test can say so: which input was at work.
struct Named<'a>(&'a Path);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the input is {}", self.0.display());
        }
    }
}

fn replay(name: &str, folders: &[impl AsRef<str>]) {
    let (_, check) = targets::TARGETS.iter().find(|(target, _)| *target == name).expect("a target");
    let mut inputs: Vec<PathBuf> =
        folders.iter().flat_map(|folder| files(folder.as_ref())).collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "there is nothing to replay for {name}");
    for input in &inputs {
        let _named = Named(input);
        check(&fs::read(input).expect("readable"));
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let entries = fs::read_dir(tests.join(folder)).expect("the folder is there").flatten();
    let is_input =
        |path: &PathBuf| path.is_file() && path.extension().is_none_or(|end| end != "json");
    entries.map(|entry| entry.path()).filter(is_input).collect()
}

/// The folders of recorded screens, one for each agent, below `tests`.
fn screens() -> Vec<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let entries = fs::read_dir(tests.join("screens")).expect("the folder is there").flatten();
    let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    let below = |path: PathBuf| Some(path.strip_prefix(&tests).ok()?.to_str()?.to_owned());
    folders.filter_map(below).collect()
}

#[test]
fn whatever_tmux_prints_is_decoded_whole_and_in_bounds() {
    replay("decoder", &["fuzz/corpus/decoder"]);
}

#[test]
fn whatever_an_agent_prints_can_be_shown_and_patched() {
    replay("ansi", &["fuzz/corpus/ansi"]);
    replay("ansi", &screens());
}

#[test]
fn whatever_stands_on_a_screen_has_one_reading_and_no_answer_that_is_not_allowed() {
    replay("state", &["fuzz/corpus/state"]);
    replay("state", &screens());
}

#[test]
fn whatever_neovim_sends_is_understood_or_refused_by_name() {
    replay("args", &["fuzz/corpus/args"]);
}

#[test]
fn whatever_a_settings_file_holds_is_followed_or_refused_with_file_and_key() {
    replay("settings", &["fuzz/corpus/settings"]);
}

#[test]
fn whatever_an_agent_tells_of_itself_is_bounded_and_read_the_same_in_any_pieces() {
    replay("events", &["fuzz/corpus/events"]);
}

#[test]
fn whatever_a_host_sends_is_refused_or_can_be_shown() {
    replay("hosts", &["fuzz/corpus/hosts"]);
}

#[test]
fn whatever_git_prints_of_changes_is_taken_apart_shown_and_kept_without_a_loss() {
    replay("diff", &["fuzz/corpus/diff"]);
}

#[test]
fn every_target_has_a_fuzzer_and_every_folder_a_target() {
    let mut targets: Vec<_> = targets::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    targets.sort();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let names = |of: &str| {
        let entries = fs::read_dir(folder.join(of)).expect("the folder is there").flatten();
        let stem = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
        let mut names: Vec<_> = entries.filter_map(|entry| stem(entry.path())).collect();
        names.sort();
        names
    };
    assert_eq!(names("bin"), targets);
    assert_eq!(names("corpus"), targets);
}

#[test]
fn every_method_of_the_wire_is_fuzzed() {
    let text = include_str!("../doc/protocol.md");
    let table = text.split("| method |").nth(1).and_then(|rest| rest.split("\n\n").next());
    let cells =
        table.expect("the table of methods").lines().filter_map(|row| row.split('|').nth(1));
    let methods: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(methods.len() > 15, "{methods:?}");
    for method in methods {
        let empty = rmpv::Value::Map(Vec::new());
        assert!(polecat::rpc::check(method, empty).is_some(), "`{method}` is not");
    }
}
