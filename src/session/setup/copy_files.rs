//! The files that a worktree gets of the main one.

use std::{path::Path, time::Duration};

use tokio::time::{MissedTickBehavior, interval};

use crate::{
    host::setup::{self, CopyProgress, SetupPlan, SetupReport},
    session::{
        error::SessionError,
        setup::{Setups, error::SetupError, steps::Going},
    },
};

/// How often it is told how far a copy is.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

impl Setups {
    /// Copies and links.
    pub(super) async fn give(
        &self,
        worktree: &Path,
        plan: SetupPlan,
        going: Going<'_>,
    ) -> Result<SetupReport, SessionError> {
        if plan.is_empty() {
            return Ok(SetupReport::default());
        }
        self.step(going, "copying").await?;
        self.copy(worktree, plan, going).await.map_err(|error| {
            if going.run.is_cancelled() {
                return going.cancelled();
            }
            let polecat = going.polecat.to_string();
            SetupError::NotGiven { polecat, why: error.to_string() }.into()
        })
    }

    async fn copy(
        &self,
        worktree: &Path,
        plan: SetupPlan,
        Going { run, progress, .. }: Going<'_>,
    ) -> Result<SetupReport, SessionError> {
        let copying = Copying(CopyProgress::default());
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let giving = setup::give(rig, worktree, plan, launch, copying.0.clone());
        tokio::pin!(giving);
        let mut ticks = interval(PROGRESS_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                given = &mut giving => return Ok(given?),
                // Behind the file that is being copied.
                () = run.cancelled(), if !copying.0.is_ended() => copying.0.end(),
                _ = ticks.tick() => match copying.0.files() {
                    0 => {}
                    files => progress(&format!("setting up: copying, {files} files")),
                },
            }
        }
    }
}

/// A copy, which ends when nobody waits for it any more.
struct Copying(CopyProgress);

impl Drop for Copying {
    fn drop(&mut self) {
        self.0.end();
    }
}
