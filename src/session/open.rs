//! The session of a start: created in one step, or in place of a dead one.

use std::ffi::OsString;

use jiff::Timestamp;

use super::{
    error::SessionError,
    first_words::FirstWords,
    manager::SessionManager,
    mark::{self, Mark},
    owed::{OWED, Owed},
    plan::Plan,
    table::Session,
};
use crate::{
    core::{names::PolecatName, startup, theme},
    host::{git, locks::Gate, path, polecats, records},
    tmux::NewSession,
};

impl SessionManager {
    /// Creates the session. tmux decides who is first: of two that try at once, one is told
    /// that the name is taken, and looks then whether what is there may be replaced.
    pub(super) async fn create_session(
        &self,
        plan: &Plan,
        words: &FirstWords,
        owed: &Owed,
    ) -> Result<Session, SessionError> {
        let spec = self.spec(plan, words, owed).await?;
        // Whoever removes a polecat waits for this before the last look for a session.
        let _gate = Gate::share(&self.rig).await?;
        polecats::require(&self.rig, &plan.polecat).await?;
        match self.tools.tmux.create_session(&spec).await {
            Err(error) if error.is_duplicate_session() => {
                self.clear_dead(&plan.polecat).await?;
                self.tools.tmux.create_session(&spec).await.map_err(|error| {
                    if error.is_duplicate_session() { self.taken(plan) } else { error.into() }
                })?;
            }
            other => drop(other?),
        }
        records::forget(&self.rig, &plan.polecat).await?;
        self.existing(&plan.polecat).await
    }

    /// Makes room where the session's agent is dead. A live one stays.
    async fn clear_dead(&self, polecat: &PolecatName) -> Result<(), SessionError> {
        let session = self.rig.session(polecat).to_string();
        match self.session(polecat).await? {
            Some(found) if found.is_live() => Err(SessionError::SessionRunning { session }),
            Some(dead) => self.bury(&dead).await.map(drop),
            // The name is taken by what is no session of a polecat of ours, or it went meanwhile.
            None => self.refuse_other(session).await,
        }
    }

    async fn refuse_other(&self, session: String) -> Result<(), SessionError> {
        let panes = self.tools.tmux.panes_of(&session, mark::OPTIONS).await?;
        let Some(pane) = panes.first() else { return Ok(()) };
        let mark = pane.options.first().and_then(|value| Mark::decode(value));
        if mark.is_some_and(|mark| mark.is_of(&self.rig.home)) {
            return Err(SessionError::AgentGone { session });
        }
        Err(SessionError::NotOurs { session, rig: self.rig.name.to_string() })
    }

    fn taken(&self, plan: &Plan) -> SessionError {
        SessionError::SessionRunning { session: self.rig.session(&plan.polecat).to_string() }
    }

    async fn spec(
        &self,
        plan: &Plan,
        words: &FirstWords,
        owed: &Owed,
    ) -> Result<NewSession, SessionError> {
        let gt = path::find_program("gt", &plan.workdir).is_some();
        let config_dir = plan.config_dir.as_ref().map(|dir| dir.to_string_lossy());
        let env =
            startup::polecat_env(&self.rig, &plan.polecat, &plan.agent, config_dir.as_deref());
        let mut options: Vec<(String, String)> =
            theme::status_options(&self.rig, &plan.polecat, gt)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
        let mark = self.mark(plan).await;
        let encoded = mark.encode().map_err(|error| {
            SessionError::BadArgument(format!("`{}`: {error}", plan.workdir.display()))
        })?;
        options.push((mark::OPTION.to_owned(), encoded));
        options.push((OWED.to_owned(), owed.encode()));
        let name = self.rig.session(&plan.polecat).to_string();
        let argv = argv(plan, words);
        let unset = startup::unset(&plan.agent, &env);
        let env = env.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let told = vec![("GT_PANE_ID".to_owned(), "#{pane_id}".to_owned())];
        let spec = NewSession::new(name, &plan.workdir, argv);
        Ok(NewSession { env, unset, told, options, ..spec })
    }

    async fn mark(&self, plan: &Plan) -> Mark {
        Mark {
            home: self.rig.home.clone(),
            pane: None,
            agent: Some(plan.agent.name.clone()),
            command: shlex::try_join(plan.argv.iter().map(String::as_str))
                .unwrap_or_else(|_| plan.argv.join(" ")),
            workdir: plan.workdir.clone(),
            branch: git::branch(&plan.workdir).await.ok().flatten(),
            issue: plan.issue.as_ref().map(|(id, _)| id.to_string()),
            started_ms: Timestamp::now().as_millisecond(),
            starting: true,
        }
    }
}

/// The words to start. tmux's server may have another `PATH` than ours, in which the program was
/// found.
fn argv(plan: &Plan, words: &FirstWords) -> Vec<OsString> {
    let mut argv = plan.argv.clone();
    if let FirstWords::Argument(prompt) = words {
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
