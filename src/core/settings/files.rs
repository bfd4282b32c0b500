//! The files' own shape: `settings/config.json` and `settings/agents.json` of town and rig.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use super::{
    BadSetting, File,
    merge_queue::MergeQueue,
    said,
    values::{Object, Oddity, Others, Passing, ResumeStyle, Whole},
};
use crate::core::{
    agent::{AgentOverrides, Resume},
    rig::name_pool::Wishes,
};

/// Environment variables.
type Variables = BTreeMap<String, Option<String>>;

/// `<rig>/settings/config.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object, the settings of a rig")]
pub struct RigSettings {
    r#type: Option<String>,
    version: Option<Whole>,
    /// The agent itself, in the old format.
    pub runtime: Option<RuntimeSettings>,
    /// The agent's name.
    pub agent: Option<String>,
    /// Agents of this rig.
    pub agents: Option<BTreeMap<String, Option<RuntimeSettings>>>,
    /// The agent of each role.
    pub role_agents: Option<BTreeMap<String, Option<String>>>,
    /// The names of polecats that nobody names.
    pub namepool: Option<NamePoolSettings>,
    merge_queue: Option<MergeQueue>,
    // Not used by us, but gastown rejects a file in which these have another type.
    #[serde(rename = "theme")]
    _theme: Option<Object>,
    #[serde(rename = "crew")]
    _crew: Option<Object>,
    #[serde(rename = "workflow")]
    _workflow: Option<Object>,
    #[serde(flatten)]
    _others: Others,
}

/// `namepool` of a rig's settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object with `style`, `names` and `max_before_numbering`")]
pub struct NamePoolSettings {
    style: Option<String>,
    names: Option<Vec<String>>,
    max_before_numbering: Option<Whole>,
    #[serde(flatten)]
    _others: Others,
}

/// `<rig>/config.json`, of which we read little.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object, what a rig is")]
pub struct RigIdentity {
    /// The name pool, unless the settings have one.
    pub polecat_names: Option<Vec<String>>,
    #[serde(flatten)]
    _others: Others,
}

/// `<town>/settings/config.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object, the settings of a town")]
pub struct TownSettings {
    #[serde(rename = "type")]
    _type: Option<String>,
    #[serde(rename = "version")]
    _version: Option<Whole>,
    #[serde(rename = "agent_email_domain")]
    _agent_email_domain: Option<String>,
    /// The agent of rigs that set none.
    pub default_agent: Option<String>,
    /// Agents of this town.
    pub agents: Option<BTreeMap<String, Option<RuntimeSettings>>>,
    /// The agent of each role.
    pub role_agents: Option<BTreeMap<String, Option<String>>>,
    #[serde(flatten)]
    _others: Others,
}

/// `settings/agents.json` of a town or a rig.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object with `agents`")]
pub struct Registry {
    #[serde(rename = "version")]
    _version: Option<Whole>,
    /// Agents by name; for a known one only what differs.
    pub agents: Option<BTreeMap<String, Option<AgentEntry>>>,
    #[serde(flatten)]
    _others: Others,
}

/// An agent in the format of `runtime` and of `agents` in `config.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object that describes an agent")]
pub struct RuntimeSettings {
    provider: Option<String>,
    command: Option<String>,
    args: Option<Vec<String>>,
    env: Option<Variables>,
    exec_wrapper: Option<Vec<String>>,
    initial_prompt: Option<String>,
    prompt_mode: Option<Passing>,
    session: Option<SessionVariables>,
    hooks: Option<HookPlace>,
    tmux: Option<Readiness>,
    instructions: Option<Instructions>,
    #[serde(flatten)]
    _others: Others,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object with `session_id_env` and `config_dir_env`")]
struct SessionVariables {
    session_id_env: Option<String>,
    config_dir_env: Option<String>,
    #[serde(flatten)]
    _others: Others,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object with `provider`, `dir` and `settings_file`")]
struct HookPlace {
    provider: Option<String>,
    dir: Option<String>,
    settings_file: Option<String>,
    #[serde(flatten)]
    _others: Others,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(
    default,
    expecting = "an object with `process_names`, `ready_prompt_prefix` and `ready_delay_ms`"
)]
struct Readiness {
    process_names: Option<Vec<String>>,
    ready_prompt_prefix: Option<String>,
    ready_delay_ms: Option<Whole>,
    #[serde(flatten)]
    _others: Others,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object with `file`")]
struct Instructions {
    file: Option<String>,
    #[serde(flatten)]
    _others: Others,
}

/// An agent in the format of `agents.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, expecting = "an object that describes an agent")]
pub struct AgentEntry {
    command: Option<String>,
    args: Option<Vec<String>>,
    env: Option<Variables>,
    process_names: Option<Vec<String>>,
    session_id_env: Option<String>,
    resume_flag: Option<String>,
    resume_style: Option<ResumeStyle>,
    prompt_mode: Option<Passing>,
    config_dir_env: Option<String>,
    hooks_provider: Option<String>,
    hooks_dir: Option<String>,
    hooks_settings_file: Option<String>,
    ready_prompt_prefix: Option<String>,
    ready_delay_ms: Option<Whole>,
    instructions_file: Option<String>,
    #[serde(flatten)]
    _others: Others,
}

impl File<RigSettings> {
    /// The checks that gastown makes before it uses the file.
    ///
    /// # Errors
    /// It is another kind of file, has an unknown version, or an invalid merge queue.
    pub fn check(self) -> Result<Self, BadSetting> {
        if let Some(kind) =
            said(self.content.r#type.as_ref()).filter(|kind| *kind != "rig-settings")
        {
            let why = format!("it is `{kind}`, expected `rig-settings`");
            return Err(BadSetting::new(&self.path, "type", why));
        }
        check_version(&self.path, self.content.version)?;
        if let Some(queue) = &self.content.merge_queue {
            queue.check(&self.path)?;
        }
        Ok(self)
    }
}

/// gastown refuses newer versions, and there have been no older ones.
pub(super) fn check_version(path: &Path, version: Option<Whole>) -> Result<(), BadSetting> {
    match version {
        Some(Whole(version)) if version > 1 => {
            let why = format!("it is {version}, expected at most 1");
            Err(BadSetting::new(path, "version", why))
        }
        _ => Ok(()),
    }
}

impl NamePoolSettings {
    /// Its name pool.
    #[must_use]
    pub fn wishes(&self) -> Wishes {
        Wishes {
            style: text(self.style.as_ref()),
            names: self.names.clone().unwrap_or_default(),
            max: self.max_before_numbering.map_or(0, |max| max.0),
        }
    }
}

impl RuntimeSettings {
    /// The words before the program: the wrapper.
    pub(super) fn wrapper(&self) -> Option<&[String]> {
        self.exec_wrapper.as_deref().filter(|words| !words.is_empty())
    }

    /// Its values that gastown treats as the default.
    pub(super) fn oddities(&self) -> Vec<Oddity> {
        self.prompt_mode.iter().filter_map(Passing::oddity).collect()
    }

    /// What it changes of the agent it is based on.
    #[must_use]
    pub fn changes(&self) -> AgentOverrides {
        let (session, tmux) = (self.session.as_ref(), self.tmux.as_ref());
        let hooks = self.hooks.as_ref();
        let instructions = self.instructions.as_ref();
        AgentOverrides {
            like: text(self.provider.as_ref()),
            command: text(self.command.as_ref()),
            args: self.args.clone(),
            wrapper: self.exec_wrapper.clone(),
            env: variables(self.env.as_ref()),
            process_names: tmux.and_then(|tmux| tmux.process_names.clone()),
            prompt: text(tmux.and_then(|tmux| tmux.ready_prompt_prefix.as_ref())),
            delay_ms: tmux.and_then(|tmux| delay(tmux.ready_delay_ms)),
            prompt_mode: self.prompt_mode.as_ref().and_then(Passing::mode),
            initial_prompt: text(self.initial_prompt.as_ref()),
            hooks_provider: text(hooks.and_then(|hooks| hooks.provider.as_ref())),
            hooks_dir: text(hooks.and_then(|hooks| hooks.dir.as_ref())),
            hooks_file: text(hooks.and_then(|hooks| hooks.settings_file.as_ref())),
            config_dir_env: text(session.and_then(|session| session.config_dir_env.as_ref())),
            session_id_env: text(session.and_then(|session| session.session_id_env.as_ref())),
            instructions: text(instructions.and_then(|given| given.file.as_ref())),
            ..AgentOverrides::default()
        }
    }
}

impl AgentEntry {
    /// Its values that gastown treats as the default.
    pub(super) fn oddities(&self) -> Vec<Oddity> {
        let passing = self.prompt_mode.iter().filter_map(Passing::oddity);
        passing.chain(self.resume_style.iter().filter_map(ResumeStyle::oddity)).collect()
    }

    /// What it changes of the agent it is based on.
    #[must_use]
    pub fn changes(&self) -> AgentOverrides {
        AgentOverrides {
            command: text(self.command.as_ref()),
            args: self.args.clone(),
            env: variables(self.env.as_ref()),
            process_names: self.process_names.clone(),
            prompt: text(self.ready_prompt_prefix.as_ref()),
            delay_ms: delay(self.ready_delay_ms),
            prompt_mode: self.prompt_mode.as_ref().and_then(Passing::mode),
            hooks_provider: text(self.hooks_provider.as_ref()),
            hooks_dir: text(self.hooks_dir.as_ref()),
            hooks_file: text(self.hooks_settings_file.as_ref()),
            resume: self.resume(),
            config_dir_env: text(self.config_dir_env.as_ref()),
            session_id_env: text(self.session_id_env.as_ref()),
            instructions: text(self.instructions_file.as_ref()),
            ..AgentOverrides::default()
        }
    }

    fn resume(&self) -> Option<Resume> {
        let words = text(self.resume_flag.as_ref())?;
        Some(match &self.resume_style {
            Some(ResumeStyle::Subcommand) => Resume::subcommand(&words),
            Some(ResumeStyle::Flag | ResumeStyle::Other(_)) | None => Resume::flag(&words),
        })
    }
}

fn text(given: Option<&String>) -> Option<String> {
    said(given).map(str::to_owned)
}

/// gastown treats 0 as not set.
fn delay(given: Option<Whole>) -> Option<u64> {
    given.and_then(|given| u64::try_from(given.0).ok()).filter(|delay| *delay > 0)
}

fn variables(given: Option<&Variables>) -> Vec<(String, String)> {
    let given = given.into_iter().flatten();
    given.map(|(name, value)| (name.clone(), value.clone().unwrap_or_default())).collect()
}
