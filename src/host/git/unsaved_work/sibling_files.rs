//! What is in the polecat's folder and not in its worktree.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::UnsavedWork;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link, unread};
use crate::host::git::worktree::layout::WorktreeLayout;

pub(super) async fn unsaved_work(layout: &WorktreeLayout) -> Result<Vec<UnsavedWork>, HostError> {
    if layout.worktree == layout.dir {
        return Ok(Vec::new());
    }
    let (dir, worktree) = (layout.dir.clone(), layout.worktree.clone());
    let found = blocking(move || {
        let mut found = Found::default();
        gather(&dir, &dir, &worktree, &mut found)?;
        Ok(found)
    });
    let Found { mut files, repositories } = found.await?;
    files.sort();
    let mut found: Vec<_> = repositories.into_iter().map(UnsavedWork::Repository).collect();
    if !files.is_empty() {
        found.push(UnsavedWork::SiblingFiles(files));
    }
    Ok(found)
}

#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    repositories: Vec<PathBuf>,
}

/// All that is no folder, by its path from `top`. An empty folder is nothing to lose.
fn gather(top: &Path, dir: &Path, worktree: &Path, found: &mut Found) -> Result<(), HostError> {
    for entry in fs::read_dir(dir).map_err(|source| unread(dir, source))? {
        let path = entry.map_err(|source| unread(dir, source))?.path();
        if path == worktree {
            continue;
        }
        if path.file_name() == Some(OsStr::new(".git")) {
            // git takes no file of it: it would be lost whatever is done.
            found.repositories.push(dir.to_owned());
            continue;
        }
        if look_at_link(&path)?.is_some_and(|found| found.is_dir()) {
            gather(top, &path, worktree, found)?;
        } else {
            found.files.push(path.strip_prefix(top).unwrap_or(&path).to_owned());
        }
    }
    Ok(())
}
