//! Work that is in the branch it is meant for without its commits: squashed, or picked. It is known
//! by its content alone; the record of a squash only says where to look.

use crate::core::PolecatName;
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::git::merge_preview::Trial;
use crate::host::git::snapshot::PLAINLY;

fn reference(polecat: &PolecatName) -> String {
    format!("refs/polecat/merged/{polecat}")
}

/// Records the commit that has the work of `polecat`.
pub(in crate::host::git) async fn record(
    git: &Git,
    polecat: &PolecatName,
    commit: &str,
) -> Result<(), HostError> {
    let reference = reference(polecat);
    let args = [PLAINLY, &["update-ref", &reference, commit]].concat();
    git.run("recording what was merged", &args).await.map(drop)
}

/// Forgets it.
pub(in crate::host::git) async fn forget(
    git: &Git,
    polecat: &PolecatName,
) -> Result<(), HostError> {
    let reference = reference(polecat);
    if git.commit(&reference).await?.is_none() {
        return Ok(());
    }
    git.run("forgetting what was merged", &["update-ref", "-d", &reference]).await.map(drop)
}

/// What merging a commit would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host::git) enum Standing {
    /// Nothing: all that it changed is there.
    Merged,
    /// It would go through; or this is not known.
    Clean,
    /// It would leave conflicts, in the first of the goals.
    Conflicts,
}

/// Whether a commit in the history of one of `goals` has all that `tip` changed.
pub(in crate::host::git) async fn is_contained(
    git: &Git,
    polecat: &PolecatName,
    tip: &str,
    goals: &[String],
) -> Result<bool, HostError> {
    Ok(standing(git, polecat, tip, goals).await? == Standing::Merged)
}

/// What merging `tip` would do: nothing where it would do so with a commit in the history of one of
/// `goals`.
pub(in crate::host::git) async fn standing(
    git: &Git,
    polecat: &PolecatName,
    tip: &str,
    goals: &[String],
) -> Result<Standing, HostError> {
    let mut places = goals.to_vec();
    if let Some(recorded) = git.commit(&reference(polecat)).await? {
        for goal in goals {
            if git.is_in(&recorded, goal).await? {
                places.push(recorded);
                break;
            }
        }
    }
    let mut conflicts = false;
    for (index, place) in places.iter().enumerate() {
        match Trial::of(git, place, tip).await {
            Ok(trial) if trial.is_nothing(place).await? => {
                // What changes nothing by itself is in no other branch either.
                if git.changes_something(place, tip).await? {
                    return Ok(Standing::Merged);
                }
            }
            Ok(trial) => conflicts |= index == 0 && !trial.conflicts.is_empty(),
            // Then it is not known to be merged.
            Err(error) => tracing::debug!(%polecat, %error, "whether it is merged is unknown"),
        }
    }
    Ok(if conflicts { Standing::Conflicts } else { Standing::Clean })
}

impl Git {
    /// Whether the files of `tip` differ from those where it left the history of `place`.
    async fn changes_something(&self, place: &str, tip: &str) -> Result<bool, HostError> {
        let args = ["merge-base", place, tip];
        let left = self.answer("looking for where a branch was left", &args).await?;
        let Some(left) = left.map(|output| output.text()) else { return Ok(false) };
        Ok(self.tree_of(&left).await? != self.tree_of(tip).await?)
    }
}
