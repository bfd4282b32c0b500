//! A project, a tmux server and an editor in it: what nearly every test here starts from.

use serde_json::{Value as Json, json};

use crate::support::{
    editor::Editor, eventually, neovim::tracker, rig::Project, tmux::TmuxServer, values::Failure,
};

/// One of `tests/agents/` as a command line.
pub(crate) fn agent(command: &str) -> String {
    format!("{}/tests/agents/{command}", env!("CARGO_MANIFEST_DIR"))
}

/// A rig `shop` at work. The editor ends first, then the server, then the project.
pub(crate) struct Shop {
    pub(crate) editor: Editor,
    pub(crate) tmux: TmuxServer,
    pub(crate) project: Project,
}

impl Shop {
    pub(crate) async fn new() -> Self {
        Self::of(Project::new(), Json::Null).await
    }

    pub(crate) async fn with_tracker() -> Self {
        let config = json!({ "tracker": { "command": tracker() } });
        Self::of(Project::new().with_tracker(), config).await
    }

    /// On `project`, with `more` put over the configuration of tests.
    pub(crate) async fn of(project: Project, more: Json) -> Self {
        let tmux = TmuxServer::absent();
        let editor = Editor::with(&tmux, project.path(), more).await;
        Self { editor, tmux, project }
    }

    /// Makes and starts a polecat that runs `command` of `tests/agents/`.
    pub(crate) async fn start(&self, polecat: &str, command: &str) -> Json {
        let info = self
            .try_start(polecat, json!({ "new": true, "cmd": agent(command) }))
            .await
            .unwrap_or_else(|failure| panic!("`{polecat}` does not start: {failure:?}"));
        if command.starts_with("prompts") {
            self.expect_prompt(info["session_id"].as_str().expect("a session")).await;
        }
        info
    }

    /// Waits for the prompt of `prompts`. A start takes a program that is quiet for ready, which on
    /// a busy machine may still be about to set up its terminal, and then forgets what was typed.
    async fn expect_prompt(&self, session: &str) {
        eventually("a prompt", async || {
            let screen = self.screen(session);
            if screen.contains('❯') { Ok(()) } else { Err(screen) }
        })
        .await;
    }

    pub(crate) async fn try_start(&self, polecat: &str, options: Json) -> Result<Json, Failure> {
        self.editor.call("start", json!([polecat, options])).await
    }

    /// The names of all sessions, as tmux itself tells them. The backend's own is left out.
    pub(crate) fn sessions(&self) -> Vec<String> {
        let listed = self.tmux.try_run(&["list-sessions", "-F", "#S"]).unwrap_or_default();
        let names = listed.lines().filter(|name| *name != "polecat-hub");
        names.map(str::to_owned).collect()
    }

    /// What a pane shows, as tmux itself tells it.
    pub(crate) fn screen(&self, session: &str) -> String {
        self.tmux.run(&["capture-pane", "-p", "-t", &format!("={session}:")])
    }

    /// The refusal of a call that must be refused.
    pub(crate) async fn refusal(&self, method: &str, args: Json) -> Failure {
        match self.editor.call(method, args).await {
            Err(failure) => failure,
            Ok(answer) => panic!("`{method}` was not refused but answered {answer}"),
        }
    }
}
