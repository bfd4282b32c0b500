//! A town in which programs are scripts, and what an agent in it finds in its environment.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use polecat::core::rig::town::socket_name;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    rig::agent,
    support::{editor::Editor, rig::Town, tmux::TmuxServer, values::Failure},
};

/// A town in which `gt` and `claude` are scripts, and an editor that has no agent of its own.
pub(crate) struct Gastown {
    pub(crate) editor: Editor,
    pub(crate) tmux: TmuxServer,
    pub(crate) town: Town,
    _programs: TempDir,
}

impl Gastown {
    /// With these files in the town; `programs` are put on `PATH`.
    pub(crate) async fn new(files: &[(&str, Json)], programs: &[&str]) -> Self {
        Self::on(TmuxServer::absent(), files, programs).await
    }

    pub(crate) async fn on(tmux: TmuxServer, files: &[(&str, Json)], programs: &[&str]) -> Self {
        Self::of(Town::new(), tmux, files, programs).await
    }

    /// With a gastown of 0.6 or later, and nothing configured: the server is the town's own.
    pub(crate) async fn of_today(files: &[(&str, Json)], programs: &[&str]) -> Self {
        let town = Town::new();
        let tmux = TmuxServer::named(&socket_name(town.path()));
        let rigs = json!({ "rigs": { "shop": { "beads": { "prefix": "sh" } } } });
        let files: Vec<_> = [("mayor/rigs.json", rigs.clone()), ("rigs.json", rigs)]
            .into_iter()
            .chain(files.iter().cloned())
            .collect();
        let gastown = Self::of(town, tmux, &files, programs).await;
        let code = "local folder, config = ..., vim.g.polecat
            vim.env.TMUX_TMPDIR, config.tmux.socket = folder, nil
            vim.g.polecat = config";
        gastown.editor.lua(code, json!([gastown.tmux.folder()])).await.unwrap();
        gastown
    }

    async fn of(town: Town, tmux: TmuxServer, files: &[(&str, Json)], programs: &[&str]) -> Self {
        let bin = tempfile::Builder::new().prefix("pb").tempdir().unwrap();
        for name in programs {
            program(&bin.path().join(name), name);
        }
        let editor = Editor::start(&tmux, &town.rig()).await;
        let code = "local path, config = ..., vim.g.polecat
            vim.env.PATH = path .. ':' .. vim.env.PATH
            config.agent = nil
            vim.g.polecat = config";
        editor.lua(code, json!([bin.path()])).await.unwrap();
        let gastown = Self { editor, tmux, town, _programs: bin };
        for (file, content) in files {
            gastown.write(file, &content.to_string());
        }
        gastown
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.town.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// As a person starts it who answers `Run once` to what the town's files want run.
    pub(crate) async fn start(&self, polecat: &str, mut options: Json) -> Result<Json, Failure> {
        match self.editor.call("start", json!([polecat, options])).await {
            Err(failure) if failure.code == "untrusted" => {
                options["trust"] = "once".into();
                options["trust_id"] = failure.untrusted["id"].clone();
                self.editor.call("start", json!([polecat, options])).await
            }
            answer => answer,
        }
    }

    /// A new polecat's session, which must start.
    pub(crate) async fn started(&self, polecat: &str, options: Json) -> Json {
        let mut options = options;
        options["new"] = true.into();
        self.start(polecat, options).await.unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    pub(crate) fn hooks(&self) -> PathBuf {
        self.town.rig().join("polecats/.claude/settings.json")
    }

    /// The value of a variable for the agent itself, and as tmux tells it.
    pub(crate) fn variable(&self, info: &Json, name: &str) -> (Option<String>, Option<String>) {
        let session = format!("={}:", info["session_id"].as_str().unwrap());
        let told = self.tmux.try_run(&["show-environment", "-t", &session, name]).ok();
        // tmux 3.4 prints `$x` as `\$x`.
        let escapes = self.tmux.run(&["display-message", "-p", "$x"]) != "$x";
        let plain = |told: &str| if escapes { told.replace("\\$", "$") } else { told.to_owned() };
        let told = told.and_then(|told| Some(plain(told.split_once('=')?.1)));
        (environment(info).into_iter().find(|(key, _)| key == name).map(|(_, value)| value), told)
    }
}

/// `gt` says nothing; anything else prompts, whatever its arguments.
fn program(path: &Path, name: &str) {
    let runs = if name == "gt" { "true".to_owned() } else { agent("prompts --nbsp") };
    fs::write(path, format!("#!/bin/sh\nexec {runs}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

pub(crate) fn environment(info: &Json) -> Vec<(String, String)> {
    let pid = info["pid"].as_u64().unwrap();
    let text = fs::read(format!("/proc/{pid}/environ")).unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

pub(crate) fn same(value: &str) -> (Option<String>, Option<String>) {
    (Some(value.to_owned()), Some(value.to_owned()))
}

/// The options of a start that makes the polecat.
pub(crate) fn with_new(mut options: Json) -> Json {
    options["new"] = true.into();
    options
}
