//! What the plugin adds to the start of Neovim: `plugin/polecat.lua` against an empty file, by
//! Neovim's own `--startuptime`.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::pace::Pace;
use super::row::Row;
use super::samples::Samples;
use super::support::neovim::{Neovim, private_home};
use super::way::Way;

/// What it may add, in ms.
const LOAD_MS: f64 = 0.5;
const OURS: &str = "/plugin/polecat.lua";
const EMPTY: &str = "/plugin/empty.lua";

#[expect(clippy::unused_async, reason = "as the other groups of rows")]
pub(crate) async fn rows(pace: &Pace) -> Vec<Row> {
    let home = private_home();
    let plugin = home.path().join("empty/plugin");
    std::fs::create_dir_all(&plugin).expect("our own folder is writable");
    std::fs::write(plugin.join("empty.lua"), "").expect("our own folder is writable");
    let starts: Vec<String> = (0..pace.lives * 3).map(|_| start(home.path())).collect();
    let median = |file| starts.iter().map(|log| took(log, file)).collect::<Samples>().median();
    vec![
        Row::new("Neovim starts: plugin/polecat.lua", "ms")
            .with(Way::Plugin, median(OURS))
            .with(Way::Floor, median(EMPTY))
            .at_most(LOAD_MS)
            .note("Neovim starts: the floor is an empty file"),
    ]
}

/// What Neovim says of a start.
fn start(home: &Path) -> String {
    let (neovim, log) = (Neovim::new(home, &json!({})), home.join("startup"));
    // Neovim appends.
    std::fs::remove_file(&log).ok();
    let empty = format!("set runtimepath+={}", home.join("empty").display());
    #[expect(clippy::disallowed_methods, reason = "a bench starts its own editor")]
    let mut command = Command::new(&neovim.program);
    command.args(["--headless", "--startuptime"]).arg(&log).args(&neovim.args);
    command.args(["--cmd", &empty, "-c", "qall!"]);
    command.env_clear().envs(neovim.env.iter().map(|(name, value)| (name, value)));
    let done = command.output().expect("Neovim starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read_to_string(&log).expect("Neovim writes it")
}

/// How long a file took by itself, in ms: `<since the start>  <with what it loads>  <itself>: ...`.
fn took(log: &str, file: &str) -> f64 {
    let line = log.lines().find(|line| line.trim_end().ends_with(file));
    let line = line.unwrap_or_else(|| panic!("Neovim does not load {file}:\n{log}"));
    let times = line.split(':').next().unwrap_or_default();
    times.split_whitespace().last().and_then(|time| time.parse().ok()).unwrap_or(f64::NAN)
}
