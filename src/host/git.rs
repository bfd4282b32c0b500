//! git: the worktree a polecat works in, and what is checked out there.

mod backup;
mod beside;
pub mod check;
mod create;
mod diff;
mod diffstat;
mod head;
mod heal;
mod hunks;
mod leftovers;
mod lost;
mod next;
mod remove;
pub(super) mod repository;
mod restore;
mod reuse;
mod reviewed;
mod site;
mod snapshot;
mod started;
mod undo;
mod untouched;
mod untracked;
mod words;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::HostError;
use super::files::{broken, is_dir, is_file, look, read_text};
use super::launch::Launch;
use super::run::{Output, Program, RunError};
use crate::core::{Rig, RigKind};

pub use backup::Backup;
pub use create::{Worktree, create_worktree, take_back};
pub use diff::{Before, before, changes, require_worktree};
pub use diffstat::{Begun, diffstat};
pub use head::branch;
pub(super) use head::branch_now;
pub use heal::heal;
pub use hunks::{reject, take};
pub use leftovers::{Leftover, leftovers};
pub use next::{Next, create_next};
pub use remove::{Aside, Removal, Removed, resume};
pub use restore::{Restored, restorable, restore};
pub use reuse::{Reused, give_back, reuse};
pub use reviewed::{keep_reviewed, reviewed, since_review};
pub use snapshot::{Snapshot, snapshot};
pub use started::started_at;
use started::started_in;
pub use undo::undo;

/// A checkout of a large repository, or a hook that installs what it needs, takes minutes.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long git may take to tell its version.
const PROBE: Duration = Duration::from_secs(10);

/// What git does that should not be cut off in the middle. (Where one of these words is something
/// else to git, it may finish without need.)
const CHANGING: &[&str] = &[
    "add",
    "apply",
    "branch",
    "checkout",
    "read-tree",
    "reset",
    "stash",
    "symbolic-ref",
    "update-index",
    "update-ref",
    "worktree",
];

/// Where a branch began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The commit, as its full hash.
    pub commit: String,
    /// The branch that stood there, such as `origin/main`; none when no branch was checked out.
    pub branch: Option<String>,
}

/// What git calls itself, such as `git version 2.47.3`.
///
/// # Errors
/// There is no git, or it does not answer.
pub async fn version(launch: &Launch) -> Result<String, HostError> {
    let asked = Program::new(launch, "git").arg("--version").within(PROBE).run().await;
    asked.map(|output| output.text()).map_err(|source| failed("asking git for its version", source))
}

/// git on one repository.
#[derive(Clone)]
struct Git {
    launch: Launch,
    repository: PathBuf,
    /// What git is told by its environment: where its folders are, when it is not to look.
    env: Vec<(&'static str, PathBuf)>,
}

impl Git {
    /// The repository a rig's worktrees are made from.
    fn of(rig: &Rig, launch: &Launch) -> Result<Self, HostError> {
        let looked = match &rig.kind {
            RigKind::Repository { common_dir } => vec![common_dir.clone()],
            _ => vec![rig.home.join(".repo.git"), rig.home.join("mayor/rig")],
        };
        for repository in &looked {
            if is_dir(repository)? {
                return Ok(Self::at(repository, launch));
            }
        }
        Err(HostError::NoRepository { rig: rig.name.to_string(), looked })
    }

    /// git in a worktree.
    fn at(worktree: &Path, launch: &Launch) -> Self {
        Self { launch: launch.clone(), repository: worktree.to_owned(), env: Vec::new() }
    }

    fn program(&self, args: &[&str]) -> Program {
        let program = Program::new(&self.launch, "git");
        let told = |program: Program, (key, value): &(&str, PathBuf)| program.env(key, value);
        self.env
            .iter()
            .fold(program, told)
            .arg("-C")
            .arg(&self.repository)
            .args(args)
            // Our own folder may be gone, which git refuses before it reads `-C`.
            .dir(&self.repository)
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            // A look must not take the lock on an index that an agent is about to write.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .finishes(args.iter().any(|arg| CHANGING.contains(arg)))
            .within(PATIENCE)
    }

    async fn run(&self, doing: &str, args: &[&str]) -> Result<Output, HostError> {
        self.program(args).run().await.map_err(|source| failed(doing, source))
    }

    /// The commit a revision stands for; `None` when there is certainly none.
    async fn commit(&self, revision: &str) -> Result<Option<String>, HostError> {
        let commit = format!("{revision}^{{commit}}");
        let doing = format!("looking up `{revision}`");
        let found = self.answer(&doing, &["rev-parse", "--verify", "--quiet", &commit]).await?;
        Ok(found.map(|output| output.text()))
    }

    /// What git says to a question that it answers with no by its exit code 1.
    async fn answer(&self, doing: &str, args: &[&str]) -> Result<Option<Output>, HostError> {
        let output = self.program(args).output().await.map_err(|source| failed(doing, source))?;
        match output.status.code() {
            Some(0) => Ok(Some(output)),
            Some(1) => Ok(None),
            _ => {
                let program = format!("git {}", args.first().copied().unwrap_or_default());
                let (status, said) = (output.status, output.said());
                Err(failed(doing, RunError::Failed { program, status, said }))
            }
        }
    }

    /// Where a new worktree begins: in a town at the default branch, as its origin has it if
    /// that is known; else where the main worktree stands.
    async fn start_point(&self, rig: &Rig) -> Result<Base, HostError> {
        if !matches!(rig.kind, RigKind::Repository { .. }) {
            let main = default_branch(&rig.home.join("config.json"))?;
            let (remote, local) =
                (format!("refs/remotes/origin/{main}"), format!("refs/heads/{main}"));
            for (reference, name) in [(remote, format!("origin/{main}")), (local, main)] {
                if let Some(commit) = self.commit(&reference).await? {
                    return Ok(Base { commit, branch: Some(name) });
                }
            }
        }
        let Some(commit) = self.commit("HEAD").await? else {
            return Err(HostError::NoCommits { repository: self.repository.clone() });
        };
        Ok(Base { commit, branch: head::branch_of(&self.repository_dir()?)? })
    }

    /// The folder that holds the repository's own `HEAD`.
    fn repository_dir(&self) -> Result<PathBuf, HostError> {
        let inside = repository::git_dir_of(&self.repository)?;
        Ok(inside.unwrap_or_else(|| self.repository.clone()))
    }
}

fn failed(doing: &str, source: RunError) -> HostError {
    HostError::Git { doing: doing.to_owned(), source }
}

/// What a town's rig calls its default branch in its `config.json`.
fn default_branch(config: &Path) -> Result<String, HostError> {
    let usual = "main".to_owned();
    let Some(text) = read_text(config)? else { return Ok(usual) };
    let json: serde_json::Value =
        serde_json::from_str(&text).map_err(|err| broken(config, err.to_string()))?;
    match json.get("default_branch") {
        None | Some(serde_json::Value::Null) => Ok(usual),
        Some(serde_json::Value::String(name)) if name.is_empty() => Ok(usual),
        Some(serde_json::Value::String(name)) if is_branch(name) => Ok(name.clone()),
        Some(other) => Err(broken(config, format!("`default_branch` is no branch: `{other}`"))),
    }
}

/// Enough of git's rules that the name cannot mean another kind of revision.
fn is_branch(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    !name.starts_with('-')
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(forbidden)
}

/// Whether a folder is git's own: a repository without worktree, or the inside of one.
fn is_git_dir(dir: &Path) -> Result<bool, HostError> {
    Ok(is_file(&dir.join("HEAD"))?
        && is_dir(&dir.join("objects"))?
        && look(&dir.join("refs"))?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_branch_is_read_from_the_rigs_config_and_checked() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("config.json");
        assert_eq!(default_branch(&config).unwrap(), "main");
        for (text, expected) in [
            (r#"{"type":"rig"}"#, "main"),
            (r#"{"default_branch":""}"#, "main"),
            (r#"{"default_branch":"release/2.x"}"#, "release/2.x"),
        ] {
            std::fs::write(&config, text).unwrap();
            assert_eq!(default_branch(&config).unwrap(), expected);
        }
        for text in [
            "{",
            r#"{"default_branch":7}"#,
            r#"{"default_branch":"a b"}"#,
            r#"{"default_branch":"-rf"}"#,
        ] {
            std::fs::write(&config, text).unwrap();
            let refused = default_branch(&config).unwrap_err().to_string();
            assert!(refused.contains("config.json` is broken"), "{text}: {refused}");
        }
    }
}
