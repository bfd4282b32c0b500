//! Which agent a polecat runs: the first that says something, in this order.
//!
//! `agent=` of the command; `agent` of the plugin's configuration; the rig's `role_agents`; the
//! town's; the rig's `runtime`; the rig's `agent`; the town's `default_agent`; claude.

use std::path::Path;

use super::{BadSetting, ROLE, Sources, said};
use crate::core::{
    agent::{Agent, DEFAULT_AGENT},
    names::shown,
};

/// The agent, and what of the settings could not be followed.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The agent.
    pub agent: Agent,
    /// For a person to read.
    pub warnings: Vec<String>,
}

/// Why there is no agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// A command names an agent that nothing defines.
    #[error("{0}")]
    Asked(String),
    /// A key of the plugin's configuration does not lead to an agent.
    #[error("`{key}` of the configuration: {why}")]
    Configured {
        /// The key.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// A settings file does not lead to an agent.
    #[error(transparent)]
    Setting(#[from] BadSetting),
}

/// Tells whether a program is on `PATH`.
pub type OnPath<'a> = &'a dyn Fn(&str) -> bool;

/// A name, and where it is said.
struct Said<'a> {
    path: &'a Path,
    key: String,
    name: &'a str,
}

impl Sources {
    /// The agent to start; `asked` is the command's `agent=`.
    ///
    /// # Errors
    /// A name that nothing defines, or a definition without a command.
    pub fn resolve(&self, asked: Option<&str>, on_path: OnPath) -> Result<Resolved, Unresolved> {
        let mut warnings = Vec::new();
        let agent = if let Some(name) = asked {
            self.named(name)?.ok_or_else(|| Unresolved::Asked(self.unknown(name)))?
        } else if let Some(name) = &self.agent {
            let why = || Unresolved::Configured { key: "agent".into(), why: self.unknown(name) };
            self.named(name)?.ok_or_else(why)?
        } else {
            self.of_gastown(on_path, &mut warnings)?
        };
        Ok(Resolved { agent, warnings })
    }

    fn of_gastown(&self, on_path: OnPath, warnings: &mut Vec<String>) -> Result<Agent, Unresolved> {
        if let Some(agent) = self.of_role(on_path, warnings)? {
            return Ok(agent);
        }
        if let Some(file) = &self.rig
            && let Some(runtime) = &file.content.runtime
        {
            return Ok(self.of_runtime(&file.path, runtime)?);
        }
        match self.of_rig().or(self.of_town()) {
            Some(said) => self.follow(&said),
            None => self
                .named(DEFAULT_AGENT)?
                .ok_or_else(|| Unresolved::Asked(self.unknown(DEFAULT_AGENT))),
        }
    }

    /// gastown's own rule: an agent that is not installed here is passed over, with a warning.
    fn of_role(
        &self,
        on_path: OnPath,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Agent>, Unresolved> {
        for said in [self.role_of_rig(), self.role_of_town()].into_iter().flatten() {
            let agent = self.follow(&said)?;
            if on_path(agent.program()) {
                return Ok(Some(agent));
            }
            let Said { path, key, name } = said;
            let (path, name, program) = (path.display(), shown(name), shown(agent.program()));
            warnings.push(format!(
                "`{key}` of `{path}` is `{name}`, whose program `{program}` is not on PATH: \
                 passed over"
            ));
        }
        Ok(None)
    }

    fn follow(&self, said: &Said) -> Result<Agent, Unresolved> {
        let unknown = || BadSetting::new(said.path, said.key.as_str(), self.unknown(said.name));
        Ok(self.named(said.name)?.ok_or_else(unknown)?)
    }

    fn role_of_rig(&self) -> Option<Said<'_>> {
        let file = self.rig.as_ref()?;
        let name = said(file.content.role_agents.as_ref()?.get(ROLE)?.as_ref())?;
        Some(Said { path: &file.path, key: format!("role_agents.{ROLE}"), name })
    }

    fn role_of_town(&self) -> Option<Said<'_>> {
        let file = self.town.as_ref()?;
        let name = said(file.content.role_agents.as_ref()?.get(ROLE)?.as_ref())?;
        Some(Said { path: &file.path, key: format!("role_agents.{ROLE}"), name })
    }

    fn of_rig(&self) -> Option<Said<'_>> {
        let file = self.rig.as_ref()?;
        let name = said(file.content.agent.as_ref())?;
        Some(Said { path: &file.path, key: "agent".to_owned(), name })
    }

    fn of_town(&self) -> Option<Said<'_>> {
        let file = self.town.as_ref()?;
        let name = said(file.content.default_agent.as_ref())?;
        Some(Said { path: &file.path, key: "default_agent".to_owned(), name })
    }
}
