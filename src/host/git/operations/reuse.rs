//! Other work for a polecat that is done with its own: a new branch in the worktree it has.

use super::create::to_its_end;
use super::require_pristine::require_pristine;
use crate::core::branch::branch_name;
use crate::core::{Base, IssueId, PolecatName, Rig};
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
    /// As it is now.
    pub worktree: Worktree,
    /// The branch it was on, which is left as it is.
    pub old_branch: String,
    /// Where that had begun, as far as the records tell.
    old_base: Option<Base>,
}

/// Checks a new branch out in the worktree of `polecat`, which begins where a new polecat's would.
/// That nothing is lost by it, who asks has made sure, and has had `turn` since before that: git
/// carries changes along, or refuses.
///
/// # Errors
/// It has no worktree with a branch, or git refused: then it is on its old branch.
pub async fn reuse(
    rig: &Rig,
    polecat: &PolecatName,
    turn: GastownPolecat,
    issue: Option<&IssueId>,
    now_ms: u64,
    launch: &Launch,
) -> Result<Reused, HostError> {
    let git = Git::of(rig, launch).await?;
    let branch = branch_name(polecat, issue, now_ms);
    let (rig, polecat) = (rig.clone(), polecat.clone());
    to_its_end(async move {
        let base = git.start_point(&rig).await?;
        let _lock = OperationLock::with(turn, &rig, &polecat, Some(&git)).await?;
        let path = polecats::workdir(&rig, &polecat).await?;
        let old_base = records::load_base(&rig, &polecat).await?;
        let Some(old_branch) = head::branch(&path).await? else {
            return Err(broken(&path, "no branch is checked out"));
        };
        let reused = Reused { worktree: Worktree { path, branch, base }, old_branch, old_base };
        let reuse = Reuse { git, rig, polecat, reused };
        reuse.run().await
    })
    .await
}

/// Puts a worktree back on its old branch, and removes the new one.
///
/// # Errors
/// It has been worked in since, or git refused; what is left is named.
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
            Err(cause) => Err(match self.rollback().await {
                Ok(()) => cause,
                Err(left) => HostError::NotUndone {
                    cause: Box::new(cause),
                    path: self.reused.worktree.path.clone(),
                    left: left.to_string(),
                },
            }),
        }
    }

    async fn settle(&self) -> Result<(), HostError> {
        let Worktree { branch, base, .. } = &self.reused.worktree;
        self.switch(branch).await?;
        records::save_base(&self.rig, &self.polecat, base, None).await.map(drop)
    }

    /// No name of ours begins with a dash, and `git switch` takes no `--`.
    async fn switch(&self, branch: &str) -> Result<(), HostError> {
        let doing = format!("switching to the branch `{branch}`");
        let args = ["switch", "--quiet", "--no-guess", branch];
        let path = &self.reused.worktree.path;
        let inside = Git::in_worktree(&self.rig, path, &self.git.launch).await?;
        inside.act(&doing, &args).await.map(drop)
    }

    async fn rollback(&self) -> Result<(), HostError> {
        let Worktree { path, branch, base } = &self.reused.worktree;
        if head::branch(path).await?.as_ref() == Some(branch) {
            let switched = self.switch(&self.reused.old_branch).await;
            // A hook that fails after the switch makes it no less one.
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
