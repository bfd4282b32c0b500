//! Setting a worktree up again.

use super::{At, CallContext, Everywhere, InUse, calls};
use crate::{
    rpc::{encode::encoded_by_serde, error::Refusal},
    session::{Printed, Reach, SetUp},
};

calls! {
    /// Sets a polecat's worktree up, or what of it is missing.
    #[derive(serde::Serialize)]
    "polecat.setup" => Setup {
        at: At,
        polecat: String,
        in_use: Option<InUse>,
        /// Whether it may copy what costs much room.
        large: Option<bool>,
    }
    /// What the last set-up of a polecat prints.
    #[derive(serde::Serialize)]
    "polecat.setup_output" => ShowSetup { at: At, polecat: String }
}

encoded_by_serde! { SetUp, Printed }

impl Everywhere for ShowSetup {
    type Answer = Printed;
    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<Printed, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Reads).await?;
        let printed = whom.context.setups().printed(&whom.polecat)?;
        let now = printed.borrow().clone();
        Ok(now)
    }
}

impl Everywhere for Setup {
    type Answer = SetUp;

    async fn here(self, context: &CallContext<'_>) -> Result<SetUp, Refusal> {
        let (in_use, large) = (InUse::of(self.in_use), self.large.unwrap_or_default());
        let whom = context.whom(self.at, &self.polecat, Reach::Here).await?;
        let (setups, progress) = (whom.context.setups(), context.progress(whom.shown.clone()));
        let work = Box::pin(setups.again(&whom.polecat, in_use, large, &progress));
        context.own(&whom, &self.polecat, work).await
    }

    fn warnings(done: &SetUp) -> &[String] {
        &done.warnings
    }
}
