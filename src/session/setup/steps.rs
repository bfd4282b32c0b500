//! What a set-up is at, as it is told to who waits for it and to all lists; and its turn.

use crate::{
    core::{
        names::PolecatName,
        session::setting_up::{ForWhom, SettingUp},
    },
    host::setups,
    session::{
        error::SessionError,
        setup::{
            Setups,
            error::SetupError,
            runs::{Run, Turn},
        },
        start::Progress,
    },
};

/// What is told of one that waits until others are done.
const WAITS: &str = "waiting for other set-ups";

/// One that goes on, and who is told of it.
#[derive(Clone, Copy)]
pub(super) struct Going<'a> {
    pub(super) polecat: &'a PolecatName,
    pub(super) run: &'a Run,
    pub(super) for_whom: &'a ForWhom,
    pub(super) progress: Progress<'a>,
}

impl Setups {
    /// A turn among those that go on at the same time.
    pub(super) async fn turn(&self, going: Going<'_>) -> Result<Turn, SessionError> {
        let runs = &self.context.shared.setup_runs;
        if let Some(turn) = runs.free_turn() {
            return Ok(turn);
        }
        self.step(going, WAITS).await?;
        tokio::select! {
            turn = runs.turn() => Ok(turn),
            () = going.run.cancelled() => Err(going.cancelled()),
        }
    }

    /// Tells what it is at now: who waits for it, and all lists.
    pub(super) async fn step(&self, going: Going<'_>, step: &str) -> Result<(), SessionError> {
        (going.progress)(&format!("setting up: {step}"));
        let (step, for_whom) = (step.to_owned(), going.for_whom.clone());
        setups::begin(&self.context.rig, going.polecat, SettingUp { step, for_whom }).await?;
        self.context.shared.setup_runs.stepped();
        Ok(())
    }
}

impl Going<'_> {
    pub(super) fn cancelled(self) -> SessionError {
        SetupError::Cancelled { polecat: self.polecat.to_string() }.into()
    }
}
