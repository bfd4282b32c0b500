//! A polecat's branch, pushed, and its pull request.

use super::{At, CallContext, Operation, calls};
use crate::{
    rpc::error::Refusal,
    session::{PullRequest, PushPlan, Pushed, Reach},
};

calls! {
    /// What a push would do. Asks no remote.
    "polecat.push_plan" => PlanPush { at: At, polecat: String }
    /// Pushes a polecat's branch, never by force.
    "polecat.push" => Push {
        at: At,
        polecat: String,
        /// The commit that is meant: another one is not pushed.
        commit: Option<String>,
    }
    /// Opens a pull request for a branch that is pushed; the first line is its title.
    "polecat.pull_request" => OpenPullRequest { at: At, polecat: String, text: String }
}

impl Operation for PlanPush {
    type Answer = PushPlan;

    async fn run(self, context: &CallContext<'_>) -> Result<PushPlan, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Anywhere).await?;
        Ok(Box::pin(whom.context.polecats().push_plan(&whom.polecat)).await?)
    }
}

impl Operation for Push {
    type Answer = Pushed;

    async fn run(self, context: &CallContext<'_>) -> Result<Pushed, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Here).await?;
        let polecats = whom.context.polecats();
        let work = Box::pin(polecats.push(&whom.polecat, self.commit.as_deref()));
        context.own(&whom, &self.polecat, work).await
    }
}

impl Operation for OpenPullRequest {
    type Answer = PullRequest;

    async fn run(self, context: &CallContext<'_>) -> Result<PullRequest, Refusal> {
        let whom = context.whom(self.at, &self.polecat, Reach::Here).await?;
        let polecats = whom.context.polecats();
        let work = Box::pin(polecats.pull_request(&whom.polecat, &self.text));
        context.own(&whom, &self.polecat, work).await
    }
}
