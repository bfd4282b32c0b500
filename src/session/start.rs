//! Starting a polecat: settle, create, wait, verify.

use std::ffi::OsString;

use jiff::Timestamp;

use super::{
    error::SessionError,
    manager::SessionManager,
    mark::{self, Mark},
    plan::{Plan, StartOptions},
    ready::Readiness,
    table::Session,
};
use crate::{
    core::{names::PolecatName, session::SessionInfo, startup, theme},
    host::{git, path, records},
    tmux::NewSession,
};

/// A polecat whose agent runs.
#[derive(Clone, Debug)]
pub struct Started {
    /// Its session.
    pub info: SessionInfo,
    /// What went wrong without being in the way.
    pub warnings: Vec<String>,
}

/// How a start tells of its steps.
type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

impl SessionManager {
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
        progress("checking");
        let found = self.found(name, &options).await?;
        let choice = self.choose(&options).await?;
        let polecat = match found {
            Some(polecat) => polecat,
            None => self.create(name, options.issue.as_deref()).await?.polecat,
        };
        let plan = self.plan(polecat, choice, &options).await?;
        progress("creating the session");
        let session = self.create_session(&plan).await?;
        progress("waiting for the agent");
        let (hooked, readiness) =
            tokio::join!(self.hook(&plan), self.wait_until_ready(&session, &plan.agent));
        let mut warnings: Vec<_> = plan.warnings.iter().cloned().chain(hooked).collect();
        warnings.extend(self.verified(&session, &plan, readiness?).await?);
        let info = self.settled(&plan.polecat, session).await?;
        Ok(Started { info, warnings })
    }

    /// The polecat, or none where it is to be made: not before all else is known to be there.
    async fn found(
        &self,
        name: &str,
        options: &StartOptions,
    ) -> Result<Option<PolecatName>, SessionError> {
        match self.known(name).await {
            Err(SessionError::PolecatNotFound { .. }) if options.new => Ok(None),
            other => other.map(Some),
        }
    }

    /// Creates the session. tmux decides who is first: of two that try at once, one is told
    /// that the name is taken, and looks then whether what is there may be replaced.
    async fn create_session(&self, plan: &Plan) -> Result<Session, SessionError> {
        let spec = self.spec(plan).await?;
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
            // The name is taken by a session of another rig, or it went meanwhile.
            None => self.refuse_foreign(&session).await,
        }
    }

    async fn refuse_foreign(&self, session: &str) -> Result<(), SessionError> {
        if self.panes().await?.iter().any(|pane| pane.session_name == session) {
            let (session, rig) = (session.to_owned(), self.rig.name.to_string());
            return Err(SessionError::NotOurs { session, rig });
        }
        Ok(())
    }

    fn taken(&self, plan: &Plan) -> SessionError {
        SessionError::SessionRunning { session: self.rig.session(&plan.polecat).to_string() }
    }

    async fn spec(&self, plan: &Plan) -> Result<NewSession, SessionError> {
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
        let name = self.rig.session(&plan.polecat).to_string();
        let argv = Self::argv(plan);
        let unset = startup::unset(&plan.agent, &env);
        let env = env.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let told = vec![("GT_PANE_ID".to_owned(), "#{pane_id}".to_owned())];
        let spec = NewSession::new(name, &plan.workdir, argv);
        Ok(NewSession { env, unset, told, options, ..spec })
    }

    /// The words to start. tmux's server may have another `PATH` than ours, in which the program
    /// was found.
    fn argv(plan: &Plan) -> Vec<OsString> {
        let mut argv: Vec<OsString> = plan.argv.iter().map(Into::into).collect();
        if let Some(program) = argv.first_mut()
            && let Some(found) = path::find_program(&program.to_string_lossy(), &plan.workdir)
        {
            *program = found.into();
        }
        argv
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

    /// Puts the issue on the polecat's hook. A tracker that fails is no reason to have no agent.
    async fn hook(&self, plan: &Plan) -> Option<String> {
        let (issue, _) = plan.issue.as_ref()?;
        let assignee = self.rig.agent_id(&plan.polecat);
        let dir = self.tracker_dir(plan.workdir.clone());
        let error = self.tools.tracker.hook(issue, &assignee, &dir).await.err()?;
        Some(format!("could not hook issue `{issue}`: {error}"))
    }

    /// Turns how the wait ended into a start that went well, perhaps with a warning, or not.
    async fn verified(
        &self,
        session: &Session,
        plan: &Plan,
        readiness: Readiness,
    ) -> Result<Option<String>, SessionError> {
        let name = session.pane.session_name.clone();
        match readiness {
            Readiness::Ready => Ok(None),
            Readiness::NotInTime(seen) => Ok(Some(format!(
                "`{}` has not shown a prompt yet; its last line: `{seen}`",
                plan.agent.name
            ))),
            Readiness::Gone => Err(SessionError::Cancelled { session: name }),
            Readiness::Dead(dead) => {
                let exit = Box::new(self.bury(&dead).await?);
                Err(SessionError::DiedDuringStartup { session: name, exit })
            }
        }
    }

    /// The last look: the agent lives, and its session says that the start is over.
    async fn settled(
        &self,
        polecat: &PolecatName,
        created: Session,
    ) -> Result<SessionInfo, SessionError> {
        let mark = Mark {
            starting: false,
            pane: Some(created.pane.pane_id.to_string()),
            ..created.mark.unwrap_or_default()
        };
        if let Ok(value) = mark.encode() {
            self.tools
                .tmux
                .set_session_option(created.pane.session_id, mark::OPTION, &value)
                .await?;
        }
        let Some(now) = self.session(polecat).await? else {
            return Err(SessionError::Cancelled { session: created.pane.session_name });
        };
        if !now.is_live() {
            let exit = Box::new(self.bury(&now).await?);
            let session = created.pane.session_name;
            return Err(SessionError::DiedDuringStartup { session, exit });
        }
        Ok(now.info(&self.rig, Timestamp::now()))
    }
}
