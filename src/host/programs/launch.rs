//! The one place that starts programs on this machine.

use std::ffi::OsStr;
use std::process::Command;
use std::sync::Arc;

use super::path::search_path;
use crate::core::agent::startup::NOT_FOR_AGENTS;

/// How to start a program of this name on this machine. For agents on another one the whole backend
/// would run there: files, locks and `/proc` are used directly.
pub type Launch = Arc<dyn Fn(&OsStr) -> Command + Send + Sync>;

/// The tmux that the editor runs in is its own affair: another server may be meant.
const TMUX: &[&str] = &["TMUX", "TMUX_PANE"];

/// What git sets for its hooks and its editor (`git rev-parse --local-env-vars`): with Neovim
/// opened by `git commit`, they would turn every git we start, and every agent's, to that
/// repository.
const GIT: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Starts programs on this machine, without what belongs to the editor alone, and none that lies
/// in the folder where it is started.
#[must_use]
pub fn local() -> Launch {
    Arc::new(|program| {
        #[expect(clippy::disallowed_methods, reason = "this is the launcher")]
        let mut command = Command::new(program);
        for name in NOT_FOR_AGENTS.iter().chain(TMUX).chain(GIT) {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"NVIM_") {
                command.env_remove(name);
            }
        }
        // Only where it is another one: else the standard library copies all of our process (`fork`)
        // to look for the program there, which costs more than what many a git does.
        let ours = std::env::var_os("PATH");
        if let Some(path) = search_path().filter(|path| Some(path) != ours.as_ref()) {
            command.env("PATH", path);
        }
        command
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_editor_does_not_reach_a_child() {
        let command = local()(OsStr::new("true"));
        let removed: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).collect();
        for name in ["NVIM", "TMUX", "TMUX_PANE", "CLAUDECODE", "GIT_DIR", "GIT_INDEX_FILE"] {
            assert!(removed.iter().any(|(key, _)| *key == name), "{name}");
        }
    }
}
