//! Brings what is not committed in the main worktree along into a polecat's new one.
//!
//! It goes by a commit under `refs/polecat/changes/`: at no moment is anything in one place only that
//! git does not keep. The main worktree is left as it is until the copy is whole.

use jiff::Timestamp;

use super::lock::OperationLock;
use super::merge::require_rest;
use super::to_its_end;
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::git::index::temporary::TempIndex;
use crate::host::git::snapshot::{PLAINLY, Snapshot};
use crate::host::git::worktree::Worktree;
use crate::host::git::{Git, failed};
use crate::host::programs::launch::Launch;
use crate::host::programs::run::RunError;

/// Where they are kept on their way.
const CHANGES: &str = "refs/polecat/changes";

/// Changes that were copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// What was not committed in the main worktree.
    copied: Snapshot,
    /// The ref that keeps it.
    reference: String,
    /// The files of the polecat's worktree since.
    pub files: String,
}

/// Copies what is not committed in the main worktree into `made`, which was just made; `None` where
/// there is nothing.
///
/// # Errors
/// A merge or the like is under way there, what is changed does not fit to where `made` begins, or git
/// failed: then `made` is as it was made.
pub async fn copy_changes(
    rig: &Rig,
    polecat: &PolecatName,
    made: &Worktree,
    launch: &Launch,
) -> Result<Option<Brought>, HostError> {
    let main = Git::main(rig, launch).await?;
    require_rest(&main).await?;
    let own = Git::in_worktree(rig, &made.path, launch).await?;
    let copied = TempIndex::of(&main).await?.snapshot("polecat: changes on their way").await?;
    let Some(head) = copied.head.clone() else { return Ok(None) };
    let before = main.tree_of(&head).await?;
    let index = main.tree_of(&copied.index).await?;
    if copied.tree == before && index == before {
        return Ok(None);
    }
    let (polecat, made) = (polecat.clone(), made.clone());
    to_its_end(async move {
        let reference = main.keep_changes(&polecat, &copied.commit).await?;
        let onto = made.commit();
        let files = main.carried(&head, onto, &copied.commit).await?;
        let staged = main.carried(&head, onto, &copied.index).await?;
        if let Err(why) = own.fill(&files, &staged).await {
            let back = ["read-tree", "--reset", "-u", onto];
            own.act("taking copied files back", &back).await?;
            return Err(why);
        }
        Ok(Some(Brought { copied, reference, files }))
    })
    .await
}

/// Ends a copy: the main worktree keeps what was copied, and the ref goes.
///
/// # Errors
/// git failed.
pub async fn keep_changes(rig: &Rig, brought: &Brought, launch: &Launch) -> Result<(), HostError> {
    let main = Git::main(rig, launch).await?;
    let args = ["update-ref", "-d", &brought.reference, &brought.copied.commit];
    main.run("forgetting copied changes", &args).await.map(drop)
}

/// Ends a move: takes what was copied out of the main worktree, unless that has changed meanwhile. A
/// warning, if so.
///
/// # Errors
/// git failed; then it still stands there, or in git's list of stashes.
pub async fn take_changes(
    rig: &Rig,
    polecat: &PolecatName,
    brought: &Brought,
    launch: &Launch,
) -> Result<Option<String>, HostError> {
    let main = Git::main(rig, launch).await?;
    let (rig, polecat, brought) = (rig.clone(), polecat.clone(), brought.clone());
    to_its_end(async move {
        let _lock = OperationLock::take(&rig, &polecat, Some(&main)).await?;
        let now = TempIndex::of(&main).await?.snapshot("polecat: to be compared").await?;
        let index = (main.tree_of(&now.index).await?, main.tree_of(&brought.copied.index).await?);
        if now.tree != brought.copied.tree || now.head != brought.copied.head || index.0 != index.1
        {
            let path = main.repository.display();
            return Ok(Some(format!(
                "`{path}` changed meanwhile: its changes were copied, not moved"
            )));
        }
        let message = format!("polecat: moved to `{polecat}`");
        let before = main.commit("refs/stash").await?;
        let args = ["stash", "push", "--quiet", "--include-untracked", "--message", &message];
        main.act("moving changes", &args).await?;
        // What it has taken is ours to keep from now on, not among the person's stashes.
        let stash = main.commit("refs/stash").await?.filter(|now| Some(now) != before.as_ref());
        if let Some(stash) = stash {
            let args = [PLAINLY, &["update-ref", &brought.reference, &stash]].concat();
            main.run("keeping moved changes", &args).await?;
            main.act("forgetting a stash", &["stash", "drop", "--quiet"]).await?;
        }
        Ok(None)
    })
    .await
}

impl Git {
    async fn keep_changes(&self, polecat: &PolecatName, commit: &str) -> Result<String, HostError> {
        let time = Timestamp::now().strftime("%Y%m%dT%H%M%S.%6fZ");
        let reference = format!("{CHANGES}/{polecat}/{time}");
        let args = [PLAINLY, &["update-ref", &reference, commit, ""]].concat();
        self.run(&format!("keeping changes in `{reference}`"), &args).await?;
        Ok(reference)
    }

    /// What the difference between `head` and `commit` makes of `onto`: a tree.
    async fn carried(&self, head: &str, onto: &str, commit: &str) -> Result<String, HostError> {
        if head == onto {
            return self.tree_of(commit).await;
        }
        let base = format!("--merge-base={head}");
        let args = ["merge-tree", "--write-tree", "--no-messages", "--name-only", &base];
        let args = [&args[..], &[onto, commit]].concat();
        let doing = "carrying changes over";
        let asked = self.program(&args).output().await;
        let output = asked.map_err(|source| failed(doing, source))?;
        match output.status.code() {
            Some(0) => Ok(output.text()),
            Some(1) => {
                let text = output.text();
                let files: Vec<_> = text.lines().skip(1).collect();
                let files = files.join(", ");
                Err(HostError::Refused(format!(
                    "the changes of the main worktree do not apply to the commit it begins at: {files}"
                )))
            }
            _ => {
                let (status, said) = (output.status, output.said());
                let program = "git merge-tree --merge-base".to_owned();
                Err(failed(doing, RunError::Failed { program, status, said }))
            }
        }
    }

    /// Puts files into a new worktree, and what of them is staged into its index.
    async fn fill(&self, files: &str, staged: &str) -> Result<(), HostError> {
        self.act("copying changes", &["read-tree", "--reset", "-u", files]).await?;
        self.act("copying what is staged", &["read-tree", staged]).await?;
        let whole = TempIndex::of(self).await?.whole_tree().await?;
        if whole == files {
            return Ok(());
        }
        let path = self.repository.display();
        Err(HostError::Refused(format!("the copied changes differ in `{path}`")))
    }
}
