//! The set-up of what a sling has made.

use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use crate::{
    core::{names::PolecatName, session::setting_up::ForWhom},
    host::setups::{self, SetupState},
    session::{
        error::SessionError,
        polecats::{
            Polecats,
            sling::{
                Placed, Taken,
                several::SlingOrder,
                side_by_side::{SideBySide, Steps},
            },
        },
        sessions::metadata::first_line,
        setup::{Done, Failing, Planned, Setups},
        start::{Progress, options::StartOptions},
    },
};

impl Polecats {
    /// Sets the worktrees up side by side. Where one fails, the others are ended: all is taken back.
    pub(super) async fn set_up_each(
        &self,
        taken: &mut [Taken],
        orders: &[SlingOrder],
        progress: Progress<'_>,
    ) -> Result<(), SessionError> {
        let (mut going, cancel) = (SideBySide::of(taken), CancellationToken::new());
        for (at, (one, order)) in taken.iter_mut().zip(orders).enumerate() {
            let Some(mut planned) = one.setup.take() else { continue };
            planned.for_whom = one.for_whom(order);
            planned.cancel = cancel.child_token();
            let (setups, steps) = (self.context.setups(), going.steps_of(&one.polecat));
            going.spawn(at, set_up(setups, one.worktree(), planned, steps));
        }
        let mut failed = None;
        while let Some((at, (done, result))) = going.next(progress).await {
            taken[at].was_set_up(done);
            // What ends because we end it is not what is wrong.
            if let Err(cause) = result
                && failed.is_none()
            {
                failed = Some(orders[at].naming(cause));
                cancel.cancel();
            }
        }
        failed.map_or(Ok(()), Err)
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

/// Sets up a worktree: a new one, or one that was left half done.
async fn set_up(
    setups: Setups,
    (polecat, path, failing): (PolecatName, PathBuf, Failing),
    planned: Planned,
    steps: Steps,
) -> (Done, Result<(), SessionError>) {
    let tell = move |step: &str| steps.tell(step);
    Box::pin(setups.carry_out(&polecat, &path, planned, failing, &tell)).await
}

impl Taken {
    /// Whose worktree is to be set up, where it is, and what becomes of it when that fails.
    fn worktree(&self) -> (PolecatName, PathBuf, Failing) {
        let failing = match self.place {
            Placed::New(_) => Failing::TakenBack,
            Placed::Reused(_) => Failing::Stays,
        };
        (self.polecat.clone(), self.place.worktree().path.clone(), failing)
    }

    fn for_whom(&self, order: &SlingOrder) -> ForWhom {
        let title = self.issue.as_ref().map(|(_, issue)| issue.title.as_str());
        ForWhom {
            agent: Some(order.choice.agent.name.clone()),
            task: title.or(order.options.prompt.as_deref()).and_then(first_line),
            issue: self.issue.as_ref().map(|(issue, _)| issue.to_string()),
            attempt: order.options.attempt.clone(),
        }
    }

    fn was_set_up(&mut self, done: Done) {
        self.warnings.extend(done.warnings);
        // What it has changed is nobody's work.
        if done.files.is_some() {
            let worktree = match &mut self.place {
                Placed::New(worktree) => worktree,
                Placed::Reused(reused) => &mut reused.worktree,
            };
            worktree.files = done.files;
        }
    }
}
