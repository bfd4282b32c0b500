//! The set-up of a worktree before an agent works in it: what it gets of the main one, and what a
//! person's configuration runs there. Nothing that a repository brought decides what is run.

mod command;
mod copy_files;
pub(in crate::session) mod error;
pub(in crate::session) mod of_rig;
mod rerun;
pub(in crate::session) mod runs;
mod steps;

use std::path::Path;

use tokio_util::sync::CancellationToken;

pub use self::{rerun::SetUp, runs::Printed};
use crate::{
    core::{names::PolecatName, session::setting_up::ForWhom},
    host::{
        git,
        setup::{self, CONFIRM_SIZE, SetupPlan},
        setups::{self, SetupState},
    },
    session::{
        context::RigContext,
        error::SessionError,
        settings::SetupSettings,
        setup::{error::SetupError, steps::Going},
        start::Progress,
    },
};

/// Sets worktrees up.
#[derive(Clone)]
pub struct Setups {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// Sets the rig's worktrees up.
    #[must_use]
    pub fn setups(&self) -> Setups {
        Setups { context: self.clone() }
    }
}

/// A set-up with all that it needs.
pub(in crate::session) struct Planned {
    plan: SetupPlan,
    settings: SetupSettings,
    /// Who gets the worktree then.
    pub(in crate::session) for_whom: ForWhom,
    /// Ends it, from when it begins.
    pub(in crate::session) cancel: CancellationToken,
}

/// Whether an agent that was to follow takes all back when a set-up fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Failing {
    /// The worktree stays, and it can be set up again.
    Stays,
    /// It goes.
    TakenBack,
}

/// What a set-up has left.
#[derive(Debug, Default)]
pub(in crate::session) struct Done {
    /// The tree of all files, where a command may have changed some.
    pub(in crate::session) files: Option<String>,
    pub(in crate::session) warnings: Vec<String>,
}

impl Setups {
    /// Plans the set-up of a worktree in the folder `place`. Changes nothing.
    ///
    /// # Errors
    /// Copies would cost much room, and a person has not said that they may, which is `large`.
    pub(in crate::session) async fn plan(
        &self,
        place: &Path,
        large: bool,
    ) -> Result<Planned, SessionError> {
        let settings = self.context.setup_settings().await;
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let plan = setup::plan(rig, &settings.wanted, launch).await?;
        if plan.size > CONFIRM_SIZE && !large && plan.costs(place).await {
            return Err(SetupError::Large { size: plan.size }.into());
        }
        let (for_whom, cancel) = (ForWhom::default(), CancellationToken::new());
        Ok(Planned { plan, settings, for_whom, cancel })
    }

    /// Does what is planned in the `worktree` of `polecat`. What fails is written down, and with a
    /// command the tree of all files comes along in the error.
    pub(in crate::session) async fn carry_out(
        &self,
        polecat: &PolecatName,
        worktree: &Path,
        planned: Planned,
        failing: Failing,
        progress: Progress<'_>,
    ) -> (Done, Result<(), SessionError>) {
        let mut done = Done { warnings: planned.plan.warnings.clone(), files: None };
        let rig = &self.context.rig;
        let submodules = git::has_submodules(worktree);
        if planned.plan.is_empty() && planned.settings.run.is_none() && !submodules {
            let ended = setups::end(rig, polecat).await;
            return (done, ended.map_err(Into::into));
        }
        let runs = &self.context.shared.setup_runs;
        let run = runs.begin(&rig.home, polecat, planned.cancel.clone());
        let for_whom = planned.for_whom.clone();
        let going = Going { polecat, run: &run, for_whom: &for_whom, progress };
        let result = Box::pin(self.all(worktree, planned, going, &mut done)).await;
        run.end(result.as_ref().err());
        let noted = match &result {
            Ok(()) => setups::end(rig, polecat).await,
            Err(_) if failing == Failing::TakenBack => Ok(()),
            Err(_) => setups::fail(rig, polecat).await,
        };
        runs.stepped();
        done.warnings.extend(noted.err().map(|error| error.to_string()));
        (done, result.map_err(|error| failing.told(error)))
    }

    /// All of it, in its turn: each that runs at the same time has less of the machine.
    async fn all(
        &self,
        worktree: &Path,
        planned: Planned,
        going: Going<'_>,
        done: &mut Done,
    ) -> Result<(), SessionError> {
        let _turn = self.turn(going).await?;
        let Planned { plan, settings, .. } = planned;
        let (rig, launch) = (&self.context.rig, &self.context.shared.launch);
        let main = plan.main.clone();
        done.warnings.extend(self.give(worktree, plan, going).await?.warnings);
        if git::has_submodules(worktree) {
            self.step(going, "submodules").await?;
            done.warnings.extend(git::init_submodules(rig, worktree, launch).await);
        }
        let Some(command) = settings.run else { return Ok(()) };
        let result = self.run((worktree, main.as_deref()), command, going).await;
        done.files = git::files_now(rig, worktree, launch).await.ok();
        result
    }

    /// Refuses a polecat whose worktree is being set up.
    pub(in crate::session) async fn require_none(
        &self,
        polecat: &PolecatName,
    ) -> Result<(), SessionError> {
        match setups::state(&self.context.rig, polecat).await? {
            SetupState::UnderWay => {
                Err(SetupError::UnderWay { polecat: polecat.to_string() }.into())
            }
            SetupState::Done | SetupState::Unfinished => Ok(()),
        }
    }

    /// A warning about a polecat whose set-up has failed or was cut off.
    pub(in crate::session) async fn unfinished(&self, polecat: &PolecatName) -> Option<String> {
        let state = setups::state(&self.context.rig, polecat).await;
        matches!(state, Ok(SetupState::Unfinished)).then(|| {
            format!("its set-up was not finished: `:PolecatSetup {polecat}` does it again")
        })
    }

    /// Ends the set-up of `polecat` that this process is at; whether there is one.
    #[must_use]
    pub fn cancel(&self, polecat: &str) -> bool {
        let polecat = PolecatName::parse(polecat);
        let home = &self.context.rig.home;
        polecat.is_ok_and(|polecat| self.context.shared.setup_runs.cancel(home, &polecat))
    }
}

impl Failing {
    /// The error, with what becomes of the worktree.
    fn told(self, error: SessionError) -> SessionError {
        match error {
            SessionError::Setup(error) => error.kept(self == Self::Stays).into(),
            other => other,
        }
    }
}
