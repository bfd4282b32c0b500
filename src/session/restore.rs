//! A polecat that was removed, as it was.

use super::{create::now_ms, error::SessionError, manager::SessionManager};
use crate::{
    core::names::PolecatName,
    host::git::{self, Restored},
};

/// A polecat that is back.
#[derive(Clone, Debug)]
pub struct RestoredPolecat {
    /// Its name.
    pub polecat: PolecatName,
    /// What came back.
    pub restored: Restored,
}

impl SessionManager {
    /// Brings the last backup of the polecat `name` back.
    ///
    /// # Errors
    /// When the polecat exists, has no backup, or git refuses. Then nothing was made.
    pub async fn restore(&self, name: &str) -> Result<RestoredPolecat, SessionError> {
        let polecat = PolecatName::parse(name)?;
        let restored = git::restore(&self.rig, &polecat, now_ms(), &self.tools.launch).await?;
        Ok(RestoredPolecat { polecat, restored })
    }
}
