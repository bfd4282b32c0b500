//! One look at an agent's pane, past the plugin; and a record of those that read as something new.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use polecat::core::screen::{Patterns, ScreenState, ShownScreen, read};
use serde_json::{Map, Value as Json};

use crate::agent::{PANE, now};
use crate::clis::Cli;
use crate::support::tmux::TmuxServer;

/// What is recorded beside a screen, and tmux's names for it.
const FACTS: &[(&str, &str)] = &[
    ("title", "pane_title"),
    ("command", "pane_current_command"),
    ("alternate", "alternate_on"),
    ("cursor_x", "cursor_x"),
    ("cursor_y", "cursor_y"),
    ("width", "pane_width"),
    ("height", "pane_height"),
];

/// What one look gives.
pub(crate) struct Looked {
    pub(crate) seen: ScreenState,
    facts: Vec<String>,
    screen: String,
}

/// Looks at the agent's pane; `None` where there is none.
pub(crate) fn look(tmux: &TmuxServer, cli: &Cli) -> Option<Looked> {
    let facts = FACTS.iter().map(|(_, name)| format!("#{{{name}}}")).collect::<Vec<_>>();
    let facts = facts.join("\t");
    let facts = ["display-message", "-p", "-t", PANE, &facts, ";"];
    let screen = ["capture-pane", "-p", "-e", "-t", PANE];
    let seen = tmux.try_run(&[&facts[..], &screen[..]].concat()).ok()?;
    let (facts, screen) = seen.split_once('\n')?;
    let facts: Vec<String> = facts.split('\t').map(str::to_owned).collect();
    let shown = ShownScreen::new(&facts[0], screen.as_bytes(), (0, 0));
    let patterns = Patterns::for_agent(cli.name)?;
    let seen = read(&patterns, &shown.look()).seen;
    Some(Looked { seen, facts, screen: screen.to_owned() })
}

/// Keeps each screen that reads as another state than the one before, in the form of
/// tests/screens/, in a folder of the agent's below `KEEP`.
pub(crate) struct Recorder {
    ends: Arc<AtomicBool>,
    looks: Option<JoinHandle<()>>,
}

impl Recorder {
    /// `None` unless `KEEP` names a folder.
    pub(crate) fn start(tmux: &TmuxServer, cli: &'static Cli) -> Option<Recorder> {
        let folder = PathBuf::from(std::env::var_os("KEEP").filter(|folder| !folder.is_empty())?)
            .join(cli.name);
        std::fs::create_dir_all(&folder).expect("the folder of `KEEP` is writable");
        let tmux = TmuxServer::of_another_process(tmux.folder().to_owned());
        let ends = Arc::new(AtomicBool::new(false));
        let told = ends.clone();
        let looks = std::thread::spawn(move || {
            let mut before = None;
            while !told.load(Ordering::Relaxed) {
                if let Some(looked) = look(&tmux, cli) {
                    let state = looked.seen.state().as_str();
                    if before != Some(state) {
                        keep(&folder, state, &looked);
                        before = Some(state);
                    }
                }
                std::thread::park_timeout(Duration::from_millis(60));
            }
        });
        Some(Recorder { ends, looks: Some(looks) })
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(looks) = self.looks.take() {
            looks.thread().unpark();
            drop(looks.join());
        }
    }
}

fn keep(folder: &Path, state: &str, looked: &Looked) {
    let name = format!("{:.2}-{state}", now());
    let pairs = FACTS.iter().zip(&looked.facts);
    let facts: Map<String, Json> =
        pairs.map(|((name, _), fact)| ((*name).to_owned(), fact.as_str().into())).collect();
    let files = [("ansi", looked.screen.clone()), ("json", Json::Object(facts).to_string())];
    for (ending, text) in files {
        std::fs::write(folder.join(format!("{name}.{ending}")), text).expect("it is writable");
    }
}
