//! A gastown town with one rig, `shop`, and a private tmux server with sessions of its polecats.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::pipe;
use super::support::editor::Editor;
use super::support::eventually;
use super::support::neovim::checkout;
use super::support::rig::Town;
use super::support::tmux::{TmuxServer, tmux_program};

/// A town and a server; gone when dropped, with all that runs there.
pub(crate) struct Yard {
    pub(crate) tmux: TmuxServer,
    pub(crate) town: Town,
}

impl Yard {
    pub(crate) fn new() -> Yard {
        let tmux = TmuxServer::absent();
        let hold = ["new-session", "-d", "-s", pipe::SESSION, "-x", "120", "-y", "50", "exec cat"];
        tmux.run(&hold);
        // High enough for all rows.
        tmux.run(&["set-option", "-g", "history-limit", "150000"]);
        Yard { tmux, town: Town::new() }
    }

    /// A new Neovim with the plugin and the bench's Lua.
    pub(crate) async fn editor(&self) -> Editor {
        let prompts = json!({ "command": agent("stamps"), "ready": { "prompt": "❯ " } });
        let more: Json = json!({
            "log_level": "info",
            "tracker": { "command": "true" },
            "agents": { "stamps": prompts },
        });
        let editor = Editor::with(&self.tmux, &self.town.rig(), more).await;
        let file = checkout().join("benches/performance/neovim.lua");
        let code = "package.loaded['polecat-bench'] = dofile(...)";
        editor.lua(code, json!([file])).await.expect("our own Lua loads");
        editor
    }

    /// A polecat of this name, with no session.
    pub(crate) fn polecat(&self, name: &str) -> PathBuf {
        let folder = self.town.worktree(name);
        std::fs::create_dir_all(&folder).expect("our own town is writable");
        folder
    }

    /// A polecat with a session that runs `command`, created as gastown does.
    pub(crate) fn session(&self, name: &str, command: &str) -> String {
        let folder = self.polecat(name);
        let session = session_of(name);
        let (folder, size) = (folder.to_string_lossy(), ["-x", "120", "-y", "50"]);
        let create = ["new-session", "-d", "-s", &session, "-c", &folder];
        self.tmux.run(&[&create[..], &size, &[command]].concat());
        session
    }

    /// The pane of a session.
    pub(crate) fn pane(&self, session: &str) -> String {
        self.tmux.run(&["display-message", "-p", "-t", &format!("={session}:"), "#{pane_id}"])
    }

    /// Waits until a session has so many lines above its screen.
    pub(crate) async fn has_history(&self, session: &str, lines: u32) {
        let target = format!("={session}:");
        eventually(&format!("{lines} lines of history"), async || {
            let size = self.tmux.run(&["display-message", "-p", "-t", &target, "#{history_size}"]);
            if size.parse().is_ok_and(|size: u32| size >= lines) { Ok(()) } else { Err(size) }
        })
        .await;
    }

    /// The words that begin each call of tmux.
    pub(crate) fn server(&self) -> Vec<String> {
        let socket = self.tmux.socket().to_string_lossy().into_owned();
        vec![tmux_program(), "-u".into(), "-S".into(), socket]
    }

    /// A file in a folder of ours.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.tmux.folder().join(name)
    }
}

/// The session of a polecat.
pub(crate) fn session_of(polecat: &str) -> String {
    format!("gt-shop-{polecat}")
}

/// A program of the bench as a command line.
pub(crate) fn agent(words: &str) -> String {
    format!("{}/benches/performance/agents/{words}", checkout().display())
}

/// One of the tests' agents as a command line.
pub(crate) fn tests_agent(words: &str) -> String {
    format!("{}/tests/agents/{words}", checkout().display())
}

/// A file with so many lines of words in colours, some 70 columns each; how many bytes it has.
pub(crate) fn write_lines(file: &Path, lines: u32) -> u64 {
    let line = |n: u32| {
        let (few, many) = (n % 8, n % 256);
        format!(
            "\x1b[3{few}m{n:06}\x1b[0m \x1b[1mwhat\x1b[0m an agent says in a line of words, and \x1b[38;5;{many}mmore\x1b[0m of them\n"
        )
    };
    let text: String = (0..lines).map(line).collect();
    std::fs::write(file, &text).expect("our own folder is writable");
    text.len() as u64
}
