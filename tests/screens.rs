//! Screens recorded from real agents, and what is to be read off each.
//!
//! `tests/screens/<agent>/<state>.ansi` is what `capture-pane -e -p` printed; the `.json` beside it
//! holds the pane's title, cursor and size, and under `expect` the reading.

use std::fs;
use std::path::{Path, PathBuf};

use polecat::core::screen::{DialogId, Look, Patterns, Reading, Seen, read};
use serde::Deserialize;

/// One recorded screen.
struct Recorded {
    /// `claude/ready`
    name: String,
    patterns: Patterns,
    title: String,
    lines: Vec<String>,
    expect: Expected,
}

#[derive(Deserialize)]
struct Facts {
    title: String,
    expect: Expected,
}

/// What is to be read; what is not said is not compared, but for `typed`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    state: String,
    reason: Option<String>,
    dialog: Option<String>,
    text: Option<String>,
    about: Option<String>,
    choices: Option<Vec<String>>,
    selected: Option<usize>,
    typed: Option<String>,
}

impl Recorded {
    fn read(&self) -> Reading {
        read(&self.patterns, &Look { title: &self.title, lines: &self.lines })
    }

    fn reading_of(&self, lines: &[String]) -> Reading {
        read(&self.patterns, &Look { title: &self.title, lines })
    }
}

#[test]
fn dump() {
    for screen in recorded() {
        println!("{}: {:?}", screen.name, screen.read());
    }
}

fn recorded() -> Vec<Recorded> {
    let mut found = Vec::new();
    for agent in ["claude", "codex", "gemini"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens").join(agent);
        let entries = fs::read_dir(folder).expect("the screens are there").flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "json"));
        files.sort();
        found.extend(files.iter().map(|file| load(agent, file)));
    }
    found
}

fn load(agent: &str, file: &Path) -> Recorded {
    let text = fs::read_to_string(file).expect("readable");
    let facts: Facts = serde_json::from_str(&text)
        .unwrap_or_else(|err| panic!("{} is wrong: {err}", file.display()));
    let screen = fs::read_to_string(file.with_extension("ansi")).expect("a screen beside it");
    Recorded {
        name: format!("{agent}/{}", file.file_stem().expect("a name").to_string_lossy()),
        patterns: Patterns::for_agent(agent).expect("a known agent"),
        title: facts.title,
        lines: screen.lines().map(plain).collect(),
        expect: facts.expect,
    }
}

/// The row without colours and hyperlinks.
fn plain(row: &str) -> String {
    let mut text = String::new();
    let mut letters = row.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => match letters.next() {
                Some('[') => drop(letters.by_ref().find(|end| end.is_ascii_alphabetic())),
                Some(']') => drop(letters.by_ref().find(|end| *end == '\\')),
                _ => {}
            },
            letter => text.push(letter),
        }
    }
    text
}

#[test]
fn every_recorded_screen_is_read_as_what_it_is() {
    let wrong: Vec<String> = recorded()
        .iter()
        .filter_map(|screen| {
            let reading = screen.read();
            let found = reading.seen.state().as_str();
            (found != screen.expect.state).then(|| format!("{}: {found} {reading:?}", screen.name))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
