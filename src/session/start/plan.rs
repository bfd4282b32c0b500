//! The plan of a start, checked before anything is created.

use std::path::{Path, PathBuf};

use crate::{
    core::{
        agent::Agent,
        names::{IssueId, PolecatName},
    },
    host::{polecats, tracker::Issue},
    session::{
        error::SessionError,
        messages::recipient::Recipient,
        start::{
            Starter,
            options::StartOptions,
            resolve_agent::{Choice, require_program},
        },
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
    /// The agent's configuration folder.
    pub(in crate::session) config_dir: Option<PathBuf>,
    pub(in crate::session) issue: Option<(IssueId, Issue)>,
    /// Whether its hooks call `gt prime` at startup.
    pub(in crate::session) is_primed: bool,
    /// Settings that could not be applied.
    pub(in crate::session) warnings: Vec<String>,
}

impl Starter {
    /// Plans a start of `polecat`, and installs the hooks that its agent reads at startup.
    pub(in crate::session) async fn plan(
        &self,
        polecat: PolecatName,
        choice: Choice,
        options: &StartOptions,
    ) -> Result<Plan, SessionError> {
        let workdir = self.workdir(&polecat, options.workdir.as_deref()).await?;
        if let Some(program) = choice.argv.first() {
            require_program(program, &workdir)?;
        }
        let issue = self.issue(options.issue.as_deref(), &workdir).await?;
        let hooks = self.load_hooks(&choice, &workdir).await?;
        let Choice { agent, mut argv, config_dir, mut warnings, .. } = choice;
        argv.extend(hooks.args);
        warnings.extend(hooks.warning);
        let is_primed = hooks.is_primed;
        Ok(Plan { polecat, workdir, agent, argv, config_dir, issue, is_primed, warnings })
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

impl From<&Plan> for Recipient {
    fn from(plan: &Plan) -> Self {
        Self::new(plan.agent.clone(), plan.argv.get(1..).unwrap_or_default().to_vec())
    }
}
