//! The recorded screens, as `tests/screens/README.md` tells of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use polecat::core::agent::preset_names;
use polecat::core::screen::{Look, Patterns, Reading, ShownScreen, read, trouble, usage};
use polecat::core::session::{Detail, Usage};
use polecat::rpc::configured_patterns;
use serde::Deserialize;

/// One recorded screen.
#[derive(Clone)]
pub(crate) struct Recorded {
    /// `claude/ready`
    pub(crate) name: String,
    pub(crate) patterns: Patterns,
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    /// With its colours and cursor.
    pub(crate) shown: ShownScreen,
    /// The rows with their colours.
    pub(crate) drawn: Vec<String>,
    /// Whether tmux cuts its rows where it breaks others.
    pub(crate) alternate: bool,
    pub(crate) expect: Expected,
}

#[derive(Deserialize)]
struct Facts {
    title: String,
    #[serde(default)]
    alternate: String,
    #[serde(default)]
    cursor_x: String,
    #[serde(default)]
    cursor_y: String,
    expect: Expected,
}

/// What is to be read; what is not said is not compared, but for `typed`, `detail` and `usage`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) dialog: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) about: Option<String>,
    pub(crate) choices: Option<Vec<String>>,
    pub(crate) selected: Option<usize>,
    pub(crate) typed: Option<String>,
    /// What holds it up or ended its turn.
    pub(crate) detail: Option<Detail>,
    /// Its model and what its conversation used.
    pub(crate) usage: Option<Usage>,
    /// The first row, from 0, of what is no conversation.
    pub(crate) bottom: Option<usize>,
    /// Whether it draws a composer while it works; it does where nothing is said.
    pub(crate) composer: Option<bool>,
}

impl Recorded {
    /// Its reading.
    pub(crate) fn read(&self) -> Reading {
        read(&self.patterns, &Look { title: &self.title, lines: &self.lines })
    }

    /// What holds its agent up or ended its last turn.
    pub(crate) fn detail(&self) -> Option<Detail> {
        trouble(&self.patterns, &self.shown, &self.read().seen)
    }

    /// The same with `quote` before row `at`, drawn as what an agent says.
    pub(crate) fn detail_with(&self, at: usize, quote: &str) -> Option<Detail> {
        let shown = self.quoting(at, quote);
        let reading = read(&self.patterns, &shown.look());
        trouble(&self.patterns, &shown, &reading.seen)
    }

    /// What its conversation used, with the same.
    pub(crate) fn usage_with(&self, at: usize, quote: &str) -> Option<Usage> {
        usage(&self.patterns, &self.quoting(at, quote))
    }

    fn quoting(&self, at: usize, quote: &str) -> ShownScreen {
        let mut drawn = self.drawn.clone();
        drawn.insert(at, format!("\x1b[0m{quote}\n"));
        ShownScreen::new(&self.title, drawn.join("\n").as_bytes(), self.shown.cursor)
    }

    /// What is read with other rows and another title.
    pub(crate) fn read_as(&self, title: &str, lines: &[String]) -> Reading {
        read(&self.patterns, &Look { title, lines })
    }
}

static RECORDED: LazyLock<Vec<Recorded>> = LazyLock::new(|| {
    let mut found = Vec::new();
    for agent in agents() {
        let entries = fs::read_dir(folder().join(agent)).expect("they are there").flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "json"));
        files.sort();
        found.extend(files.iter().map(|file| load(agent, file)));
    }
    found
});

/// The agents whose screens are known; each has a folder of recorded ones.
pub(crate) fn agents() -> impl Iterator<Item = &'static str> {
    preset_names().filter(|name| Patterns::for_agent(name).is_some())
}

/// Where the folders of recorded screens are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens")
}

/// The patterns for the agent `name` by a configuration.
pub(crate) fn configured(config: &serde_json::Value, name: &str) -> Patterns {
    let values = rmpv::ext::to_value(config).expect("JSON has a value for each of its values");
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &values).expect("memory takes what is written");
    configured_patterns(&bytes, name).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// All of them.
pub(crate) fn recorded() -> Vec<Recorded> {
    RECORDED.clone()
}

fn load(agent: &str, file: &Path) -> Recorded {
    let text = fs::read_to_string(file).expect("readable");
    let facts: Facts = serde_json::from_str(&text)
        .unwrap_or_else(|err| panic!("{} is wrong: {err}", file.display()));
    let screen = fs::read_to_string(file.with_extension("ansi")).expect("a screen beside it");
    let cursor = [&facts.cursor_x, &facts.cursor_y].map(|at| at.parse().unwrap_or_default());
    Recorded {
        shown: ShownScreen::new(&facts.title, screen.as_bytes(), (cursor[0], cursor[1])),
        name: format!("{agent}/{}", file.file_stem().expect("a name").to_string_lossy()),
        patterns: Patterns::for_agent(agent).expect("a known agent"),
        title: facts.title,
        lines: screen.lines().map(plain).collect(),
        drawn: screen.lines().map(str::to_owned).collect(),
        alternate: facts.alternate == "1",
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
                Some('[') => drop(letters.by_ref().find(char::is_ascii_alphabetic)),
                Some(']') => drop(letters.by_ref().find(|end| *end == '\\')),
                _ => {}
            },
            letter => text.push(letter),
        }
    }
    text
}
