//! New work for a polecat that has finished: a new branch in its worktree.

use super::require_pristine::require_pristine;
use super::{failed_for, to_its_end};
use crate::core::{Base, IssueId, PolecatName, Rig, StartPoint};
use crate::host::error::HostError;
use crate::host::files::broken;
use crate::host::git::operations::lock::OperationLock;
use crate::host::git::worktree::Worktree;
use crate::host::git::{Git, head};
use crate::host::locks::GastownPolecat;
use crate::host::programs::launch::Launch;
use crate::host::records;
use crate::host::rigs::polecats;

/// A worktree on its new branch.
#[derive(Clone, Debug)]
pub struct Reused {
    /// The worktree, with its new branch.
    pub worktree: Worktree,
    /// The branch it was on, which stays.
    pub old_branch: String,
    /// Where that branch began, if recorded.
    old_base: Option<Base>,
}

/// Checks out a new branch in the worktree of `polecat`, starting where a new polecat's would. The
/// caller must have checked that nothing is lost, and held `turn` since before that: git carries
/// uncommitted changes along, or refuses.
///
/// # Errors
/// It has no worktree on a branch, or git refused: then it stays on its old branch.
pub async fn reuse(
    rig: &Rig,
    polecat: &PolecatName,
    turn: GastownPolecat,
    issue: Option<&IssueId>,
    now_ms: u64,
    launch: &Launch,
) -> Result<Reused, HostError> {
    let begin = (issue, &StartPoint::default());
    reuse_from(rig, polecat, turn, begin, now_ms, launch).await
}

/// [`reuse`] with a branch that begins where a person wants; not on another one.
///
/// # Errors
/// As there; or there is no such place.
pub async fn reuse_from(
    rig: &Rig,
    polecat: &PolecatName,
    turn: GastownPolecat,
    (issue, wanted): (Option<&IssueId>, &StartPoint),
    now_ms: u64,
    launch: &Launch,
) -> Result<Reused, HostError> {
    let git = Git::of(rig, launch).await?;
    let branch = wanted.branch_name(polecat, issue, now_ms);
    let (rig, polecat, wanted) = (rig.clone(), polecat.clone(), wanted.clone());
    to_its_end(async move {
        let (base, _) = git.beginning(&rig, &StartPoint { branch: None, ..wanted }).await?;
        let _lock = OperationLock::with(turn, &rig, &polecat, Some(&git)).await?;
        let path = polecats::workdir(&rig, &polecat).await?;
        let old_base = records::load_base(&rig, &polecat).await?;
        let Some(old_branch) = head::branch(&path).await? else {
            return Err(broken(&path, "no branch is checked out"));
        };
        let worktree = Worktree { path, branch, base, tip: None, files: None };
        let reused = Reused { worktree, old_branch, old_base };
        let reuse = Reuse { git, rig, polecat, reused };
        reuse.run().await
    })
    .await
}

/// Puts a worktree back on its old branch, and deletes the new one.
///
/// # Errors
/// It has been worked in since, or git refused; the error names what is left.
pub async fn rollback_reuse(
    rig: &Rig,
    polecat: &PolecatName,
    reused: &Reused,
    launch: &Launch,
) -> Result<(), HostError> {
    let git = Git::of(rig, launch).await?;
    let (rig, polecat, reused) = (rig.clone(), polecat.clone(), reused.clone());
    to_its_end(async move {
        let _lock = OperationLock::take(&rig, &polecat, Some(&git)).await?;
        require_pristine(&git, &rig, &reused.worktree).await?;
        Reuse { git, rig, polecat, reused }.rollback().await
    })
    .await
}

struct Reuse {
    git: Git,
    rig: Rig,
    polecat: PolecatName,
    reused: Reused,
}

impl Reuse {
    async fn run(self) -> Result<Reused, HostError> {
        let Worktree { branch, base, .. } = &self.reused.worktree;
        let doing = format!("creating the branch `{branch}`");
        let args = ["branch", "--no-track", "--", branch, &base.commit];
        self.git.act(&doing, &args).await?;
        match self.settle().await {
            Ok(()) => Ok(self.reused),
            Err(cause) => {
                let path = &self.reused.worktree.path;
                Err(failed_for(cause, path, self.rollback().await))
            }
        }
    }

    async fn settle(&self) -> Result<(), HostError> {
        let Worktree { branch, base, .. } = &self.reused.worktree;
        self.switch(branch).await?;
        records::save_base(&self.rig, &self.polecat, base, None).await.map(drop)
    }

    /// `git switch` takes no `--`; our names never begin with a dash.
    async fn switch(&self, branch: &str) -> Result<(), HostError> {
        let doing = format!("switching to the branch `{branch}`");
        let args = ["switch", "--quiet", "--no-guess", branch];
        let path = &self.reused.worktree.path;
        let inside = Git::in_worktree(&self.rig, path, &self.git.launch).await?;
        inside.act(&doing, &args).await.map(drop)
    }

    async fn rollback(&self) -> Result<(), HostError> {
        let Worktree { path, branch, base, .. } = &self.reused.worktree;
        if head::branch(path).await?.as_ref() == Some(branch) {
            let switched = self.switch(&self.reused.old_branch).await;
            // A hook may fail after the switch has been made.
            if head::branch(path).await?.as_ref() != Some(&self.reused.old_branch) {
                return switched;
            }
        }
        let reference = format!("refs/heads/{branch}");
        let args = ["update-ref", "-d", &reference, &base.commit];
        self.git.act("removing the branch", &args).await?;
        match &self.reused.old_base {
            Some(old) => records::save_base(&self.rig, &self.polecat, old, None).await.map(drop),
            None => records::delete_base(&self.rig, &self.polecat).await,
        }
    }
}
