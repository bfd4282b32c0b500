//! Forks a polecat: a second one, on a branch of its own, with all that stands in the worktree of the
//! first, which is only read.
//!
//! The files are those at the moment at which each was read. They go by a commit that no ref points
//! to, so that nothing is left of it but what git deletes some day.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::create::Creation;
use super::next::NameSearch;
use super::restore::Restoration;
use super::to_its_end;
use crate::core::rig::branch::branch_name;
use crate::core::{Base, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, look};
use crate::host::gastown::name_pool::FreeName;
use crate::host::gastown::provision;
use crate::host::git::command::format::{display_path, path_from};
use crate::host::git::operations::backup::Contents;
use crate::host::git::operations::lock::OperationLock;
use crate::host::git::snapshot::{Snapshot, snapshot};
use crate::host::git::unsaved_work::unsaved_work;
use crate::host::git::worktree::directory;
use crate::host::git::{Git, UnsavedWork, Worktree};
use crate::host::locks::GastownPool;
use crate::host::programs::launch::Launch;
use crate::host::records;
use crate::host::rigs::polecats;

/// How often all files are read, if an agent at work removes them meanwhile.
const TRIES_LIMIT: usize = 5;
/// Where the tracker writes the assignee of an issue, which is not anybody's work.
const TRACKERS: &str = ".beads";

/// A polecat that was forked.
#[derive(Clone, Debug)]
pub struct Forked {
    /// Its name.
    pub polecat: PolecatName,
    /// Its worktree; its branch begins where the first one stood.
    pub worktree: Worktree,
    /// What was copied.
    pub copied: Snapshot,
    /// What was not, and settings of the name pool that could not be followed.
    pub warnings: Vec<String>,
}

/// Forks `parent` as `polecat`; without a name by the next free one of the rig's pool, none of those
/// `taken`. `now_ms` is Unix time in milliseconds. The caller must have recovered it.
///
/// Finishes or rolls back even if the caller stops waiting.
///
/// # Errors
/// There is no worktree to copy, or no commit in it; the polecat exists; or git refused. Then
/// everything is rolled back, unless the error is [`HostError::NotUndone`].
pub async fn fork(
    rig: &Rig,
    parent: &PolecatName,
    polecat: Option<&PolecatName>,
    taken: BTreeSet<String>,
    now_ms: u64,
    launch: &Launch,
) -> Result<Forked, HostError> {
    let git = Git::of(rig, launch).await?;
    let original = Original::read(&git, rig, parent).await?;
    directory::require(rig, &git).await?;
    let (rig, polecat) = (rig.clone(), polecat.cloned());
    to_its_end(async move {
        let Some(polecat) = polecat else {
            return original.fork_next(&git, &rig, taken, now_ms).await;
        };
        // Until everything is there: gastown deletes half-made polecats.
        let _pool = GastownPool::lock(&rig).await?;
        let _lock = OperationLock::take(&rig, &polecat, Some(&git)).await?;
        original.fork_as(&git, &rig, polecat, now_ms).await
    })
    .await
}

/// Takes a fork back: removes worktree, branch, folder and record.
///
/// # Errors
/// It has been worked in since, or something could not be removed; the error names what is left.
pub async fn rollback_fork(rig: &Rig, forked: &Forked, launch: &Launch) -> Result<(), HostError> {
    let Forked { polecat, worktree, .. } = forked;
    let creation = Creation::of_made(rig, polecat, worktree, launch).await?;
    let forked = forked.clone();
    to_its_end(async move {
        let Creation { git, rig, polecat, .. } = &creation;
        let _lock = OperationLock::take(rig, polecat, Some(git)).await?;
        forked.require_as_copied(git, rig).await?;
        creation.take_back(&forked.worktree.base).await
    })
    .await
}

/// What is copied.
struct Original {
    copied: Snapshot,
    head: String,
    base: Option<Base>,
    warnings: Vec<String>,
}

impl Original {
    async fn read(git: &Git, rig: &Rig, parent: &PolecatName) -> Result<Self, HostError> {
        let worktree = polecats::workdir(rig, parent).await?;
        let unsaved = unsaved_work(rig, parent, &git.launch).await?;
        if let Some(why) = unsaved.iter().find(|one| matches!(one, UnsavedWork::Clone)) {
            return Err(HostError::Stranger { path: worktree, why: why.to_string() });
        }
        let uncopied = unsaved.iter().filter(|one| !one.can_be_kept() && !is_lock(one));
        let warnings = uncopied.map(|one| format!("not copied: {one}")).collect();
        let copied = read_all(rig, worktree.clone(), parent, &git.launch).await?;
        let Some(head) = copied.head.clone() else {
            return Err(HostError::NoCommits { repository: worktree });
        };
        let base = records::load_base(rig, parent).await?;
        Ok(Self { copied, head, base, warnings })
    }

    async fn fork_next(
        self,
        git: &Git,
        rig: &Rig,
        taken: BTreeSet<String>,
        now_ms: u64,
    ) -> Result<Forked, HostError> {
        let mut search = NameSearch::begin(git, rig, taken).await?;
        loop {
            let FreeName { name, warnings } = search.next().await?;
            let making = self.fork_as(git, rig, name.clone(), now_ms);
            match search.locked(&name, making).await {
                Ok(mut forked) => {
                    forked.warnings.extend(warnings);
                    return Ok(forked);
                }
                Err(error) => search.pass_over(&name, error)?,
            }
        }
    }

    /// The caller holds the locks.
    async fn fork_as(
        &self,
        git: &Git,
        rig: &Rig,
        polecat: PolecatName,
        now_ms: u64,
    ) -> Result<Forked, HostError> {
        let (of, name) = (rig.clone(), polecat.clone());
        blocking(move || polecats::in_the_way(&of, &name)).await?;
        let branch = branch_name(&polecat, None, now_ms);
        let contents = Contents {
            polecat: polecat.to_string(),
            branch: Some(branch.clone()),
            head: Some(self.head.clone()),
            // All that it has is compared with what all of the first one's is.
            base: self.base.clone(),
            index: Some(self.copied.index.clone()),
            ..Contents::default()
        };
        let (files, path) = (self.copied.commit.clone(), rig.new_worktree(&polecat));
        let (git, rig) = (git.clone(), rig.clone());
        let restoration =
            Restoration { git, rig, polecat: polecat.clone(), files, contents, fork: true };
        let branch = restoration.run(now_ms).await?.branch.unwrap_or(branch);
        let base = Base { commit: self.head.clone(), branch: None };
        let (copied, warnings) = (self.copied.clone(), self.warnings.clone());
        Ok(Forked {
            polecat,
            worktree: Worktree { path, branch, base, tip: None, files: None },
            copied,
            warnings,
        })
    }
}

/// Nobody else's business.
fn is_lock(unsaved: &UnsavedWork) -> bool {
    matches!(unsaved, UnsavedWork::Locked(_))
}

/// A snapshot of a worktree in which somebody may be at work: git gives up when a file goes away
/// while it is read.
async fn read_all(
    rig: &Rig,
    worktree: PathBuf,
    parent: &PolecatName,
    launch: &Launch,
) -> Result<Snapshot, HostError> {
    let message = format!("polecat: `{parent}` as it was forked");
    let mut tries = 0;
    loop {
        tries += 1;
        match snapshot(rig, &worktree, &message, launch).await {
            Err(HostError::Git { .. }) if tries < TRIES_LIMIT => {}
            other => return other,
        }
    }
}

impl Forked {
    /// Refuses a fork whose branch has moved, or that has other files than were copied. One whose
    /// folder is gone is fine.
    async fn require_as_copied(&self, git: &Git, rig: &Rig) -> Result<(), HostError> {
        let Worktree { path, branch, base, .. } = &self.worktree;
        let worked_in = |what: String| HostError::WorkedIn { path: path.clone(), what };
        let tip = git.commit(&format!("refs/heads/{branch}")).await?;
        if let Some(tip) = tip.filter(|tip| *tip != base.commit) {
            return Err(worked_in(format!("`{branch}` has moved to {tip}")));
        }
        let at = path.clone();
        if blocking(move || look(&at)).await?.is_none() {
            return Ok(());
        }
        let now = snapshot(rig, path, "polecat: to be taken back", &git.launch).await?;
        if now.head.as_ref() != Some(&base.commit) {
            return Err(worked_in(format!("it is at {}", now.head.unwrap_or_default())));
        }
        let args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames"];
        let args = [&args[..], &[&self.copied.tree, &now.tree]].concat();
        let changed = git.run("looking for changes", &args).await?.stdout;
        let files = changed.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        let files = files.map(path_from).filter(|file| !file.starts_with(TRACKERS)).collect();
        match provision::not_given(rig, path, files).await?.first() {
            Some(file) => Err(worked_in(format!("`{}` has changed", display_path(file)))),
            None => Ok(()),
        }
    }
}
