//! Keeping what would be lost, before anything is moved.

use super::super::backup::{Backup, COMMENTS, Contents};
use super::super::leftovers::{Leftover, goal, own_branches, stashes};
use super::super::reviewed::REVIEWED;
use super::super::site::Site;
use super::super::snapshot::PLAINLY;
use super::super::temp_index::TempIndex;
use super::super::unreachable::unreachable;
use super::super::words::path_of;
use super::super::{Git, head};
use super::{Removal, underway::underway};
use crate::core::branch::is_own;
use crate::core::{Base, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, is_dir};
use crate::host::launch::Launch;
use crate::host::{provision, records, reviews};

/// What git has of the polecat: when it changes meanwhile, somebody works on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ours {
    /// What is checked out.
    branch: Option<String>,
    head: Option<String>,
    base: Option<Base>,
    /// The branches that may go: commit, name, and whether its work is merged.
    branches: Vec<(String, String, bool)>,
    /// Those of another name, which stay.
    strangers: Vec<String>,
    stashes: Vec<String>,
    /// What was taken and rejected of its hunks.
    pub(super) undo: Option<String>,
    /// What was reviewed last.
    reviewed: Option<String>,
    /// What was said of it and not sent, as the file has it.
    pub(super) comments: Option<String>,
    /// Where its work is meant to go.
    pub(super) goals: Vec<String>,
}

/// What was kept.
pub(super) struct Kept {
    pub(super) contents: Contents,
    pub(super) backup: Option<Backup>,
    /// The folders, and what stood in them.
    pub(super) trees: Vec<(TempIndex, String)>,
    /// The tree of what was under way.
    pub(super) underway: Option<String>,
}

impl Ours {
    pub(super) async fn of(
        site: &Site,
        rig: &Rig,
        polecat: &PolecatName,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        let stashes = stashes(site, polecat, launch).await?;
        let goal = goal(site, rig, polecat, launch).await?;
        let recorded = records::load_base(rig, polecat).await?;
        let mut ours = Self {
            branch: None,
            head: None,
            base: recorded.or_else(|| goal.base.clone()),
            branches: Vec::new(),
            strangers: Vec::new(),
            stashes: stashes.into_iter().map(|stash| stash.commit).collect(),
            goals: goal.tips.clone(),
            undo: None,
            reviewed: None,
            comments: None,
        };
        if let Some(shared) = site.shared(launch) {
            ours.undo = shared.undo_list(polecat).await?;
            ours.comments = reviews::unsent(rig, polecat).await?;
        }
        let (Some(git), Some(git_dir)) = (site.git(launch), site.git_dir.clone()) else {
            return Ok(ours);
        };
        ours.head = git.commit("HEAD").await?;
        ours.reviewed = git.commit(REVIEWED).await?;
        ours.branch = blocking(move || head::branch_of(&git_dir)).await?;
        if site.is_clone() {
            // They go with their repository.
            return Ok(ours);
        }
        for branch in own_branches(site, polecat, launch).await? {
            let Some(tip) = git.commit(&format!("refs/heads/{branch}")).await? else { continue };
            if !is_own(&branch, polecat) {
                ours.strangers.push(branch);
                continue;
            }
            let mut merged = goal.base.as_ref().is_some_and(|base| base.commit == tip);
            for goal in &goal.tips {
                merged = merged || git.is_in(&tip, goal).await?;
            }
            ours.branches.push((tip, branch, merged));
        }
        Ok(ours)
    }

    /// The branches that stay when these go, and why.
    pub(super) fn staying(&self, going: &[(String, String)]) -> Vec<(String, String)> {
        let strangers =
            self.strangers.iter().map(|branch| (branch, "it is not named for the polecat"));
        let unmerged = self.branches.iter().map(|(_, branch, _)| branch);
        let unmerged = unmerged.filter(|branch| !going.iter().any(|(_, gone)| gone == *branch));
        let unmerged = unmerged.map(|branch| (branch, "it is pushed, and not merged"));
        strangers.chain(unmerged).map(|(branch, why)| (branch.clone(), why.to_owned())).collect()
    }
}

impl Removal {
    /// Whether something would be lost that a plain removal leaves alone.
    fn is_forced(&self) -> bool {
        !self.leftovers.is_empty()
    }

    pub(super) async fn keep(&self) -> Result<Kept, HostError> {
        let contents = self.contents();
        let mut kept = Kept { contents, backup: None, trees: Vec::new(), underway: None };
        let worktree = self.keep_worktree(&mut kept).await?;
        self.keep_beside(&mut kept).await?;
        // A branch whose work is pushed only is no longer there when the remote drops it.
        let forced = self.is_forced();
        let going = self.ours.branches.iter().filter(|(_, _, merged)| forced || *merged);
        kept.contents.branches =
            going.map(|(tip, branch, _)| (tip.clone(), branch.clone())).collect();
        let names: Vec<String> =
            kept.contents.branches.iter().map(|(_, branch)| branch.clone()).collect();
        if forced {
            kept.contents.underway = self.keep_underway(&mut kept.underway).await?;
        }
        kept.contents.comments = self.keep_comments().await?;
        let mut held = self.ours.goals.clone();
        let keeps = forced || self.ours.undo.is_some() || self.ours.comments.is_some();
        if keeps {
            held.extend(kept.contents.parents().into_iter().map(str::to_owned));
        }
        kept.contents.lost = unreachable(&self.site, &names, &held, &self.launch).await?;
        if keeps || !kept.contents.lost.is_empty() {
            kept.backup = self.back_up(worktree, &kept).await?;
        }
        Ok(kept)
    }

    fn contents(&self) -> Contents {
        Contents {
            polecat: self.polecat.to_string(),
            branch: self.ours.branch.clone(),
            head: self.ours.head.clone(),
            base: self.ours.base.clone(),
            stashes: self.ours.stashes.clone(),
            undo: self.ours.undo.clone(),
            reviewed: self.ours.reviewed.clone(),
            ..Contents::default()
        }
    }

    /// A commit of what is under way, and its tree.
    async fn keep_underway(&self, tree: &mut Option<String>) -> Result<Option<String>, HostError> {
        *tree = underway(&self.site, &self.launch).await?;
        let (Some(tree), Some(git)) = (tree, self.site.shared(&self.launch)) else {
            return Ok(None);
        };
        let message = format!("what was under way in polecat `{}`", self.polecat);
        git.commit_tree(tree, &[], &message).await.map(Some)
    }

    /// A commit of the comments that were not sent.
    async fn keep_comments(&self) -> Result<Option<String>, HostError> {
        let (Some(text), Some(git)) = (&self.ours.comments, self.site.shared(&self.launch)) else {
            return Ok(None);
        };
        let doing = "keeping the comments";
        let text = text.clone().into_bytes();
        let blob = git.store(doing, &["hash-object", "-w", "--stdin"], text).await?;
        let tree = format!("100644 blob {blob}\t{COMMENTS}\n").into_bytes();
        let tree = git.store(doing, &["mktree"], tree).await?;
        let message = format!("comments on polecat `{}` that were not sent", self.polecat);
        git.commit_tree(&tree, &[], &message).await.map(Some)
    }

    /// The tree of the worktree, if there is one.
    async fn keep_worktree(&self, kept: &mut Kept) -> Result<Option<String>, HostError> {
        let worktree = self.site.worktree.clone();
        if !blocking(move || is_dir(&worktree)).await? {
            return Ok(None);
        }
        let site = &self.site;
        let tree = if let Some(git_dir) = &site.git_dir {
            let index = Some(git_dir.join("index"));
            let temp = TempIndex::with(git_dir, index, &site.worktree, &self.launch).await?;
            let made = temp.snapshot(&format!("polecat `{}`", self.polecat)).await?;
            if made.head != self.ours.head {
                return Err(self.changing());
            }
            if !self.is_forced() {
                self.require_clean(&temp.git, &made.tree, &made.index).await?;
            }
            kept.contents.index = Some(made.index);
            kept.trees.push((temp, made.tree.clone()));
            made.tree
        } else if site.worktree == site.dir {
            // Files beside nothing.
            return Ok(None);
        } else {
            let common = self.common()?;
            let temp = TempIndex::with(common, None, &site.worktree, &self.launch).await?;
            let tree = temp.whole_tree().await?;
            kept.contents.index = Some(temp.git.commit_tree(&tree, &[], "its files").await?);
            kept.trees.push((temp, tree.clone()));
            tree
        };
        Ok(Some(tree))
    }

    /// Whoever wrote something since the worktree was looked at is not to lose it.
    async fn require_clean(&self, git: &Git, tree: &str, index: &str) -> Result<(), HostError> {
        let doing = "comparing the worktree with its commit";
        let committed = match &self.ours.head {
            Some(head) => {
                git.run(doing, &["rev-parse", "--verify", &format!("{head}^{{tree}}")]).await?
            }
            None => git.run(doing, &["mktree"]).await?,
        };
        let of_index = format!("{index}^{{tree}}");
        let staged = git.run(doing, &["rev-parse", "--verify", &of_index]).await?.text();
        let committed = committed.text();
        if committed != staged {
            return Err(self.changing());
        }
        if committed == tree {
            return Ok(());
        }
        let args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", &committed, tree];
        let differing = git.run(doing, &args).await?.stdout;
        let files = differing.split(|&byte| byte == 0).filter(|path| !path.is_empty());
        let files = files.map(path_of).collect();
        // Who changes one of them from here on is noticed when the folder stands aside.
        let left = provision::not_given(&self.rig, &self.site.worktree, files).await?;
        if left.is_empty() { Ok(()) } else { Err(self.changing()) }
    }

    /// Files in the polecat's folder that are not in its worktree.
    async fn keep_beside(&self, kept: &mut Kept) -> Result<(), HostError> {
        if self.site.worktree == self.site.dir || self.site.common.is_none() {
            return Ok(());
        }
        let mut temp = TempIndex::with(self.common()?, None, &self.site.dir, &self.launch).await?;
        let name = self.site.worktree.strip_prefix(&self.site.dir).unwrap_or(&self.site.worktree);
        temp.how = vec!["--force".into(), "--".into(), ":(top)".into()];
        temp.how.push(format!(":(exclude,top,literal){}", name.display()));
        let tree = temp.whole_tree().await?;
        let has_files = self.leftovers.iter().any(|left| matches!(left, Leftover::Beside(_)));
        if has_files {
            let message = format!("files beside the worktree of polecat `{}`", self.polecat);
            kept.contents.beside = Some(temp.git.commit_tree(&tree, &[], &message).await?);
        } else if tree != temp.git.run("making an empty tree", &["mktree"]).await?.text() {
            return Err(self.changing());
        }
        kept.trees.push((temp, tree));
        Ok(())
    }

    async fn back_up(
        &self,
        worktree: Option<String>,
        kept: &Kept,
    ) -> Result<Option<Backup>, HostError> {
        let Some(git) = self.site.shared(&self.launch) else {
            // Nothing is there that could be kept, or lost.
            return self.common().map(|_| None);
        };
        let tree = match (worktree, &kept.contents.head) {
            (Some(tree), _) => tree,
            (None, Some(head)) => {
                let args = ["rev-parse", "--verify", &format!("{head}^{{tree}}")];
                git.run("looking up the last commit", &args).await?.text()
            }
            (None, None) => git.run("making an empty tree", &["mktree"]).await?.text(),
        };
        let backup = git.keep(&tree, &kept.contents).await?;
        if self.site.is_clone() {
            self.fetch(&backup).await?;
        }
        Ok(Some(backup))
    }

    /// Brings the backup of a clone, which goes with it, into the rig's own repository.
    async fn fetch(&self, backup: &Backup) -> Result<(), HostError> {
        let git = Git::of(&self.rig, &self.launch).await?;
        let from = self.common()?.to_string_lossy().into_owned();
        let what = format!("{0}:{0}", backup.reference);
        let fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", &from, &what];
        let args = [PLAINLY, &["-c", "protocol.file.allow=always"], &fetch].concat();
        git.run("bringing the backup into the rig's repository", &args).await?;
        if git.commit(&backup.reference).await?.as_ref() == Some(&backup.commit) {
            return Ok(());
        }
        Err(HostError::Internal(format!("`{}` did not arrive", backup.reference)))
    }

    fn common(&self) -> Result<&std::path::Path, HostError> {
        self.site.common.as_deref().ok_or_else(|| HostError::NoRepository {
            rig: self.rig.name.to_string(),
            looked: Vec::new(),
        })
    }

    fn changing(&self) -> HostError {
        HostError::Changing { path: self.site.worktree.clone() }
    }
}
