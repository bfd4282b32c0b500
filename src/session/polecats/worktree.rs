//! Where a polecat works, for who wants to go there.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    host::{git, polecats},
    session::{error::SessionError, polecats::Polecats},
};

/// Where a polecat works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolecatWorktree {
    /// The folder.
    pub path: PathBuf,
    /// The branch that is checked out there.
    pub branch: Option<String>,
}

impl Polecats {
    /// The worktree of the polecat `name`.
    ///
    /// # Errors
    /// There is no such polecat, or it cannot be read.
    pub async fn worktree(&self, name: &str) -> Result<PolecatWorktree, SessionError> {
        let polecat = self.context.known(name).await?;
        let path = polecats::workdir(&self.context.rig, &polecat).await?;
        Ok(PolecatWorktree { branch: git::branch(&path).await?, path })
    }
}
