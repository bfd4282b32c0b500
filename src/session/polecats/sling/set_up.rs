//! The set-up of what a sling has made.

use crate::{
    core::names::PolecatName,
    host::setups::{self, SetupState},
    session::{
        error::SessionError,
        polecats::{
            Polecats,
            sling::{Placed, Taken, several::Order},
        },
        setup::{Failing, Planned},
        start::{Progress, options::StartOptions},
    },
};

impl Polecats {
    /// Sets the worktrees up, one after the other: each has the machine for itself.
    pub(super) async fn set_up_each(
        &self,
        taken: &mut [Taken],
        orders: &[Order],
        progress: Progress<'_>,
    ) -> Result<(), SessionError> {
        for (one, order) in taken.iter_mut().zip(orders) {
            self.set_up(one, progress).await.map_err(|cause| order.naming(cause))?;
        }
        Ok(())
    }

    /// Sets the worktree up: a new one, or one that was left half done.
    async fn set_up(&self, taken: &mut Taken, progress: Progress<'_>) -> Result<(), SessionError> {
        let Some(planned) = taken.setup.take() else { return Ok(()) };
        let path = taken.place.worktree().path.clone();
        let failing = match taken.place {
            Placed::New(_) => Failing::TakenBack,
            Placed::Reused(_) => Failing::Stays,
        };
        let setups = self.context.setups();
        let (done, result) =
            Box::pin(setups.carry_out(&taken.polecat, &path, planned, failing, progress)).await;
        taken.warnings.extend(done.warnings);
        // What it has changed is nobody's work.
        if done.files.is_some() {
            taken.place.worktree_mut().files = done.files;
        }
        result
    }

    /// What is done again in a free polecat's worktree, where it failed or was cut off.
    pub(super) async fn unfinished_setup(
        &self,
        polecat: &PolecatName,
        options: &StartOptions,
    ) -> Option<Planned> {
        let rig = &self.context.rig;
        let state = setups::state(rig, polecat).await;
        if !matches!(state, Ok(SetupState::Unfinished)) {
            return None;
        }
        Box::pin(self.context.setups().plan(&rig.polecats_dir(), options.large)).await.ok()
    }
}

impl Placed {
    fn worktree_mut(&mut self) -> &mut crate::host::git::Worktree {
        match self {
            Self::New(worktree) => worktree,
            Self::Reused(reused) => &mut reused.worktree,
        }
    }
}
