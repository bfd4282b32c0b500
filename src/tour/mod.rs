//! The tour: a project of its own with scripted agents, in a Neovim of its own that runs in a terminal
//! of the user's. Nothing of it touches the user's tmux, repositories or files, and nothing stays.

mod agent;
mod guard;
mod project;

use std::{
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::ExitStatus,
};

use serde::Deserialize;

pub use agent::act;
pub use guard::guard;

use crate::host::Launch;

/// What a person does, step by step.
const STEPS: &str = include_str!("steps.lua");

/// How the names of its folders begin.
const PREFIX: &str = "polecat-tour-";

/// The Neovim in whose terminal this runs, as it says itself.
#[derive(Deserialize)]
struct Around {
    program: PathBuf,
    plugin: PathBuf,
    background: String,
    colors: bool,
}

/// Shows the tour until the person leaves it, and removes all of it. `tmux` is the program to use,
/// `around` is JSON: the Neovim in whose terminal this runs.
///
/// # Errors
/// When a program is missing.
pub fn show(tmux: &OsStr, around: &OsStr, launch: &Launch) -> io::Result<ExitStatus> {
    let around: Around = serde_json::from_slice(around.as_encoded_bytes())?;
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(temporary())?.keep();
    let ours = std::env::current_exe()?;
    let cleaning = guard::start(&ours, &folder, tmux, launch)?;
    let shown = project::make(&folder, launch)
        .and_then(|project| editor(&around, &project, &folder, tmux, &ours, launch));
    cleaning.end()?;
    shown
}

/// The names of sockets are bounded, and some systems' own folder takes half of that.
fn temporary() -> PathBuf {
    let own = std::env::temp_dir();
    if own.as_os_str().len() < 50 { own } else { "/tmp".into() }
}

fn editor(
    around: &Around,
    project: &Path,
    folder: &Path,
    tmux: &OsStr,
    ours: &Path,
    launch: &Launch,
) -> io::Result<ExitStatus> {
    let agent = serde_json::json!({
        "preset": "claude", "command": ours, "args": ["tour-agent"], "env": {}, "events": false,
        "process_names": ["polecat-nvim"],
    });
    let config = serde_json::json!({
        "backend": { "command": ours }, "agent": "claude", "agents": { "claude": agent },
        "tmux": { "command": tmux.to_string_lossy(), "socket": folder.join("tmux") },
    });
    let mut nvim = launch(around.program.as_os_str());
    nvim.args(["--clean", "-n", "-i", "NONE", "--cmd"]);
    nvim.arg("lua vim.opt.runtimepath:prepend(vim.env.POLECAT_TOUR_PLUGIN)");
    nvim.args(["--cmd", "lua vim.g.polecat = vim.json.decode(vim.env.POLECAT_TOUR)"]);
    nvim.args(["--cmd", &format!("set background={}", around.background)]);
    if around.colors {
        nvim.args(["--cmd", "set termguicolors"]);
    }
    nvim.arg("-c").arg("lua assert(load(vim.env.POLECAT_TOUR_STEPS))()").arg("cart.py");
    nvim.current_dir(project).envs(project::environment(folder));
    nvim.env("POLECAT_TOUR", config.to_string()).env("POLECAT_TOUR_STEPS", STEPS);
    nvim.env("POLECAT_TOUR_PLUGIN", &around.plugin).status()
}
