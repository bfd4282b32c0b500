//! Restores a removed polecat: rebuilds it aside from its backup, then moves it into place in one
//! step.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::backup::{Backup, Contents};
use super::remove::unregister_worktree;
use super::{WorktreeList, failed_for, to_its_end};
use crate::core::rig::branch::branch_name;
use crate::core::rig::layout::aside_name;
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, replace, unwritten};
use crate::host::git::Git;
use crate::host::git::index::temporary::TempIndex;
use crate::host::git::operations::lock::OperationLock;
use crate::host::git::operations::orphans::orphan_ended;
use crate::host::git::snapshot::PLAINLY;
use crate::host::git::worktree::directory;
use crate::host::locks::GastownPool;
use crate::host::programs::launch::Launch;
use crate::host::records::{self, Restoring};
use crate::host::repository::{common_dir, git_dir_of, registered};
use crate::host::rigs::{layouts, polecats};

/// A restored polecat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Its worktree.
    pub path: PathBuf,
    /// Its branch, if it was on one.
    pub branch: Option<String>,
    /// The former name of its branch, if another branch has that name now.
    pub formerly: Option<String>,
    /// The backup it was restored from, which stays.
    pub backup: Backup,
}

/// The names that have a backup, sorted.
///
/// # Errors
/// git failed. (A rig without a repository has no backups.)
pub async fn restorable(rig: &Rig, launch: &Launch) -> Result<Vec<String>, HostError> {
    let Some(git) = Git::find(rig, launch).await? else { return Ok(Vec::new()) };
    let mut names: Vec<_> = git.backups().await?.into_iter().map(|(name, _)| name).collect();
    names.dedup();
    Ok(names)
}

/// Restores the last backup of `polecat`; `now_ms` is Unix time in milliseconds. The caller must
/// have recovered it.
///
/// Finishes or rolls back even if the caller stops waiting.
///
/// # Errors
/// The polecat exists, there is no backup, or git refused: then everything is rolled back.
pub async fn restore(
    rig: &Rig,
    polecat: &PolecatName,
    now_ms: u64,
    launch: &Launch,
) -> Result<Restored, HostError> {
    let git = Git::of(rig, launch).await?;
    let (rig, polecat) = (rig.clone(), polecat.clone());
    to_its_end(async move {
        let _pool = GastownPool::lock(&rig).await?;
        let _lock = OperationLock::take(&rig, &polecat, Some(&git)).await?;
        let found = git.last_backup(&polecat).await?;
        let repository = git.repository.clone();
        let (of, name) = (rig.clone(), polecat.clone());
        blocking(move || polecats::in_the_way(&of, &name)).await?;
        let Some((backup, contents)) = found else {
            return Err(HostError::NoBackup { polecat, repository });
        };
        directory::require(&rig, &git).await?;
        if contents.beside.is_some() && rig.layout.inner.as_os_str().is_empty() {
            let why = format!(
                "`{}` has files from next to the worktree, for which there is no folder here",
                backup.reference
            );
            return Err(HostError::WorktreesUnwritable { dir: rig.polecats_dir(), why });
        }
        let files = backup.commit.clone();
        let restoration = Restoration { git, rig, polecat, files, contents, fork: false };
        let path = restoration.rig.new_worktree(&restoration.polecat);
        let Checkout { branch, formerly, .. } = restoration.run(now_ms).await?;
        Ok(Restored { path, branch, formerly, backup })
    })
    .await
}

/// A polecat that is built from what was kept of one.
pub(super) struct Restoration {
    pub(super) git: Git,
    pub(super) rig: Rig,
    pub(super) polecat: PolecatName,
    /// The commit of all files.
    pub(super) files: String,
    pub(super) contents: Contents,
    /// It is of another polecat, so that its branch is its own alone.
    pub(super) fork: bool,
}

/// What the worktree has checked out.
pub(super) struct Checkout {
    pub(super) branch: Option<String>,
    formerly: Option<String>,
    /// The branches to create.
    made: Vec<(String, String)>,
    /// None on a branch without commits.
    commit: Option<String>,
}

impl Restoration {
    /// Builds it, or rolls back. The caller holds the locks.
    pub(super) async fn run(self, now_ms: u64) -> Result<Checkout, HostError> {
        let stand = self.stand(now_ms).await?;
        let aside = aside_name("restoring", &self.polecat, now_ms);
        let branch = stand.made.first().filter(|_| self.fork).cloned();
        let record = Restoring { aside, branch };
        records::put(&self.rig, &self.polecat, &record).await?;
        let mut made = Vec::new();
        if let Err(cause) = self.build(&stand, &record, &mut made).await {
            let path = self.rig.layout.dir.join(&record.aside);
            return Err(failed_for(cause, &path, self.rollback(&record, &made).await));
        }
        records::clear::<Restoring>(&self.rig, &self.polecat).await?;
        Ok(stand)
    }

    async fn rollback(
        &self,
        record: &Restoring,
        made: &[(String, String)],
    ) -> Result<(), HostError> {
        rollback(&self.git, &self.rig, &self.polecat, record).await?;
        for (commit, branch) in made {
            delete_branch(&self.git, branch, commit).await?;
        }
        Ok(())
    }

    /// The branch by its old name, or by a new one if that is taken.
    async fn stand(&self, now_ms: u64) -> Result<Checkout, HostError> {
        let fresh = || branch_name(&self.polecat, None, now_ms);
        let Contents { branch, head, branches, .. } = &self.contents;
        let mut made: Vec<(String, String)> = Vec::new();
        for (commit, name) in branches.iter().filter(|(_, name)| Some(name) != branch.as_ref()) {
            if self.git.commit(&format!("refs/heads/{name}")).await?.is_none() {
                made.push((commit.clone(), name.clone()));
            }
        }
        let (was, commit) = match (branch, head) {
            (None, Some(head)) => {
                let commit = Some(head.clone());
                return Ok(Checkout { branch: None, formerly: None, made, commit });
            }
            (Some(branch), commit) => (branch.clone(), commit.clone()),
            // git did not know the worktree, so its commits are unknown.
            (None, None) => (fresh(), Some(self.git.start_point(&self.rig).await?.commit)),
        };
        let there = self.git.commit(&format!("refs/heads/{was}")).await?;
        let is_free = there.is_none()
            || (there == commit && !WorktreeList::read(&self.git).await?.has_branch(&was));
        let (name, formerly) = if is_free { (was, None) } else { (fresh(), Some(was)) };
        if let (Some(commit), true) = (&commit, there.is_none() || formerly.is_some()) {
            made.push((commit.clone(), name.clone()));
        }
        Ok(Checkout { branch: Some(name), formerly, made, commit })
    }

    async fn build(
        &self,
        stand: &Checkout,
        record: &Restoring,
        made: &mut Vec<(String, String)>,
    ) -> Result<(), HostError> {
        for (commit, branch) in &stand.made {
            let doing = format!("creating the branch `{branch}`");
            self.git.act(&doing, &["branch", "--no-track", "--", branch, commit]).await?;
            made.push((commit.clone(), branch.clone()));
        }
        let dir = &self.rig.layout.dir.join(&record.aside);
        let (rig, aside) = (self.rig.clone(), dir.clone());
        blocking(move || {
            layouts::remember(&rig)?;
            directory::make(&rig)?;
            fs::create_dir(&aside)
                .map_err(|source| directory::refused(&rig.layout, unwritten(&aside, source)))
        })
        .await?;
        if self.contents.index.is_some() || stand.commit.is_some() {
            self.build_worktree(stand, dir).await?;
        }
        if let Some(beside) = &self.contents.beside {
            let git_dir = self.git.repository_dir()?;
            let at = TempIndex::with(&git_dir, None, dir, &self.git.launch).await?;
            let args = [PLAINLY, &["read-tree", "--reset", "-u", beside]].concat();
            at.git.run("restoring the files next to the worktree", &args).await?;
        }
        if let Some(base) = &self.contents.base {
            records::save_base(&self.rig, &self.polecat, base, None).await?;
        }
        let (from, to) = (dir.clone(), self.rig.polecat_dir(&self.polecat));
        // If two make the same folder, only one succeeds: the rename fails if the target is not
        // empty, and an empty folder is no loss.
        blocking(move || fs::rename(&from, &to).map_err(|source| unwritten(&to, source))).await
    }

    async fn build_worktree(&self, stand: &Checkout, aside: &Path) -> Result<(), HostError> {
        let worktree = self.rig.layout.within(aside);
        let path = worktree.to_string_lossy();
        let commit = stand.commit.as_deref().unwrap_or(&self.files);
        let add = ["worktree", "add", "--quiet", "--no-checkout"];
        let on: &[&str] = match (&stand.branch, &stand.commit) {
            (Some(branch), Some(_)) => &["--", &path, branch],
            _ => &["--detach", "--", &path, commit],
        };
        self.git.act("creating the worktree", &[&add[..], on].concat()).await?;
        let at = worktree.clone();
        let gone = || HostError::NoWorktree { path: worktree.clone() };
        let git_dir = blocking(move || git_dir_of(&at)).await?.ok_or_else(gone)?;
        let git = Git::on(&worktree, &git_dir, &self.git.launch);
        let files = match &self.contents.index {
            Some(_) => self.files.as_str(),
            None => commit,
        };
        let doing = "restoring the files";
        git.run(doing, &[PLAINLY, &["read-tree", "--reset", "-u", files]].concat()).await?;
        // Stages what was staged, and nothing else.
        let own = self.contents.head.is_some() || self.contents.branch.is_some();
        let staged = self.contents.index.as_deref().filter(|_| own).unwrap_or(commit);
        git.run(doing, &[PLAINLY, &["read-tree", "--reset", staged]].concat()).await?;
        // Its exit code tells whether anything differs.
        git.answer(doing, &["update-index", "-q", "--refresh"]).await?;
        if let (Some(branch), None) = (&stand.branch, &stand.commit) {
            let head = format!("refs/heads/{branch}");
            git.run(doing, &["symbolic-ref", "HEAD", &head]).await?;
        }
        let there = self.rig.new_worktree(&self.polecat);
        blocking(move || point_to(&worktree, &there)).await
    }
}

/// Makes git expect the worktree at its final path.
fn point_to(worktree: &Path, there: &Path) -> Result<(), HostError> {
    let Some(git_dir) = git_dir_of(worktree)? else {
        return Err(HostError::Internal(format!("no worktree at `{}`", worktree.display())));
    };
    let dot_git = there.join(".git");
    let Some(text) = dot_git.to_str() else {
        return Err(HostError::Internal(format!("`{}` is not UTF-8", dot_git.display())));
    };
    replace(&git_dir.join("gitdir"), &format!("{text}\n"))
}

/// Only while it has not moved; having none is as good.
async fn delete_branch(git: &Git, branch: &str, commit: &str) -> Result<(), HostError> {
    let reference = format!("refs/heads/{branch}");
    if git.commit(&reference).await?.as_deref() != Some(commit) {
        return Ok(());
    }
    let args = ["update-ref", "-d", &reference, commit];
    git.act("removing the branch", &args).await.map(drop)
}

/// Deletes what was made so far; all of it came from the backup, or from the polecat that was forked,
/// which stay. Branches that a killed backend had made are left for the next restore; a fork's go.
pub(in crate::host::git) async fn rollback(
    git: &Git,
    rig: &Rig,
    polecat: &PolecatName,
    record: &Restoring,
) -> Result<(), HostError> {
    let (of, name, recorded) = (rig.clone(), polecat.clone(), record.aside.clone());
    orphan_ended(rig.layouts().map(|layout| layout.within(&layout.dir.join(&recorded)))).await?;
    let common = common_dir(&git.repository_dir()?)?;
    let place = blocking(move || {
        let found = layouts::aside(&of, "restoring", &name, &recorded)?;
        let Some((place, aside)) = found else { return Ok(None) };
        let (made, there) = (place.within(&aside), place.worktree(&name));
        let git_dirs = [registered(&common, &made)?, registered(&common, &there)?];
        fs::remove_dir_all(&aside).map_err(|source| unwritten(&aside, source))?;
        for git_dir in git_dirs.into_iter().flatten() {
            unregister_worktree(&git_dir)?;
        }
        Ok(Some(place))
    })
    .await?;
    let is_back = match polecats::exists(rig, polecat).await {
        Err(HostError::Stranger { .. } | HostError::Link { .. }) => false,
        other => other?,
    };
    // Once moved into place, it was complete.
    if !is_back {
        records::delete_base(rig, polecat).await?;
        if let Some((commit, branch)) = &record.branch {
            delete_branch(git, branch, commit).await?;
        }
    }
    let (of, name) = (rig.clone(), polecat.clone());
    blocking(move || {
        layouts::tidy(&of, &place.unwrap_or_else(|| of.layout.clone()), &name);
        Ok(())
    })
    .await?;
    records::clear::<Restoring>(rig, polecat).await
}
