//! Looks up an agent by name: in `config.json` of the rig, then of the town, then in `agents.json` of the
//! rig, of the town, and among the presets. The plugin's configuration overrides the result.
//!
//! An entry without a command is a known agent with changes: that of its `provider`, else of its own
//! name, else claude. gastown passes claude's arguments even to an unknown program; we pass none,
//! because it would not start. Mistakes in its files that gastown tolerates are not errors: claude is
//! used, with a warning.

use std::{collections::BTreeMap, path::Path};

use super::{
    File, Registry, RigSettings, RuntimeSettings, TownSettings, Unresolved, values::Oddity,
};
use crate::core::{
    agent::{
        self, Agent, AgentOverrides, DEFAULT_AGENT, PromptMode, file_name, preset,
        preset_of_program,
    },
    names::shown,
};

/// The provider for "no known agent".
const GENERIC: &str = "generic";

/// Everything that defines agents.
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
    pub agents: BTreeMap<String, AgentOverrides>,
}

/// A search for an agent, with warnings.
pub(super) struct Search<'a> {
    pub(super) sources: &'a Sources,
    /// For the user.
    pub(super) warnings: Vec<String>,
}

/// Why an entry does not define an agent.
enum Mistake {
    /// The agent it is based on is not defined.
    Like(String),
    /// Neither it nor the agent it is based on has a command.
    NoCommand,
}

type Agents = BTreeMap<String, Option<RuntimeSettings>>;

impl Sources {
    /// The names of all defined agents.
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

    /// The message for an undefined name, with all defined ones.
    pub(super) fn unknown(&self, name: &str) -> String {
        format!("unknown agent `{}`; {}", shown(name), self.known())
    }

    fn known(&self) -> String {
        format!("known: {}", self.names().join(", "))
    }

    /// The `agents` of each `config.json`, the rig's first.
    fn configs(&self) -> impl Iterator<Item = (&Path, &Agents)> {
        let rig = self.rig.as_ref().map(|file| (file.path.as_path(), &file.content.agents));
        let town = self.town.as_ref().map(|file| (file.path.as_path(), &file.content.agents));
        let both = [rig, town].into_iter().flatten();
        both.filter_map(|(path, agents)| Some((path, agents.as_ref()?)))
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, warnings: Vec::new() }
    }

    /// The agent `name`; `None` when nothing defines it.
    ///
    /// # Errors
    /// The plugin's configuration defines it incompletely.
    pub(super) fn named(&mut self, name: &str) -> Result<Option<Agent>, Unresolved> {
        let found = self.of_files(name);
        let Some(changes) = self.sources.agents.get(name) else { return Ok(found) };
        let configured = self.base_of_configured(changes, found);
        let configured = configured.map(|base| changes.over(name, &base));
        configured.map(Some).map_err(|mistake| {
            let (key, why) = mistake.told(self.sources);
            Unresolved::Configured { key: format!("agents.{name}.{key}"), why }
        })
    }

    /// The default agent: the rig's claude.
    ///
    /// # Errors
    /// As [`Search::named`].
    pub(super) fn usual_one(&mut self) -> Result<Agent, Unresolved> {
        let found = self.named(DEFAULT_AGENT)?;
        Ok(found.unwrap_or_else(|| self.claude()))
    }

    /// Warns that `key` of the file is ignored.
    pub(super) fn warn(&mut self, path: &Path, key: &str, what: &str) {
        let warning = format!("`{key}` of `{}` {what}", path.display());
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// Warns that the name in `key` of the file is undefined; `instead` says what happens.
    pub(super) fn warn_unknown(&mut self, path: &Path, key: &str, name: &str, instead: &str) {
        let (name, known) = (shown(name), self.sources.known());
        self.warn(path, key, &format!("is `{name}`, an unknown agent: {instead} ({known})"));
    }

    /// The agent of `runtime`, which has the name of the agent it is based on.
    pub(super) fn of_runtime(&mut self, path: &Path, runtime: &RuntimeSettings) -> Agent {
        let (base, changes) = self.of_config(path, "runtime", runtime, None);
        let known = Some(base.name.as_str()).filter(|name| !name.is_empty());
        let program = changes.command.as_deref().map(file_name);
        let name = known.or(program).unwrap_or(DEFAULT_AGENT).to_owned();
        changes.over(&name, &base)
    }

    /// Stricter than for gastown's files: the base must be defined, and claude is used only if named.
    fn base_of_configured(
        &mut self,
        changes: &AgentOverrides,
        found: Option<Agent>,
    ) -> Result<Agent, Mistake> {
        match (&changes.like, &changes.command) {
            (Some(like), _) if like != GENERIC => {
                self.registered(like).ok_or_else(|| Mistake::Like(like.clone()))
            }
            (None, None) if found.is_none() => Err(Mistake::NoCommand),
            (Some(_), None) => Err(Mistake::NoCommand),
            (Some(_), Some(command)) => Ok(Agent::generic("", command, &[])),
            (None, _) => Ok(self.usual(changes, found)),
        }
    }

    fn of_files(&mut self, name: &str) -> Option<Agent> {
        let sources = self.sources;
        for (path, agents) in sources.configs() {
            let Some(Some(runtime)) = agents.get(name) else { continue };
            let same_name = self.registered(name);
            let key = format!("agents.{name}");
            let (base, changes) = self.of_config(path, &key, runtime, same_name);
            return Some(changes.over(name, &base));
        }
        self.registered(name)
    }

    /// The base of an entry of a `config.json`, and its changes.
    fn of_config(
        &mut self,
        path: &Path,
        key: &str,
        runtime: &RuntimeSettings,
        same_name: Option<Agent>,
    ) -> (Agent, AgentOverrides) {
        let changes = runtime.changes();
        self.odd(path, key, &runtime.oddities());
        let base = match (&changes.like, &changes.command) {
            (None, _) => self.usual(&changes, same_name),
            (Some(like), command) => match (self.registered(like), command) {
                (Some(known), _) => known,
                // As with gastown, the name of the entry says nothing about the program.
                (None, Some(command)) => Agent::generic("", command, &[]),
                (None, None) => {
                    self.warn_provider(path, key, like);
                    self.claude()
                }
            },
        };
        let changes = as_it_takes_them(changes, &base);
        (base, changes)
    }

    fn warn_provider(&mut self, path: &Path, key: &str, like: &str) {
        if like == GENERIC {
            self.warn(path, &format!("{key}.command"), "is missing: claude is used");
        } else {
            self.warn_unknown(path, &format!("{key}.provider"), like, "claude is used");
        }
    }

    /// The agent of `agents.json`, the rig's over the town's over the preset.
    fn registered(&mut self, name: &str) -> Option<Agent> {
        let registries = [&self.sources.town_agents, &self.sources.rig_agents];
        let mut agent = preset(name);
        for file in registries.into_iter().flatten() {
            let entries = file.content.agents.as_ref();
            let Some(Some(entry)) = entries.and_then(|agents| agents.get(name)) else { continue };
            self.odd(&file.path, &format!("agents.{name}"), &entry.oddities());
            let changes = entry.changes();
            let base = self.usual(&changes, agent);
            agent = Some(as_it_takes_them(changes, &base).over(name, &base));
        }
        agent
    }

    /// The changes of an entry without a base: a known program is known under any name.
    fn usual(&mut self, changes: &AgentOverrides, same_name: Option<Agent>) -> Agent {
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

    fn claude(&mut self) -> Agent {
        self.registered(DEFAULT_AGENT).unwrap_or_else(|| Agent::generic("", DEFAULT_AGENT, &[]))
    }

    fn odd(&mut self, path: &Path, key: &str, oddities: &[Oddity]) {
        for Oddity { key: own, given, taken } in oddities {
            let what = format!("is `{}`: treated as {taken}", shown(given));
            self.warn(path, &format!("{key}.{own}"), &what);
        }
    }
}

/// gastown's `arg` means that the first prompt is passed with the command; how depends on the program.
fn as_it_takes_them(changes: AgentOverrides, base: &Agent) -> AgentOverrides {
    let by_flag = matches!(base.prompt_mode, PromptMode::Flag(_));
    let prompt_mode =
        changes.prompt_mode.filter(|mode| !(by_flag && *mode == PromptMode::Argument));
    AgentOverrides { prompt_mode, ..changes }
}

impl Mistake {
    /// The wrong key of the plugin's configuration, and why.
    fn told(self, sources: &Sources) -> (&'static str, String) {
        match self {
            Self::Like(name) => ("preset", sources.unknown(&name)),
            Self::NoCommand => ("command", "it is missing, expected a program".to_owned()),
        }
    }
}
