//! The agents that the rig's settings and the configuration define.

use crate::{
    core::{
        agent::{
            AgentOverrides, command::CommandLine, is_program, is_telling, is_version, launched,
        },
        names::visible,
        settings::{Resolved, Sources, Unresolved},
    },
    host::{self, HostError, path},
    session::{context::RigContext, error::SessionError},
};

/// The agents that can be started in a rig.
#[derive(Clone)]
pub(in crate::session) struct Agents {
    context: RigContext,
}

impl RigContext {
    /// The agents that can be started in the rig.
    pub(in crate::session) fn agents(&self) -> Agents {
        Agents { context: self.clone() }
    }
}

impl Agents {
    /// The names of all agents that can be started. Broken files are skipped (a start reports
    /// them), and so are names that cannot be displayed.
    pub(in crate::session) async fn names(&self) -> Vec<String> {
        let sources = host::settings::agents(&self.context.rig).await.unwrap_or_default();
        let names = self.with_configuration(sources).names();
        names.into_iter().filter(|name| !name.is_empty() && visible(name) == *name).collect()
    }

    /// The agent that settings and configuration give, for reading a screen or for display: it may
    /// not be trusted to run.
    pub(in crate::session) async fn resolve(
        &self,
        asked: Option<&str>,
    ) -> Result<Resolved, SessionError> {
        Ok(self.sources().await?.resolve(asked, &|program| self.is_on_path(program))?)
    }

    pub(in crate::session) async fn sources(&self) -> Result<Sources, SessionError> {
        let sources = host::settings::agents(&self.context.rig).await.map_err(unreadable)?;
        Ok(self.with_configuration(sources))
    }

    /// The agent of the configuration that `command` runs, by its program.
    pub(in crate::session) fn configured_as(&self, command: &CommandLine) -> Option<String> {
        let words = command.words()?;
        let program = launched(&words).first()?;
        self.configured().find(|(_, changes)| is_of(changes, program)).map(|(name, _)| name.clone())
    }

    /// The agent of the configuration that a process is, by its program, which may be a script, or
    /// by its name.
    pub(in crate::session) fn configured_in(&self, name: &str, argv: &[String]) -> Option<String> {
        let found = self.configured().find(|(_, changes)| {
            let called = || changes.process_names.iter().flatten().any(|own| own == name);
            let versioned = || changes.runs_as_version && is_version(name);
            argv.iter().take(2).any(|word| is_of(changes, word))
                || (is_telling(name) && called())
                || versioned()
        });
        found.map(|(name, _)| name.clone())
    }

    /// The agents of the configuration that say by which processes they are known.
    fn configured(&self) -> impl Iterator<Item = (&String, &AgentOverrides)> {
        let tells = |changes: &AgentOverrides| {
            changes.process_names.iter().flatten().any(|name| is_telling(name))
        };
        self.context.shared.settings.agents.iter().filter(move |(_, changes)| tells(changes))
    }

    pub(in crate::session) fn is_on_path(&self, program: &str) -> bool {
        path::find_program(program, &self.context.rig.path).is_some()
    }

    fn with_configuration(&self, sources: Sources) -> Sources {
        let settings = &self.context.shared.settings;
        Sources { agent: settings.agent.clone(), agents: settings.agents.clone(), ..sources }
    }
}

/// Whether `program` is that of an agent of the configuration.
fn is_of(changes: &AgentOverrides, program: &str) -> bool {
    let own = changes.command.as_deref().filter(|own| is_telling(own));
    own.is_some_and(|own| is_program(program, own))
}

/// A settings file that cannot be read or parsed is a configuration error.
pub(in crate::session) fn unreadable(error: HostError) -> SessionError {
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
            Unresolved::Configured { .. } => Self::ConfigInvalid(error.to_string()),
        }
    }
}
