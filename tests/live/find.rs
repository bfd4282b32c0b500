//! Where the agents are installed, and which version. Nothing is ever installed here.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::clis::Cli;

/// How long an agent may take to tell its version.
const VERSION_TIMEOUT: Duration = Duration::from_secs(180);

/// The folders in which a CLI is looked for and in which it looks itself: those of `AGENTS_PATH`,
/// then of `AGENTS_DIR` (each agent's folder is an npm prefix, a Python environment, or has a
/// `bin`), then of `PATH`.
pub(crate) fn search_path(cli: &Cli) -> OsString {
    let named = std::env::var_os("AGENTS_PATH").unwrap_or_default();
    let own = std::env::var_os("AGENTS_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let own = own.map(|folder| folder.join(cli.name)).into_iter().flat_map(|folder| {
        ["node_modules/.bin", "venv/bin", ".venv/bin", "bin", ""].map(|part| folder.join(part))
    });
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&named).filter(|one| !one.as_os_str().is_empty());
    let folders: Vec<_> = folders.chain(own).chain(std::env::split_paths(&path)).collect();
    std::env::join_paths(folders).expect("folders of paths have no colons")
}

/// Its program; `None` where it is not installed.
pub(crate) fn program(cli: &Cli) -> Option<PathBuf> {
    which::which_in(cli.command, Some(search_path(cli)), "/").ok()
}

/// The version that it tells, asked in the home that it will have; `?` where it tells none.
pub(crate) async fn version(cli: &Cli, program: &Path, home: &Path) -> String {
    let said = said(program, &search_path(cli), home).await.unwrap_or_default();
    let numbered = |word: &&str| {
        let word = word.trim_start_matches('v');
        word.contains('.') && word.starts_with(|letter: char| letter.is_ascii_digit())
    };
    let version = said.split_whitespace().find(numbered).unwrap_or("?");
    version.trim_start_matches('v').trim_end_matches(['.', ',', ')']).to_owned()
}

async fn said(program: &Path, path: &OsStr, home: &Path) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a test asks the CLI it is about")]
    let mut command = Command::new(program);
    command.arg("--version").current_dir(home).stdin(Stdio::null());
    command.env_clear().env("PATH", path).env("HOME", home).env("LANG", "C.UTF-8");
    let mut command = tokio::process::Command::from(command);
    let done = command.kill_on_drop(true).output();
    let done = tokio::time::timeout(VERSION_TIMEOUT, done).await.ok()?.ok()?;
    Some(String::from_utf8_lossy(&done.stdout).into_owned())
}
