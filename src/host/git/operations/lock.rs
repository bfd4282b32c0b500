//! The locks held while a polecat is created, reused, removed, restored or recovered.

use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::locks::{GastownPolecat, Worktrees};
use crate::host::records;

/// The lock of the polecat, which gastown uses too, and the lock for adding and removing worktrees
/// of its repository.
pub(in crate::host::git) struct OperationLock {
    _gastown: GastownPolecat,
    /// None if the rig has no repository.
    _worktrees: Option<Worktrees>,
}

impl OperationLock {
    /// Waits for both. Refuses if an operation on the polecat has been cut off since its recovery:
    /// its files cannot be relied on.
    pub(in crate::host::git) async fn take(
        rig: &Rig,
        polecat: &PolecatName,
        git: Option<&Git>,
    ) -> Result<Self, HostError> {
        Self::with(GastownPolecat::lock(rig, polecat).await?, rig, polecat, git).await
    }

    /// The same, with gastown's lock held by the caller.
    pub(in crate::host::git) async fn with(
        gastown: GastownPolecat,
        rig: &Rig,
        polecat: &PolecatName,
        git: Option<&Git>,
    ) -> Result<Self, HostError> {
        let lock = Self::both(gastown, git).await?;
        require_finished(rig, polecat).await?;
        Ok(lock)
    }

    /// Waits for both, without checking for a cut-off operation.
    pub(in crate::host::git) async fn for_recovery(
        rig: &Rig,
        polecat: &PolecatName,
        git: Option<&Git>,
    ) -> Result<Self, HostError> {
        Self::both(GastownPolecat::lock(rig, polecat).await?, git).await
    }

    async fn both(gastown: GastownPolecat, git: Option<&Git>) -> Result<Self, HostError> {
        let worktrees = match git {
            Some(git) => Some(Worktrees::lock(&git.repository).await?),
            None => None,
        };
        Ok(Self { _gastown: gastown, _worktrees: worktrees })
    }
}

/// Refuses a polecat whose last operation was cut off. The caller has its locks, so no operation is
/// in progress.
pub(in crate::host::git) async fn require_finished(
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<(), HostError> {
    match records::unfinished(rig, polecat).await? {
        Some(what) => Err(HostError::CutOff { polecat: polecat.clone(), what }),
        None => Ok(()),
    }
}
