//! What whoever makes, reuses, removes, restores or recovers a polecat holds while at it.

use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::git::Git;
use crate::host::locks::{GastownPolecat, Worktrees};
use crate::host::records;

/// The locks of those who do so with this polecat, gastown among them, and of those who make and
/// remove worktrees of its repository.
pub(in crate::host::git) struct OperationLock {
    _gastown: GastownPolecat,
    /// None in a rig without a repository.
    _worktrees: Option<Worktrees>,
}

impl OperationLock {
    /// Waits for both. Refused when the last operation on the polecat was cut off since its
    /// recovery: what stands there is not what it would be taken for.
    pub(in crate::host::git) async fn take(
        rig: &Rig,
        polecat: &PolecatName,
        git: Option<&Git>,
    ) -> Result<Self, HostError> {
        Self::with(GastownPolecat::lock(rig, polecat).await?, rig, polecat, git).await
    }

    /// The same, with gastown's lock that the caller has.
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

    /// Waits for both, whatever was cut off.
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

/// Refuses a polecat whose last operation was cut off; who asks has its locks, so none is under
/// way.
pub(in crate::host::git) async fn require_finished(
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<(), HostError> {
    match records::unfinished(rig, polecat).await? {
        Some(what) => Err(HostError::CutOff { polecat: polecat.clone(), what }),
        None => Ok(()),
    }
}
