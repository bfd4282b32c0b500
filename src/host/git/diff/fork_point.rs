//! Where a polecat's work began.

use std::path::Path;

use crate::core::{Base, PolecatName, Rig, RigKind};
use crate::host::error::HostError;
use crate::host::files::blocking;
use crate::host::git::{Git, default_branch};
use crate::host::programs::launch::Launch;
use crate::host::records;
use crate::host::repository::common_dir;
use crate::host::repository::refs::tip_now;

/// What is checked out, where its commit is not known.
pub(in crate::host::git) const HEAD: &str = "HEAD";

/// The commit after which everything in `workdir` is the polecat's work.
///
/// That is where its branch was made, as recorded; after a rebase, or a merge of newer work, the
/// newest commit shared with that. For a worktree made by somebody else, such as gastown, it is the
/// newest commit shared with the rig's default branch. `None` if they share no commit.
///
/// # Errors
/// The record cannot be read, or git fails.
pub async fn fork_point(
    rig: &Rig,
    polecat: &PolecatName,
    workdir: &Path,
    launch: &Launch,
) -> Result<Option<Base>, HostError> {
    fork_point_in(&Git::in_worktree(rig, workdir, launch).await?, rig, polecat, HEAD).await
}

/// [`fork_point`] of `head`, as this git sees it: [`HEAD`], or the commit that it is known to be.
pub(in crate::host::git) async fn fork_point_in(
    git: &Git,
    rig: &Rig,
    polecat: &PolecatName,
    head: &str,
) -> Result<Option<Base>, HostError> {
    let recorded = records::load_base(rig, polecat).await?;
    let branch = match &recorded {
        Some(base) => base.branch.clone(),
        None => git.usual_branch(rig).await?,
    };
    let left = match &branch {
        Some(branch) => git.left_at(branch, head).await?,
        None => None,
    };
    let commit = match (recorded, left) {
        (Some(base), Some(left)) => Some(git.began(base.commit, left, head).await?),
        (Some(base), None) => Some(base.commit),
        (None, left) => left,
    };
    Ok(commit.map(|commit| Base { commit, branch }))
}

impl Git {
    /// The branch from which polecats of `rig` are usually made.
    async fn usual_branch(&self, rig: &Rig) -> Result<Option<String>, HostError> {
        if matches!(rig.kind, RigKind::Repository { .. }) {
            let main = Git::of(rig, &self.launch).await?;
            return blocking(move || crate::host::git::head::branch_of(&main.repository_dir()?))
                .await;
        }
        let config = rig.home.join("config.json");
        let main = blocking(move || default_branch(&config)).await?;
        let remote = format!("origin/{main}");
        let known = self.commit(&format!("refs/remotes/{remote}")).await?.is_some();
        Ok(Some(if known { remote } else { main }))
    }

    /// The newest common commit of `head` and a branch.
    async fn left_at(&self, branch: &str, head: &str) -> Result<Option<String>, HostError> {
        let Some(tip) = self.tip_now(branch).await? else { return Ok(None) };
        if tip == head {
            return Ok(Some(tip));
        }
        let args = ["merge-base", head, &tip];
        let shared = self.answer("looking for where the branch was left", &args).await?;
        Ok(shared.map(|output| output.text()))
    }

    /// The commit of a local or remote branch.
    pub(in crate::host::git) async fn tip(
        &self,
        branch: &str,
    ) -> Result<Option<String>, HostError> {
        for kind in ["heads", "remotes"] {
            let found = self.commit(&format!("refs/{kind}/{branch}")).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Which of the two `head` started from. If its work has been merged, so that none of it seems
    /// its own, the record still counts.
    async fn began(&self, recorded: String, left: String, head: &str) -> Result<String, HostError> {
        if recorded == left {
            return Ok(left);
        }
        // The branch may have been reset to before its record, which git may then have deleted.
        if self.commit(&recorded).await?.is_none() || !self.is_in(&recorded, head).await? {
            return Ok(left);
        }
        let merged = left == head || self.commit(head).await?.as_ref() == Some(&left);
        Ok(if merged || !self.is_in(&recorded, &left).await? { recorded } else { left })
    }

    /// [`Git::tip`] without a process, where git's files tell.
    pub(in crate::host::git) async fn tip_now(
        &self,
        branch: &str,
    ) -> Result<Option<String>, HostError> {
        let Some(git_dir) = self.git_dir().map(Path::to_owned) else {
            return self.tip(branch).await;
        };
        let name = branch.to_owned();
        let found = blocking(move || {
            let common = common_dir(&git_dir)?;
            let local = tip_now(&common, &format!("refs/heads/{name}"))?;
            if local.is_some() {
                Ok(local)
            } else {
                tip_now(&common, &format!("refs/remotes/{name}"))
            }
        });
        match found.await? {
            Some(tip) => Ok(Some(tip)),
            None => self.tip(branch).await,
        }
    }

    /// Whether `commit` is in the history of `of`.
    pub(in crate::host::git) async fn is_in(
        &self,
        commit: &str,
        of: &str,
    ) -> Result<bool, HostError> {
        let args = ["merge-base", "--is-ancestor", commit, of];
        Ok(self.answer("comparing two commits", &args).await?.is_some())
    }
}
