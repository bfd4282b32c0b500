//! What is around us, and what there is in a rig.

use super::{At, CallContext, Operation, calls};
use crate::{
    rpc::error::Refusal,
    session::{Completion, HealthRow},
};

calls! {
    /// What `:checkhealth` shows.
    "health" => Health { at: Option<At> }
    /// The names that commands can be completed with.
    "complete" => Complete { at: At }
}

impl Operation for Health {
    type Answer = Vec<HealthRow>;

    async fn run(self, context: &CallContext<'_>) -> Result<Vec<HealthRow>, Refusal> {
        Ok(context.workspace.health(self.at.map(Into::into).as_ref()).await)
    }
}

impl Operation for Complete {
    type Answer = Completion;

    async fn run(self, context: &CallContext<'_>) -> Result<Completion, Refusal> {
        Ok(context.workspace.completion(&self.at.into()).await?)
    }
}
