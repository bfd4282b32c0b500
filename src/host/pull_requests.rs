//! Pull requests, by `gh` where that is installed. It asks nobody either.

use std::path::Path;
use std::time::Duration;

use crate::host::error::{HostError, PushError};
use crate::host::programs::launch::Launch;
use crate::host::programs::path::find_program;
use crate::host::programs::run::{Output, Program, RunError};

/// It asks a server.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What `gh` knows of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It has this pull request.
    Open(String),
    /// It has none.
    None,
    /// There is no `gh`, or it does not tell.
    Unknown,
}

#[derive(serde::Deserialize)]
struct Listed {
    url: String,
}

/// The pull request of a branch.
pub async fn known(worktree: &Path, branch: &str, launch: &Launch) -> Known {
    if find_program("gh", worktree).is_none() {
        return Known::Unknown;
    }
    let args = ["pr", "list", "--head", branch, "--state", "open", "--json", "url"];
    let Ok(output) = gh(worktree, &args, launch).run().await else { return Known::Unknown };
    match serde_json::from_slice::<Vec<Listed>>(&output.stdout) {
        Ok(found) => found.into_iter().next().map_or(Known::None, |one| Known::Open(one.url)),
        Err(_) => Known::Unknown,
    }
}

/// Opens a pull request for a branch that is pushed: its address. `base` is the branch that it is
/// meant for, else the repository's own.
///
/// # Errors
/// `gh` is not there, or refused.
pub async fn open(
    worktree: &Path,
    (branch, base): (&str, Option<&str>),
    (title, body): (&str, &str),
    launch: &Launch,
) -> Result<String, HostError> {
    let mut args = vec!["pr", "create", "--head", branch, "--title", title, "--body-file", "-"];
    args.extend(base.map(|base| ["--base", base]).into_iter().flatten());
    let opened = gh(worktree, &args, launch).input(body).run().await;
    let output: Output = opened.map_err(|source| PushError::PullRequest {
        said: match source {
            RunError::Failed { said, .. } => said,
            other => other.to_string(),
        },
    })?;
    let text = output.text();
    let url = text.split_whitespace().rfind(|word| word.starts_with("https://"));
    Ok(url.unwrap_or(&text).to_owned())
}

fn gh(worktree: &Path, args: &[&str], launch: &Launch) -> Program {
    Program::new(launch, "gh")
        .args(args)
        .dir(worktree)
        .env("GH_PROMPT_DISABLED", "1")
        .env("GH_NO_UPDATE_NOTIFIER", "1")
        .env("NO_COLOR", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .within(TIMEOUT)
}
