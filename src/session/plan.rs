//! What a start will do, settled and checked before anything is created.

use std::path::{Path, PathBuf};

use super::{error::SessionError, manager::SessionManager, settings::AgentSettings};
use crate::{
    core::{
        agent::{self, Agent, DEFAULT_AGENT, Ready},
        command::CommandLine,
        names::{IssueId, PolecatName},
    },
    host::{path, polecats, tracker::Issue},
};

/// How a session is to be started; what is absent is found out.
#[derive(Clone, Debug, Default)]
pub struct StartOptions {
    /// Create the polecat first, when it does not exist.
    pub new: bool,
    /// The issue it is to work on.
    pub issue: Option<String>,
    /// The agent's name.
    pub agent: Option<String>,
    /// The account's handle.
    pub account: Option<String>,
    /// Where it works, in place of its worktree.
    pub workdir: Option<PathBuf>,
    /// The agent's configuration folder.
    pub config_dir: Option<PathBuf>,
    /// A command line in place of the agent's.
    pub command: Option<String>,
}

/// A start whose parts all exist.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) polecat: PolecatName,
    pub(super) workdir: PathBuf,
    pub(super) agent: Agent,
    /// The words of the command, the program first.
    pub(super) argv: Vec<String>,
    /// The agent's configuration folder.
    pub(super) config_dir: Option<PathBuf>,
    pub(super) issue: Option<(IssueId, Issue)>,
}

impl SessionManager {
    /// Settles a start of `polecat`.
    pub(super) async fn plan(
        &self,
        polecat: PolecatName,
        options: &StartOptions,
    ) -> Result<Plan, SessionError> {
        let workdir = self.workdir(&polecat, options.workdir.as_deref()).await?;
        let (agent, argv) = self.command(options)?;
        if let Some(program) = argv.first() {
            require_program(program, &workdir)?;
        }
        let config_dir = options.config_dir.as_ref().map(|dir| self.rig.path.join(dir));
        let issue = self.issue(options.issue.as_deref(), &workdir).await?;
        Ok(Plan { polecat, workdir, agent, argv, config_dir, issue })
    }

    async fn workdir(
        &self,
        polecat: &PolecatName,
        given: Option<&Path>,
    ) -> Result<PathBuf, SessionError> {
        let path = match given {
            // `join` leaves an absolute path as it is.
            Some(given) => self.rig.path.join(given),
            None => polecats::workdir(&self.rig, polecat).await?,
        };
        match tokio::fs::metadata(&path).await {
            Ok(found) if found.is_dir() => Ok(path),
            _ => Err(SessionError::WorkdirMissing { path }),
        }
    }

    /// The agent and the words of its command.
    fn command(&self, options: &StartOptions) -> Result<(Agent, Vec<String>), SessionError> {
        if options.account.is_some() {
            // Accounts stand in gastown's settings files, which are not read yet.
            let message = "`account` is not supported yet: use `config_dir`".to_owned();
            return Err(SessionError::BadArgument(message));
        }
        if let Some(text) = &options.command {
            let command = CommandLine::parse(text)
                .map_err(|error| SessionError::BadArgument(format!("`cmd`: {error}")))?;
            return Ok((self.custom(options.agent.as_deref(), &command)?, command.argv().to_vec()));
        }
        let settings = &self.tools.settings;
        let name = options.agent.as_deref().or(settings.agent.as_deref()).unwrap_or(DEFAULT_AGENT);
        let agent = self.agent(name)?;
        let argv = agent.argv();
        Ok((agent, argv))
    }

    /// The agent of a command line of the user's own: whom it names, else nobody known.
    fn custom(&self, name: Option<&str>, command: &CommandLine) -> Result<Agent, SessionError> {
        match name {
            Some(name) => self.agent(name),
            None => Ok(Agent::generic("cmd", command.program().unwrap_or("/bin/sh"), &[])),
        }
    }

    /// The agent `name`: the configuration's, over the preset of that name.
    fn agent(&self, name: &str) -> Result<Agent, SessionError> {
        let preset = agent::preset(name);
        match (self.tools.settings.agents.get(name), preset) {
            (Some(settings), preset) => configured(name, settings, preset),
            (None, Some(preset)) => Ok(preset),
            (None, None) => Err(SessionError::BadArgument(format!(
                "unknown agent `{}`: known are {}",
                crate::core::names::shown(name),
                self.agents().join(", ")
            ))),
        }
    }

    /// The names of all agents that can be started.
    pub(super) fn agents(&self) -> Vec<String> {
        let presets = agent::preset_names().map(str::to_owned);
        let mut names: Vec<_> = presets.chain(self.tools.settings.agents.keys().cloned()).collect();
        names.sort();
        names.dedup();
        names
    }

    async fn issue(
        &self,
        issue: Option<&str>,
        workdir: &Path,
    ) -> Result<Option<(IssueId, Issue)>, SessionError> {
        let Some(issue) = issue else { return Ok(None) };
        let id = IssueId::parse(issue)?;
        let dir = self.tracker_dir(workdir.to_owned());
        let issue = self.tools.tracker.show(&id, &dir).await?;
        Ok(Some((id, issue)))
    }
}

fn configured(
    name: &str,
    settings: &AgentSettings,
    preset: Option<Agent>,
) -> Result<Agent, SessionError> {
    let base = match (preset, &settings.command) {
        (Some(preset), _) => preset,
        (None, Some(command)) => Agent::generic(name, command, &[]),
        (None, None) => {
            let message = format!("`agents.{name}.command` is missing");
            return Err(SessionError::ConfigInvalid(message));
        }
    };
    let or = |given: &Option<String>, base: Option<String>| given.clone().or(base);
    Ok(Agent {
        name: name.to_owned(),
        command: settings.command.clone().unwrap_or(base.command),
        args: settings.args.clone().unwrap_or(base.args),
        env: if settings.env.is_empty() { base.env } else { settings.env.clone() },
        process_names: settings.process_names.clone().unwrap_or(base.process_names),
        ready: Ready {
            prompt: or(&settings.prompt, base.ready.prompt),
            title: or(&settings.title, base.ready.title),
            delay_ms: settings.delay_ms.unwrap_or(base.ready.delay_ms),
        },
        ..base
    })
}

fn require_program(program: &str, workdir: &Path) -> Result<(), SessionError> {
    match path::find_program(program, workdir) {
        Some(_) => Ok(()),
        None => Err(SessionError::CommandNotFound { program: program.to_owned() }),
    }
}
