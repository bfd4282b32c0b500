//! Whether a worktree is still as it was created: only then it may be rolled back.

use std::path::Path;

use crate::core::Rig;
use crate::host::error::HostError;
use crate::host::files::{blocking, look};
use crate::host::gastown::provision;
use crate::host::git::command::format::{display_path, path_from};
use crate::host::git::index::temporary::TempIndex;
use crate::host::git::worktree::Worktree;
use crate::host::git::{Git, UnsavedWork, unsaved_work};
use crate::host::programs::launch::Launch;
use crate::host::repository::common_dir;

/// The tracker writes the assignee of an issue here, which is not anybody's work.
const BUT_THE_TRACKERS: &str = ":(exclude,top).beads";

/// Refuses a worktree whose branch has moved, or that has other files than were checked out. One
/// whose folder is gone is fine.
pub(in crate::host::git) async fn require_pristine(
    git: &Git,
    rig: &Rig,
    made: &Worktree,
) -> Result<(), HostError> {
    let worked_in = |what: String| HostError::WorkedIn { path: made.path.clone(), what };
    let branch = format!("refs/heads/{}", made.branch);
    if let Some(tip) = git.commit(&branch).await?.filter(|tip| *tip != made.commit()) {
        return Err(worked_in(format!("`{}` has moved to {tip}", made.branch)));
    }
    let path = made.path.clone();
    if blocking(move || look(&path)).await?.is_none() {
        return Ok(());
    }
    let inside = Git::in_worktree(rig, &made.path, &git.launch).await?;
    let head = inside.commit("HEAD").await?;
    if head.as_deref() != Some(made.commit()) {
        return Err(worked_in(format!("it is at {}", head.unwrap_or_default())));
    }
    if let Some(files) = &made.files {
        let now = TempIndex::of(&inside).await?.whole_tree().await?;
        let unlike = || worked_in("its files have changed".to_owned());
        return if now == *files { Ok(()) } else { Err(unlike()) };
    }
    let status = ["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"];
    let args = [&status[..], &["--ignore-submodules=dirty", "--", ":/", BUT_THE_TRACKERS]].concat();
    let changed = inside.run("looking for changes", &args).await?.stdout;
    // `?? <file>`
    let files = changed.split(|&byte| byte == 0).filter_map(|entry| entry.get(3..)).map(path_from);
    match provision::not_given(rig, &made.path, files.collect()).await?.first() {
        Some(file) => Err(worked_in(format!("`{}` has changed", display_path(file)))),
        None => match in_submodules(&inside).await?.first() {
            Some(left) => Err(worked_in(left.to_string())),
            None => Ok(()),
        },
    }
}

/// The tree of all files in a worktree that git does not ignore: what it has when a set-up is done.
///
/// # Errors
/// `worktree` is none, or git failed.
pub async fn files_now(rig: &Rig, worktree: &Path, launch: &Launch) -> Result<String, HostError> {
    let own = Git::in_worktree(rig, worktree, launch).await?;
    TempIndex::of(&own).await?.whole_tree().await
}

async fn in_submodules(git: &Git) -> Result<Vec<UnsavedWork>, HostError> {
    let submodules = git.index_entries().await?.submodules;
    let Some(git_dir) = git.git_dir().filter(|_| !submodules.is_empty()).map(Path::to_owned) else {
        return Ok(Vec::new());
    };
    let own = git_dir.clone();
    let common = blocking(move || common_dir(&own)).await?;
    unsaved_work::inside(&git.repository, &submodules, [&git_dir, &common], &git.launch).await
}
