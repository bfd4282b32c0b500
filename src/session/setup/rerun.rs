//! A set-up because a person asks for it.

use serde::{Deserialize, Serialize};
use tokio::sync::watch::Receiver;

use crate::{
    core::names::PolecatName,
    host::{locks::Work, polecats},
    session::{
        error::SessionError,
        polecats::presence::InUse,
        setup::{Failing, Printed, Setups},
        start::Progress,
    },
};

/// A worktree that was set up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetUp {
    /// What went wrong without being in the way.
    pub warnings: Vec<String>,
}

impl Setups {
    /// Sets the worktree of the polecat `name` up, or what of it is missing; `large` allows copies
    /// that cost much room.
    ///
    /// # Errors
    /// There is no such polecat, somebody works in its worktree, or it failed: then the worktree stays.
    pub async fn again(
        &self,
        name: &str,
        in_use: InUse,
        large: bool,
        progress: Progress<'_>,
    ) -> Result<SetUp, SessionError> {
        progress("setting up: checking");
        let polecat = self.context.polecats().whole(name).await?;
        self.context.polecats().require_nobody(&polecat, in_use).await?;
        // Nobody starts its agent meanwhile.
        let _turn = Work::lock(&self.context.rig, &polecat).await?;
        let worktree = polecats::workdir(&self.context.rig, &polecat).await?;
        let planned = Box::pin(self.plan(&worktree, large)).await?;
        let set_up = self.carry_out(&polecat, &worktree, planned, Failing::Stays, progress);
        let (done, result) = Box::pin(set_up).await;
        result.map(|()| SetUp { warnings: done.warnings })
    }

    /// What the last set-up of the polecat `name` prints that this process has begun.
    ///
    /// # Errors
    /// The name is bad, or there is none.
    pub fn printed(&self, name: &str) -> Result<Receiver<Printed>, SessionError> {
        let polecat = PolecatName::parse(name)?;
        let found = self.context.shared.setup_runs.printed(&self.context.rig.home, &polecat);
        found.ok_or_else(|| {
            let what = format!("`{polecat}` has not been set up since the backend was started");
            SessionError::BadArgument(what)
        })
    }
}
