//! Finishes or rolls back an operation whose backend was killed, by the journal that it left,
//! before anything else is done with that polecat.
//!
//! The operations write journals but never call this: their callers recover first, and an operation
//! refuses a journal that it still finds once it has its locks.

use super::{create, merge, remove, restore};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::git::operations::lock::OperationLock;
use crate::host::git::{Git, Removed};
use crate::host::programs::launch::Launch;
use crate::host::records::{self, Merging, Removing, Restoring};

/// Makes sure that a polecat is complete or does not exist, and waits for an operation in progress.
/// Returns what was removed if this finished a removal.
///
/// # Errors
/// Another operation takes too long, or one that was cut off could neither be finished nor rolled
/// back.
pub async fn recover(
    rig: &Rig,
    polecat: &PolecatName,
    launch: &Launch,
) -> Result<Option<Removed>, HostError> {
    if records::unfinished(rig, polecat).await?.is_none() {
        return Ok(None);
    }
    let git = Git::find(rig, launch).await?;
    // An operation in progress holds the lock; gastown, if it has made one of this name since, its
    // own.
    let _lock = OperationLock::for_recovery(rig, polecat, git.as_ref()).await?;
    let removed = match records::get::<Removing>(rig, polecat).await? {
        Some(record) => remove::recover(rig, polecat, record, launch).await?,
        None => None,
    };
    if let Some(record) = records::get::<Restoring>(rig, polecat).await? {
        restore::rollback(&Git::of(rig, launch).await?, rig, polecat, &record).await?;
    }
    if let Some(record) = records::get::<Merging>(rig, polecat).await? {
        merge::recover(rig, polecat, &record, launch).await?;
    }
    if let Some(making) = records::load_making(rig, polecat).await? {
        create::recover(rig, polecat, making, launch).await?;
    }
    Ok(removed)
}

/// Recovers all polecats of a rig, so that no half-made one keeps a name taken. One that cannot be
/// recovered is left; naming it tells why.
///
/// # Errors
/// The journals cannot be listed.
pub async fn recover_all(rig: &Rig, launch: &Launch) -> Result<(), HostError> {
    for polecat in records::all_unfinished(rig).await? {
        if let Err(error) = recover(rig, &polecat, launch).await {
            tracing::warn!(%error, %polecat, "an operation that was cut off could not be recovered");
        }
    }
    Ok(())
}
