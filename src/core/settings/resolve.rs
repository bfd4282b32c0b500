//! Resolves which agent a polecat runs: the first of these that is set.
//!
//! `agent=` of the command; `agent` of the plugin's configuration; the rig's `role_agents`; the
//! town's; the rig's `runtime`; the rig's `agent`; the town's `default_agent`; claude.
//!
//! As with gastown, an undefined name in gastown's files means claude, with a warning. A wrapper in the
//! rig's `runtime` is a sandbox of the rig: every agent without a wrapper of its own runs in it.

use std::path::Path;

use super::{ROLE, RuntimeSettings, Sources, lookup::Search, said};
use crate::core::{agent::Agent, names::shown};

/// The agent, with warnings about settings.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The agent.
    pub agent: Agent,
    /// For the user.
    pub warnings: Vec<String>,
}

/// Why there is no agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// A command names an undefined agent.
    #[error("{0}")]
    Asked(String),
    /// A key of the plugin's configuration does not give an agent.
    #[error("`{key}` of the configuration: {why}")]
    Configured {
        /// The key.
        key: String,
        /// What is wrong.
        why: String,
    },
}

/// Tells whether a program is on `PATH`.
pub type OnPath<'a> = &'a dyn Fn(&str) -> bool;

/// A name, and where it is said.
struct SourcedName<'a> {
    path: &'a Path,
    key: String,
    name: &'a str,
}

impl Sources {
    /// The agent to start; `asked` is the command's `agent=`.
    ///
    /// # Errors
    /// The command or the plugin's configuration names an undefined agent, or the latter defines one
    /// without a command.
    pub fn resolve(&self, asked: Option<&str>, on_path: OnPath) -> Result<Resolved, Unresolved> {
        let mut search = Search::new(self);
        let agent = if let Some(name) = asked {
            search.named(name)?.ok_or_else(|| Unresolved::Asked(self.unknown(name)))?
        } else if let Some(name) = &self.agent {
            let why = || Unresolved::Configured { key: "agent".into(), why: self.unknown(name) };
            search.named(name)?.ok_or_else(why)?
        } else {
            search.of_gastown(on_path)?
        };
        Ok(Resolved { agent: self.in_sandbox(agent), warnings: search.warnings })
    }

    fn in_sandbox(&self, agent: Agent) -> Agent {
        let runtime = self.rig.as_ref().and_then(|file| file.content.runtime.as_ref());
        match runtime.and_then(RuntimeSettings::wrapper) {
            Some(wrapper) if agent.wrapper.is_empty() => {
                Agent { wrapper: wrapper.to_owned(), ..agent }
            }
            _ => agent,
        }
    }

    fn role_of_rig(&self) -> Option<SourcedName<'_>> {
        let file = self.rig.as_ref()?;
        let name = said(file.content.role_agents.as_ref()?.get(ROLE)?.as_ref())?;
        Some(SourcedName { path: &file.path, key: format!("role_agents.{ROLE}"), name })
    }

    fn role_of_town(&self) -> Option<SourcedName<'_>> {
        let file = self.town.as_ref()?;
        let name = said(file.content.role_agents.as_ref()?.get(ROLE)?.as_ref())?;
        Some(SourcedName { path: &file.path, key: format!("role_agents.{ROLE}"), name })
    }

    fn of_rig(&self) -> Option<SourcedName<'_>> {
        let file = self.rig.as_ref()?;
        let name = said(file.content.agent.as_ref())?;
        Some(SourcedName { path: &file.path, key: "agent".to_owned(), name })
    }

    fn of_town(&self) -> Option<SourcedName<'_>> {
        let file = self.town.as_ref()?;
        let name = said(file.content.default_agent.as_ref())?;
        Some(SourcedName { path: &file.path, key: "default_agent".to_owned(), name })
    }
}

impl Search<'_> {
    fn of_gastown(&mut self, on_path: OnPath) -> Result<Agent, Unresolved> {
        let sources = self.sources;
        if let Some(agent) = self.of_role(on_path)? {
            return Ok(agent);
        }
        if let Some(file) = &sources.rig
            && let Some(runtime) = &file.content.runtime
        {
            return Ok(self.of_runtime(&file.path, runtime));
        }
        let Some(SourcedName { path, key, name }) = sources.of_rig().or(sources.of_town()) else {
            return self.usual_one();
        };
        if let Some(agent) = self.named(name)? {
            return Ok(agent);
        }
        self.warn_unknown(path, &key, name, "claude is used");
        self.usual_one()
    }

    /// gastown's rule: an agent that is unknown or not installed is skipped.
    fn of_role(&mut self, on_path: OnPath) -> Result<Option<Agent>, Unresolved> {
        let sources = self.sources;
        let both = [sources.role_of_rig(), sources.role_of_town()];
        for SourcedName { path, key, name } in both.into_iter().flatten() {
            match self.named(name)? {
                Some(agent) if on_path(agent.program()) => return Ok(Some(agent)),
                Some(agent) => {
                    let (name, program) = (shown(name), shown(agent.program()));
                    let what =
                        format!("is `{name}`, whose program `{program}` is not on PATH: skipped");
                    self.warn(path, &key, &what);
                }
                None => self.warn_unknown(path, &key, name, "skipped"),
            }
        }
        Ok(None)
    }
}
