//! Backing up what would be lost, from the folder moved aside.

use std::path::Path;

use super::super::backup::Contents;
use super::Removal;
use crate::core::Base;
use crate::core::rig::branch::is_own;
use crate::host::error::HostError;
use crate::host::files::{blocking, is_dir};
use crate::host::git::index::temporary::TempIndex;
use crate::host::git::squashed::is_contained;
use crate::host::git::unsaved_work::unreachable::unreachable;
use crate::host::git::unsaved_work::{UnsavedWork, goal, own_branches, stashes, unsaved_work_in};
use crate::host::git::worktree::layout::WorktreeLayout;
use crate::host::git::{Backup, head};
use crate::host::records::{self, Removing};
use crate::host::repository::worktrees;

/// What git knows about the polecat.
#[derive(Default)]
struct Refs {
    /// What is checked out.
    branch: Option<String>,
    head: Option<String>,
    base: Option<Base>,
    /// Its branches: commit, name, and whether it is merged.
    branches: Vec<(String, String, bool)>,
    /// Branches not named for it, which stay.
    strangers: Vec<String>,
    stashes: Vec<String>,
    /// The tips of the branches its work is meant for.
    goals: Vec<String>,
}

impl Refs {
    /// The branches that stay when `going` are deleted, and why.
    fn staying(&self, going: &[(String, String)]) -> Vec<(String, String)> {
        let strangers =
            self.strangers.iter().map(|branch| (branch, "it is not named after the polecat"));
        let unmerged = self.branches.iter().map(|(_, branch, _)| branch);
        let unmerged = unmerged.filter(|branch| !going.iter().any(|(_, gone)| gone == *branch));
        let unmerged = unmerged.map(|branch| (branch, "it is pushed, but not merged"));
        strangers.chain(unmerged).map(|(branch, why)| (branch.clone(), why.to_owned())).collect()
    }
}

impl Removal {
    /// Backs up what would be lost, and records in `record` what is to be deleted.
    pub(super) async fn keep(
        &self,
        layout: &WorktreeLayout,
        record: &mut Removing,
    ) -> Result<(), HostError> {
        // Includes what was written before the folder was moved aside.
        let now = unsaved_work_in(layout, &self.rig, &self.polecat, &self.launch).await?;
        let forced = !self.unsaved_work.is_empty();
        if now.iter().any(|left| !forced || !left.can_be_kept()) {
            return Err(HostError::Changing { path: self.layout.worktree.clone() });
        }
        let refs = self.refs(layout).await?;
        // A branch that is only pushed would be lost if the remote deletes it.
        let going = refs.branches.iter().filter(|(_, _, merged)| forced || *merged);
        let branches: Vec<_> =
            going.map(|(tip, branch, _)| (tip.clone(), branch.clone())).collect();
        let mut contents = Contents {
            polecat: self.polecat.to_string(),
            branch: refs.branch.clone(),
            head: refs.head.clone(),
            base: refs.base.clone(),
            branches: branches.clone(),
            stashes: refs.stashes.clone(),
            ..Contents::default()
        };
        let mut tree = None;
        let mut held = refs.goals.clone();
        if forced {
            tree = self.keep_worktree(layout, &mut contents).await?;
            if now.iter().any(|left| matches!(left, UnsavedWork::SiblingFiles(_))) {
                contents.beside = Some(self.keep_beside(layout).await?);
            }
            held.extend(contents.parents().into_iter().map(str::to_owned));
        }
        contents.lost = unreachable(layout, &branches, &held, &self.launch).await?;
        if forced || !contents.lost.is_empty() {
            let backup = self.back_up(layout, tree, &contents).await?;
            record.backup = Some((backup.reference, backup.commit));
        }
        record.git_dir = self.git_dir(layout).await?;
        record.kept = refs.staying(&branches);
        (record.branches, record.stashes) = (branches, refs.stashes);
        Ok(())
    }

    async fn refs(&self, layout: &WorktreeLayout) -> Result<Refs, HostError> {
        let (rig, polecat, launch) = (&self.rig, &self.polecat, &self.launch);
        let goal = goal(layout, rig, polecat, launch).await?;
        let recorded = records::load_base(rig, polecat).await?;
        let stashes = stashes(layout, polecat, launch).await?;
        let mut refs = Refs {
            base: recorded.or_else(|| goal.base.clone()),
            stashes: stashes.into_iter().map(|stash| stash.commit).collect(),
            goals: goal.tips.clone(),
            ..Refs::default()
        };
        let (Some(git), Some(git_dir)) = (layout.git(launch), layout.git_dir.clone()) else {
            return Ok(refs);
        };
        refs.head = git.commit("HEAD").await?;
        refs.branch = blocking(move || head::branch_of(&git_dir)).await?;
        for branch in own_branches(layout, polecat, launch).await? {
            let Some(tip) = git.commit(&format!("refs/heads/{branch}")).await? else { continue };
            if !is_own(&branch, polecat) {
                refs.strangers.push(branch);
                continue;
            }
            let mut merged = goal.base.as_ref().is_some_and(|base| base.commit == tip);
            for goal in &goal.tips {
                merged = merged || git.is_in(&tip, goal).await?;
            }
            // Its commits are backed up, as nothing else has them.
            merged = merged || is_contained(&git, polecat, &tip, &goal.tips).await?;
            refs.branches.push((tip, branch, merged));
        }
        Ok(refs)
    }

    /// git's folder for the worktree, if that belongs to the rig's repository.
    async fn git_dir(
        &self,
        layout: &WorktreeLayout,
    ) -> Result<Option<std::path::PathBuf>, HostError> {
        let (rig, git_dir) = (self.rig.clone(), layout.git_dir.clone());
        blocking(move || {
            let own = worktrees(&rig)?;
            Ok(git_dir.filter(|dir| own.iter().any(|own| dir.parent() == Some(own))))
        })
        .await
    }

    /// The tree of the worktree, if there is one.
    async fn keep_worktree(
        &self,
        layout: &WorktreeLayout,
        contents: &mut Contents,
    ) -> Result<Option<String>, HostError> {
        let worktree = layout.worktree.clone();
        if !blocking(move || is_dir(&worktree)).await? {
            return Ok(None);
        }
        if let Some(git_dir) = &layout.git_dir {
            let index = Some(git_dir.join("index"));
            let temp = TempIndex::with(git_dir, index, &layout.worktree, &self.launch).await?;
            let made = temp.snapshot(&format!("polecat `{}`", self.polecat)).await?;
            (contents.head, contents.index) = (made.head, Some(made.index));
            return Ok(Some(made.tree));
        }
        if layout.worktree == layout.dir {
            // There is no worktree; these are the sibling files.
            return Ok(None);
        }
        let temp =
            TempIndex::with(self.common(layout)?, None, &layout.worktree, &self.launch).await?;
        let tree = temp.whole_tree().await?;
        contents.index = Some(temp.git.commit_tree(&tree, &[], "its files").await?);
        Ok(Some(tree))
    }

    /// A commit of the files next to the worktree, in the polecat's folder.
    async fn keep_beside(&self, layout: &WorktreeLayout) -> Result<String, HostError> {
        let mut temp =
            TempIndex::with(self.common(layout)?, None, &layout.dir, &self.launch).await?;
        let name = layout.worktree.strip_prefix(&layout.dir).unwrap_or(&layout.worktree);
        temp.how = vec!["--force".into(), "--".into(), ":(top)".into()];
        temp.how.push(format!(":(exclude,top,literal){}", name.display()));
        let tree = temp.whole_tree().await?;
        let message = format!("files next to the worktree of polecat `{}`", self.polecat);
        temp.git.commit_tree(&tree, &[], &message).await
    }

    async fn back_up(
        &self,
        layout: &WorktreeLayout,
        worktree: Option<String>,
        contents: &Contents,
    ) -> Result<Backup, HostError> {
        let Some(git) = layout.shared(&self.launch) else { return Err(self.no_repository()) };
        let tree = match (worktree, &contents.head) {
            (Some(tree), _) => tree,
            (None, Some(head)) => {
                let args = ["rev-parse", "--verify", &format!("{head}^{{tree}}")];
                git.run("looking up the last commit", &args).await?.text()
            }
            (None, None) => git.run("making an empty tree", &["mktree"]).await?.text(),
        };
        git.keep(&tree, contents).await
    }

    fn common<'a>(&self, layout: &'a WorktreeLayout) -> Result<&'a Path, HostError> {
        layout.common.as_deref().ok_or_else(|| self.no_repository())
    }

    fn no_repository(&self) -> HostError {
        HostError::NoRepository { rig: self.rig.name.to_string(), looked: Vec::new() }
    }
}
