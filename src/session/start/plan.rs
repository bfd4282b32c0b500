//! The plan of a start, checked before anything is created.

use std::path::{Path, PathBuf};

use crate::{
    core::{
        agent::Agent,
        names::{IssueId, PolecatName},
        session::attempt::Attempt,
    },
    host::{polecats, session_settings::SessionSettings, tracker::Issue},
    session::{
        error::SessionError,
        messages::recipient::Recipient,
        sessions::{event_source::EventSource, metadata::first_line},
        start::{Starter, conversation::Begins, options::StartOptions, resolve_agent::AgentChoice},
    },
};

/// A start with everything it needs.
#[derive(Clone, Debug)]
pub(in crate::session) struct Plan {
    pub(in crate::session) polecat: PolecatName,
    pub(in crate::session) workdir: PathBuf,
    pub(in crate::session) agent: Agent,
    /// The command line, the program first.
    pub(in crate::session) argv: Vec<String>,
    /// The account's handle.
    pub(in crate::session) account: Option<String>,
    /// The agent's configuration folder.
    pub(in crate::session) config_dir: Option<PathBuf>,
    /// The conversation that it begins with.
    pub(in crate::session) begins: Begins,
    /// What the record of it says besides.
    pub(in crate::session) given: StartOverrides,
    pub(in crate::session) issue: Option<(IssueId, Issue)>,
    /// Which of several attempts at one task it is.
    pub(in crate::session) attempt: Option<Attempt>,
    /// The file of settings that its session is given.
    pub(in crate::session) settings: Option<SessionSettings>,
    /// What a person tells it first.
    pub(in crate::session) prompt: Option<String>,
    /// Whether its hooks call `gt prime` at startup.
    pub(in crate::session) is_primed: bool,
    /// Where it shall serve its events, once that is decided.
    pub(in crate::session) events: Option<EventSource>,
    /// Settings that could not be applied.
    pub(in crate::session) warnings: Vec<String>,
}

/// What a person gave in place of what the agent and the polecat have.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct StartOverrides {
    /// The command line.
    pub(in crate::session) command: Option<String>,
    /// The working directory.
    pub(in crate::session) workdir: bool,
    /// What is to be allowed at the next start because a person has said it at this one.
    pub(in crate::session) said: Option<AgentChoice>,
}

impl Plan {
    /// With the conversation on the command line.
    pub(in crate::session) fn with_conversation(mut self) -> Self {
        if let Some(told) = self.begins.told()
            && let Some(argv) = self.agent.with_conversation(self.argv.clone(), told)
        {
            self.argv = argv;
        }
        self
    }
}

impl Starter {
    /// Plans a start of `polecat`, and installs the hooks that its agent reads at startup.
    pub(in crate::session) async fn plan(
        &self,
        polecat: PolecatName,
        mut choice: AgentChoice,
        begins: Begins,
        options: &StartOptions,
    ) -> Result<Plan, SessionError> {
        let workdir = self.workdir(&polecat, options.workdir.as_deref()).await?;
        if let Some(program) = choice.argv.first() {
            self.require_program(program, &workdir).await?;
        }
        let issue = self.issue(options.issue.as_deref(), &workdir).await?;
        let begins = self.with_id(begins, &choice).await;
        let given = StartOverrides {
            command: options.command.clone(),
            workdir: options.workdir.is_some(),
            said: Some(choice.clone()),
        };
        let hooks = self.load_hooks(&choice, &workdir).await?;
        choice.argv.extend(hooks.args);
        choice.warnings.extend(hooks.warning);
        let towns = hooks.towns.as_ref();
        let settings = self.give_settings(&mut choice, &polecat, &workdir, towns).await;
        let is_primed = hooks.is_primed && (towns.is_none() || settings.has_towns);
        let AgentChoice { agent, argv, account, config_dir, warnings, .. } = choice;
        let settings = settings.file;
        let (prompt, attempt, events) = (options.prompt.clone(), options.attempt.clone(), None);
        let plan = Plan {
            polecat,
            workdir,
            agent,
            argv,
            account,
            config_dir,
            begins,
            given,
            issue,
            attempt,
            settings,
            prompt,
            is_primed,
            events,
            warnings,
        };
        Ok(plan)
    }

    pub(in crate::session) async fn workdir(
        &self,
        polecat: &PolecatName,
        given: Option<&Path>,
    ) -> Result<PathBuf, SessionError> {
        let path = match given {
            // `join` keeps an absolute path; `components` drops a trailing slash.
            Some(given) => self.context.rig.path.join(given).components().collect(),
            None => polecats::workdir(&self.context.rig, polecat).await?,
        };
        match tokio::fs::metadata(&path).await {
            Ok(found) if found.is_dir() => Ok(path),
            _ => Err(SessionError::WorkdirMissing { path }),
        }
    }

    async fn issue(
        &self,
        issue: Option<&str>,
        workdir: &Path,
    ) -> Result<Option<(IssueId, Issue)>, SessionError> {
        let Some(issue) = issue else { return Ok(None) };
        let id = IssueId::parse(issue)?;
        let dir = self.context.tracker_dir(workdir.to_owned());
        let issue = self.context.shared.tracker.show(&id, &dir).await?;
        Ok(Some((id, issue)))
    }
}

impl Plan {
    /// What it is to do, in a few words: the issue's title, else how the prompt begins.
    pub(in crate::session) fn task(&self) -> Option<String> {
        let issue = self.issue.as_ref().map(|(_, issue)| issue.title.as_str());
        first_line(issue.or(self.prompt.as_deref())?)
    }
}

impl From<&Plan> for Recipient {
    fn from(plan: &Plan) -> Self {
        Self::new(plan.agent.clone(), plan.argv.get(1..).unwrap_or_default().to_vec())
    }
}
