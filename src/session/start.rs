//! Starting a polecat: settle, create, wait, verify.

use super::{
    error::SessionError,
    first_words::FirstWords,
    manager::SessionManager,
    mark::{self, Mark},
    plan::{Plan, StartOptions},
    ready::Readiness,
    table::Session,
};
use crate::core::{names::PolecatName, session::SessionInfo};

/// A polecat whose agent runs.
#[derive(Clone, Debug)]
pub struct Started {
    /// Its session.
    pub info: SessionInfo,
    /// What went wrong without being in the way.
    pub warnings: Vec<String>,
}

/// How a start tells of its steps.
pub(super) type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

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
        progress("starting: checking");
        let found = self.found(name, &options).await?;
        let choice = self.choose(&options).await?;
        let polecat = match found {
            Some(polecat) => polecat,
            None => self.create(name, options.issue.as_deref()).await?.polecat,
        };
        let plan = self.plan(polecat, choice, &options).await?;
        let words = self.first_words(&plan).await;
        progress("starting: creating the session");
        let session = self.create_session(&plan, &words).await?;
        progress("starting: waiting for the prompt");
        let (hooked, readiness) =
            tokio::join!(self.hook(&plan), self.wait_until_ready(&session, &plan, progress));
        let mut warnings: Vec<_> = plan.warnings.iter().cloned().chain(hooked).collect();
        match (self.verified(&session, &plan, readiness?).await?, &words) {
            (None, FirstWords::Typed(words)) if !words.is_empty() => {
                progress("starting: sending the first words");
                warnings.extend(self.say(&session, &plan.agent, words).await?);
            }
            // To a question, or to nobody, nothing is typed: that would answer it.
            (Some(warning), FirstWords::Typed(words)) if !words.is_empty() => {
                warnings.push(format!("{warning}; it was not told its first words"));
            }
            (warning, _) => warnings.extend(warning),
        }
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
            Readiness::Asking(question) => {
                Ok(Some(format!("`{}` waits for a person: `{question}`", plan.agent.name)))
            }
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
        Ok(self.seen(&now).await)
    }
}
