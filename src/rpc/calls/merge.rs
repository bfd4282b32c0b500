//! A polecat's commits, merged into what the main worktree has checked out.

use std::path::PathBuf;

use serde::Deserializer;

use super::{At, CallContext, InUse, Operation, calls, given::word};
use crate::{
    rpc::error::Refusal,
    session::{MergeHow, MergeOrder, MergePlan, Merged, Reach},
};

calls! {
    /// What a merge would do. Touches nothing.
    "polecat.merge_plan" => PlanMerge { at: At, polecat: String }
    /// Merges what a polecat has committed, or leaves all as it was.
    "polecat.merge" => Merge {
        at: At,
        polecat: String,
        #[serde(default, deserialize_with = "how")]
        how: Option<MergeHow>,
        /// The commit that is meant: another one is not merged.
        commit: Option<String>,
        /// The message of the commit that is made.
        message: Option<String>,
        /// Leave conflicts in the files, to be resolved.
        conflicts: Option<bool>,
        /// The files of buffers with changes that are not saved.
        unsaved: Option<Vec<PathBuf>>,
        /// The editor's current folders, which do not matter here.
        dirs: Option<Vec<PathBuf>>,
        in_use: Option<InUse>,
    }
}

fn how<'de, D: Deserializer<'de>>(from: D) -> Result<Option<MergeHow>, D::Error> {
    word(from, MergeHow::named).map(Some)
}

impl Operation for PlanMerge {
    type Answer = MergePlan;

    async fn run(self, context: &CallContext<'_>) -> Result<MergePlan, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        let polecats = whom.context.polecats();
        Ok(Box::pin(polecats.merge_plan(&whom.polecat)).await?)
    }
}

impl Operation for Merge {
    type Answer = Merged;

    async fn run(self, context: &CallContext<'_>) -> Result<Merged, Refusal> {
        let order = MergeOrder {
            how: self.how.unwrap_or_default(),
            commit: self.commit,
            message: self.message,
            conflicts: self.conflicts.unwrap_or_default(),
            unsaved: self.unsaved.unwrap_or_default(),
        };
        let in_use = InUse::of(self.in_use);
        let whom = context.whom(self.at, &self.polecat, Reach::Here).await?;
        let polecats = whom.context.polecats();
        let work = Box::pin(polecats.merge(&whom.polecat, order, in_use));
        context.own(&whom, &self.polecat, work).await
    }
}
