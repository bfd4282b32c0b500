//! Neovim as a person sees it: in a terminal, which is a tmux of its own.

#![allow(dead_code, reason = "each test uses its own part")]

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::{
    eventually,
    neovim::{Neovim, config, private_home},
    rig::Project,
    tmux::TmuxServer,
};

/// Neovim in a terminal, and what it works on.
pub(crate) struct Screen {
    pub(crate) terminal: TmuxServer,
    pub(crate) agents: TmuxServer,
    pub(crate) project: Project,
    /// Of Neovim: `NVIM v0.11.4`.
    pub(crate) version: String,
    home: tempfile::TempDir,
}

impl Screen {
    /// In a terminal of 100 by 30 cells.
    pub(crate) fn new() -> Self {
        Self::sized("100", "30")
    }

    pub(crate) fn sized(columns: &str, rows: &str) -> Self {
        Self::with((columns, rows), Project::new(), config, &[])
    }

    /// On a project, with the configuration for agents on a socket, and with more arguments.
    pub(crate) fn with(
        (columns, rows): (&str, &str),
        project: Project,
        config: impl Fn(&Path) -> Json,
        more: &[OsString],
    ) -> Self {
        let (terminal, agents) = (TmuxServer::absent(), TmuxServer::absent());
        let home = private_home();
        let nvim = Neovim::new(home.path(), &config(&agents.socket()));
        let mut args: Vec<String> =
            ["new-session", "-d", "-s", "tui", "-x", columns, "-y", rows, "-c"]
                .map(str::to_owned)
                .into();
        args.push(project.path().display().to_string());
        for (name, value) in &nvim.env {
            args.extend(["-e".to_owned(), format!("{name}={}", value.display())]);
        }
        args.push("--".to_owned());
        args.push(nvim.program.display().to_string());
        let of_nvim = nvim.args.iter().chain(more);
        args.extend(of_nvim.map(|arg| arg.to_string_lossy().into_owned()));
        terminal.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        let version = version(&nvim.program);
        Self { terminal, agents, project, version, home }
    }

    /// Holds all that Neovim writes.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn keys(&self, keys: &[&str]) {
        let mut args = vec!["send-keys", "-t", "=tui:"];
        args.extend(keys);
        self.terminal.run(&args);
    }

    pub(crate) fn command(&self, ex: &str) {
        self.terminal.run(&["send-keys", "-t", "=tui:", "-l", &format!(":{ex}")]);
        self.keys(&["Enter"]);
    }

    pub(crate) fn command_in_insert(&self, ex: &str) {
        self.keys(&["C-o"]);
        self.command(ex);
    }

    pub(crate) fn text(&self) -> String {
        self.terminal.run(&["capture-pane", "-p", "-t", "=tui:"])
    }

    pub(crate) fn colours(&self) -> String {
        self.terminal.run(&["capture-pane", "-p", "-e", "-t", "=tui:"])
    }

    pub(crate) async fn expect(&self, part: &str) -> String {
        eventually(&format!("`{part}` on the screen"), async || {
            let seen = self.text();
            if seen.contains(part) { Ok(seen) } else { Err(format!("\n{seen}")) }
        })
        .await
    }
}

fn version(nvim: &Path) -> String {
    #[expect(clippy::disallowed_methods, reason = "the tests' own editor")]
    let asked = Command::new(nvim).arg("--version").output().expect("Neovim starts");
    let told = String::from_utf8_lossy(&asked.stdout);
    told.lines().next().unwrap_or_default().to_owned()
}
