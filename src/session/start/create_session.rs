//! The session of a start: created in one step, or in place of a dead one.

use std::ffi::OsString;

use jiff::Timestamp;

use crate::{
    core::{names::PolecatName, startup, theme},
    host::{
        git, heartbeats,
        locks::{GastownPolecat, Gate},
        path, polecats, records,
    },
    session::{
        context::RigContext,
        error::SessionError,
        sessions::{
            list::Session,
            metadata::{self, Metadata},
            pending::{OWED, PendingPrompts},
            status::LeftOver,
        },
        start::{plan::Plan, prompts::FirstWords},
    },
    tmux::{NewSession, TmuxError},
};

impl RigContext {
    /// Creates the session. tmux decides who is first: of two that try at once, one is told
    /// that the name is taken, and looks then whether what is there may be replaced.
    pub(in crate::session) async fn create_session(
        &self,
        plan: &Plan,
        words: &FirstWords,
        owed: &PendingPrompts,
    ) -> Result<Session, SessionError> {
        let spec = self.spec(plan, words, owed).await?;
        // gastown may be about to reset the worktree, or to remove it.
        let _gastown = GastownPolecat::lock(&self.rig, &plan.polecat).await?;
        // Whoever removes a polecat waits for this before the last look for a session.
        let _gate = Gate::share(&self.rig).await?;
        polecats::require(&self.rig, &plan.polecat).await?;
        self.make_room(&plan.polecat).await?;
        match self.create_new(plan, &spec).await {
            // By somebody who was quicker, or by what is no session of a polecat of ours.
            Err(error) if error.is_duplicate_session() => {
                self.make_room(&plan.polecat).await?;
                self.refuse_other(&plan.polecat).await?;
                self.create_new(plan, &spec).await.map_err(|error| {
                    if error.is_duplicate_session() { self.taken(plan) } else { error }
                })?;
            }
            other => other?,
        }
        records::delete(&self.rig, &plan.polecat).await?;
        self.existing(&plan.polecat).await
    }

    /// Creates the session where there is none of that name.
    async fn create_new(&self, plan: &Plan, spec: &NewSession) -> Result<(), SessionError> {
        // First: by an old one gastown would take the new session for dead.
        heartbeats::keep(&self.rig, &plan.polecat).await?;
        let created = self.tmux.create_session(spec).await;
        // Without an answer there may be one all the same.
        if created.as_ref().is_err_and(|error| !matches!(error, TmuxError::NoAnswer { .. })) {
            heartbeats::delete(&self.rig, &plan.polecat).await?;
        }
        Ok(created.map(drop)?)
    }

    /// Makes room where the polecat's agent is dead, wherever its pane is. A live one stays.
    async fn make_room(&self, polecat: &PolecatName) -> Result<(), SessionError> {
        match self.require_no_agent(polecat).await? {
            Some(dead) => self.bury(&dead).await.map(drop),
            None => Ok(()),
        }
    }

    /// Refuses while an agent of the polecat lives anywhere on the server; gives a dead one.
    pub(in crate::session) async fn require_no_agent(
        &self,
        polecat: &PolecatName,
    ) -> Result<Option<Session>, SessionError> {
        // All of the server's panes: that of the session which has the polecat's name may be dead
        // while another was moved elsewhere.
        match self.facts_anywhere(polecat).await? {
            Some(found) if found.is_live() => Err(self.in_the_way(&found)),
            dead => Ok(dead),
        }
    }

    /// The refusal of what the living agent of `session` is in the way of.
    fn in_the_way(&self, found: &Session) -> SessionError {
        let session = found.pane.session_name.clone();
        if !found.is_moved(&self.rig) {
            return SessionError::SessionRunning { session };
        }
        let (polecat, pane) = (found.polecat.to_string(), found.pane.pane_id.to_string());
        SessionError::AgentElsewhere { polecat, session, pane }
    }

    /// Refuses where the polecat's session lives on without its agent.
    pub(in crate::session) async fn refuse_left_over(
        &self,
        polecat: &PolecatName,
    ) -> Result<(), SessionError> {
        let session = self.rig.session(polecat).to_string();
        match self.left_over(polecat).await? {
            Some(LeftOver::Ours) => Err(SessionError::AgentGone { session }),
            Some(LeftOver::Others) | None => Ok(()),
        }
    }

    /// The same where somebody else has a session of that name.
    async fn refuse_other(&self, polecat: &PolecatName) -> Result<(), SessionError> {
        let session = self.rig.session(polecat).to_string();
        match self.left_over(polecat).await? {
            Some(LeftOver::Ours) => Err(SessionError::AgentGone { session }),
            Some(LeftOver::Others) => {
                Err(SessionError::NotOurs { session, rig: self.rig.name.to_string() })
            }
            None => Ok(()),
        }
    }

    fn taken(&self, plan: &Plan) -> SessionError {
        SessionError::SessionRunning { session: self.rig.session(&plan.polecat).to_string() }
    }

    async fn spec(
        &self,
        plan: &Plan,
        words: &FirstWords,
        owed: &PendingPrompts,
    ) -> Result<NewSession, SessionError> {
        let gt = self.gt().is_some();
        let mark = self.mark(plan).await;
        let env = self.environment(plan, mark.branch.as_deref()).await;
        let mut options: Vec<(String, String)> =
            theme::status_options(&self.rig, &plan.polecat, gt)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
        let encoded = |mark: &Metadata| {
            let mark = mark.encode().map_err(|error| {
                SessionError::BadArgument(format!("`{}`: {error}", plan.workdir.display()))
            })?;
            Ok::<_, SessionError>((metadata::OPTION.to_owned(), mark))
        };
        options.push(encoded(&Metadata::of_session(&self.rig.home))?);
        let pane_options = vec![encoded(&mark)?, (OWED.to_owned(), owed.encode())];
        let name = self.rig.session(&plan.polecat).to_string();
        let argv = argv(plan, words);
        let unset = startup::unset(&plan.agent, &env);
        let env = env.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let told = vec![("GT_PANE_ID".to_owned(), "#{pane_id}".to_owned())];
        let spec = NewSession::new(name, &plan.workdir, argv);
        Ok(NewSession { env, unset, told, options, pane_options, ..spec })
    }

    async fn mark(&self, plan: &Plan) -> Metadata {
        Metadata {
            home: self.rig.home.clone(),
            polecat: Some(plan.polecat.to_string()),
            pane: None,
            pid: None,
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
