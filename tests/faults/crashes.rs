//! Crash points: real programs behind a door that kills a victim at the Nth step.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    framed::{Log, program},
    rig::agent,
    support::{
        editor::Editor,
        eventually,
        neovim::tracker,
        rig::Project,
        tmux::{TmuxServer, tmux_program},
        values::{Answer, Failure},
    },
};

/// A project with a tracker whose git, tmux and tracker go through `tests/faults/crash`.
pub(crate) struct Site {
    pub(crate) tmux: TmuxServer,
    pub(crate) project: Project,
    pub(crate) issue: String,
    folder: TempDir,
}

/// One crash point: who is killed, when, at which step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) victim: &'static str,
    pub(crate) when: &'static str,
    pub(crate) step: usize,
    /// Only steps with this text count.
    pub(crate) of: &'static str,
}

impl Site {
    pub(crate) fn new() -> Self {
        let project = Project::new().with_tracker();
        let issue = project.issue("Paint the door");
        let (tmux, folder) =
            (TmuxServer::absent(), tempfile::Builder::new().prefix("pc").tempdir().unwrap());
        let site = Self { tmux, project, issue, folder };
        let door = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/crash");
        fs::create_dir(site.path("bin")).unwrap();
        fs::write(site.path("socket"), site.tmux.socket().to_str().unwrap()).unwrap();
        let tmux = which::which(tmux_program()).unwrap();
        fs::write(site.path("tmux"), tmux.to_str().unwrap()).unwrap();
        for (name, real) in
            [("tmux", tmux), ("git", which::which("git").unwrap()), ("br", tracker())]
        {
            let (door, folder) = (door.display(), site.folder.path().display());
            let script = format!("exec {door} {folder} {} \"$@\"", real.display());
            program(&site.path(&format!("bin/{name}")), &script);
        }
        site
    }

    /// Neovim in the project, whose backend uses the door.
    pub(crate) async fn editor(&self) -> Editor {
        let config = json!({
            "tmux": { "command": self.path("bin/tmux") },
            "tracker": { "command": self.path("bin/br") },
        });
        let editor = Editor::with(&self.tmux, self.project.path(), config).await;
        let code = "vim.env.PATH = ... .. ':' .. vim.env.PATH";
        editor.lua(code, json!([self.path("bin")])).await.unwrap();
        editor
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// From now on steps are counted, and one of them is the last of somebody.
    pub(crate) fn arm(&self, Point { victim, when, step, of }: Point) {
        self.disarm();
        fs::write(self.path("plan"), format!("{victim} {when} {step} {of}")).unwrap();
    }

    /// Nobody is killed any more; gives who was, and the steps until then.
    pub(crate) fn disarm(&self) -> (Option<String>, String) {
        // First: nobody is killed after it was asked whether somebody was.
        fs::remove_file(self.path("plan")).ok();
        let met = (self.fired(), self.steps());
        for name in ["steps", "fired"] {
            fs::remove_file(self.path(name)).ok();
        }
        met
    }

    /// Who was killed.
    pub(crate) fn fired(&self) -> Option<String> {
        fs::read_to_string(self.path("fired")).ok()
    }

    /// The steps so far.
    pub(crate) fn steps(&self) -> String {
        fs::read_to_string(self.path("steps")).unwrap_or_default()
    }

    pub(crate) fn log(&self, polecat: &str) -> Log {
        Log(self.path(&format!("{polecat}.log")))
    }

    /// How the polecats here are started: they log, are read as claude, and are told of an issue.
    pub(crate) fn options(&self, polecat: &str) -> Json {
        let command = agent(&format!("framed --log {}", self.log(polecat).0.display()));
        json!({ "new": true, "agent": "claude", "cmd": command, "issue": self.issue })
    }

    pub(crate) async fn start(&self, editor: &Editor, polecat: &str) -> Answer {
        editor.call("start", json!([polecat, self.options(polecat)])).await
    }

    /// What the last agent of `polecat` was told.
    pub(crate) fn said(&self, polecat: &str) -> Vec<String> {
        let text = fs::read_to_string(self.log(polecat).0).unwrap_or_default();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
        lines.fold(Vec::new(), |mut said, line| {
            if line.get("argv").is_some() {
                said.clear();
            }
            said.extend(line["said"].as_str().map(str::to_owned));
            said
        })
    }

    /// The names of all sessions but the backend's own.
    pub(crate) fn sessions(&self) -> Vec<String> {
        let listed = self.tmux.try_run(&["list-sessions", "-F", "#S"]).unwrap_or_default();
        listed.lines().filter(|name| *name != "polecat-hub").map(str::to_owned).collect()
    }

    /// Whether the first words arrive exactly once, however long the one who sends them takes.
    pub(crate) async fn expect_first_words(&self, editor: &Editor, polecat: &str, point: Point) {
        eventually(&format!("the end of the start of `{polecat}` after {point:?}"), async || {
            let info = editor.call("status", json!([polecat])).await.map_err(described)?;
            let owed =
                self.option(polecat, "@polecat_owed") + &self.option(polecat, "@polecat_pasted");
            if info["state"] != "starting" && owed.is_empty() {
                Ok(())
            } else {
                Err(format!("{owed} {info}"))
            }
        })
        .await;
        let said = self.said(polecat);
        assert_eq!(said.len(), 1, "{point:?}: {said:#?}\n{}", self.steps());
        assert!(said[0].contains("Paint the door"), "{said:#?}");
    }

    /// The value of an option of its pane.
    pub(crate) fn option(&self, polecat: &str, option: &str) -> String {
        let target = format!("=gt-shop-{polecat}:");
        self.tmux.try_run(&["show-options", "-qv", "-t", &target, option]).unwrap_or_default()
    }

    /// Asserts that nothing is left of what went on here: no process or socket's server, no
    /// paste buffer, no half of a worktree, no branch alone, no scratch file, no lock.
    pub(crate) async fn expect_clean(&self, point: Point) {
        if self.tmux.try_run(&["list-sessions"]).is_ok() {
            let buffers = self.tmux.try_run(&["list-buffers"]).unwrap_or_default();
            assert_eq!(buffers, "", "{point:?}");
        }
        eventually(&format!("no process after {point:?}"), async || {
            let left = self.processes();
            if left.is_empty() { Ok(()) } else { Err(format!("{left:#?}")) }
        })
        .await;
        let polecats = fs::read_dir(self.project.polecats()).into_iter().flatten();
        let count = polecats.count();
        let worktrees = self.project.git(&["worktree", "list", "--porcelain"]);
        let branches = self.project.git(&["branch", "--list", "polecat/*"]);
        assert_eq!(worktrees.matches("branch refs/heads/polecat/").count(), count, "{worktrees}");
        assert_eq!(branches.lines().count(), count, "{point:?}: {branches}");
        assert_eq!(self.project.git(&["status", "--porcelain"]), "", "{point:?}");
        let left = files(&self.project.path().join(".git"));
        let left: Vec<_> = left.into_iter().filter(|name| is_scratch(name)).collect();
        assert_eq!(left, [""; 0], "{point:?}");
    }

    /// The command lines of what still knows the server's socket.
    fn processes(&self) -> Vec<String> {
        let pids = self.tmux.processes();
        let lines = pids.into_iter().filter_map(|pid| {
            let line = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).ok()?;
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            Some(if line.is_empty() { line } else { format!("{pid:?} {line}") })
        });
        lines.filter(|line| !line.is_empty()).collect()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(crate) fn described(failure: Failure) -> String {
    format!("{failure:?}")
}

fn is_scratch(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or_default();
    Path::new(name).extension().is_some_and(|end| end == "lock")
        || name.starts_with(".new-")
        || name.starts_with(".tmp")
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let found = entries.flat_map(|path| {
        if path.is_dir() && !path.is_symlink() {
            files(&path)
        } else {
            vec![path.display().to_string()]
        }
    });
    found.collect()
}
