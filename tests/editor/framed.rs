//! A scripted agent in Claude Code's frame, what it logs, and towns and programs around it.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    rig::agent,
    support::{editor::Editor, eventually, processes, rig::Town, tmux::TmuxServer, values::Answer},
};

/// What `tests/agents/framed` has logged.
pub(crate) struct Log(pub(crate) PathBuf);

impl Log {
    /// The values of `key`, in order.
    pub(crate) fn values(&self, key: &str) -> Vec<Json> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
        lines.filter_map(|line| line.get(key).cloned()).collect()
    }

    fn texts(&self, key: &str) -> Vec<String> {
        self.values(key).iter().map(|value| value.as_str().unwrap().to_owned()).collect()
    }

    /// The messages that were submitted.
    pub(crate) fn said(&self) -> Vec<String> {
        self.texts("said")
    }

    /// The keys that were pressed in dialogs.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.texts("key")
    }

    /// What was typed to a dialog, which must be nothing.
    pub(crate) fn typed(&self) -> Vec<String> {
        self.texts("typed")
    }
}

/// Puts a script on disk that can be run.
pub(crate) fn program(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A town, an editor in its rig, and a folder of programs that stands first on `PATH`.
pub(crate) struct Yard {
    pub(crate) editor: Editor,
    pub(crate) tmux: TmuxServer,
    pub(crate) town: Town,
    pub(crate) programs: TempDir,
}

impl Yard {
    pub(crate) async fn new(more: Json) -> Self {
        let (tmux, town) = (TmuxServer::absent(), Town::new());
        let programs = tempfile::Builder::new().prefix("pb").tempdir().unwrap();
        let editor = Self::editor(&tmux, &town, &programs, more).await;
        Self { editor, tmux, town, programs }
    }

    /// Another editor in the same rig.
    pub(crate) async fn another(&self) -> Editor {
        Self::editor(&self.tmux, &self.town, &self.programs, Json::Null).await
    }

    async fn editor(tmux: &TmuxServer, town: &Town, programs: &TempDir, more: Json) -> Editor {
        let editor = Editor::with(tmux, &town.rig(), more).await;
        let code = "local path = ...
            vim.env.PATH = path .. ':' .. vim.env.PATH
            vim.env.TZ = 'XYZ-9'";
        editor.lua(code, json!([programs.path()])).await.unwrap();
        editor
    }

    /// A `gt` that writes its words to a file, one call a line.
    pub(crate) fn with_gt(self) -> Self {
        let calls = self.programs.path().join("gt.calls");
        program(&self.programs.path().join("gt"), &format!("echo \"$@\" >> {}", calls.display()));
        self
    }

    /// The calls of `gt` so far that begin so.
    pub(crate) fn gt(&self, begin: &str) -> Vec<String> {
        let calls = fs::read_to_string(self.programs.path().join("gt.calls")).unwrap_or_default();
        calls.lines().filter(|call| call.starts_with(begin)).map(str::to_owned).collect()
    }

    pub(crate) fn log(&self) -> Log {
        Log(self.programs.path().join("log"))
    }

    /// The command line of an agent that logs.
    pub(crate) fn framed(&self, options: &str) -> String {
        agent(&format!("framed --log {} {options}", self.log().0.display()))
    }

    /// Starts a new polecat that runs such an agent and is read as claude.
    pub(crate) async fn start(&self, polecat: &str, options: &str) -> Answer {
        let options = json!({ "new": true, "agent": "claude", "cmd": self.framed(options) });
        self.editor.call("start", json!([polecat, options])).await
    }

    /// The names of all sessions but the backend's own.
    pub(crate) fn sessions(&self) -> Vec<String> {
        let listed = self.tmux.try_run(&["list-sessions", "-F", "#S"]).unwrap_or_default();
        listed.lines().filter(|name| *name != "polecat-hub").map(str::to_owned).collect()
    }

    /// What a person does in a session.
    pub(crate) fn press(&self, session: &str, keys: &[&str]) {
        let target = format!("={session}:");
        self.tmux.run(&[&["send-keys", "-t", &target][..], keys].concat());
    }
}

/// Keeps the steps that starts report in `_G.steps`.
pub(crate) const STEPS: &str = "
    _G.steps = {}
    local progress = require('polecat.editor.progress')
    local show = progress.show
    progress.show = function(data)
        table.insert(_G.steps, data.text)
        show(data)
    end
";

/// Waits until a start reports a step that holds `part`.
pub(crate) async fn expect_step(editor: &Editor, part: &str) -> Vec<String> {
    eventually(&format!("the step `{part}`"), async || {
        let steps = editor.lua("return _G.steps", Json::Null).await.unwrap();
        let steps: Vec<String> = serde_json::from_value(steps).unwrap_or_default();
        if steps.iter().any(|step| step.contains(part)) {
            Ok(steps)
        } else {
            Err(format!("{steps:?}"))
        }
    })
    .await
}

/// Waits until none of the processes lives that were descendants of the tmux server's agents.
pub(crate) fn expect_ended(pids: &[u32]) {
    processes::ended(pids).unwrap_or_else(|left| panic!("left behind:\n{left}"));
}
