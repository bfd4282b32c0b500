//! A polecat that was removed, as it was.

use serde::{Deserialize, Serialize};

use crate::{
    core::names::PolecatName,
    host::{
        git::{self, Restored},
        provision::WorktreeKind,
    },
    session::{
        error::SessionError,
        polecats::Polecats,
        polecats::{create::now_ms, presence::InUse},
    },
};

/// A polecat that is back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RestoredPolecat {
    /// Its name.
    pub polecat: PolecatName,
    /// What came back.
    pub restored: Restored,
}

impl Polecats {
    /// Brings the last backup of the polecat `name` back.
    ///
    /// # Errors
    /// When the polecat exists, has no backup, somebody works in the folder that it had, or git
    /// refuses. Then nothing was made.
    pub async fn restore(
        &self,
        name: &str,
        in_use: InUse,
    ) -> Result<RestoredPolecat, SessionError> {
        let polecat = PolecatName::parse(name)?;
        // Its folder may have been removed by hand from under whoever works there.
        self.require_nobody(&polecat, in_use).await?;
        git::recover(&self.context.rig, &polecat, &self.context.shared.launch).await?;
        let restored =
            git::restore(&self.context.rig, &polecat, now_ms(), &self.context.shared.launch)
                .await?;
        for warning in self.provide(&restored.path, WorktreeKind::Restored).await {
            self.context.shared.news.warn(warning);
        }
        Ok(RestoredPolecat { polecat, restored })
    }
}
