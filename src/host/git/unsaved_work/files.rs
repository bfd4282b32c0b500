//! Files that no commit has.

use std::path::PathBuf;

use super::{UnsavedWork, submodules};
use crate::core::Rig;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::command::LISTING_LIMIT;
use crate::host::git::format::path_from;
use crate::host::git::worktree_layout::WorktreeLayout;
use crate::host::git::{Git, failed};
use crate::host::launch::Launch;
use crate::host::provision;

/// What `git status` says, sorted by what it means here.
#[derive(Default)]
pub(in crate::host::git) struct Status {
    pub(in crate::host::git) changed: Vec<PathBuf>,
    pub(in crate::host::git) untracked: Vec<PathBuf>,
    pub(in crate::host::git) repositories: Vec<PathBuf>,
}

pub(super) async fn unsaved_work(
    layout: &WorktreeLayout,
    rig: &Rig,
    launch: &Launch,
) -> Result<Vec<UnsavedWork>, HostError> {
    let (Some(git_dir), Some(common)) = (&layout.git_dir, &layout.common) else {
        return Ok(Vec::new());
    };
    if !worktree_is_there(layout).await? {
        return Ok(Vec::new());
    }
    let git = Git::on(&layout.worktree, git_dir, launch);
    let entries = git.index_entries().await?;
    let Status { changed, untracked, repositories } = status(&git).await?;
    // What the town gave it is no work, and not only here.
    let changed = provision::not_given(rig, &layout.worktree, changed).await?;
    let untracked = provision::not_given(rig, &layout.worktree, untracked).await?;
    let mut found = Vec::new();
    if !changed.is_empty() {
        found.push(UnsavedWork::Uncommitted(changed));
    }
    if !untracked.is_empty() {
        found.push(UnsavedWork::Untracked(untracked));
    }
    if !entries.conflicts.is_empty() {
        found.push(UnsavedWork::Conflicts(entries.conflicts));
    }
    if !entries.hidden.is_empty() {
        found.push(UnsavedWork::Hidden(entries.hidden));
    }
    found.extend(
        submodules::inside(&layout.worktree, &entries.submodules, [git_dir, common], launch)
            .await?,
    );
    found.extend(repositories.into_iter().map(UnsavedWork::Repository));
    Ok(found)
}

async fn worktree_is_there(layout: &WorktreeLayout) -> Result<bool, HostError> {
    let worktree = layout.worktree.clone();
    blocking(move || Ok(look_at_link(&worktree)?.is_some())).await
}

/// Of submodules this tells whether they are at another commit; what is in them, see
/// [`submodules::inside`].
pub(super) async fn status(git: &Git) -> Result<Status, HostError> {
    let args = [
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=all",
        "--ignore-submodules=dirty",
        "--no-renames",
    ];
    let asked = git.program(&args).up_to(LISTING_LIMIT).run().await;
    let output = asked.map_err(|source| failed("looking for uncommitted work", source))?;
    Ok(Status::read(&output.stdout))
}

impl Status {
    pub(in crate::host::git) fn read(output: &[u8]) -> Self {
        let mut status = Self::default();
        output.split(|&byte| byte == 0).for_each(|line| status.take(line));
        status
    }

    fn take(&mut self, line: &[u8]) {
        match line.first() {
            Some(b'1') => self.take_tracked(line, 9),
            Some(b'u') => self.take_tracked(line, 11),
            Some(b'?') => self.take_untracked(line),
            _ => {}
        }
    }

    fn take_untracked(&mut self, line: &[u8]) {
        let Some(path) = line.strip_prefix(b"? ") else { return };
        match path.strip_suffix(b"/") {
            // Without what is in it: git does not look into a repository of its own.
            Some(folder) => self.repositories.push(path_from(folder)),
            None => self.untracked.push(path_from(path)),
        }
    }

    /// `1 XY <sub> ... <path>`
    fn take_tracked(&mut self, line: &[u8], words: usize) {
        let all: Vec<&[u8]> = line.splitn(words, |&byte| byte == b' ').collect();
        if let (true, Some(path)) = (all.len() == words, all.last()) {
            self.changed.push(path_from(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_status_is_sorted_by_what_it_means() {
        let mut status = Status::default();
        let hash = "0123456789012345678901234567890123456789";
        for line in [
            format!("1 .M N... 100644 100644 100644 {hash} {hash} a b\nc"),
            format!("u UU N... 100644 100644 100644 100644 {hash} {hash} {hash} both"),
            format!("1 .M SC.. 160000 160000 160000 {hash} {hash} vendor"),
            "? new file".to_owned(),
            "? nested/".to_owned(),
            String::new(),
            "?".to_owned(),
            "?/".to_owned(),
        ] {
            status.take(line.as_bytes());
        }
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(status.changed, paths(&["a b\nc", "both", "vendor"]));
        assert_eq!(status.untracked, paths(&["new file"]));
        assert_eq!(status.repositories, paths(&["nested"]));
    }
}
