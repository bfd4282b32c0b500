//! Where a polecat works.

use super::{At, CallContext, Everywhere, calls};
use crate::{
    rpc::{encode::encoded_by_serde, error::Refusal},
    session::{PolecatWorktree, Reach},
};

calls! {
    /// Where a polecat works.
    #[derive(serde::Serialize)]
    "polecat.worktree" => Worktree { at: At, polecat: String }
}

encoded_by_serde! { PolecatWorktree }

impl Everywhere for Worktree {
    type Answer = PolecatWorktree;

    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<PolecatWorktree, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        Ok(whom.context.polecats().worktree(&whom.polecat).await?)
    }
}
