//! How tests start Neovim: which one, with what of the plugin, and with nothing of the machine's.

#![allow(dead_code, reason = "each test uses its own part")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// A Neovim that sees only this plugin and a home of its own, not started yet.
pub(crate) struct Neovim {
    pub(crate) program: PathBuf,
    /// What makes it ours; how it is driven (`--embed`, `--headless`, ...) goes before these.
    pub(crate) args: Vec<OsString>,
    /// Its whole environment.
    pub(crate) env: Vec<(String, OsString)>,
}

impl Neovim {
    /// `home` holds all that it writes, its log and the backend's too; `config` is the user's
    /// configuration of the plugin.
    pub(crate) fn new(home: &Path, config: &Json) -> Neovim {
        let init = checkout().join("tests/support/init.lua");
        let args = ["--clean".into(), "--cmd".into(), format!("luafile {}", init.display()).into()];
        Neovim { program: program(), args: args.into(), env: env(home, config) }
    }
}

/// The folder of Cargo.toml.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The configuration that every test starts from: the backend that was just built, agents on the
/// tmux server at `socket`, and the agents of tests/agents/ by their names.
pub(crate) fn config(socket: &Path) -> Json {
    let names = ["prompts", "asks", "floods", "dies", "ignores", "records", "spawns", "titles"];
    let agents: serde_json::Map<String, Json> =
        names.iter().map(|name| ((*name).to_owned(), agent(name))).collect();
    json!({
        "backend": { "command": env!("CARGO_BIN_EXE_polecat-nvim") },
        "tmux": { "command": tmux(), "socket": socket },
        "log_level": "debug",
        "agent": "prompts",
        "agents": agents,
    })
}

fn agent(name: &str) -> Json {
    json!({
        "command": checkout().join("tests/agents").join(name),
        "process_names": ["python3"],
        "ready": { "prompt": "❯ " },
    })
}

/// Puts `more` over `config`, key by key, where both are tables.
pub(crate) fn merge(config: &mut Json, more: Json) {
    match (config, more) {
        (Json::Object(config), Json::Object(more)) => {
            for (key, value) in more {
                merge(config.entry(key).or_insert(Json::Null), value);
            }
        }
        (config, more) => *config = more,
    }
}

/// The tmux that tests use: `TMUX_BIN`, else the one on `PATH`.
pub(crate) fn tmux() -> String {
    std::env::var("TMUX_BIN").unwrap_or_else(|_| "tmux".to_owned())
}

/// The issue tracker that tests use: `BR_BIN`, else the one that `make tools` brought.
pub(crate) fn tracker() -> PathBuf {
    tool("br", "BR_BIN").unwrap_or_else(|| panic!("no `br`: run `make tools`, or set BR_BIN"))
}

fn program() -> PathBuf {
    tool("nvim", "NVIM_BIN")
        .or_else(|| which::which("nvim").ok())
        .unwrap_or_else(|| panic!("no `nvim`: run `make tools`, or set NVIM_BIN"))
}

fn tool(name: &str, variable: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable) {
        return Some(named.into());
    }
    let tools = std::env::var_os("POLECAT_TOOLS").map(PathBuf::from);
    let tools = tools.unwrap_or_else(|| checkout().join(".tools"));
    Some(tools.join("bin").join(name)).filter(|program| program.exists())
}

fn env(home: &Path, config: &Json) -> Vec<(String, OsString)> {
    let mut env: Vec<(String, OsString)> = vec![
        ("PATH".into(), std::env::var_os("PATH").unwrap_or_default()),
        ("HOME".into(), home.into()),
        ("LANG".into(), "C.UTF-8".into()),
        ("TERM".into(), "xterm-256color".into()),
        ("SHELL".into(), "/bin/sh".into()),
        ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
        ("GIT_CONFIG_GLOBAL".into(), "/dev/null".into()),
        ("POLECAT_TEST_CONFIG".into(), config.to_string().into()),
    ];
    for part in ["CONFIG", "DATA", "STATE", "CACHE"] {
        let folder = home.join(part.to_lowercase());
        env.push((format!("XDG_{part}_HOME"), folder.into()));
    }
    env.push(("XDG_RUNTIME_DIR".into(), home.join("run").into()));
    env.push(("TMPDIR".into(), home.join("tmp").into()));
    env
}

/// A home for one Neovim; gone when dropped.
pub(crate) fn private_home() -> TempDir {
    // Short: the names of sockets are bounded.
    let home = tempfile::Builder::new().prefix("pn").tempdir().expect("a temporary folder");
    for folder in ["run", "tmp"] {
        std::fs::create_dir(home.path().join(folder)).expect("a folder in our own home");
    }
    home
}

/// Whether some log below `home` holds `text`.
pub(crate) fn has_logged(home: &Path, text: &str) -> bool {
    files(home)
        .into_iter()
        .any(|file| std::fs::read_to_string(file).is_ok_and(|log| log.contains(text)))
}

/// The end of every log below `home`, for the message of a test that failed.
pub(crate) fn logs(home: &Path) -> String {
    let tails = files(home).into_iter().map(|file| {
        let log = std::fs::read(&file).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let tail = &lines[lines.len().saturating_sub(20)..];
        format!("--- {}\n{}\n", file.display(), tail.join("\n"))
    });
    tails.collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let found = paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    found
        .filter(|path| path.extension().is_some_and(|end| end == "log" || end == "stderr"))
        .collect()
}
