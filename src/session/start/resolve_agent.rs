//! Which agent is started, with which words and whose account: all that a start can know before
//! it has a polecat.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    core::{
        agent::{ACCOUNT_VARIABLE, Agent, preset_of_program},
        command::CommandLine,
        settings::{Accounts, BadAccount, File, Resolved, WhoAsked, expanded},
    },
    host::{self, path},
    session::{
        agents::unreadable,
        error::SessionError,
        start::{Starter, options::StartOptions},
    },
};

/// An agent to be started.
#[derive(Clone, Debug)]
pub(in crate::session) struct Choice {
    pub(in crate::session) agent: Agent,
    /// The words of the command, the program first.
    pub(in crate::session) argv: Vec<String>,
    /// The agent's configuration folder.
    pub(in crate::session) config_dir: Option<PathBuf>,
    /// What says so of all this, where it is not the user.
    pub(in crate::session) origin: Origin,
    /// The request that was allowed for this start, by its id.
    pub(in crate::session) allowed: Option<String>,
    /// What of the settings could not be followed.
    pub(in crate::session) warnings: Vec<String>,
}

/// Which files of the project made a choice what it is.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct Origin {
    /// Whether the command line is the user's own.
    pub(in crate::session) own_command: bool,
    /// Those that made the agent another one than any that is known.
    pub(in crate::session) agent: Vec<PathBuf>,
    /// The one that named the configuration folder.
    pub(in crate::session) config_dir: Option<PathBuf>,
}

impl Choice {
    fn of(agent: Agent) -> Self {
        let (argv, origin) = (agent.argv(), Origin::default());
        Self { agent, argv, config_dir: None, origin, allowed: None, warnings: Vec::new() }
    }
}

impl Starter {
    /// Settles what is to be started, and that a person allows what files of the project want run.
    /// `workdir` is where, when it is there already. Nothing was created when this fails.
    pub(in crate::session) async fn choose(
        &self,
        options: &StartOptions,
        workdir: Option<&Path>,
    ) -> Result<Choice, SessionError> {
        let (asked, command) = (options.agent.as_deref(), options.command.as_deref());
        let command = command.map(parse).transpose()?;
        let mut choice = self.chosen(asked, command.as_ref()).await?;
        choice.config_dir = self.config_dir(&mut choice, options).await?;
        if let Some(program) = choice.argv.first().filter(|program| is_found_anywhere(program)) {
            require_program(program, &self.context.rig.path)?;
        }
        choice.allowed = self.leave(&choice, workdir, options.allowed.as_ref()).await?;
        Ok(choice)
    }

    /// The agent, run by a command line of the user's own where there is one: whom that runs is told
    /// by `agent=`, else by its program.
    async fn chosen(
        &self,
        asked: Option<&str>,
        command: Option<&CommandLine>,
    ) -> Result<Choice, SessionError> {
        let argv = command.map(CommandLine::argv);
        if let (None, Some(command)) = (asked, command) {
            let choice = Choice::of(unnamed(command).with_command(command.argv()));
            return Ok(Choice {
                origin: Origin { own_command: true, ..Origin::default() },
                ..choice
            });
        }
        let sources = self.context.agents().sources().await?;
        let on_path = |program: &str| self.context.agents().is_on_path(program);
        let Resolved { agent, warnings } = sources.resolve(asked, &on_path)?;
        let agent = match argv {
            Some(argv) => agent.with_command(argv),
            None => agent,
        };
        let files = sources.deciding(asked, argv, &on_path);
        let origin = Origin { own_command: argv.is_some(), agent: files, config_dir: None };
        Ok(Choice { origin, warnings, ..Choice::of(agent) })
    }

    async fn config_dir(
        &self,
        choice: &mut Choice,
        options: &StartOptions,
    ) -> Result<Option<PathBuf>, SessionError> {
        let home = env::var_os("HOME").map(PathBuf::from);
        let (home, agent) = (home.as_deref(), &choice.agent);
        let dir = match (&options.config_dir, &options.account) {
            (Some(dir), _) => {
                require_variable("config_dir", agent)?;
                Some(given(dir, home)?)
            }
            (None, Some(handle)) => {
                require_variable("account", agent)?;
                Some(self.account(handle, home).await?)
            }
            (None, None) => {
                let (dir, warning) = self.usual_account(agent, home).await?;
                choice.warnings.extend(warning);
                dir
            }
        };
        if dir.is_some() && options.config_dir.is_none() {
            choice.origin.config_dir = host::settings::accounts_path(&self.context.rig);
        }
        // Component by component: without the slash that Neovim puts behind a folder.
        Ok(dir.map(|dir| self.context.rig.path.join(dir).components().collect()))
    }

    async fn account(&self, handle: &str, home: Option<&Path>) -> Result<PathBuf, SessionError> {
        let Some(file) = self.accounts().await? else {
            let handle = crate::core::names::shown(handle);
            let missing = match host::settings::accounts_path(&self.context.rig) {
                Some(path) => format!("there is no file `{}`", path.display()),
                None => {
                    format!("rig `{}` is in no town, which would have some", self.context.rig.name)
                }
            };
            let message = format!("`account` names account `{handle}`, but {missing}");
            return Err(SessionError::BadArgument(message));
        };
        Ok(file.folder(handle, WhoAsked::Command, home)?)
    }

    /// The account that nobody asked for, and what is wrong with it: an agent of another kind has
    /// nothing to do with it.
    async fn usual_account(
        &self,
        agent: &Agent,
        home: Option<&Path>,
    ) -> Result<(Option<PathBuf>, Option<String>), SessionError> {
        if agent.config_dir_env.as_deref() != Some(ACCOUNT_VARIABLE) {
            return Ok((None, None));
        }
        let Some(file) = self.accounts().await? else { return Ok((None, None)) };
        match env::var("GT_ACCOUNT").ok().filter(|handle| !handle.is_empty()) {
            Some(handle) => Ok((Some(file.folder(&handle, WhoAsked::Environment, home)?), None)),
            None => Ok((file.default_folder(home), file.warning())),
        }
    }

    async fn accounts(&self) -> Result<Option<File<Accounts>>, SessionError> {
        host::settings::accounts(&self.context.rig).await.map_err(unreadable)
    }
}

fn parse(text: &str) -> Result<CommandLine, SessionError> {
    CommandLine::parse(text).map_err(|error| SessionError::BadArgument(format!("`cmd`: {error}")))
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
pub(in crate::session) fn require_program(program: &str, dir: &Path) -> Result<(), SessionError> {
    match path::find_program(program, dir) {
        Some(_) => Ok(()),
        None => Err(SessionError::CommandNotFound { program: program.to_owned() }),
    }
}

impl From<BadAccount> for SessionError {
    fn from(error: BadAccount) -> Self {
        Self::BadArgument(error.to_string())
    }
}
