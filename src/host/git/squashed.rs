//! Work that is in the branch it is meant for without its commits: squashed, or picked. It is known
//! by its content alone; the record of a squash only says where to look.

use crate::core::PolecatName;
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::git::snapshot::PLAINLY;
use crate::host::git::trial::Trial;

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

/// Whether a commit in the history of one of `goals` has all that `tip` changed: merging it there
/// would change nothing.
pub(in crate::host::git) async fn is_contained(
    git: &Git,
    polecat: &PolecatName,
    tip: &str,
    goals: &[String],
) -> Result<bool, HostError> {
    let mut places = goals.to_vec();
    if let Some(recorded) = git.commit(&reference(polecat)).await? {
        for goal in goals {
            if git.is_in(&recorded, goal).await? {
                places.push(recorded);
                break;
            }
        }
    }
    for place in places {
        // Also where git cannot tell: then it is not known to be merged.
        match Trial::of(git, &place, tip).await {
            Ok(trial) if trial.is_nothing(&place).await? => return Ok(true),
            Ok(_) => {}
            Err(error) => tracing::debug!(%polecat, %error, "whether it is merged is unknown"),
        }
    }
    Ok(false)
}
