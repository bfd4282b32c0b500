//! What is in the polecat's folder and not in its worktree.

use std::fs;
use std::path::{Path, PathBuf};

use super::Leftover;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link, unread};
use crate::host::git::site::Site;

pub(super) async fn leftovers(site: &Site) -> Result<Option<Leftover>, HostError> {
    if site.worktree == site.dir {
        return Ok(None);
    }
    let (dir, worktree) = (site.dir.clone(), site.worktree.clone());
    let mut files = blocking(move || {
        let mut files = Vec::new();
        gather(&dir, &dir, &worktree, &mut files)?;
        Ok(files)
    })
    .await?;
    files.sort();
    Ok(if files.is_empty() { None } else { Some(Leftover::Beside(files)) })
}

/// All that is no folder, by its path from `top`. An empty folder is nothing to lose.
fn gather(
    top: &Path,
    dir: &Path,
    worktree: &Path,
    files: &mut Vec<PathBuf>,
) -> Result<(), HostError> {
    for entry in fs::read_dir(dir).map_err(|source| unread(dir, source))? {
        let path = entry.map_err(|source| unread(dir, source))?.path();
        if path == worktree {
            continue;
        }
        if look_at_link(&path)?.is_some_and(|found| found.is_dir()) {
            gather(top, &path, worktree, files)?;
        } else {
            files.push(path.strip_prefix(top).unwrap_or(&path).to_owned());
        }
    }
    Ok(())
}
