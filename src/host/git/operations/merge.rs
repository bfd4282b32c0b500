//! Merges a polecat's commits into what the main worktree has checked out.
//!
//! git itself does it, with its hooks, once it is known that it can: nothing there is uncommitted,
//! nothing that git does not track is in the way, and the merge was tried without conflict. What
//! fails is taken back; a journal says what to take back after a kill.

mod recover;
mod restore;
mod sides;
mod steps;

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::lock::OperationLock;
use super::to_its_end;
use crate::core::rig::merge::{MergeHow, MergeOrder, MergePlan, Merged};
use crate::core::{PolecatName, Rig};
use crate::host::error::{HostError, MergeError};
use crate::host::git::merge_preview::Trial;
use crate::host::git::{Git, version};
use crate::host::programs::launch::Launch;
use crate::host::programs::run::RunError;
use crate::host::records::{self, Merging};

pub(in crate::host::git) use recover::recover;
use sides::Side;
use steps::MergeOutcome;

/// Refuses a worktree in which a merge or the like is under way.
pub(super) async fn require_rest(git: &Git) -> Result<(), HostError> {
    Side::of(git.clone()).await?.require_rest().await
}

/// How many commits a plan lists.
const LISTED: &str = "--max-count=1000";

/// What a merge of `polecat` would do. Touches nothing.
///
/// # Errors
/// There is nothing to merge, or no branch to merge into.
pub async fn merge_plan(
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<MergePlan, HostError> {
    let merge = Merge::look(rig, polecat, launch).await?;
    let trial = merge.tried().await?;
    let (subjects, trailers) = merge.told().await?;
    Ok(MergePlan {
        into: merge.into,
        commit: merge.own.head,
        branch: merge.own.branch,
        subjects,
        trailers,
        conflicts: named(&trial.conflicts),
        uncommitted: named(&merge.own.git.uncommitted_files().await?),
        ..MergePlan::default()
    })
}

/// Merges the commits of `polecat` as `order` says. The caller must have recovered it, and for a
/// rebase have made sure that nobody works in its worktree.
///
/// Finishes or takes back even if the caller stops waiting.
///
/// # Errors
/// See [`MergeError`]; then everything is as it was, unless the error is [`HostError::NotUndone`].
pub async fn merge(
    rig: &Rig,
    polecat: &PolecatName,
    order: MergeOrder,
    launch: &Launch,
) -> Result<Merged, HostError> {
    let (rig, polecat, launch) = (rig.clone(), polecat.clone(), launch.clone());
    to_its_end(async move {
        let main = Git::main(&rig, &launch).await?;
        let _lock = OperationLock::take(&rig, &polecat, Some(&main)).await?;
        Merge::look(&rig, &polecat, &launch).await?.run(order).await
    })
    .await
}

fn named(files: &[PathBuf]) -> Vec<String> {
    files.iter().map(|file| file.to_string_lossy().into_owned()).collect()
}

/// A merge, with both sides as they are now.
pub(super) struct Merge {
    rig: Rig,
    polecat: PolecatName,
    main: Side,
    own: Side,
    into: String,
    /// How many commits the main worktree does not have.
    ahead: usize,
}

impl Merge {
    async fn look(rig: &Rig, polecat: &PolecatName, launch: &Launch) -> Result<Self, HostError> {
        let main = Side::main(rig, launch).await?;
        let into = main.branch()?;
        let own = Side::own(rig, polecat, launch).await?;
        let range = format!("{}..{}", main.head, own.head);
        let args = ["rev-list", "--count", &range, "--"];
        let count = own.git.run("counting commits", &args).await?.text();
        let ahead = count.parse().unwrap_or_default();
        let merge = Self { rig: rig.clone(), polecat: polecat.clone(), main, own, into, ahead };
        if ahead == 0 { Err(merge.nothing().await?) } else { Ok(merge) }
    }

    async fn nothing(&self) -> Result<HostError, HostError> {
        let uncommitted = self.own.git.uncommitted_files().await?;
        let (polecat, into) = (self.polecat.to_string(), self.into.clone());
        Ok(MergeError::Nothing { polecat, into, uncommitted }.into())
    }

    /// What a merge would give.
    async fn tried(&self) -> Result<Trial, HostError> {
        let trial = match Trial::of(&self.main.git, &self.main.head, &self.own.head).await {
            // It does not know the word, or not in this form.
            Err(HostError::Git { source: RunError::Failed { status, .. }, .. })
                if status.code() == Some(129) =>
            {
                let found = version(&self.main.git.launch).await?;
                return Err(MergeError::OldGit { found }.into());
            }
            tried => tried?,
        };
        if trial.is_nothing(&self.main.head).await? {
            return Err(self.nothing().await?);
        }
        Ok(trial)
    }

    /// The subjects and trailers of its commits.
    async fn told(&self) -> Result<(Vec<String>, Vec<String>), HostError> {
        let range = format!("{}..{}", self.main.head, self.own.head);
        let form = "--format=%s%x01%(trailers:only,unfold)%x00";
        let args = ["log", "--reverse", "--no-merges", LISTED, "--no-show-signature", form];
        let args = [&args[..], &[&range, "--"]].concat();
        let listed = self.own.git.run("listing commits", &args).await?.stdout;
        let listed = String::from_utf8_lossy(&listed);
        let (mut subjects, mut trailers, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
        for record in listed.split('\0') {
            let Some((subject, rest)) = record.trim_start().split_once('\u{1}') else { continue };
            subjects.push(subject.to_owned());
            let lines = rest.lines().map(str::trim).filter(|line| !line.is_empty());
            trailers
                .extend(lines.filter(|line| seen.insert((*line).to_owned())).map(str::to_owned));
        }
        Ok((subjects, trailers))
    }

    /// Merges, or takes back. The caller holds the locks.
    async fn run(self, order: MergeOrder) -> Result<Merged, HostError> {
        let asked = order.commit.as_ref();
        if asked.is_some_and(|commit| *commit != self.own.head) {
            return Err(MergeError::Moved { polecat: self.polecat.to_string() }.into());
        }
        self.main.require_clean().await?;
        self.own.require_rest().await?;
        if order.how == MergeHow::Rebase {
            self.own.branch()?;
            self.own.require_clean().await?;
        }
        let trial = self.tried().await?;
        // A rebase may go well where a merge would not, and the other way round.
        if !trial.conflicts.is_empty() && !order.conflicts && order.how != MergeHow::Rebase {
            return Err(self.in_conflict(trial.conflicts));
        }
        self.require_room(&trial, &order).await?;
        let record = Merging {
            how: order.how,
            before: self.main.head.clone(),
            commit: self.own.head.clone(),
            tree: trial.tree.clone(),
            conflicts: order.conflicts,
        };
        records::put(&self.rig, &self.polecat, &record).await?;
        let outcome = self.step(&order, &record).await;
        if !matches!(outcome, Err(HostError::NotUndone { .. })) {
            records::clear::<Merging>(&self.rig, &self.polecat).await?;
        }
        self.merged(order.how, outcome?).await
    }

    /// Refuses where files are in the way that git would not refuse for itself.
    async fn require_room(&self, trial: &Trial, order: &MergeOrder) -> Result<(), HostError> {
        let added = trial.changed(&self.main.head, Some("A")).await?;
        self.main.require_room(added).await?;
        let changed = trial.changed(&self.main.head, None).await?;
        let top = self.main.worktree();
        let changed: BTreeSet<_> = changed.into_iter().map(|file| top.join(file)).collect();
        let unsaved = order.unsaved.iter().filter(|file| changed.contains(*file));
        let files: Vec<_> = unsaved.cloned().collect();
        if files.is_empty() { Ok(()) } else { Err(MergeError::Unsaved { files }.into()) }
    }

    fn in_conflict(&self, files: Vec<PathBuf>) -> HostError {
        let (polecat, into) = (self.polecat.to_string(), self.into.clone());
        MergeError::Conflicts { polecat, into, files }.into()
    }

    async fn merged(self, how: MergeHow, outcome: MergeOutcome) -> Result<Merged, HostError> {
        let after = self.main.git.commit("HEAD").await?.unwrap_or_default();
        let whole = self.own.git.uncommitted_files().await?.is_empty();
        let in_own = how == MergeHow::Rebase && !outcome.conflicts.is_empty();
        let side = if in_own { &self.own } else { &self.main };
        Ok(Merged {
            worktree: side.worktree(),
            whole: whole && outcome.conflicts.is_empty(),
            into: self.into,
            how,
            commits: self.ahead,
            before: self.main.head,
            after,
            conflicts: named(&outcome.conflicts),
            output: outcome.output,
        })
    }
}
