//! Projects with many polecats, most of them stopped, and an editor in the first.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::shop::plugin;
use super::support::editor::Editor;
use super::support::neovim::checkout;
use super::support::rig::{Project, git};
use super::support::tmux::TmuxServer;
use super::yard::tests_agent;

/// How many there are of what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) projects: usize,
    /// Of all projects together.
    pub(crate) polecats: usize,
    pub(crate) running: usize,
}

/// The editor ends first.
pub(crate) struct Street {
    pub(crate) editor: Editor,
    pub(crate) tmux: TmuxServer,
    _projects: Vec<Project>,
}

impl Street {
    /// Those that run are quiet agents of the preset claude at their prompts.
    pub(crate) async fn new(size: Size) -> Street {
        let projects: Vec<Project> =
            (0..size.projects).map(|n| Project::named(&format!("shop{n}"))).collect();
        for n in 0..size.polecats {
            worktree(&projects[n % size.projects], &name(n));
        }
        let tmux = TmuxServer::absent();
        let editor = editor(&projects, &tmux).await;
        for n in 0..size.running {
            let polecat = format!("shop{}/{}", n % size.projects, name(n));
            let whom = if size.projects == 1 { name(n) } else { polecat };
            let cmd = tests_agent("screens claude/ready");
            plugin(&editor, "start", json!([whom, { "agent": "claude", "cmd": cmd }])).await;
            editor.expect_state(&whom, "idle").await;
        }
        Street { editor, tmux, _projects: projects }
    }

    pub(crate) async fn backend(&self) -> u32 {
        let code = "return require('polecat.rpc.client').greeting().pid";
        let pid = self.editor.lua(code, Json::Null).await.expect("the backend has greeted");
        serde_json::from_value(pid).expect("a process id")
    }

    /// Ends the editor first: it must not see the others go.
    pub(crate) async fn close(self) {
        self.editor.quit().await;
    }
}

fn name(number: usize) -> String {
    format!("p{number:03}")
}

/// A polecat with a commit of its own and a file that is not committed.
fn worktree(project: &Project, polecat: &str) {
    let folder: PathBuf = project.worktree(polecat);
    let path = folder.to_str().expect("our own folders have plain names").to_owned();
    let branch = format!("polecat/{polecat}-1");
    project.git(&["worktree", "add", "--quiet", "-b", &branch, &path]);
    std::fs::write(folder.join("made"), "One line.\n").expect("our own worktree is writable");
    git(&folder, &["add", "made"]);
    git(&folder, &["commit", "--quiet", "--message", "Make it"]);
    std::fs::write(folder.join("more"), "One more.\n").expect("our own worktree is writable");
}

async fn editor(projects: &[Project], tmux: &TmuxServer) -> Editor {
    let rigs: Json = projects[1..]
        .iter()
        .map(|one| (one.path().to_string_lossy().into_owned(), json!({})))
        .collect();
    let mut more = json!({ "log_level": "info", "tracker": { "command": "true" } });
    if projects.len() > 1 {
        more["rigs"] = rigs;
    }
    let editor = Editor::with(tmux, projects[0].path(), more).await;
    let file = checkout().join("benches/performance/neovim.lua");
    let code = "package.loaded['polecat-bench'] = dofile(...)";
    editor.lua(code, json!([file])).await.expect("our own Lua loads");
    editor
}
