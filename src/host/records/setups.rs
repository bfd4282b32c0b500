//! That a worktree is being set up, in `.runtime/polecat/setups/<name>.json`: written before the first
//! step, and deleted after the last.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Record, clear, get, put};
use crate::core::session::setting_up::SettingUp;
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::processes::ProcessId;

#[derive(Serialize, Deserialize)]
pub(super) struct StoredSetup {
    /// Who does it; nobody any more once it has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<ProcessId>,
    /// What it is at. Only shown.
    #[serde(default, flatten)]
    at: SettingUp,
}

impl StoredSetup {
    /// What is being done, if that goes on.
    pub(super) fn under_way(self) -> Option<SettingUp> {
        self.by.filter(ProcessId::lives).map(|_| self.at)
    }
}

impl Record for StoredSetup {
    const KIND: &'static str = "setups";

    fn accept(&mut self, _: &Rig, _: &PolecatName, _: &Path) -> Result<(), HostError> {
        // Nothing is done by what it says but to refuse, or to do it again.
        Ok(())
    }
}

/// What is known of the set-up of a polecat's worktree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupState {
    /// Nothing is left to be done.
    Done,
    /// A process that lives is at it.
    UnderWay,
    /// It has failed, or was cut off.
    Unfinished,
}

/// Notes that this process is at it, and at what.
///
/// # Errors
/// The rig is gone, or the file could not be written.
pub async fn begin(rig: &Rig, polecat: &PolecatName, at: SettingUp) -> Result<(), HostError> {
    put(rig, polecat, &StoredSetup { by: Some(ProcessId::this()), at }).await.map(drop)
}

/// Notes that it has failed.
///
/// # Errors
/// As [`begin`].
pub async fn fail(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    put(rig, polecat, &StoredSetup { by: None, at: SettingUp::default() }).await.map(drop)
}

/// Notes that nothing is left to be done.
///
/// # Errors
/// The file is there and could not be removed.
pub async fn end(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    clear::<StoredSetup>(rig, polecat).await
}

/// How far it is.
///
/// # Errors
/// The file could not be read, or is broken.
pub async fn state(rig: &Rig, polecat: &PolecatName) -> Result<SetupState, HostError> {
    let stored = get::<StoredSetup>(rig, polecat).await?;
    Ok(match stored {
        None => SetupState::Done,
        Some(StoredSetup { by: Some(by), .. }) if by.lives() => SetupState::UnderWay,
        Some(_) => SetupState::Unfinished,
    })
}

/// What goes on; what cannot be read is told to who asks for the polecat.
pub async fn under_way(rig: &Rig, polecat: &PolecatName) -> Option<SettingUp> {
    get::<StoredSetup>(rig, polecat).await.ok().flatten().and_then(StoredSetup::under_way)
}
