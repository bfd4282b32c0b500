//! The issue tracker: `bd`, or a program that answers the same calls.

mod listed;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, interval};

use super::files::{blocking, is_dir};
use crate::core::{BadCommand, IssueId, Rig, RigKind};
use crate::host::programs::launch::Launch;
use crate::host::programs::run::{Output, Program, RunError};

use listed::IssueListing;

/// The status of an issue that is on somebody's hook.
pub const HOOKED: &str = "hooked";

/// What trackers call their folder.
const FOLDER: &str = ".beads";
/// How long the tracker may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long its database may be in use by others.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often it is tried again meanwhile.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// An issue, as far as we use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Its full id.
    pub id: String,
    /// One line of what it is about.
    #[serde(default)]
    pub title: String,
    /// The tracker's word, such as `open`.
    pub status: String,
    /// Whose it is; empty or absent for nobody's.
    #[serde(default)]
    pub assignee: Option<String>,
}

impl Issue {
    /// Whose it is, empty for nobody's.
    #[must_use]
    pub fn assignee(&self) -> &str {
        self.assignee.as_deref().unwrap_or_default()
    }

    /// Whether its id is one. The repository or a host says what it is, and in a command a word such as
    /// `cmd=...` would mean something else.
    #[must_use]
    pub fn has_valid_id(&self) -> bool {
        IssueId::parse(&self.id).is_ok()
    }
}

/// Whether the project keeps issues: it, or the repository of a town's rig, has the tracker's folder.
/// What cannot be looked at counts as if it had.
pub async fn is_set_up(rig: &Rig) -> bool {
    let folders = [rig.path.join(FOLDER), rig.path.join("mayor/rig").join(FOLDER)];
    let found = blocking(move || {
        folders.iter().try_fold(false, |found, folder| Ok(found || is_dir(folder)?))
    });
    found.await.unwrap_or(true)
}

/// The tracker's folder for a polecat of a plain repository, where walking up from `workdir` would
/// not find it: trackers look for it so, and a worktree is beside its repository.
pub async fn folder_elsewhere(rig: &Rig, workdir: &Path) -> Option<PathBuf> {
    if !matches!(rig.kind, RigKind::Repository { .. }) {
        return None;
    }
    let (own, main) = (workdir.join(FOLDER), rig.path.join(FOLDER));
    let found = blocking(move || Ok((!is_dir(&own)? && is_dir(&main)?).then_some(main)));
    // The tracker would not read it either.
    found.await.ok().flatten()
}

/// Why the tracker did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum TrackerError {
    /// The tracker knows no such issue.
    #[error("the tracker has no issue `{issue}`")]
    Unknown {
        /// The id asked for.
        issue: IssueId,
    },
    /// The tracker ended with 1: to `bd` there is no such issue, or none to be found here.
    #[error("the tracker does not show issue `{issue}`{}", behind(said))]
    NotShown {
        /// The id asked for.
        issue: IssueId,
        /// The tracker's words.
        said: String,
    },
    /// The issue was deleted.
    #[error("issue `{issue}` was deleted (it is a tombstone)")]
    Tombstone {
        /// The id asked for.
        issue: IssueId,
    },
    /// The tracker answered with something else than issues.
    #[error("the answer of `{command}` for issue `{issue}` cannot be read: {why}")]
    Unreadable {
        /// The tracker's command.
        command: String,
        /// The id asked for.
        issue: IssueId,
        /// What is wrong with it.
        why: String,
    },
    /// The tracker answered with something else than a list of issues.
    #[error("the answer of `{command} list` cannot be read: {why}")]
    Unlisted {
        /// The tracker's command.
        command: String,
        /// What is wrong with it.
        why: String,
    },
    /// It is missing, took too long, or failed.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl TrackerError {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Run(RunError::Missing { program }) => Some(format!(
                "install `{program}`, or name your tracker's program as `tracker.command`"
            )),
            Self::Run(RunError::TimedOut { .. }) => {
                Some("run it by hand in the polecat's folder to see what it waits for".to_owned())
            }
            _ => None,
        }
    }
}

/// The program that keeps the issues.
#[derive(Clone)]
pub struct Tracker {
    command: String,
    words: Vec<String>,
    launch: Launch,
    timeout: Duration,
}

impl Tracker {
    /// A tracker by its command line, which may hold arguments; no shell reads it.
    ///
    /// # Errors
    /// The command is empty or leaves a quote open.
    pub fn new(command: &str, launch: Launch) -> Result<Self, BadCommand> {
        let bad = |why| BadCommand { given: crate::core::names::shown(command), why };
        let words = shlex::split(command).ok_or_else(|| bad("a quote is left open"))?;
        if words.first().is_none_or(String::is_empty) {
            return Err(bad("it is empty"));
        }
        Ok(Self { command: command.to_owned(), words, launch, timeout: ANSWER_TIMEOUT })
    }

    /// The same tracker, given so long for each call instead of 30 seconds.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The program, to be looked for on `PATH`.
    #[must_use]
    pub fn program(&self) -> &str {
        &self.words[0]
    }

    /// Looks an issue up, in the folder of the one who is to work on it.
    ///
    /// # Errors
    /// There is no such issue, it was deleted, or the tracker did not tell.
    pub async fn show(&self, issue: &IssueId, dir: &Path) -> Result<Issue, TrackerError> {
        let output = self.ask(dir, &["show", issue.as_str(), "--json"]).await?;
        if !output.status.success() {
            return Err(self.refusal(issue, &output));
        }
        let issues = serde_json::from_slice::<Vec<Issue>>(&output.stdout);
        let issues = issues.map_err(|err| self.unreadable(issue, &output, &err))?;
        match issues.into_iter().next() {
            None => Err(TrackerError::Unknown { issue: issue.clone() }),
            Some(found) if found.status == "tombstone" => {
                Err(TrackerError::Tombstone { issue: issue.clone() })
            }
            Some(found) => Ok(found),
        }
    }

    /// All issues of one status.
    ///
    /// # Errors
    /// The tracker did not tell.
    pub async fn list(&self, status: &str, dir: &Path) -> Result<Vec<Issue>, TrackerError> {
        self.listed(dir, &["list", &format!("--status={status}"), "--json", "--limit=0"]).await
    }

    /// The issues that can be begun, the most urgent first.
    ///
    /// # Errors
    /// The tracker did not tell.
    pub async fn ready(&self, dir: &Path) -> Result<Vec<Issue>, TrackerError> {
        self.listed(dir, &["ready", "--json", "--limit=0"]).await
    }

    /// `bd` gives no more than fifty unless it is told.
    async fn listed(&self, dir: &Path, args: &[&str]) -> Result<Vec<Issue>, TrackerError> {
        let output = self.ask(dir, args).await?;
        if !output.status.success() {
            return Err(self.failure(args, &output));
        }
        let unlisted = |why| TrackerError::Unlisted { command: self.command.clone(), why };
        IssueListing::read(&output.stdout).map_err(unlisted)
    }

    /// Puts an issue on a polecat's hook: `assignee` is `<rig>/polecats/<name>`.
    ///
    /// # Errors
    /// The tracker is missing, took too long or refused.
    pub async fn hook(
        &self,
        issue: &IssueId,
        assignee: &str,
        dir: &Path,
    ) -> Result<(), TrackerError> {
        self.change(issue, HOOKED, assignee, dir).await
    }

    /// Gives an issue a status, and an assignee, nobody where that is empty.
    ///
    /// # Errors
    /// As [`Tracker::hook`]: then it is unknown whether it changed.
    pub async fn change(
        &self,
        issue: &IssueId,
        status: &str,
        assignee: &str,
        dir: &Path,
    ) -> Result<(), TrackerError> {
        let (status, assignee) = (format!("--status={status}"), format!("--assignee={assignee}"));
        self.run(dir, &["update", issue.as_str(), &status, &assignee]).await
    }

    /// Has the tracker write down what changed.
    ///
    /// # Errors
    /// The tracker is missing, took too long or failed.
    pub async fn sync(&self, dir: &Path) -> Result<(), TrackerError> {
        self.run(dir, &["sync"]).await
    }

    async fn run(&self, dir: &Path, args: &[&str]) -> Result<(), TrackerError> {
        let output = self.ask(dir, args).await?;
        if output.status.success() {
            return Ok(());
        }
        Err(self.failure(args, &output))
    }

    fn failure(&self, args: &[&str], output: &Output) -> TrackerError {
        let (program, said) = (format!("{} {}", self.command, args.join(" ")), output.said());
        RunError::Failed { program, status: output.status, said }.into()
    }

    /// Calls the tracker, again while its database is in use: nothing tells when it is free, and
    /// nothing was done.
    async fn ask(&self, dir: &Path, args: &[&str]) -> Result<Output, RunError> {
        let (mut pace, until) = (interval(RETRY_INTERVAL), Instant::now() + BUSY_TIMEOUT);
        loop {
            pace.tick().await;
            let output = self.call(dir, args).output().await?;
            let is_over = output.status.success() || Instant::now() >= until;
            if is_over || !says_busy(&output.said()) {
                return Ok(output);
            }
        }
    }

    fn call(&self, dir: &Path, args: &[&str]) -> Program {
        Program::new(&self.launch, &self.words[0])
            .args(&self.words[1..])
            .args(args)
            .dir(dir)
            // A daemon would outlive the call and hold on to a worktree that may be removed.
            .env("BEADS_NO_DAEMON", "1")
            .within(self.timeout)
    }

    /// What a failure says of the issue. `br` has other codes than 1 for what is no issue's fault.
    fn refusal(&self, issue: &IssueId, output: &Output) -> TrackerError {
        let (issue, said) = (issue.clone(), output.said());
        match output.status.code() {
            Some(1) if !says_busy(&said) => TrackerError::NotShown { issue, said: words(&said) },
            _ if says_unknown(&said) => TrackerError::Unknown { issue },
            _ => {
                let program = format!("{} show {issue}", self.command);
                RunError::Failed { program, status: output.status, said }.into()
            }
        }
    }

    /// Earlier `bd` said what it did not find on the side, and that all went well.
    fn unreadable(
        &self,
        issue: &IssueId,
        output: &Output,
        error: &serde_json::Error,
    ) -> TrackerError {
        let issue = issue.clone();
        if output.stdout.trim_ascii().is_empty() && says_unknown(&output.said()) {
            return TrackerError::Unknown { issue };
        }
        TrackerError::Unreadable { command: self.command.clone(), issue, why: error.to_string() }
    }
}

/// The words of a tracker that answers with an object for an error.
fn words(said: &str) -> String {
    let object = serde_json::from_str::<serde_json::Value>(said).ok();
    let error = object.as_ref().and_then(|object| object.get("error"));
    let message = error.and_then(|error| error.get("message").unwrap_or(error).as_str());
    message.unwrap_or(said).to_owned()
}

/// Words behind what they explain.
fn behind(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

/// Whether somebody else writes to the database, in the words of `SQLite`, which both pass on.
fn says_busy(said: &str) -> bool {
    ["database is busy", "database is locked"].iter().any(|text| said.contains(text))
}

/// Whether there is no such issue: `br` has a code for it, `bd` a sentence.
fn says_unknown(said: &str) -> bool {
    const SENTENCES: [&str; 4] =
        ["issue_not_found", "issue not found", "no issue found", "no issues found"];
    let said = said.to_lowercase();
    SENTENCES.iter().any(|text| said.contains(text))
}

#[cfg(test)]
mod tests;
