//! Which repository a folder is in, read from git's files: asking git would cost a process for
//! each folder the editor opens.

pub(super) mod head;
mod of_rig;
pub(super) mod refs;
mod registration;

use std::path::{Path, PathBuf};

use super::error::HostError;
use super::files::{broken, is_dir, is_file, look, read_text, real};

pub(super) use of_rig::{all, git_dir, git_dir_now, places, worktrees};
pub(super) use registration::{Registration, named_by, registered, registered_in, registration};

/// A repository, seen from a folder in it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::host) struct Repository {
    /// What all its worktrees share.
    pub(in crate::host) common_dir: PathBuf,
    /// What a person calls the project.
    pub(in crate::host) top: PathBuf,
    /// As [`named`] says.
    pub(in crate::host) named: PathBuf,
}

/// The repository around `folder`, which must be a path without links.
pub(in crate::host) fn around(folder: &Path) -> Result<Option<Repository>, HostError> {
    for dir in folder.ancestors() {
        if let Some(git_dir) = git_dir_of(dir)? {
            return seen_from(dir, &git_dir).map(Some);
        }
        if is_git_dir(dir)? {
            return Ok(Some(by_common_dir(dir.to_owned())));
        }
    }
    Ok(None)
}

/// A path whose last part is the project's name, beside what stands beside the project: the same
/// from every worktree.
pub(in crate::host) fn named(common_dir: &Path) -> PathBuf {
    by_common_dir(common_dir.to_owned()).named
}

/// git's folder for the worktree whose top is `top`; `None` when that is no worktree's top.
pub(in crate::host) fn git_dir_of(top: &Path) -> Result<Option<PathBuf>, HostError> {
    let dot_git = top.join(".git");
    match look(&dot_git)? {
        Some(found) if found.is_dir() => {
            Ok(if is_git_dir(&dot_git)? { real(&dot_git)? } else { None })
        }
        Some(_) => linked(&dot_git).map(Some),
        None => Ok(None),
    }
}

/// Follows a `.git` file: `gitdir: <path>`.
fn linked(dot_git: &Path) -> Result<PathBuf, HostError> {
    let text = read_text(dot_git)?.unwrap_or_default();
    let Some(target) = text.strip_prefix("gitdir: ").map(str::trim_end) else {
        return Err(broken(dot_git, "it names no `gitdir`"));
    };
    let target = dot_git.with_file_name("").join(target);
    match real(&target)? {
        Some(git_dir) => Ok(git_dir),
        None => Err(broken(dot_git, format!("its repository `{}` is gone", target.display()))),
    }
}

fn seen_from(top: &Path, git_dir: &Path) -> Result<Repository, HostError> {
    let common_dir = common_dir(git_dir)?;
    if common_dir == top.join(".git") {
        return Ok(Repository { common_dir, top: top.to_owned(), named: top.to_owned() });
    }
    let linked = common_dir != git_dir;
    let main = by_common_dir(common_dir);
    Ok(if linked { main } else { Repository { top: top.to_owned(), ..main } })
}

/// A linked worktree has a folder of its own, with a file that says where the shared one is.
pub(in crate::host) fn common_dir(git_dir: &Path) -> Result<PathBuf, HostError> {
    let pointer = git_dir.join("commondir");
    let Some(text) = read_text(&pointer)? else { return Ok(git_dir.to_owned()) };
    match real(&git_dir.join(text.trim_end()))? {
        Some(common_dir) => Ok(common_dir),
        None => Err(broken(&pointer, "it names a folder that is gone")),
    }
}

/// A repository of which only the shared folder is known: `shop/.git` and `shop/.bare` are
/// `shop`'s, `shop.git` is `shop`, a submodule's is named after the submodule.
fn by_common_dir(common_dir: PathBuf) -> Repository {
    let name = common_dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (top, named) =
        match (name.strip_prefix('.'), name.strip_suffix(".git"), common_dir.parent()) {
            (Some(_), _, Some(parent)) => (parent.to_owned(), parent.to_owned()),
            (None, Some(stem), _) => (common_dir.clone(), common_dir.with_file_name(stem)),
            _ => (common_dir.clone(), common_dir.clone()),
        };
    Repository { common_dir, top, named }
}

/// Whether a folder is git's own: a repository without worktree, or the inside of one.
pub(super) fn is_git_dir(dir: &Path) -> Result<bool, HostError> {
    Ok(is_file(&dir.join("HEAD"))?
        && is_dir(&dir.join("objects"))?
        && look(&dir.join("refs"))?.is_some())
}
