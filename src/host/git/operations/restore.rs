//! Bringing a removed polecat back: made aside from its backup, then moved to its place at once.

use std::fs;
use std::path::{Path, PathBuf};

use super::backup::{Backup, Contents};
use super::remove::unregister_worktree;
use crate::core::branch::branch_name;
use crate::core::layout::aside_name;
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, replace, unwritten};
use crate::host::git::Git;
use crate::host::git::index::temporary::TempIndex;
use crate::host::git::operations::lock::OperationLock;
use crate::host::git::snapshot::PLAINLY;
use crate::host::git::worktree::directory;
use crate::host::locks::GastownPool;
use crate::host::programs::launch::Launch;
use crate::host::records::{self, Restoring};
use crate::host::repository::{common_dir, git_dir_of, registered};
use crate::host::rigs::{layouts, polecats};

/// A polecat that is back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Its worktree.
    pub path: PathBuf,
    /// Its branch, if it was on one.
    pub branch: Option<String>,
    /// What its branch was called, where another one has that name by now.
    pub formerly: Option<String>,
    /// Where it came from; it stays.
    pub backup: Backup,
}

/// The polecats that have a backup, sorted.
///
/// # Errors
/// git failed. A rig without a repository has none.
pub async fn restorable(rig: &Rig, launch: &Launch) -> Result<Vec<String>, HostError> {
    let Some(git) = Git::find(rig, launch).await? else { return Ok(Vec::new()) };
    let mut names: Vec<_> = git.backups().await?.into_iter().map(|(name, _)| name).collect();
    names.dedup();
    Ok(names)
}

/// Brings back what the last backup of `polecat` has; `now_ms` is Unix time in milliseconds. Who
/// asks has had it recovered.
///
/// The work goes on to its end, or is taken back, also when the caller stops waiting.
///
/// # Errors
/// The polecat exists, there is no backup, or git refused: then nothing is left of it.
pub async fn restore(
    rig: &Rig,
    polecat: &PolecatName,
    now_ms: u64,
    launch: &Launch,
) -> Result<Restored, HostError> {
    let git = Git::of(rig, launch).await?;
    let (rig, polecat) = (rig.clone(), polecat.clone());
    let work = async move {
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
        Return { git, rig, polecat, backup, contents }.run(now_ms).await
    };
    let stopped = |error: tokio::task::JoinError| HostError::Internal(error.to_string());
    tokio::spawn(work).await.map_err(stopped)?
}

struct Return {
    git: Git,
    rig: Rig,
    polecat: PolecatName,
    backup: Backup,
    contents: Contents,
}

/// Where the worktree is to stand.
struct Stand {
    branch: Option<String>,
    formerly: Option<String>,
    /// The branches to be made.
    made: Vec<(String, String)>,
    /// None: on a branch without commits.
    commit: Option<String>,
}

impl Return {
    async fn run(self, now_ms: u64) -> Result<Restored, HostError> {
        let stand = self.stand(now_ms).await?;
        let aside = aside_name("restoring", &self.polecat, now_ms);
        if self.contents.beside.is_some() && self.rig.layout.inner.as_os_str().is_empty() {
            let backup = &self.backup.reference;
            let why = format!("`{backup}` has files from beside the worktree: they have no place");
            return Err(HostError::WorktreesUnwritable { dir: self.rig.polecats_dir(), why });
        }
        let record = Restoring { aside };
        records::put(&self.rig, &self.polecat, &record).await?;
        let mut made = Vec::new();
        if let Err(cause) = self.build(&stand, &record, &mut made).await {
            return Err(match self.rollback(&record, &made).await {
                Ok(()) => cause,
                Err(left) => HostError::NotUndone {
                    cause: Box::new(cause),
                    path: self.rig.layout.dir.join(&record.aside),
                    left: left.to_string(),
                },
            });
        }
        records::clear::<Restoring>(&self.rig, &self.polecat).await?;
        let path = self.rig.new_worktree(&self.polecat);
        let Stand { branch, formerly, .. } = stand;
        Ok(Restored { path, branch, formerly, backup: self.backup })
    }

    async fn rollback(
        &self,
        record: &Restoring,
        made: &[(String, String)],
    ) -> Result<(), HostError> {
        rollback(&self.git, &self.rig, &self.polecat, record).await?;
        for (commit, branch) in made {
            let args = ["update-ref", "-d", &format!("refs/heads/{branch}"), commit];
            self.git.act("removing the branch", &args).await?;
        }
        Ok(())
    }

    /// The branch as it was called; another name where somebody else has that one by now.
    async fn stand(&self, now_ms: u64) -> Result<Stand, HostError> {
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
                return Ok(Stand { branch: None, formerly: None, made, commit });
            }
            (Some(branch), commit) => (branch.clone(), commit.clone()),
            // Its own commits are not known: git did not know the worktree.
            (None, None) => (fresh(), Some(self.git.start_point(&self.rig).await?.commit)),
        };
        let there = self.git.commit(&format!("refs/heads/{was}")).await?;
        let is_free = there.is_none() || (there == commit && !self.git.is_used(&was).await?);
        let (name, formerly) = if is_free { (was, None) } else { (fresh(), Some(was)) };
        if let (Some(commit), true) = (&commit, there.is_none() || formerly.is_some()) {
            made.push((commit.clone(), name.clone()));
        }
        Ok(Stand { branch: Some(name), formerly, made, commit })
    }

    async fn build(
        &self,
        stand: &Stand,
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
            at.git.run("bringing back the files beside the worktree", &args).await?;
        }
        if let Some(base) = &self.contents.base {
            records::save_base(&self.rig, &self.polecat, base, None).await?;
        }
        let (from, to) = (dir.clone(), self.rig.polecat_dir(&self.polecat));
        // Of two that make the same folder one succeeds: a folder that is there and not empty
        // refuses, and an empty one is nobody's work.
        blocking(move || fs::rename(&from, &to).map_err(|source| unwritten(&to, source))).await
    }

    async fn build_worktree(&self, stand: &Stand, aside: &Path) -> Result<(), HostError> {
        let worktree = self.rig.layout.within(aside);
        let path = worktree.to_string_lossy();
        let commit = stand.commit.as_deref().unwrap_or(&self.backup.commit);
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
            Some(_) => self.backup.commit.as_str(),
            None => commit,
        };
        let doing = "bringing back the files";
        git.run(doing, &[PLAINLY, &["read-tree", "--reset", "-u", files]].concat()).await?;
        // What was staged is staged, the rest is not.
        let own = self.contents.head.is_some() || self.contents.branch.is_some();
        let staged = self.contents.index.as_deref().filter(|_| own).unwrap_or(commit);
        git.run(doing, &[PLAINLY, &["read-tree", "--reset", staged]].concat()).await?;
        // Its exit code says whether something differs.
        git.answer(doing, &["update-index", "-q", "--refresh"]).await?;
        if let (Some(branch), None) = (&stand.branch, &stand.commit) {
            let head = format!("refs/heads/{branch}");
            git.run(doing, &["symbolic-ref", "HEAD", &head]).await?;
        }
        let there = self.rig.new_worktree(&self.polecat);
        blocking(move || point_to(&worktree, &there)).await
    }
}

/// Has git expect the worktree where it is about to be.
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

/// Deletes what was made so far: all of it came from the backup, which stays. Branches that were
/// made before a backend was killed are left, and taken by the next restore.
pub(in crate::host::git) async fn rollback(
    git: &Git,
    rig: &Rig,
    polecat: &PolecatName,
    record: &Restoring,
) -> Result<(), HostError> {
    let (of, name, recorded) = (rig.clone(), polecat.clone(), record.aside.clone());
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
    // Moved to its place, it was whole.
    if !is_back {
        records::delete_base(rig, polecat).await?;
    }
    let (of, name) = (rig.clone(), polecat.clone());
    blocking(move || {
        layouts::tidy(&of, &place.unwrap_or_else(|| of.layout.clone()), &name);
        Ok(())
    })
    .await?;
    records::clear::<Restoring>(rig, polecat).await
}

impl Git {
    /// Whether a branch is checked out somewhere.
    async fn is_used(&self, branch: &str) -> Result<bool, HostError> {
        let args = ["worktree", "list", "--porcelain", "-z"];
        let listed = self.run("listing worktrees", &args).await?.stdout;
        let line = format!("branch refs/heads/{branch}");
        Ok(listed.split(|&byte| byte == 0).any(|found| found == line.as_bytes()))
    }
}
