//! Holds the layers: who may name whom, and what only one place may do. Reads the sources as text.

#[path = "architecture/circles.rs"]
mod circles;

use std::fs;
use std::path::{Path, PathBuf};

use polecat::core::agent::preset_names;

/// Each layer, and the others of ours that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("tmux", &[]),
    ("view", &["core"]),
    ("host", &["core"]),
    ("session", &["core", "tmux", "host"]),
    ("fleet", &["session", "core"]),
    ("rpc", &["fleet", "session", "view", "core"]),
    ("tour", &["host"]),
];

/// A path that only some places may name, and which those are. `Command` counts where it is that of
/// a process: tmux has commands too.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("rmpv", &["src/rpc/", "src/fleet/"]),
    ("nvim_rs", &["src/rpc/"]),
    ("process::Command::new", &["src/host/programs/launch.rs"]),
];

const PROCESS: &str = "process::Command";

/// What keeps the core pure: these it may not name.
const NOT_IN_CORE: &[&str] =
    &["tokio", "std::fs", "std::net", "std::process", "serde_json::Value", "SystemTime", "Instant"];

const FILE_LINES_LIMIT: usize = 400;

#[test]
fn every_source_keeps_to_its_layer() {
    let mut wrong = Vec::new();
    for file in sources(&checkout().join("src")) {
        let text = fs::read_to_string(&file).expect("a source is text");
        let path = file.strip_prefix(checkout()).expect("it is in the checkout");
        wrong.extend(violations(&path.to_string_lossy(), &text));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_folder_of_src_is_a_layer_of_the_table() {
    let entries = fs::read_dir(checkout().join("src")).expect("src is readable");
    let folders = entries.flatten().filter(|entry| entry.path().is_dir());
    let mut found: Vec<_> =
        folders.map(|entry| entry.file_name().into_string().expect("plain names")).collect();
    let mut table: Vec<_> = MAY_USE.iter().map(|(layer, _)| (*layer).to_owned()).collect();
    found.sort();
    table.sort();
    assert_eq!(found, table);
}

/// A file that the list does not name is not compiled, and nobody would notice.
#[test]
fn every_agent_is_one_file_of_its_name() {
    let entries = fs::read_dir(checkout().join("src/core/agents")).expect("it is readable");
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut files: Vec<_> = names.map(|name| name.replace('_', "-")).collect();
    let mut agents: Vec<_> = preset_names().map(|name| format!("{name}.rs")).collect();
    files.sort();
    agents.sort();
    assert_eq!(files, agents);
}

#[test]
fn unsafe_code_is_forbidden_everywhere() {
    let manifest = fs::read_to_string(checkout().join("Cargo.toml")).expect("Cargo.toml is there");
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let folders =
        ["src", "tests", "benches", "lua", "plugin"].map(|folder| checkout().join(folder));
    let files = folders.iter().flat_map(|folder| sources(folder));
    let long: Vec<String> = files
        .map(|file| (fs::read_to_string(&file).map_or(0, |text| text.lines().count()), file))
        .filter(|(lines, _)| *lines > FILE_LINES_LIMIT)
        .map(|(lines, file)| format!("{} has {lines} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "two subjects in one file?\n{}", long.join("\n"));
}

/// One line of text that breaks a rule, and what is said of it.
#[test]
fn each_rule_catches_what_it_forbids() {
    let cases = [
        ("src/tmux/id.rs", "use crate::rpc::Call;", "src/tmux/id.rs:1 (tmux) names rpc"),
        ("src/core/a.rs", "use crate::{core, view::Frame};", "src/core/a.rs:1 (core) names view"),
        ("src/view/a.rs", "    crate::session::list();", "src/view/a.rs:1 (view) names session"),
        ("src/view/a.rs", "use super::super::tmux::Pane;", "src/view/a.rs:1 (view) names tmux"),
        ("src/view/mod.rs", "use super::tmux::Pane;", "src/view/mod.rs:1 (view) names tmux"),
        (
            "src/view/a/b.rs",
            "use super::super::super::host;",
            "src/view/a/b.rs:1 (view) names host",
        ),
        ("src/host/a.rs", "use polecat::tmux::Tmux;", "src/host/a.rs:1 (host) names tmux"),
        ("src/tmux/a.rs", "fn a(v: rmpv::Value) {}", "src/tmux/a.rs:1 names `rmpv`"),
        (
            "src/tmux/a.rs",
            "use std::process::{Child, Command};\nlet c = Command::new(name);",
            "src/tmux/a.rs:2 names `process::Command::new`",
        ),
        (
            "src/tmux/a.rs",
            "let c = tokio::process::Command::new(name);",
            "src/tmux/a.rs:1 names `process::Command::new`",
        ),
        ("src/core/a.rs", "use tokio::sync::mpsc;", "src/core/a.rs:1 names `tokio`"),
        ("src/core/a.rs", "use std::{fmt, fs};", "src/core/a.rs:1 names `std::fs`"),
        ("src/core/a.rs", "use serde_json::Value;", "src/core/a.rs:1 names `serde_json::Value`"),
    ];
    for (path, text, expected) in cases {
        assert_eq!(violations(path, text), [expected], "{text}");
    }
}

#[test]
fn what_the_table_allows_is_let_through() {
    let cases = [
        ("src/session/a.rs", "use crate::{core::rig::Rig, host, tmux::{Pane, Tmux}};"),
        ("src/core/a/b.rs", "use super::super::names;\nuse super::presets;"),
        ("src/core/screen.rs", "use super::view;"),
        (
            "src/core/a.rs",
            "/// See `crate::rpc` and tokio.\n// Command::new is elsewhere\nlet a = 1;",
        ),
        ("src/host/programs/launch.rs", "let command = Command::new(program);"),
        ("src/rpc/a.rs", "use rmpv::Value;\nuse nvim_rs::Neovim;"),
        ("src/tmux/a.rs", "use std::process::Stdio;\nlet kill = Command::new(\"kill-session\");"),
        ("src/main.rs", "use polecat::rpc;\nuse polecat::host::launch;"),
    ];
    for (path, text) in cases {
        assert_eq!(violations(path, text), [""; 0], "{text}");
    }
}

/// Every rule that the source `text` at `path` breaks, one line each.
fn violations(path: &str, text: &str) -> Vec<String> {
    let Some(layer) = layer_of(path) else { return Vec::new() };
    let mut wrong = Vec::new();
    let statements = statements(text);
    let starts_programs = statements.iter().any(|(_, statement)| {
        statement.starts_with("use ") && paths(statement).iter().any(|name| mentions(name, PROCESS))
    });
    for (row, statement) in statements {
        for mut name in paths(&statement) {
            if starts_programs && name == "Command::new" {
                name = format!("{PROCESS}::new");
            }
            if let Some(other) = other_layer(path, layer, &name) {
                wrong.push(format!("{path}:{row} ({layer}) names {other}"));
            }
            for thing in forbidden(path, layer, &name) {
                wrong.push(format!("{path}:{row} names `{thing}`"));
            }
        }
    }
    wrong.dedup();
    wrong
}

fn layer_of(path: &str) -> Option<&str> {
    let (layer, _) = path.strip_prefix("src/")?.split_once('/')?;
    Some(layer)
}

/// The layer of ours that `name` reaches into, when `layer` may not.
fn other_layer(path: &str, layer: &str, name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split("::").collect();
    let reached = match parts[..] {
        ["crate" | "polecat", other, ..] => other,
        ["super", ..] => {
            let up = parts.iter().take_while(|part| **part == "super").count();
            // How many `super` lead from here to the root of the crate.
            let root = path.matches('/').count() - usize::from(path.ends_with("/mod.rs"));
            parts.get(up).filter(|_| up == root)?
        }
        _ => return None,
    };
    let is_layer = MAY_USE.iter().any(|(known, _)| *known == reached);
    let allowed = MAY_USE.iter().any(|(of, may)| *of == layer && may.contains(&reached));
    (is_layer && !allowed && reached != layer).then(|| reached.to_owned())
}

fn forbidden(path: &str, layer: &str, name: &str) -> Vec<&'static str> {
    let elsewhere = ONLY_IN
        .iter()
        .filter(|(_, places)| !places.iter().any(|place| path.starts_with(place)))
        .map(|(thing, _)| *thing);
    let impure = NOT_IN_CORE.iter().copied().filter(|_| layer == "core");
    elsewhere.chain(impure).filter(|thing| mentions(name, thing)).collect()
}

/// Whether `thing` stands in the path `name` in whole segments.
fn mentions(name: &str, thing: &str) -> bool {
    format!("::{name}::").contains(&format!("::{thing}::"))
}

/// The code of `text` without comments and with each `use` on one line, with the row it starts at.
fn statements(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (row, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default().trim();
        match found.last_mut() {
            Some((_, statement)) if open => statement.push_str(code),
            _ => found.push((row + 1, code.to_owned())),
        }
        let starts =
            ["use ", "pub use ", "pub(crate) use "].iter().any(|use_| code.starts_with(use_));
        open = (open || starts) && !code.contains(';');
    }
    found
}

/// Every path that a statement names, groups spelled out: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(statement: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut prefixes = vec![String::new()];
    let mut path = String::new();
    for letter in statement.chars().chain([' ']) {
        match letter {
            '{' if path.ends_with("::") => {
                let group = prefixes.last().cloned().unwrap_or_default() + &path;
                prefixes.push(group);
                path.clear();
            }
            letter if letter.is_alphanumeric() || letter == '_' || letter == ':' => {
                path.push(letter);
            }
            other => {
                if !path.is_empty() {
                    let name = prefixes.last().cloned().unwrap_or_default() + &path;
                    found.push(name.trim_matches(':').to_owned());
                    path.clear();
                }
                if other == '}' && prefixes.len() > 1 {
                    prefixes.pop();
                }
            }
        }
    }
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let found = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|end| end == "rs" || end == "lua")).collect()
}

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
