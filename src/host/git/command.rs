//! The one place that makes git's command lines, and their environment.
//!
//! git is always told where its folders are. Left to search, it could mistake files that came with
//! a clone, or that an agent wrote, for a repository, and run what their configuration says. A call
//! that reads runs no program of the repository; one that acts may run its hooks, as git does by
//! hand.

pub(super) mod format;
pub(super) mod trusted;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::host::error::HostError;
use crate::host::programs::launch::Launch;
use crate::host::programs::run::{Output, Program, RunError};
use crate::host::repository;

/// A checkout of a large repository, or a hook that installs what it needs, takes minutes.
pub(super) const TIMEOUT: Duration = Duration::from_secs(300);

/// A listing has a line for each file of the repository.
pub(super) const LISTING_LIMIT: usize = 512 * 1024 * 1024;

/// Settings of every call, also of the git processes that it starts: no file monitor, and
/// submodules are left alone.
const ALWAYS: &[(&str, &str)] = &[
    ("core.fsmonitor", "false"),
    ("submodule.recurse", "false"),
    ("status.submoduleSummary", "false"),
    ("log.showSignature", "false"),
];
/// Further settings of calls that read: no hooks, and no bare repository found by its looks. Not
/// for calls that act, as a hook may use other repositories.
const LOOKING: &[(&str, &str)] =
    &[("core.hooksPath", "/dev/null"), ("safe.bareRepository", "explicit")];

/// Subcommands that must not be killed midway. (If one of these words means something else in a
/// command line, git is needlessly left to finish.)
const CHANGING: &[&str] = &[
    "add",
    "apply",
    "branch",
    "checkout",
    "commit",
    "merge",
    "read-tree",
    "rebase",
    "reset",
    "stash",
    "symbolic-ref",
    "update-index",
    "update-ref",
    "worktree",
];

/// git on one repository.
#[derive(Clone)]
pub(super) struct Git {
    pub(super) launch: Launch,
    /// Where it is run.
    pub(super) repository: PathBuf,
    /// The folders it is told to use.
    pub(super) env: Vec<(&'static str, PathBuf)>,
}

impl Git {
    /// git on the repository `git_dir`, run in `dir`.
    pub(super) fn new(git_dir: &Path, dir: &Path, launch: &Launch) -> Self {
        let env = vec![("GIT_DIR", git_dir.to_owned())];
        Self { launch: launch.clone(), repository: dir.to_owned(), env }
    }

    /// git in the worktree whose own folder is `git_dir`.
    pub(super) fn on(worktree: &Path, git_dir: &Path, launch: &Launch) -> Self {
        let mut git = Self::new(git_dir, worktree, launch);
        git.env.push(("GIT_WORK_TREE", worktree.to_owned()));
        git
    }

    /// git's folder, as passed to it.
    pub(super) fn git_dir(&self) -> Option<&Path> {
        self.env.iter().find(|(key, _)| *key == "GIT_DIR").map(|(_, path)| &**path)
    }

    /// Runs a command that only reads.
    pub(super) fn program(&self, args: &[&str]) -> Program {
        self.with(&[ALWAYS, LOOKING].concat(), args)
    }

    /// The same with further settings.
    pub(super) fn program_with(&self, config: &[(&str, &str)], args: &[&str]) -> Program {
        self.with(&[ALWAYS, LOOKING, config].concat(), args)
    }

    /// Runs a command that changes something; the person's hooks may run.
    pub(super) fn acting(&self, args: &[&str]) -> Program {
        self.with(ALWAYS, args)
    }

    fn with(&self, config: &[(&str, &str)], args: &[&str]) -> Program {
        let program = Program::new(&self.launch, "git");
        let told = |program: Program, (key, value): &(&str, PathBuf)| program.env(key, value);
        configured(self.env.iter().fold(program, told), config)
            .arg("-C")
            .arg(&self.repository)
            .args(args)
            // Our own folder may be gone, which git refuses before it reads `-C`.
            .dir(&self.repository)
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            // Reading must not lock an index that an agent is about to write.
            .env("GIT_OPTIONAL_LOCKS", "0")
            .finishes(args.iter().any(|arg| CHANGING.contains(arg)))
            .within(TIMEOUT)
    }

    pub(super) async fn run(&self, doing: &str, args: &[&str]) -> Result<Output, HostError> {
        self.program(args).run().await.map_err(|source| failed(doing, source))
    }

    /// [`Git::run`] for a command that changes something.
    pub(super) async fn act(&self, doing: &str, args: &[&str]) -> Result<Output, HostError> {
        self.acting(args).run().await.map_err(|source| failed(doing, source))
    }

    /// The commit a revision stands for; `None` when there is certainly none.
    pub(super) async fn commit(&self, revision: &str) -> Result<Option<String>, HostError> {
        let commit = format!("{revision}^{{commit}}");
        let doing = format!("looking up `{revision}`");
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        Ok(self.answer(&doing, &args).await?.map(|output| output.text()))
    }

    /// What git says to a question that it answers with no by its exit code 1.
    pub(super) async fn answer(
        &self,
        doing: &str,
        args: &[&str],
    ) -> Result<Option<Output>, HostError> {
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

    /// The folder that holds the repository's own `HEAD`.
    pub(super) fn repository_dir(&self) -> Result<PathBuf, HostError> {
        let inside = repository::git_dir_of(&self.repository)?;
        Ok(inside.unwrap_or_else(|| self.repository.clone()))
    }
}

/// Adds to git's configuration, after what our environment already adds.
fn configured(program: Program, config: &[(&str, &str)]) -> Program {
    let before = std::env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse().ok());
    let before: usize = before.unwrap_or_default();
    let numbered = config.iter().zip(before..);
    let add = |program: Program, ((key, value), number): (&(&str, &str), usize)| {
        let name = |what: &str| format!("GIT_CONFIG_{what}_{number}");
        program.env(&name("KEY"), key).env(&name("VALUE"), value)
    };
    numbered.fold(program, add).env("GIT_CONFIG_COUNT", (before + config.len()).to_string())
}

pub(super) fn failed(doing: &str, source: RunError) -> HostError {
    HostError::Git { doing: doing.to_owned(), source }
}
