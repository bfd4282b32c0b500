//! Starting a polecat: settle, create, wait, verify.

pub(in crate::session) mod agent_env;
pub(in crate::session) mod create_session;
pub(in crate::session) mod hooks;
pub(in crate::session) mod plan;
pub(in crate::session) mod prompts;
pub(in crate::session) mod resolve_agent;
pub(in crate::session) mod resume;
pub(in crate::session) mod send_prompts;
pub(in crate::session) mod tell;
pub(in crate::session) mod trust;
pub(in crate::session) mod wait_ready;

use crate::{
    core::{agent::is_program, names::PolecatName, session::SessionInfo},
    host::{flags, git, locks::Work, path},
    session::{
        context::RigContext,
        error::SessionError,
        sessions::{list::Session, pending::PendingPrompts},
        start::{
            plan::{Plan, StartOptions},
            send_prompts::Recipient,
        },
    },
};

/// Starts agents, and gives them their first words.
#[derive(Clone)]
pub struct Starter {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// Starts agents, and gives them their first words.
    #[must_use]
    pub fn starter(&self) -> Starter {
        Starter { context: self.clone() }
    }
}

/// A polecat whose agent runs.
#[derive(Clone, Debug)]
pub struct Started {
    /// Its session.
    pub info: SessionInfo,
    /// What went wrong without being in the way.
    pub warnings: Vec<String>,
}

/// Whether the issue of a start is still to be put on the polecat's hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Hooking {
    Now,
    Done,
}

/// How a start tells of its steps.
pub(in crate::session) type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

impl RigContext {
    /// Starts the agent of the polecat `name`, and returns when it is ready.
    ///
    /// # Errors
    /// When something it needs is missing, which is found out before anything is created; when a
    /// live session exists; or when the agent ended on the way, with the reason.
    pub async fn start(
        &self,
        name: &str,
        options: StartOptions,
        progress: Progress<'_>,
    ) -> Result<Started, SessionError> {
        progress("starting: checking");
        let found = self.found(name, &options).await?;
        // Before anybody is asked what may run.
        if let Some(polecat) = &found {
            self.require_no_agent(polecat).await?;
        }
        let workdir = self.workdir_of(found.as_ref(), &options).await;
        let choice = self.choose(&options, workdir.as_deref()).await?;
        // Who is sent to work elsewhere is in nobody's way here.
        if let Some(polecat) = found.as_ref().filter(|_| options.workdir.is_none()) {
            self.polecats().require_nobody(polecat, options.in_use).await?;
        }
        let (polecat, made) = if let Some(polecat) = found {
            (polecat, Vec::new())
        } else {
            let new = self.polecats().create(Some(name), options.issue.as_deref()).await?;
            (new.polecat, new.warnings)
        };
        // Nobody gives the polecat to another issue before its session shows that it has work. One
        // without a worktree nobody can give.
        let _turn = Work::share(&self.rig, &polecat).await.ok();
        let mut plan = self.plan(polecat, choice, &options).await?;
        plan.warnings.extend(made);
        self.launch(plan, Hooking::Now, progress).await
    }

    /// The start of what is planned.
    pub(in crate::session) async fn launch(
        &self,
        plan: Plan,
        hooking: Hooking,
        progress: Progress<'_>,
    ) -> Result<Started, SessionError> {
        let plan = self.with_taken_flags(plan).await;
        let words = self.first_words(&plan).await;
        progress("starting: creating the session");
        let owed = PendingPrompts::by_us(words.typed());
        // Until this goes, nobody else in this process takes the start for one that was cut off.
        let _begun = self.tools.starting(self.rig.session(&plan.polecat).as_str());
        let session = self.create_session(&plan, &words, &owed).await?;
        let brought_up = self.bring_up(&session, &plan, owed, hooking, progress).await;
        // How it ended says more than the step that found nobody any more.
        let now = self.alive(&session).await?;
        let warnings = plan.warnings.into_iter().chain(brought_up?).collect();
        Ok(Started { info: self.seen(&now).await, warnings })
    }

    /// With the flags that the agent's own program takes.
    async fn with_taken_flags(&self, mut plan: Plan) -> Plan {
        let own = plan.argv.first().filter(|program| is_program(program, &plan.agent.command));
        if let Some(program) = own.and_then(|program| path::find_program(program, &plan.workdir)) {
            let flags = &plan.agent.flags_if_taken;
            let taken = flags::taken(&program, flags, &self.tools.launch).await;
            plan.argv.extend(taken);
        }
        plan
    }

    /// From a session to an agent that knows what to do; gives warnings.
    async fn bring_up(
        &self,
        session: &Session,
        plan: &Plan,
        owed: PendingPrompts,
        hooking: Hooking,
        progress: Progress<'_>,
    ) -> Result<Vec<String>, SessionError> {
        progress("starting: waiting for the prompt");
        let to = Recipient::from(plan);
        let (hooked, readiness) = tokio::join!(
            self.hook(plan, hooking),
            self.wait_until_ready(session, &to, &owed, progress)
        );
        let (mut warnings, readiness): (Vec<_>, _) = (hooked.into_iter().collect(), readiness?);
        warnings.extend(self.brief(session, &to, owed, readiness, progress).await?);
        Ok(warnings)
    }

    /// The polecat, or none where it is to be made: not before all else is known to be there.
    async fn found(
        &self,
        name: &str,
        options: &StartOptions,
    ) -> Result<Option<PolecatName>, SessionError> {
        let polecat = PolecatName::parse(name)?;
        // What a killed backend left half made is finished or taken back first.
        git::recover(&self.rig, &polecat, &self.tools.launch).await?;
        match self.known(name).await {
            Err(SessionError::PolecatNotFound { .. }) if options.new => Ok(None),
            other => other.map(Some),
        }
    }

    /// Puts the issue on the polecat's hook. A tracker that fails is no reason to have no agent.
    async fn hook(&self, plan: &Plan, hooking: Hooking) -> Option<String> {
        if hooking == Hooking::Done {
            return None;
        }
        let (issue, _) = plan.issue.as_ref()?;
        let assignee = self.rig.agent_id(&plan.polecat);
        let dir = self.tracker_dir(plan.workdir.clone());
        let error = self.tools.tracker.hook(issue, &assignee, &dir).await.err()?;
        Some(format!("could not hook issue `{issue}`: {error}"))
    }

    /// The session of a start, which must live. One that was stopped meanwhile cancelled the
    /// start; one whose agent ended by itself is written down and removed.
    async fn alive(&self, created: &Session) -> Result<Session, SessionError> {
        let session = created.pane.session_name.clone();
        let now = self.session(&created.polecat).await?;
        match now.filter(|now| now.pane.pane_id == created.pane.pane_id) {
            Some(now) if now.is_live() => Ok(now),
            Some(dead) if dead.has_died() => {
                let exit = Box::new(self.bury(&dead).await?);
                Err(SessionError::DiedDuringStartup { session, exit })
            }
            _ => Err(SessionError::Cancelled { session }),
        }
    }
}
