//! git: the worktrees of polecats, and what was changed in them.

pub mod check;
mod command;
mod diff;
mod hunks;
mod ignored;
mod index;
mod merge_preview;
mod operations;
mod snapshot;
mod squashed;
mod submodules;
mod unsaved_work;
mod worktree;

use std::path::Path;
use std::time::Duration;

use super::error::HostError;
use super::files::{broken, read_text};
use super::repository::head;
use crate::core::rig::branch::is_branch;
use crate::core::{Base, Rig, RigKind};
use crate::host::programs::launch::Launch;
use crate::host::programs::run::Program;

pub use super::repository::head::branch;
use command::{Git, TIMEOUT, failed};
pub use diff::compared::{differences, work_tree};
pub use diff::diffstat::{ForkPoint, diffstat};
pub use diff::fork_point::fork_point;
use diff::fork_point::{HEAD, fork_point_in};
pub use diff::reviewed::{keep_reviewed, reviewed, since_review};
pub use diff::uncommitted::{Uncommitted, uncommitted};
pub use diff::{FileBefore, before, changes, changes_since_start, require_worktree, version_of};
pub use hunks::undo::undo;
pub use hunks::{reject, take};
pub use ignored::{hide_links, ignored, ignored_of, main_worktree, unignored};
pub use operations::backup::Backup;
pub use operations::changes::{Brought, copy_changes, keep_changes, take_changes};
pub use operations::create::{
    create_worktree, create_worktree_from, look_up_base, rollback_create,
};
pub use operations::fork::{Forked, fork, rollback_fork};
pub use operations::merge::{merge, merge_plan};
pub use operations::next::{Next, create_next, create_next_from};
pub use operations::push::{base_there, push, push_plan, subjects};
pub use operations::recovery::{recover, recover_all};
pub use operations::remove::{Aside, Removal, Removed};
pub use operations::require_pristine::files_now;
pub use operations::restore::{Restored, restorable, restore};
pub use operations::reuse::{Reused, reuse, reuse_from, rollback_reuse};
pub use snapshot::{Snapshot, snapshot};
pub use submodules::{has_submodules, init_submodules};
pub use unsaved_work::{UnsavedWork, unsaved_work};
pub use worktree::Worktree;
pub use worktree::containing_worktree::worktree_around;
pub use worktree::directory::check_place;

/// How long git may take to tell its version.
const VERSION_TIMEOUT: Duration = Duration::from_secs(10);

/// The version git reports, such as `git version 2.47.3`.
///
/// # Errors
/// There is no git, or it does not answer.
pub async fn version(launch: &Launch) -> Result<String, HostError> {
    let asked = Program::new(launch, "git").arg("--version").within(VERSION_TIMEOUT).run().await;
    asked.map(|output| output.text()).map_err(|source| failed("asking git for its version", source))
}

impl Git {
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
        Some(other) => {
            Err(broken(config, format!("`default_branch` is not a branch name: `{other}`")))
        }
    }
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
