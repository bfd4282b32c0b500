//! Whether git knows a folder as a worktree, and the folder git.

use std::path::{Component, Path, PathBuf};

use super::{common_dir, git_dir_of};
use crate::host::error::HostError;
use crate::host::files::{entries, look, read_text, real};

/// Which side records the worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host) enum Registration {
    /// The repository and the folder, of each other.
    Both,
    /// The repository; the folder's own `.git` is missing or leads nowhere.
    Git,
    /// The folder is of another repository, whose shared folder this is.
    Other(PathBuf),
    /// Neither.
    None,
}

/// What there is of it for a repository by its shared folder, and a worktree that is, or was, just
/// at this path.
pub(in crate::host) fn registration(
    common: &Path,
    worktree: &Path,
) -> Result<Registration, HostError> {
    // Two files tell it nearly always.
    let other = match leads_to(worktree) {
        Ok(Some((git_dir, of))) if of == common => {
            if named_by(&git_dir)?.as_deref() == Some(worktree) {
                return Ok(Registration::Both);
            }
            None
        }
        // One inside of it is of the making of whoever works there.
        Ok(found) => found.map(|(_, of)| of).filter(|of| !of.starts_with(worktree)),
        Err(HostError::Broken { .. } | HostError::Read { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(match other {
        Some(other) => Registration::Other(other),
        None if registered(common, worktree)?.is_some() => Registration::Git,
        None => Registration::None,
    })
}

/// git's folder for a worktree, and what that repository shares.
fn leads_to(worktree: &Path) -> Result<Option<(PathBuf, PathBuf)>, HostError> {
    let Some(git_dir) = git_dir_of(worktree)? else { return Ok(None) };
    let common = common_dir(&git_dir)?;
    Ok(Some((git_dir, common)))
}

/// The folder in `worktrees/` of the worktree that is, or was, at `path`.
pub(in crate::host) fn registered(
    common: &Path,
    path: &Path,
) -> Result<Option<PathBuf>, HostError> {
    registered_in(&common.join("worktrees"), path)
}

/// The same, in that folder itself.
pub(in crate::host) fn registered_in(
    worktrees: &Path,
    path: &Path,
) -> Result<Option<PathBuf>, HostError> {
    // The folder itself may be gone; what is above it is not.
    let parent = path.parent().map(real).transpose()?.flatten();
    let path = match (parent, path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    };
    for entry in entries(worktrees)? {
        let git_dir = entry.path();
        if named_by(&git_dir)?.as_ref() == Some(&path) && look(&git_dir.join("HEAD"))?.is_some() {
            return Ok(Some(git_dir));
        }
    }
    Ok(None)
}

/// The worktree that a folder in `worktrees/` is about.
pub(in crate::host) fn named_by(git_dir: &Path) -> Result<Option<PathBuf>, HostError> {
    let Some(text) = read_text(&git_dir.join("gitdir"))? else { return Ok(None) };
    // From there on, where git is told to use relative paths.
    let dot_git = plain(&git_dir.join(text.trim_end()));
    Ok(dot_git.parent().map(Path::to_owned))
}

/// Without the `..` in it: git's folders are no links.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}
