//! A polecat's commits, merged into what the main worktree has checked out.

use std::path::PathBuf;

use serde::{Deserialize as _, Deserializer, de::Error as _};

use super::{At, CallContext, Everywhere, InUse, calls};
use crate::{
    core::names::shown,
    rpc::{encode::encoded_by_serde, error::Refusal},
    session::{MergeHow, MergeOrder, MergePlan, Merged, Reach},
};

calls! {
    /// What a merge would do. Touches nothing.
    #[derive(serde::Serialize)]
    "polecat.merge_plan" => PlanMerge { at: At, polecat: String }
    /// Merges what a polecat has committed, or leaves all as it was.
    #[derive(serde::Serialize)]
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
    let Some(name) = Option::<String>::deserialize(from)? else { return Ok(None) };
    let unknown = || D::Error::custom(format!("`{}` is not known here", shown(&name)));
    MergeHow::named(&name).ok_or_else(unknown).map(Some)
}

encoded_by_serde! { MergePlan, Merged }

impl Everywhere for PlanMerge {
    type Answer = MergePlan;

    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<MergePlan, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        let polecats = whom.context.polecats();
        Ok(Box::pin(polecats.merge_plan(&whom.polecat)).await?)
    }
}

impl Everywhere for Merge {
    type Answer = Merged;

    fn leave(&mut self) {
        (self.unsaved, self.dirs) = (None, None);
    }

    async fn here(self, context: &CallContext<'_>) -> Result<Merged, Refusal> {
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
