//! Repositories inside the worktree, and git's own copies of submodules, which are removed with it.

use std::path::{Path, PathBuf};

use super::UnsavedWork;
use super::status::status;
use crate::host::error::HostError;
use crate::host::files::dir::Dir;
use crate::host::files::{blocking, entries, look_at_link, real};
use crate::host::git::Git;
use crate::host::git::command::format::path_from;
use crate::host::git::worktree::layout::WorktreeLayout;
use crate::host::programs::launch::Launch;
use crate::host::repository::{git_dir_of, is_git_dir};

/// What is said about a repository that git did not put there itself.
const STRANGE: &str = "a separate repository in its place, which is not checked (after \
     `git submodule absorbgitdirs` it is)";

pub(super) async fn unsaved_work(
    layout: &WorktreeLayout,
    launch: &Launch,
) -> Result<Vec<UnsavedWork>, HostError> {
    let Some(git_dir) = layout.git_dir.clone() else { return Ok(Vec::new()) };
    let modules = git_dir.join("modules");
    let inside = blocking(move || {
        let mut found = Vec::new();
        gather(&modules, &modules, &mut found)?;
        Ok(found)
    })
    .await?;
    let mut found = Vec::new();
    for (path, repository) in inside {
        // Its configuration names the folder of its files, which have been moved aside meanwhile.
        let git = Git::on(&repository, &repository, launch);
        let number = git.only_here().await?;
        if number > 0 {
            let holds = if number == 1 {
                "1 unpushed commit".to_owned()
            } else {
                format!("{number} unpushed commits")
            };
            found.push(UnsavedWork::Submodule { path, holds });
        }
    }
    for path in other_worktrees(layout, launch).await? {
        found.push(UnsavedWork::Repository(path));
    }
    Ok(found)
}

/// The repositories in git's `modules/`, by their names there. Nested submodules are in the
/// `modules/` of theirs.
fn gather(top: &Path, dir: &Path, found: &mut Vec<(PathBuf, PathBuf)>) -> Result<(), HostError> {
    for entry in entries(dir)? {
        let path = entry.path();
        if !look_at_link(&path)?.is_some_and(|found| found.is_dir()) {
            continue;
        }
        if is_git_dir(&path)? {
            let name = path.strip_prefix(top).unwrap_or(&path).to_owned();
            gather(top, &path.join("modules"), found)?;
            found.push((name, path));
        } else {
            gather(top, &path, found)?;
        }
    }
    Ok(())
}

/// Unsaved work in the `submodules` of a worktree. git only runs in those whose repository is in
/// git's own `modules/`: any other may be an agent's, with programs of its choice in its
/// configuration. `git_dirs` are the worktree's own folder and the shared one.
pub(in crate::host::git) async fn inside(
    worktree: &Path,
    submodules: &[PathBuf],
    git_dirs: [&Path; 2],
    launch: &Launch,
) -> Result<Vec<UnsavedWork>, HostError> {
    let own = git_dirs.map(|dir| dir.join("modules"));
    let mut open: Vec<_> =
        submodules.iter().rev().map(|path| (PathBuf::new(), path.clone())).collect();
    let mut found = Vec::new();
    while let Some((above, path)) = open.pop() {
        let (top, path) = (worktree.to_owned(), above.join(path));
        let (at, own) = (path.clone(), own.clone());
        let holds = match blocking(move || Inside::of(&top, &at, &own)).await? {
            Inside::Nothing => None,
            Inside::Strange => Some(STRANGE),
            Inside::Repository(git_dir) => {
                let git = Git::on(&worktree.join(&path), &git_dir, launch);
                let nested = git.index_entries().await?.submodules;
                open.extend(nested.into_iter().rev().map(|below| (path.clone(), below)));
                uncommitted(&git).await?
            }
        };
        let holds = holds.map(str::to_owned);
        found.extend(holds.map(|holds| UnsavedWork::Submodule { path, holds }));
    }
    Ok(found)
}

/// What is in the place of a submodule.
enum Inside {
    Nothing,
    /// A repository in git's `modules/`.
    Repository(PathBuf),
    /// Another repository.
    Strange,
}

impl Inside {
    fn of(worktree: &Path, path: &Path, own: &[PathBuf]) -> Result<Self, HostError> {
        let dir = worktree.join(path);
        match Dir::open(worktree, &dir) {
            Ok(Some(_)) => {}
            // git reports that as a change by itself.
            Ok(None) | Err(HostError::Link { .. }) => return Ok(Self::Nothing),
            Err(error) => return Err(error),
        }
        match look_at_link(&dir.join(".git"))? {
            None => Ok(Self::Nothing),
            Some(found) if !found.is_file() => Ok(Self::Strange),
            Some(_) => match git_dir_of(&dir) {
                Ok(Some(git_dir)) if is_below(&git_dir, own)? => Ok(Self::Repository(git_dir)),
                Ok(_) | Err(HostError::Broken { .. }) => Ok(Self::Strange),
                Err(error) => Err(error),
            },
        }
    }
}

fn is_below(git_dir: &Path, own: &[PathBuf]) -> Result<bool, HostError> {
    for dir in own {
        if real(dir)?.is_some_and(|dir| git_dir.starts_with(dir)) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn uncommitted(git: &Git) -> Result<Option<&'static str>, HostError> {
    let status = status(git).await?;
    Ok(if !status.changed.is_empty() {
        Some("uncommitted changes")
    } else if !status.untracked.is_empty() || !status.repositories.is_empty() {
        Some("untracked files")
    } else {
        None
    })
}

impl Git {
    /// The number of commits on branches, tags, stashes and `HEAD`s that are on no remote.
    async fn only_here(&self) -> Result<u64, HostError> {
        let mut args = vec!["rev-list", "--count", "--all", "--reflog"];
        let has_head = self.commit("HEAD").await?.is_some();
        args.extend(has_head.then_some("HEAD"));
        args.extend(["--not", "--remotes", "--"]);
        let text = self.run("looking for commits of a submodule", &args).await?.text();
        text.trim().parse().map_err(|_| HostError::Internal(format!("git counted `{text}`")))
    }
}

/// Worktrees that somebody made inside this one, also ignored ones.
async fn other_worktrees(
    layout: &WorktreeLayout,
    launch: &Launch,
) -> Result<Vec<PathBuf>, HostError> {
    let Some(git) = layout.shared(launch) else { return Ok(Vec::new()) };
    let args = ["worktree", "list", "--porcelain", "-z"];
    let listed = git.run("listing worktrees", &args).await?;
    let dir = layout.dir.clone();
    let worktree = layout.worktree.clone();
    blocking(move || {
        let (dir, worktree) = (real(&dir)?.unwrap_or(dir), real(&worktree)?.unwrap_or(worktree));
        let lines = listed.stdout.split(|&byte| byte == 0);
        let paths = lines.filter_map(|line| line.strip_prefix(b"worktree ")).map(path_from);
        let inside = paths.filter(|path| path.starts_with(&dir) && *path != worktree);
        let mut found = Vec::new();
        for path in inside {
            // If its folder is gone, only git's record of it is left.
            if look_at_link(&path)?.is_some() {
                found.push(path);
            }
        }
        Ok(found)
    })
    .await
}
