//! A polecat's branch, pushed, and its pull request.

use super::{At, CallContext, Everywhere, calls};
use crate::{
    rpc::{encode::encoded_by_serde, error::Refusal},
    session::{PullRequest, PushPlan, Pushed, Reach},
};

calls! {
    /// What a push would do. Asks no remote.
    #[derive(serde::Serialize)]
    "polecat.push_plan" => PlanPush { at: At, polecat: String }
    /// Pushes a polecat's branch, never by force.
    #[derive(serde::Serialize)]
    "polecat.push" => Push {
        at: At,
        polecat: String,
        /// The commit that is meant: another one is not pushed.
        commit: Option<String>,
    }
    /// Opens a pull request for a branch that is pushed; the first line is its title.
    #[derive(serde::Serialize)]
    "polecat.pull_request" => OpenPullRequest { at: At, polecat: String, text: String }
}

encoded_by_serde! { PushPlan, Pushed, PullRequest }

impl Everywhere for PlanPush {
    type Answer = PushPlan;

    const READS: bool = true;

    async fn here(self, context: &CallContext<'_>) -> Result<PushPlan, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        Ok(Box::pin(whom.context.polecats().push_plan(&whom.polecat)).await?)
    }
}

impl Everywhere for Push {
    type Answer = Pushed;

    async fn here(self, context: &CallContext<'_>) -> Result<Pushed, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Here).await?;
        let polecats = whom.context.polecats();
        let work = Box::pin(polecats.push(&whom.polecat, self.commit.as_deref()));
        context.own(&whom, &self.polecat, work).await
    }
}

impl Everywhere for OpenPullRequest {
    type Answer = PullRequest;

    async fn here(self, context: &CallContext<'_>) -> Result<PullRequest, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Here).await?;
        let polecats = whom.context.polecats();
        let work = Box::pin(polecats.pull_request(&whom.polecat, &self.text));
        context.own(&whom, &self.polecat, work).await
    }
}
