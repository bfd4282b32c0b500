//! Agents that are started.

use std::path::PathBuf;

use super::{At, CallContext, InUse, Operation, Trust, UserPath, calls};
use crate::{
    rpc::error::Refusal,
    session::{Allowed, Reach, StartOptions, Started},
};

calls! {
    /// Starts the agent of a polecat.
    "session.start" => Start {
        at: At,
        polecat: String,
        /// Create the polecat when it does not exist.
        new: Option<bool>,
        issue: Option<String>,
        /// What the agent is told first.
        prompt: Option<String>,
        agent: Option<String>,
        account: Option<String>,
        /// What `workdir` and `config_dir` are relative to; without it `at.cwd`.
        cwd: Option<PathBuf>,
        workdir: Option<UserPath>,
        config_dir: Option<UserPath>,
        cmd: Option<String>,
        trust: Option<Trust>,
        trust_id: Option<String>,
        in_use: Option<InUse>,
    }
    /// Gives an issue to a polecat: worktree, branch, hook, session and prompt, or nothing of it.
    "session.sling" => Sling {
        at: At,
        issue: String,
        /// Without one the first free polecat, else a new one.
        polecat: Option<String>,
        agent: Option<String>,
        account: Option<String>,
        /// As of [`Start`].
        cwd: Option<PathBuf>,
        config_dir: Option<UserPath>,
        cmd: Option<String>,
        trust: Option<Trust>,
        trust_id: Option<String>,
        in_use: Option<InUse>,
    }
}

impl Operation for Start {
    type Answer = Started;

    async fn run(self, context: &CallContext<'_>) -> Result<Started, Refusal> {
        let (at, polecat) = (self.at, self.polecat);
        let cwd = self.cwd.unwrap_or_else(|| at.cwd.clone());
        let options = StartOptions {
            new: self.new.unwrap_or_default(),
            issue: self.issue,
            prompt: self.prompt,
            agent: self.agent,
            account: self.account,
            workdir: self.workdir.map(|path| path.absolute(&cwd)),
            config_dir: self.config_dir.map(|path| path.absolute(&cwd)),
            command: self.cmd,
            allowed: allowed(self.trust, self.trust_id),
            in_use: InUse::of(self.in_use),
        };
        let whom = context.whom(at, &polecat, Reach::Here).await?;
        let progress = context.progress(whom.shown.clone());
        let starter = whom.context.starter();
        let work = Box::pin(starter.start(&whom.polecat, options, &progress));
        context.own(&whom, &polecat, work).await
    }
}

impl Operation for Sling {
    type Answer = Started;

    async fn run(self, context: &CallContext<'_>) -> Result<Started, Refusal> {
        let (at, issue, polecat) = (self.at, self.issue, self.polecat);
        let cwd = self.cwd.unwrap_or_else(|| at.cwd.clone());
        let options = StartOptions {
            agent: self.agent,
            account: self.account,
            config_dir: self.config_dir.map(|path| path.absolute(&cwd)),
            command: self.cmd,
            allowed: allowed(self.trust, self.trust_id),
            in_use: InUse::of(self.in_use),
            ..StartOptions::default()
        };
        // Until there is a polecat, a person knows it by its issue.
        let (rig, polecat, shown) = match polecat {
            Some(polecat) => {
                let whom = context.whom(at, &polecat, Reach::Here).await?;
                (whom.context, Some(whom.polecat), whom.shown)
            }
            None => (context.rig(at).await?, None, issue.clone()),
        };
        let progress = context.progress(shown);
        let polecats = rig.polecats();
        let work = Box::pin(polecats.sling(&issue, polecat.as_deref(), options, &progress));
        Ok(context.changing(work).await?)
    }
}

/// What a person allowed: an answer counts only for what it names.
fn allowed(answer: Option<Trust>, id: Option<String>) -> Option<Allowed> {
    Some(Allowed { answer: answer?.0, id: id? })
}
