//! Agents that are started.

use std::path::PathBuf;

use rmpv::Value;
use serde::{Deserialize, Serialize};

use super::{
    Agents, At, Bring, CallContext, Everywhere, InUse, ResumeArgument, RigName, Trust, UserPath,
    calls,
};
use crate::{
    rpc::{
        encode::{Encode, Map, texts},
        error::{Refusal, RpcError},
    },
    session::{Allowed, Conversing, Reach, ResumedAll, StartOptions, StartPoint, Started},
};

calls! {
    /// Starts the agent of a polecat.
    #[derive(serde::Serialize)]
    "session.start" => Start {
        at: At,
        polecat: String,
        /// Create the polecat when it does not exist.
        new: Option<bool>,
        issue: Option<String>,
        /// Of a polecat that is created, the branch, tag or commit that its branch begins at.
        base: Option<String>,
        /// The branch that it works on, instead of one of its own.
        branch: Option<String>,
        /// What is done with what is not committed in the main worktree.
        changes: Option<Bring>,
        /// What the agent is told first.
        prompt: Option<String>,
        agent: Option<String>,
        account: Option<String>,
        /// What `workdir` and `config_dir` are relative to; without it `at.cwd`.
        cwd: Option<PathBuf>,
        workdir: Option<UserPath>,
        config_dir: Option<UserPath>,
        cmd: Option<String>,
        /// The conversation to go on with.
        resume: Option<ResumeArgument>,
        trust: Option<Trust>,
        trust_id: Option<String>,
        in_use: Option<InUse>,
        /// Whether the set-up of a new worktree may copy what costs much room.
        large: Option<bool>,
    }
    /// Goes on with the conversations of all of a rig that ended without a person's doing.
    #[derive(serde::Serialize)]
    "session.resume_all" => ResumeAll {
        at: At,
        /// The one around, where none is named.
        rig: Option<RigName>,
        /// Also of those that a person has stopped.
        stopped: Option<bool>,
        in_use: Option<InUse>,
    }
    /// Forks a polecat: another one with a copy of its conversation and of its work, or nothing of it.
    #[derive(serde::Serialize)]
    "session.fork" => Fork {
        at: At,
        polecat: String,
        /// Without one the next free name of the rig's pool.
        name: Option<String>,
        /// Begin a new conversation.
        fresh: Option<bool>,
        /// What the agent is told first.
        prompt: Option<String>,
        trust: Option<Trust>,
        trust_id: Option<String>,
        /// As of [`Start`].
        large: Option<bool>,
    }
    /// Gives an issue, or a task that is told, to a polecat: worktree, branch, hook, session and
    /// prompt, or nothing of it.
    #[derive(serde::Serialize)]
    "session.sling" => Sling {
        at: At,
        issue: Option<String>,
        /// The task, or what is told besides the issue.
        prompt: Option<String>,
        /// Without one the first free polecat, else a new one.
        polecat: Option<String>,
        /// As of [`Start`].
        base: Option<String>,
        branch: Option<String>,
        changes: Option<Bring>,
        /// One, or several: then each gets a polecat of its own.
        agent: Option<Agents>,
        account: Option<String>,
        /// As of [`Start`].
        cwd: Option<PathBuf>,
        config_dir: Option<UserPath>,
        cmd: Option<String>,
        trust: Option<Trust>,
        trust_id: Option<String>,
        in_use: Option<InUse>,
        /// As of [`Start`].
        large: Option<bool>,
    }
}

impl Everywhere for Start {
    type Answer = Started;

    async fn here(self, context: &CallContext<'_>) -> Result<Started, Refusal> {
        let (at, polecat) = (self.at, self.polecat);
        let cwd = self.cwd.unwrap_or_else(|| at.cwd.clone());
        let options = StartOptions {
            new: self.new.unwrap_or_default(),
            begin: beginning(self.base, self.branch, self.changes),
            issue: self.issue,
            prompt: self.prompt,
            agent: self.agent,
            account: self.account,
            workdir: self.workdir.map(|path| path.absolute(&cwd)),
            config_dir: self.config_dir.map(|path| path.absolute(&cwd)),
            command: self.cmd,
            allowed: allowed(self.trust, self.trust_id),
            in_use: InUse::of(self.in_use),
            large: self.large.unwrap_or_default(),
            conversation: ResumeArgument::of(self.resume),
            ..StartOptions::default()
        };
        let whom = context.whom(at, &polecat, Reach::Here).await?;
        let progress = context.progress(whom.shown.clone());
        let starter = whom.context.starter();
        let work = Box::pin(starter.start(&whom.polecat, options, &progress));
        context.own(&whom, &polecat, work).await
    }

    fn arrived(answer: &mut Self::Answer, ahead: i64) {
        answer.info.shift_times(-ahead);
    }
}

/// What came of it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct ResumeAllAnswer {
    pub(in crate::rpc) resumed: Vec<String>,
    pub(in crate::rpc) failed: Vec<NotResumed>,
    pub(in crate::rpc) warnings: Vec<String>,
}

/// A polecat that could not be resumed, and why.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rpc) struct NotResumed {
    pub(in crate::rpc) polecat: String,
    pub(in crate::rpc) code: String,
    pub(in crate::rpc) message: String,
    pub(in crate::rpc) hint: Option<String>,
}

impl From<ResumedAll> for ResumeAllAnswer {
    fn from(ResumedAll { resumed, failed, warnings }: ResumedAll) -> Self {
        let failed = failed.into_iter().map(|(polecat, error)| {
            let RpcError { code, message, hint, .. } = error.into();
            NotResumed { polecat, code: code.to_owned(), message, hint }
        });
        Self { resumed, failed: failed.collect(), warnings }
    }
}

impl Everywhere for ResumeAll {
    type Answer = ResumeAllAnswer;

    async fn here(self, context: &CallContext<'_>) -> Result<ResumeAllAnswer, Refusal> {
        let (stopped, in_use) = (self.stopped.unwrap_or_default(), InUse::of(self.in_use));
        let progress = context.progress("resume".to_owned());
        let work = Box::pin(async {
            let rig = context.named_rig(self.at, self.rig.as_ref()).await?;
            Box::pin(rig.starter().resume_all(stopped, in_use, &progress)).await
        });
        Ok(context.changing(work).await?.into())
    }

    fn warnings(all: &ResumeAllAnswer) -> &[String] {
        &all.warnings
    }

    fn arrived(all: &mut ResumeAllAnswer, _: i64) {
        for one in &mut all.failed {
            one.code = RpcError::known(&one.code).to_owned();
        }
    }
}

/// Names, and what went wrong by name.
impl Encode for ResumeAllAnswer {
    fn encode(self) -> Result<Value, String> {
        let failed = self.failed.into_iter().map(|one| {
            Map::new()
                .put("polecat", one.polecat)
                .put("code", one.code)
                .put("message", one.message)
                .some("hint", one.hint)
                .into()
        });
        let failed = Value::Array(failed.collect());
        Ok(Map::new().put("resumed", texts(&self.resumed)).put("failed", failed).into())
    }
}

impl Everywhere for Fork {
    type Answer = Started;

    async fn here(self, context: &CallContext<'_>) -> Result<Started, Refusal> {
        let (at, polecat, name) = (self.at, self.polecat, self.name);
        let fresh = self.fresh.unwrap_or_default();
        let conversing = if fresh { Conversing::New } else { Conversing::Copied };
        let options = StartOptions {
            prompt: self.prompt,
            allowed: allowed(self.trust, self.trust_id),
            large: self.large.unwrap_or_default(),
            ..StartOptions::default()
        };
        // Until there is another one, a person knows it by the first one.
        let progress = context.progress(name.clone().unwrap_or_else(|| polecat.clone()));
        let whom = context.whom(at, &polecat, Reach::Here).await?;
        let polecats = whom.context.polecats();
        let work =
            Box::pin(polecats.fork(&whom.polecat, name.as_deref(), conversing, options, &progress));
        context.own(&whom, &polecat, work).await
    }

    fn arrived(answer: &mut Self::Answer, ahead: i64) {
        answer.info.shift_times(-ahead);
    }
}

impl Everywhere for Sling {
    type Answer = Slung;

    async fn here(self, context: &CallContext<'_>) -> Result<Slung, Refusal> {
        let (at, issue, polecat) = (self.at, self.issue, self.polecat);
        let (agents, several) =
            self.agent.map(|agents| (agents.names, agents.several)).unwrap_or_default();
        let cwd = self.cwd.unwrap_or_else(|| at.cwd.clone());
        let options = StartOptions {
            begin: beginning(self.base, self.branch, self.changes),
            prompt: self.prompt,
            account: self.account,
            config_dir: self.config_dir.map(|path| path.absolute(&cwd)),
            command: self.cmd,
            allowed: allowed(self.trust, self.trust_id),
            in_use: InUse::of(self.in_use),
            large: self.large.unwrap_or_default(),
            ..StartOptions::default()
        };
        // Until there is a polecat, a person knows it by its issue.
        let (rig, polecat, shown) = match polecat {
            Some(polecat) => {
                let whom = context.whom(at, &polecat, Reach::Here).await?;
                (whom.context, Some(whom.polecat), whom.shown)
            }
            None => {
                (context.rig(at).await?, None, issue.clone().unwrap_or_else(|| "sling".to_owned()))
            }
        };
        let progress = context.progress(shown);
        let polecats = rig.polecats();
        let whom = (issue.as_deref(), polecat.as_deref());
        let work = Box::pin(polecats.sling(whom.0, whom.1, &agents, options, &progress));
        Ok(Slung { started: context.changing(work).await?, several })
    }

    fn arrived(answer: &mut Self::Answer, ahead: i64) {
        answer.started.iter_mut().for_each(|one| one.info.shift_times(-ahead));
    }
}

/// Who was given a task.
#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(in crate::rpc) struct Slung {
    /// One at least.
    pub(in crate::rpc) started: Vec<Started>,
    /// Whether several were asked for.
    several: bool,
}

impl Encode for Slung {
    fn encode(self) -> Result<Value, String> {
        let mut all = self.started.into_iter().map(Encode::encode);
        if self.several {
            return all.collect::<Result<_, _>>().map(Value::Array);
        }
        all.next().unwrap_or(Ok(Value::Nil))
    }
}

/// What a person allowed: an answer counts only for what it names.
fn allowed(answer: Option<Trust>, id: Option<String>) -> Option<Allowed> {
    Some(Allowed { answer: answer?.0, id: id? })
}

fn beginning(base: Option<String>, branch: Option<String>, changes: Option<Bring>) -> StartPoint {
    let changes = changes.map(|changes| changes.0);
    StartPoint { base, branch, changes, ..StartPoint::default() }
}
