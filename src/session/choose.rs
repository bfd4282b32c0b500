//! Which agent is started, with which words and whose account: all that a start can know before
//! it has a polecat.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::{error::SessionError, manager::SessionManager, plan::StartOptions};
use crate::{
    core::{
        agent::{ACCOUNT_VARIABLE, Agent, PromptMode, preset_of_program},
        command::CommandLine,
        settings::{Accounts, BadAccount, File, Sources, Unresolved, WhoAsked, expanded},
    },
    host::{self, HostError, path},
};

/// An agent to be started.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) agent: Agent,
    /// The words of the command, the program first.
    pub(super) argv: Vec<String>,
    /// The agent's configuration folder.
    pub(super) config_dir: Option<PathBuf>,
    /// What of the settings could not be followed.
    pub(super) warnings: Vec<String>,
}

impl SessionManager {
    /// Settles what is to be started. Nothing was created when this fails.
    pub(super) async fn choose(&self, options: &StartOptions) -> Result<Choice, SessionError> {
        let mut choice = match &options.command {
            Some(text) => self.of_command(text, options.agent.as_deref()).await?,
            None => self.of_settings(options.agent.as_deref()).await?,
        };
        choice.config_dir = self.config_dir(&choice.agent, options).await?;
        if let Some(program) = choice.argv.first().filter(|program| is_found_anywhere(program)) {
            require_program(program, &self.rig.path)?;
        }
        Ok(choice)
    }

    /// The names of all agents that can be started. What a broken file says is left out: who
    /// starts one is told.
    pub(super) async fn agents(&self) -> Vec<String> {
        let sources = host::settings::agents(&self.rig).await.unwrap_or_default();
        self.with_configuration(sources).names()
    }

    /// The agent of the settings and of the configuration, without anyone's account.
    pub(super) async fn of_settings(&self, asked: Option<&str>) -> Result<Choice, SessionError> {
        let sources = host::settings::agents(&self.rig).await.map_err(unreadable)?;
        let on_path = |program: &str| path::find_program(program, &self.rig.path).is_some();
        let resolved = self.with_configuration(sources).resolve(asked, &on_path)?;
        let (agent, warnings) = (resolved.agent, resolved.warnings);
        Ok(Choice { argv: agent.argv(), agent, config_dir: None, warnings })
    }

    /// A command line of the user's own. Whom it runs is told by `agent=`, else by its program.
    async fn of_command(&self, text: &str, asked: Option<&str>) -> Result<Choice, SessionError> {
        let command = CommandLine::parse(text)
            .map_err(|error| SessionError::BadArgument(format!("`cmd`: {error}")))?;
        let (agent, warnings) = match asked {
            Some(_) => {
                let choice = self.of_settings(asked).await?;
                (choice.agent, choice.warnings)
            }
            None => (unnamed(&command), Vec::new()),
        };
        let argv = command.argv().to_vec();
        let agent = Agent {
            command: argv.first().cloned().unwrap_or_default(),
            args: argv.iter().skip(1).cloned().collect(),
            // It is run as it was written.
            wrapper: Vec::new(),
            hook_args: Vec::new(),
            prompt_mode: PromptMode::Typed,
            ..agent
        };
        Ok(Choice { agent, argv, config_dir: None, warnings })
    }

    fn with_configuration(&self, sources: Sources) -> Sources {
        let settings = &self.tools.settings;
        Sources { agent: settings.agent.clone(), agents: settings.agents.clone(), ..sources }
    }

    async fn config_dir(
        &self,
        agent: &Agent,
        options: &StartOptions,
    ) -> Result<Option<PathBuf>, SessionError> {
        let home = env::var_os("HOME").map(PathBuf::from);
        let home = home.as_deref();
        let dir = match (&options.config_dir, &options.account) {
            (Some(dir), _) => {
                require_variable("config_dir", agent)?;
                Some(given(dir, home)?)
            }
            (None, Some(handle)) => {
                require_variable("account", agent)?;
                Some(self.account(handle, home).await?)
            }
            (None, None) => self.usual_account(agent, home).await?,
        };
        // Component by component: without the slash that Neovim puts behind a folder.
        Ok(dir.map(|dir| self.rig.path.join(dir).components().collect()))
    }

    async fn account(&self, handle: &str, home: Option<&Path>) -> Result<PathBuf, SessionError> {
        let Some(file) = self.accounts().await? else {
            let handle = crate::core::names::shown(handle);
            let missing = match host::settings::accounts_path(&self.rig) {
                Some(path) => format!("there is no file `{}`", path.display()),
                None => format!("rig `{}` is in no town, which would have some", self.rig.name),
            };
            let message = format!("`account` names account `{handle}`, but {missing}");
            return Err(SessionError::BadArgument(message));
        };
        Ok(file.folder(handle, WhoAsked::Command, home)?)
    }

    /// The account that nobody asked for: an agent of another kind has nothing to do with it.
    async fn usual_account(
        &self,
        agent: &Agent,
        home: Option<&Path>,
    ) -> Result<Option<PathBuf>, SessionError> {
        if agent.config_dir_env.as_deref() != Some(ACCOUNT_VARIABLE) {
            return Ok(None);
        }
        let Some(file) = self.accounts().await? else { return Ok(None) };
        match env::var("GT_ACCOUNT").ok().filter(|handle| !handle.is_empty()) {
            Some(handle) => Ok(Some(file.folder(&handle, WhoAsked::Environment, home)?)),
            None => Ok(file.default_folder(home)),
        }
    }

    async fn accounts(&self) -> Result<Option<File<Accounts>>, SessionError> {
        host::settings::accounts(&self.rig).await.map_err(unreadable)
    }
}

/// The agent of a command line that names none: what its program is known for. Of another one
/// gastown assumes that it keeps its configuration as claude does.
fn unnamed(command: &CommandLine) -> Agent {
    command.program().and_then(preset_of_program).unwrap_or_else(|| Agent {
        config_dir_env: Some(ACCOUNT_VARIABLE.to_owned()),
        ..Agent::generic("cmd", command.program().unwrap_or("/bin/sh"), &[])
    })
}

fn given(dir: &Path, home: Option<&Path>) -> Result<PathBuf, SessionError> {
    match dir.to_str() {
        Some("") => Err(SessionError::BadArgument("`config_dir` is empty".to_owned())),
        Some(text) => Ok(expanded(text, home)),
        None => Ok(dir.to_owned()),
    }
}

fn require_variable(argument: &str, agent: &Agent) -> Result<(), SessionError> {
    if agent.config_dir_env.is_some() {
        return Ok(());
    }
    let name = &agent.name;
    Err(SessionError::BadArgument(format!(
        "`{argument}`: no variable is known that tells agent `{name}` its configuration folder: \
         `agents.{name}.config_dir_env` of the configuration can name one"
    )))
}

/// Whether where it is does not depend on the folder it is started in.
fn is_found_anywhere(program: &str) -> bool {
    program.starts_with('/') || !program.contains('/')
}

/// Refuses a program that cannot be started in `dir`.
pub(super) fn require_program(program: &str, dir: &Path) -> Result<(), SessionError> {
    match path::find_program(program, dir) {
        Some(_) => Ok(()),
        None => Err(SessionError::CommandNotFound { program: program.to_owned() }),
    }
}

/// A settings file that says nothing we understand is a mistake in the configuration, also where
/// it cannot even be read.
fn unreadable(error: HostError) -> SessionError {
    match error {
        HostError::Broken { .. } | HostError::Read { .. } => {
            SessionError::ConfigInvalid(error.to_string())
        }
        other => other.into(),
    }
}

impl From<Unresolved> for SessionError {
    fn from(error: Unresolved) -> Self {
        match error {
            Unresolved::Asked(message) => Self::BadArgument(message),
            Unresolved::Configured { .. } | Unresolved::Setting(_) => {
                Self::ConfigInvalid(error.to_string())
            }
        }
    }
}

impl From<BadAccount> for SessionError {
    fn from(error: BadAccount) -> Self {
        Self::BadArgument(error.to_string())
    }
}
