//! Which agent to start, with which command line and account: all that does not depend on the polecat.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    core::{
        agent::{ACCOUNT_VARIABLE, Agent, command::CommandLine, preset_of_command},
        session::UNNAMED_AGENT,
        settings::{Accounts, BadAccount, File, Resolved, WhoAsked, expanded},
    },
    host::{self, path},
    session::{
        agents::unreadable,
        error::SessionError,
        start::{
            Starter,
            options::{Recorded, StartOptions},
        },
    },
};

/// The agent to start.
#[derive(Clone, Debug)]
pub(in crate::session) struct AgentChoice {
    pub(in crate::session) agent: Agent,
    /// The command line, the program first.
    pub(in crate::session) argv: Vec<String>,
    /// Whether a person wrote that, now or at an earlier start.
    pub(in crate::session) own_command: bool,
    /// Whether a shell runs that, so that nothing can be added to it.
    pub(in crate::session) by_shell: bool,
    /// The account's handle.
    pub(in crate::session) account: Option<String>,
    /// The agent's configuration folder.
    pub(in crate::session) config_dir: Option<PathBuf>,
    /// Which project files decided this.
    pub(in crate::session) origin: Origin,
    /// The id of the trust request that was allowed for this start.
    pub(in crate::session) allowed: Option<String>,
    /// Settings that could not be applied.
    pub(in crate::session) warnings: Vec<String>,
}

/// Which project files decided a choice.
#[derive(Clone, Debug, Default)]
pub(in crate::session) struct Origin {
    /// Whether the command line is the user's own.
    pub(in crate::session) own_command: bool,
    /// The files that make the agent differ from every known one.
    pub(in crate::session) agent: Vec<PathBuf>,
    /// The file that named the configuration folder.
    pub(in crate::session) config_dir: Option<PathBuf>,
    /// The working directory that a file named, and that file.
    pub(in crate::session) workdir: Option<(PathBuf, PathBuf)>,
}

impl AgentChoice {
    fn of(agent: Agent) -> Self {
        let (argv, origin) = (agent.argv(), Origin::default());
        Self {
            agent,
            argv,
            own_command: false,
            by_shell: false,
            account: None,
            config_dir: None,
            origin,
            allowed: None,
            warnings: Vec::new(),
        }
    }
}

impl Starter {
    /// Resolves what to start, and checks that the user trusts what project files decided. `workdir`
    /// is the working directory, if it exists already. Creates nothing.
    pub(in crate::session) async fn choose(
        &self,
        options: &StartOptions,
        recorded: &Recorded,
        workdir: Option<&Path>,
    ) -> Result<AgentChoice, SessionError> {
        let (asked, command) = (options.agent.as_deref(), options.command.as_deref());
        let command = command.map(parse).transpose()?;
        let mut choice = self.chosen(asked, command.as_ref()).await?;
        choice.own_command = command.is_some();
        choice.by_shell = command.is_some_and(|command| command.program().is_none());
        choice.config_dir = self.config_dir(&mut choice, options).await?;
        choice.origin.say_recorded(options, recorded);
        if let Some(program) = choice.argv.first().filter(|program| is_found_anywhere(program)) {
            self.require_program(program, &self.context.rig.path).await?;
        }
        choice.allowed = self.leave(&choice, workdir, options.allowed.as_ref()).await?;
        Ok(choice)
    }

    /// Fails if the program cannot be found from `dir`; of a wrapped one, what wraps it, which may know
    /// where it is.
    pub(in crate::session) async fn require_program(
        &self,
        program: &str,
        dir: &Path,
    ) -> Result<(), SessionError> {
        let wrap = self.context.wrap().await;
        let program = wrap.first().map_or(program, String::as_str);
        match path::find_program(program, dir) {
            Some(_) => Ok(()),
            None => Err(SessionError::CommandNotFound { program: program.to_owned() }),
        }
    }

    /// The agent, with the user's own command line if there is one; then `agent=` says which agent
    /// that runs, or else its program does.
    async fn chosen(
        &self,
        asked: Option<&str>,
        command: Option<&CommandLine>,
    ) -> Result<AgentChoice, SessionError> {
        let argv = command.map(CommandLine::argv);
        let own = command.and_then(|command| self.context.agents().configured_as(command));
        let asked = asked.or(own.as_deref());
        if let (None, Some(command)) = (asked, command) {
            let choice = AgentChoice::of(unnamed(command).with_command(command.argv()));
            return Ok(AgentChoice {
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
        let (own_command, agent_files) = (argv.is_some(), files);
        let origin = Origin { own_command, agent: agent_files, ..Origin::default() };
        Ok(AgentChoice { origin, warnings, ..AgentChoice::of(agent) })
    }

    async fn config_dir(
        &self,
        choice: &mut AgentChoice,
        options: &StartOptions,
    ) -> Result<Option<PathBuf>, SessionError> {
        let home = env::var_os("HOME").map(PathBuf::from);
        let (home, agent) = (home.as_deref(), &choice.agent);
        choice.account.clone_from(&options.account);
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
                let (usual, warning) = self.usual_account(agent, home).await?;
                choice.warnings.extend(warning);
                let (handle, dir) = usual.unzip();
                choice.account = handle;
                dir
            }
        };
        if dir.is_some() && options.config_dir.is_none() {
            choice.origin.config_dir = host::settings::accounts_path(&self.context.rig);
        }
        // `components` drops the trailing slash that Neovim appends to a folder.
        Ok(dir.map(|dir| self.context.rig.path.join(dir).components().collect()))
    }

    async fn account(&self, handle: &str, home: Option<&Path>) -> Result<PathBuf, SessionError> {
        let Some(file) = self.accounts().await? else {
            let handle = crate::core::names::shown(handle);
            let missing = match host::settings::accounts_path(&self.context.rig) {
                Some(path) => format!("there is no file `{}`", path.display()),
                None => {
                    format!(
                        "rig `{}` is not in a town, and only towns have accounts",
                        self.context.rig.name
                    )
                }
            };
            let message = format!("`account` names account `{handle}`, but {missing}");
            return Err(SessionError::BadArgument(message));
        };
        Ok(file.folder(handle, WhoAsked::Command, home)?)
    }

    /// The default account with its folder, and a warning if something is wrong with it. Agents of
    /// other kinds have none.
    async fn usual_account(
        &self,
        agent: &Agent,
        home: Option<&Path>,
    ) -> Result<(Option<(String, PathBuf)>, Option<String>), SessionError> {
        if agent.config_dir_env.as_deref() != Some(ACCOUNT_VARIABLE) {
            return Ok((None, None));
        }
        let Some(file) = self.accounts().await? else { return Ok((None, None)) };
        if let Some(handle) = env::var("GT_ACCOUNT").ok().filter(|handle| !handle.is_empty()) {
            let dir = file.folder(&handle, WhoAsked::Environment, home)?;
            return Ok((Some((handle, dir)), None));
        }
        let handle = file.default_handle().map(str::to_owned);
        Ok((handle.zip(file.default_folder(home)), file.warning()))
    }

    /// The handles of all accounts, for completion; none where they cannot be read.
    pub(in crate::session) async fn account_handles(&self) -> Vec<String> {
        let file = self.accounts().await.ok().flatten();
        file.iter().flat_map(File::handles).map(str::to_owned).collect()
    }

    async fn accounts(&self) -> Result<Option<File<Accounts>>, SessionError> {
        host::settings::accounts(&self.context.rig).await.map_err(unreadable)
    }
}

impl Origin {
    /// What the record of an earlier session says in place of the person.
    fn say_recorded(&mut self, options: &StartOptions, recorded: &Recorded) {
        let file = || recorded.file.clone();
        if recorded.command {
            self.own_command = false;
            self.agent.push(file());
        }
        if recorded.config_dir {
            self.config_dir = Some(file());
        }
        if recorded.workdir {
            self.workdir = options.workdir.clone().map(|dir| (dir, file()));
        }
    }
}

fn parse(text: &str) -> Result<CommandLine, SessionError> {
    CommandLine::parse(text).map_err(|error| SessionError::BadArgument(format!("`cmd`: {error}")))
}

/// The agent of a command line without `agent=`: known by the program that it runs. Like gastown, we
/// assume that an unknown one finds its configuration as claude does.
fn unnamed(command: &CommandLine) -> Agent {
    let known = command.words().and_then(|words| preset_of_command(&words));
    known.unwrap_or_else(|| Agent {
        config_dir_env: Some(ACCOUNT_VARIABLE.to_owned()),
        ..Agent::generic(UNNAMED_AGENT, command.program().unwrap_or("/bin/sh"), &[])
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

/// Whether the program is found independently of the working directory.
fn is_found_anywhere(program: &str) -> bool {
    program.starts_with('/') || !program.contains('/')
}

impl From<BadAccount> for SessionError {
    fn from(error: BadAccount) -> Self {
        Self::BadArgument(error.to_string())
    }
}
