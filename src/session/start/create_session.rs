//! Creates the tmux session of a start, replacing a dead one.

use std::{ffi::OsString, path::Path};

use jiff::Timestamp;
use tracing::warn;

use crate::{
    core::{agent::startup, names::PolecatName, rig::theme},
    host::{
        git, heartbeats,
        locks::{GastownPolecat, Gate},
        path, polecats, records,
        session_settings::{self, SessionSettings},
    },
    session::{
        error::SessionError,
        sessions::{
            event_source::{EVENTS, EventSource},
            list::Session,
            metadata::{self, Metadata},
            pending::{OWED, PendingPrompts},
        },
        start::{Starter, plan::Plan, prompts::FirstPrompts},
    },
    tmux::NewSession,
};

impl Starter {
    /// Creates the session. tmux decides a race: the loser is told that the name is taken, and then
    /// checks whether that session may be replaced.
    pub(in crate::session) async fn create_session(
        &self,
        plan: &Plan,
        words: &FirstPrompts,
        owed: &PendingPrompts,
    ) -> Result<Session, SessionError> {
        let spec = self.spec(plan, words, owed).await?;
        // gastown may be about to reset or remove the worktree.
        let _gastown = GastownPolecat::lock(&self.context.rig, &plan.polecat).await?;
        // A removal waits for this before its last check for a session.
        let _gate = Gate::share(&self.context.rig).await?;
        polecats::require(&self.context.rig, &plan.polecat).await?;
        self.make_room(&plan.polecat).await?;
        match self.create_new(plan, &spec).await {
            // Another backend was faster, or the session is not ours.
            Err(error) if error.is_duplicate_session() => {
                self.make_room(&plan.polecat).await?;
                self.context.sessions().refuse_other(&plan.polecat).await?;
                self.create_new(plan, &spec).await.map_err(|error| {
                    if error.is_duplicate_session() { self.taken(plan) } else { error }
                })?;
            }
            other => other?,
        }
        self.delete_left_settings(plan).await;
        records::delete(&self.context.rig, &plan.polecat).await?;
        self.context.sessions().existing(&plan.polecat).await
    }

    /// Creates the session; the name must be free.
    async fn create_new(&self, plan: &Plan, spec: &NewSession) -> Result<(), SessionError> {
        // First: with an old heartbeat, gastown would consider the new session dead.
        heartbeats::keep(&self.context.rig, &plan.polecat).await?;
        let created = self.context.tmux.create_session(spec).await;
        if created.as_ref().is_err_and(|error| !error.is_uncertain()) {
            heartbeats::delete(&self.context.rig, &plan.polecat).await?;
        } else if let Some(settings) = &plan.settings {
            settings.keep();
        }
        Ok(created.map(drop)?)
    }

    /// Removes the settings of the polecat's sessions before this one, which ended with their server.
    async fn delete_left_settings(&self, plan: &Plan) {
        let kept = plan.settings.as_ref().map(SessionSettings::name);
        let left = session_settings::delete_left(&self.context.rig, &plan.polecat, kept).await;
        if let Err(error) = left {
            warn!(%error, polecat = %plan.polecat, "settings of a session stay behind");
        }
    }

    /// Removes the session of a dead agent, wherever its pane is. A live agent is an error.
    async fn make_room(&self, polecat: &PolecatName) -> Result<(), SessionError> {
        match self.context.sessions().require_no_agent(polecat).await? {
            Some(dead) => self.context.sessions().reap(&dead).await.map(drop),
            None => Ok(()),
        }
    }

    fn taken(&self, plan: &Plan) -> SessionError {
        SessionError::SessionRunning {
            session: self.context.rig.session(&plan.polecat).to_string(),
        }
    }

    async fn spec(
        &self,
        plan: &Plan,
        words: &FirstPrompts,
        owed: &PendingPrompts,
    ) -> Result<NewSession, SessionError> {
        let gt = self.gt().is_some();
        let mark = self.mark(plan).await;
        let env = self.environment(plan, mark.branch.as_deref()).await;
        let mut options: Vec<(String, String)> =
            theme::status_options(&self.context.rig, &plan.polecat, gt)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
        let encoded = |mark: &Metadata| {
            let mark = mark.encode().map_err(|error| {
                SessionError::BadArgument(format!("`{}`: {error}", plan.workdir.display()))
            })?;
            Ok::<_, SessionError>((metadata::OPTION.to_owned(), mark))
        };
        options.push(encoded(&Metadata::of_session(&self.context.rig.home))?);
        let mut pane_options = vec![encoded(&mark)?, (OWED.to_owned(), owed.encode())];
        pane_options.extend(plan.events.iter().map(|it| (EVENTS.to_owned(), it.encode())));
        let secret = plan.events.as_ref().and_then(EventSource::secret);
        let name = self.context.rig.session(&plan.polecat).to_string();
        let argv = wrapped(argv(plan, words), self.context.wrap().await, &plan.workdir);
        let unset = startup::unset(&plan.agent, &env);
        let env = env.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let told = vec![("GT_PANE_ID".to_owned(), "#{pane_id}".to_owned())];
        let spec = NewSession::new(name, &plan.workdir, argv);
        Ok(NewSession { env, unset, secret, told, options, pane_options, ..spec })
    }

    async fn mark(&self, plan: &Plan) -> Metadata {
        Metadata {
            home: self.context.rig.home.clone(),
            polecat: Some(plan.polecat.to_string()),
            pane: None,
            pid: None,
            agent: Some(plan.agent.name.clone()),
            command: shlex::try_join(plan.argv.iter().map(String::as_str))
                .unwrap_or_else(|_| plan.argv.join(" ")),
            workdir: plan.workdir.clone(),
            branch: git::branch(&plan.workdir).await.ok().flatten(),
            issue: plan.issue.as_ref().map(|(id, _)| id.to_string()),
            task: plan.task(),
            attempt: plan.attempt.clone(),
            started_ms: Timestamp::now().as_millisecond(),
            starting: true,
            settings: plan.settings.as_ref().map(|settings| settings.name().to_owned()),
        }
    }
}

/// The command line behind the words that a person's configuration puts in front of it.
fn wrapped(argv: Vec<OsString>, wrap: Vec<String>, workdir: &Path) -> Vec<OsString> {
    let mut words = wrap.into_iter();
    let Some(program) = words.next() else { return argv };
    let found = path::find_program(&program, workdir).map_or(program.into(), Into::into);
    std::iter::once(found).chain(words.map(Into::into)).chain(argv).collect()
}

/// The command line to start, with the program's full path: the tmux server may have another
/// `PATH` than we have.
fn argv(plan: &Plan, words: &FirstPrompts) -> Vec<OsString> {
    let mut argv = plan.argv.clone();
    if let FirstPrompts::Argument(prompt) = words {
        argv = plan.agent.with_prompt(argv, prompt).unwrap_or_else(|| plan.argv.clone());
    }
    let mut argv: Vec<OsString> = argv.into_iter().map(Into::into).collect();
    if let Some(program) = argv.first_mut()
        && let Some(found) = path::find_program(&program.to_string_lossy(), &plan.workdir)
    {
        *program = found.into();
    }
    argv
}
