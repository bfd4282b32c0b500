//! Starting an agent: resolve, create the session, wait until it is ready, send the first prompts.

pub(in crate::session) mod agent_env;
pub(in crate::session) mod conversation;
pub(in crate::session) mod create_session;
mod events;
pub(in crate::session) mod hooks;
pub(in crate::session) mod options;
pub(in crate::session) mod plan;
pub(in crate::session) mod prompts;
pub(in crate::session) mod record;
pub(in crate::session) mod resolve_agent;
pub(in crate::session) mod resume_all;
pub(in crate::session) mod send_prompts;
pub(in crate::session) mod session_settings;
pub(in crate::session) mod starts;
pub(in crate::session) mod trust;
pub(in crate::session) mod unfinished;
pub(in crate::session) mod wait_ready;

use crate::{
    core::{
        agent::is_program,
        names::PolecatName,
        session::{SessionInfo, setting_up::ForWhom},
    },
    host::{
        flags::{self, Installed},
        git,
        locks::Work,
        path,
    },
    session::{
        context::RigContext,
        error::SessionError,
        messages::{inject::require_text, recipient::Recipient},
        sessions::{list::Session, metadata::first_line, pending::PendingPrompts},
        start::{
            conversation::PreviousSession, options::StartOptions, plan::Plan,
            resolve_agent::AgentChoice,
        },
    },
};

/// Starts agents and sends their first prompts.
#[derive(Clone)]
pub struct Starter {
    pub(in crate::session) context: RigContext,
}

impl RigContext {
    /// The service that starts the rig's agents.
    #[must_use]
    pub fn starter(&self) -> Starter {
        Starter { context: self.clone() }
    }
}

/// A polecat whose agent is running.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Started {
    /// Its session.
    #[serde(flatten)]
    pub info: SessionInfo,
    /// Problems that did not stop the start.
    pub warnings: Vec<String>,
}

/// Whether a start still has to hook its issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Hooking {
    Now,
    Done,
}

/// Called with each step of a start.
pub(in crate::session) type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

impl Starter {
    /// Starts the agent of the polecat `name`, and returns when it is ready.
    ///
    /// # Errors
    /// Something it needs is missing, which is checked before anything is created; a live session
    /// exists; or the agent exited during the start.
    pub async fn start(
        &self,
        name: &str,
        options: StartOptions,
        progress: Progress<'_>,
    ) -> Result<Started, SessionError> {
        if let Some(prompt) = &options.prompt {
            require_text(prompt.as_bytes())?;
        }
        progress("starting: checking");
        self.context.tmux.require_startable().await?;
        let found = self.found(name, &options).await?;
        if let Some(polecat) = found.as_ref().filter(|_| !options.begin.is_usual()) {
            return Err(SessionError::begun(polecat));
        }
        // Before the user is asked about trust.
        if let Some(polecat) = &found {
            self.context.sessions().require_no_agent(polecat).await?;
        }
        let before = self.before(&PolecatName::parse(name)?, &options).await;
        let (options, recorded) = self.as_before(options, &before);
        let workdir = self.workdir_of(found.as_ref(), &options).await;
        let mut choice = self.choose(&options, &recorded, workdir.as_deref()).await?;
        let begins = self.begins(&choice, &options, &before).await?;
        choice.warnings.extend(before.warning());
        let (polecat, made) = match found {
            Some(polecat) => {
                choice.warnings.extend(self.make_way(&polecat, &before, &options).await?);
                (polecat, Vec::new())
            }
            None => self.create(name, &choice, &options, progress).await?,
        };
        // No sling takes the polecat before its session shows that it has work. Without a worktree
        // there is nothing to lock, and nothing to sling either.
        let _turn = Work::share(&self.context.rig, &polecat).await.ok();
        let mut plan = self.plan(polecat, choice, begins, &options).await?;
        plan.warnings.extend(made);
        Box::pin(self.launch(plan, Hooking::Now, progress)).await
    }

    /// Sees to it that nothing of before and nobody else is in the way of a start; gives warnings.
    async fn make_way(
        &self,
        polecat: &PolecatName,
        before: &PreviousSession,
        options: &StartOptions,
    ) -> Result<Vec<String>, SessionError> {
        let mut warnings = Vec::new();
        warnings.extend(self.end_outlived(polecat, before).await?);
        warnings.extend(self.context.setups().unfinished(polecat).await);
        // An agent with another working directory disturbs nobody in the worktree.
        if options.workdir.is_none() {
            self.context.polecats().require_nobody(polecat, options.in_use).await?;
        }
        Ok(warnings)
    }

    /// Creates the polecat that is started; gives warnings about it.
    async fn create(
        &self,
        name: &str,
        choice: &AgentChoice,
        options: &StartOptions,
        progress: Progress<'_>,
    ) -> Result<(PolecatName, Vec<String>), SessionError> {
        let for_whom = ForWhom {
            agent: Some(choice.agent.name.clone()),
            task: options.prompt.as_deref().and_then(first_line),
            issue: options.issue.clone(),
            attempt: None,
        };
        let (polecats, issue) = (self.context.polecats(), options.issue.as_deref());
        let how = (options.large, for_whom, progress);
        let new = Box::pin(polecats.create(Some(name), issue, &options.begin, how)).await?;
        Ok((new.polecat, new.warnings))
    }

    /// Ends what is left of the session before if its tmux server is gone; a warning about it.
    async fn end_outlived(
        &self,
        polecat: &PolecatName,
        before: &PreviousSession,
    ) -> Result<Option<String>, SessionError> {
        let open = before.record.as_ref().filter(|record| record.ended.is_none());
        let Some(record) = open else { return Ok(None) };
        if !self.context.sessions().server_now().await.has_lost(record) {
            return Ok(None);
        }
        let ended =
            self.context.polecats().end_outlived(polecat, record.server.pane.as_deref()).await?;
        Ok((!ended.is_empty())
            .then(|| format!("ended {}, which had outlived its tmux server", ended.join(", "))))
    }

    /// Starts what is planned.
    pub(in crate::session) async fn launch(
        &self,
        plan: Plan,
        hooking: Hooking,
        progress: Progress<'_>,
    ) -> Result<Started, SessionError> {
        let mut plan = self.with_taken_flags(plan).await;
        let (events, words) = tokio::join!(self.event_source(&plan), self.first_words(&plan));
        plan.events = events;
        progress("starting: creating the session");
        let owed = PendingPrompts::by_us(words.typed());
        // Until this is dropped, nobody in this process takes the start for an interrupted one.
        let _started =
            self.context.shared.starts.begin(self.context.rig.session(&plan.polecat).as_str());
        let session = self.create_session(&plan, &words, &owed).await?;
        let unrecorded = self.record(&plan, &session).await;
        plan.warnings.extend(unrecorded);
        let left = self.context.messenger().adopt_queue(&session).await;
        plan.warnings.extend(left.unwrap_or_else(|error| Some(error.to_string())));
        let brought_up = self.bring_up(&session, &plan, owed, hooking, progress).await;
        // An exit of the agent explains more than the step that failed because of it.
        let now = self.alive(&session).await?;
        let warnings = plan.warnings.into_iter().chain(brought_up?).collect();
        Ok(Started { info: self.context.sessions().seen(&now).await, warnings })
    }

    /// Adds the flags that the installed program supports.
    async fn with_taken_flags(&self, mut plan: Plan) -> Plan {
        let own = plan.argv.first().filter(|program| is_program(program, &plan.agent.command));
        if let Some(program) = own.and_then(|program| path::find_program(program, &plan.workdir)) {
            let flags = &plan.agent.flags_if_taken;
            let installed = Installed { path: &program, env: &plan.agent.env };
            let taken = flags::taken(&installed, flags, &self.context.shared.launch).await;
            // A person may have configured it, and some programs do not take it twice.
            let missing: Vec<_> =
                taken.into_iter().filter(|flag| !plan.argv.contains(flag)).collect();
            plan.argv.extend(missing);
        }
        plan.with_conversation()
    }

    /// Waits for the agent in a new session, hooks its issue and sends its prompts; gives warnings.
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
        warnings.extend(self.send_prompts(session, &to, owed, readiness, progress).await?);
        Ok(warnings)
    }

    /// The polecat, or `None` if it has to be created, which comes after all other checks.
    async fn found(
        &self,
        name: &str,
        options: &StartOptions,
    ) -> Result<Option<PolecatName>, SessionError> {
        let polecat = PolecatName::parse(name)?;
        // First finish or roll back what a killed backend left behind.
        git::recover(&self.context.rig, &polecat, &self.context.shared.launch).await?;
        match self.context.known(name).await {
            Err(SessionError::PolecatNotFound { .. }) if options.new => Ok(None),
            other => other.map(Some),
        }
    }

    /// Puts the issue on the polecat's hook. A tracker failure does not stop the start.
    async fn hook(&self, plan: &Plan, hooking: Hooking) -> Option<String> {
        if hooking == Hooking::Done {
            return None;
        }
        let (issue, _) = plan.issue.as_ref()?;
        let assignee = self.context.rig.agent_id(&plan.polecat);
        let dir = self.context.tracker_dir(plan.workdir.clone());
        let error = self.context.shared.tracker.hook(issue, &assignee, &dir).await.err()?;
        Some(format!("could not hook issue `{issue}`: {error}"))
    }

    /// The session of a start, which must be live. If it was stopped meanwhile, the start is
    /// cancelled; if the agent exited, the exit is recorded and the session removed.
    async fn alive(&self, created: &Session) -> Result<Session, SessionError> {
        let session = created.pane.session_name.clone();
        let now = self.context.sessions().session(&created.polecat).await?;
        match now.filter(|now| now.pane.pane_id == created.pane.pane_id) {
            Some(now) if now.is_live() => Ok(now),
            Some(dead) if dead.has_died() => {
                let exit = Box::new(self.context.sessions().reap(&dead).await?);
                Err(SessionError::DiedDuringStartup { session, exit })
            }
            _ => Err(SessionError::Cancelled { session }),
        }
    }
}
