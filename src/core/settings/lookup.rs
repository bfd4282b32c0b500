//! What a name of an agent means. It is looked up in the `config.json` of the rig, then of the
//! town, then in `agents.json` of the rig, of the town, and among the presets. What the plugin's
//! configuration says of the agent changes the one found so.
//!
//! An entry without a command is a known agent with changes: the one of its `provider`, else of
//! its own name, else claude. gastown gives claude's arguments also to a program that it does not
//! know; here such a program gets none, since it would not start.

use std::{collections::BTreeMap, path::Path};

use super::{BadSetting, File, Registry, RigSettings, RuntimeSettings, TownSettings, Unresolved};
use crate::core::{
    agent::{self, Agent, Changes, DEFAULT_AGENT, file_name, preset, preset_of_program},
    names::shown,
};

/// The provider that is like no known agent.
const GENERIC: &str = "generic";

/// All that says something of agents.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// `<rig>/settings/config.json`.
    pub rig: Option<File<RigSettings>>,
    /// `<rig>/settings/agents.json`.
    pub rig_agents: Option<File<Registry>>,
    /// `<town>/settings/config.json`.
    pub town: Option<File<TownSettings>>,
    /// `<town>/settings/agents.json`.
    pub town_agents: Option<File<Registry>>,
    /// `agent` of the plugin's configuration.
    pub agent: Option<String>,
    /// `agents` of the plugin's configuration.
    pub agents: BTreeMap<String, Changes>,
}

/// What keeps an entry from being an agent.
pub(super) enum Mistake {
    /// Nothing defines the agent that it is to be like.
    Like(String),
    /// Neither it nor what it is like has a command.
    NoCommand,
}

type Agents = BTreeMap<String, Option<RuntimeSettings>>;

impl Sources {
    /// The names of all agents that can be asked for.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = agent::preset_names().map(str::to_owned).collect();
        names.extend(self.agents.keys().cloned());
        names.extend(self.configs().flat_map(|(_, agents)| agents.keys().cloned()));
        let registries = [&self.rig_agents, &self.town_agents].into_iter().flatten();
        let entries = registries.filter_map(|file| file.content.agents.as_ref());
        names.extend(entries.flat_map(|agents| agents.keys().cloned()));
        names.sort();
        names.dedup();
        names
    }

    /// The agent `name`; `None` when nothing defines it.
    pub(super) fn named(&self, name: &str) -> Result<Option<Agent>, Unresolved> {
        let found = self.of_files(name)?;
        let Some(changes) = self.agents.get(name) else { return Ok(found) };
        let configured = self.base_of_configured(changes, found);
        let configured = configured.map(|base| changes.over(name, &base));
        configured.map(Some).map_err(|mistake| {
            let (key, why) = mistake.told("preset", self);
            Unresolved::Configured { key: format!("agents.{name}.{key}"), why }
        })
    }

    /// Stricter than with gastown's files: whom it is like must be known, and claude is meant only
    /// where it is named.
    fn base_of_configured(
        &self,
        changes: &Changes,
        found: Option<Agent>,
    ) -> Result<Agent, Mistake> {
        match &changes.like {
            Some(like) if like != GENERIC => {
                self.registered(like).ok_or_else(|| Mistake::Like(like.clone()))
            }
            None if found.is_none() && changes.command.is_none() => Err(Mistake::NoCommand),
            _ => self.base(changes, found),
        }
    }

    /// What nothing defines, and what would have been understood.
    pub(super) fn unknown(&self, name: &str) -> String {
        format!("unknown agent `{}`: known are {}", shown(name), self.names().join(", "))
    }

    /// The agent of `runtime`, which has no name but that of what it is like.
    pub(super) fn of_runtime(
        &self,
        path: &Path,
        runtime: &RuntimeSettings,
    ) -> Result<Agent, BadSetting> {
        let changes = runtime.changes();
        let base = self.base(&changes, None).map_err(|mistake| {
            let (key, why) = mistake.told("provider", self);
            BadSetting::new(path, format!("runtime.{key}"), why)
        })?;
        let known = Some(base.patterns.as_str()).filter(|name| !name.is_empty());
        let program = changes.command.as_deref().map(file_name);
        let name = known.or(program).unwrap_or(DEFAULT_AGENT).to_owned();
        Ok(changes.over(&name, &base))
    }

    fn of_files(&self, name: &str) -> Result<Option<Agent>, BadSetting> {
        for (path, agents) in self.configs() {
            let Some(Some(runtime)) = agents.get(name) else { continue };
            let changes = runtime.changes();
            let base = self.base(&changes, self.registered(name)).map_err(|mistake| {
                let (key, why) = mistake.told("provider", self);
                BadSetting::new(path, format!("agents.{name}.{key}"), why)
            })?;
            return Ok(Some(changes.over(name, &base)));
        }
        Ok(self.registered(name))
    }

    /// The `agents` of each `config.json`, the rig's first.
    fn configs(&self) -> impl Iterator<Item = (&Path, &Agents)> {
        let rig = self.rig.as_ref().map(|file| (file.path.as_path(), &file.content.agents));
        let town = self.town.as_ref().map(|file| (file.path.as_path(), &file.content.agents));
        let both = [rig, town].into_iter().flatten();
        both.filter_map(|(path, agents)| Some((path, agents.as_ref()?)))
    }

    /// The agent of `agents.json`, the rig's over the town's over the preset.
    fn registered(&self, name: &str) -> Option<Agent> {
        let registries = [&self.town_agents, &self.rig_agents].into_iter().flatten();
        let entries =
            registries.filter_map(|file| file.content.agents.as_ref()?.get(name)?.as_ref());
        entries.fold(preset(name), |agent, entry| {
            let changes = entry.changes();
            Some(changes.over(name, &self.usual(&changes, agent)))
        })
    }

    fn base(&self, changes: &Changes, same_name: Option<Agent>) -> Result<Agent, Mistake> {
        let Some(like) = &changes.like else { return Ok(self.usual(changes, same_name)) };
        match (self.registered(like), &changes.command) {
            (Some(known), _) => Ok(known),
            (None, Some(command)) => Ok(Agent::generic("", command, &[])),
            (None, None) if like == GENERIC => Err(Mistake::NoCommand),
            (None, None) => Err(Mistake::Like(like.clone())),
        }
    }

    /// What an entry changes when it does not say whom it is like: a known program is what it is
    /// under any name.
    fn usual(&self, changes: &Changes, same_name: Option<Agent>) -> Agent {
        let Some(command) = &changes.command else {
            return same_name.unwrap_or_else(|| self.claude());
        };
        let same_program = |agent: &Agent| file_name(&agent.command) == file_name(command);
        match (same_name, preset_of_program(command)) {
            (Some(same), _) if same_program(&same) => same,
            (_, Some(known)) => known,
            (Some(same), None) => same,
            (None, None) => Agent::generic("", command, &[]),
        }
    }

    fn claude(&self) -> Agent {
        self.registered(DEFAULT_AGENT).unwrap_or_else(|| Agent::generic("", DEFAULT_AGENT, &[]))
    }
}

impl Mistake {
    /// The key that is wrong, and why; `like` is how the source calls that key.
    fn told(self, like: &'static str, sources: &Sources) -> (&'static str, String) {
        match self {
            Self::Like(name) => (like, sources.unknown(&name)),
            Self::NoCommand => ("command", "it is missing, expected a program".to_owned()),
        }
    }
}
