//! What was cut off when its backend was killed: finished or rolled back, by the journal that it
//! left, before anybody does more with that polecat.
//!
//! The operations below write their journals and never come here: whoever calls one recovers
//! first, and the operation refuses a journal that it finds all the same once it has its locks.

use super::{create, remove, restore};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::git::operations::lock::OperationLock;
use crate::host::git::{Git, Removed};
use crate::host::programs::launch::Launch;
use crate::host::records::{self, Removing, Restoring};

/// Sees to it that a polecat is whole or not there at all. One that somebody is making, removing or
/// restoring is waited for. Answers with what a removal that was ended by this has removed.
///
/// # Errors
/// Somebody is at it for too long, or what is left of it could not be finished or rolled back.
pub async fn recover(
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Option<Removed>, HostError> {
    if records::unfinished(rig, polecat).await?.is_none() {
        return Ok(None);
    }
    let git = Git::find(rig, launch).await?;
    // Who is still at it holds the lock; gastown, where it has made one of this name since, its own.
    let _lock = OperationLock::for_recovery(rig, polecat, git.as_ref()).await?;
    let removed = match records::get::<Removing>(rig, polecat).await? {
        Some(record) => remove::recover(rig, polecat, record, launch).await?,
        None => None,
    };
    if let Some(record) = records::get::<Restoring>(rig, polecat).await? {
        restore::rollback(&Git::of(rig, launch).await?, rig, polecat, &record).await?;
    }
    if let Some(making) = records::load_making(rig, polecat).await? {
        create::recover(rig, polecat, making, launch).await?;
    }
    Ok(removed)
}

/// Recovers all polecats of a rig, so that no name is held by half of one. What cannot be recovered
/// stays as it is: whoever names it is told why.
///
/// # Errors
/// What was cut off cannot be listed.
pub async fn recover_all(rig: &Rig, launch: &Launch) -> Result<(), HostError> {
    for polecat in records::all_unfinished(rig).await? {
        if let Err(error) = recover(rig, &polecat, launch).await {
            tracing::warn!(%error, %polecat, "what was cut off is left as it is");
        }
    }
    Ok(())
}
