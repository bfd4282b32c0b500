//! Repositories inside the worktree, and git's copies of them, which go with it.

use std::path::{Path, PathBuf};

use super::Leftover;
use crate::host::error::HostError;
use crate::host::files::{blocking, entries, is_dir, look_at_link, real};
use crate::host::git::beside::Beside;
use crate::host::git::site::Site;
use crate::host::git::words::path_of;
use crate::host::git::{Git, is_git_dir};
use crate::host::launch::Launch;

pub(super) async fn leftovers(site: &Site, launch: &Launch) -> Result<Vec<Leftover>, HostError> {
    let Some(git_dir) = site.git_dir.clone() else { return Ok(Vec::new()) };
    let modules = git_dir.join("modules");
    let mut inside = blocking(move || {
        let mut found = Vec::new();
        gather(&modules, &modules, &mut found)?;
        Ok(found)
    })
    .await?;
    if site.broken.is_none() {
        inside.extend(in_place(site, launch).await?);
    }
    let mut found = Vec::new();
    for (path, repository) in inside {
        let git = alone(&repository, launch);
        let number = git.only_here().await?;
        if number > 0 {
            let holds = if number == 1 {
                "1 commit that is not pushed".to_owned()
            } else {
                format!("{number} commits that are not pushed")
            };
            found.push(Leftover::Submodule { path, holds });
        }
    }
    for path in other_worktrees(site, launch).await? {
        found.push(Leftover::Repository(path));
    }
    Ok(found)
}

/// The repositories in git's `modules/`, named as they are there. Those of their own submodules
/// are in theirs.
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

/// Submodules whose repository is in the worktree itself.
async fn in_place(site: &Site, launch: &Launch) -> Result<Vec<(PathBuf, PathBuf)>, HostError> {
    let worktree = site.worktree.clone();
    if !blocking(move || is_dir(&worktree)).await? {
        return Ok(Vec::new());
    }
    let recorded = Beside::of(&site.worktree, launch).await?.submodules.clone();
    let worktree = site.worktree.clone();
    blocking(move || {
        let mut found = Vec::new();
        for path in recorded {
            let repository = worktree.join(&path).join(".git");
            if is_dir(&repository)? {
                found.push((path, repository));
            }
        }
        Ok(found)
    })
    .await
}

fn alone(repository: &Path, launch: &Launch) -> Git {
    let mut git = Git::at(repository, launch);
    git.env = vec![("GIT_DIR", repository.to_owned())];
    git
}

impl Git {
    /// How many commits no remote has: of branches, tags, stashes and what was checked out.
    async fn only_here(&self) -> Result<u64, HostError> {
        let mut args = vec!["rev-list", "--count", "--all", "--reflog"];
        let has_head = self.commit("HEAD").await?.is_some();
        args.extend(has_head.then_some("HEAD"));
        args.extend(["--not", "--remotes", "--"]);
        let text = self.run("looking for commits of a submodule", &args).await?.text();
        text.trim().parse().map_err(|_| HostError::Internal(format!("git counted `{text}`")))
    }
}

/// Worktrees that somebody made inside this one: ignored ones too.
async fn other_worktrees(site: &Site, launch: &Launch) -> Result<Vec<PathBuf>, HostError> {
    let Some(git) = site.shared(launch) else { return Ok(Vec::new()) };
    let args = ["worktree", "list", "--porcelain", "-z"];
    let listed = git.run("listing worktrees", &args).await?;
    let dir = site.dir.clone();
    let worktree = site.worktree.clone();
    blocking(move || {
        let (dir, worktree) = (real(&dir)?.unwrap_or(dir), real(&worktree)?.unwrap_or(worktree));
        let lines = listed.stdout.split(|&byte| byte == 0);
        let paths = lines.filter_map(|line| line.strip_prefix(b"worktree ")).map(path_of);
        let inside = paths.filter(|path| path.starts_with(&dir) && *path != worktree);
        let mut found = Vec::new();
        for path in inside {
            // One whose folder is gone is only a note of git's.
            if look_at_link(&path)?.is_some() {
                found.push(path);
            }
        }
        Ok(found)
    })
    .await
}
