//! Whether a new agent is asked to serve its events, and where.

use std::env;

use tracing::debug;

use crate::{
    core::agent::{events::EventServer, is_program},
    host::{path, version},
    session::{
        sessions::event_source::EventSource,
        start::{Starter, plan::Plan},
    },
};

impl Starter {
    /// Where the agent of `plan` shall serve its events; `None` if it cannot, its installed version
    /// would not protect them, or the user has turned them off or has a server of their own.
    pub(in crate::session) async fn event_source(&self, plan: &Plan) -> Option<EventSource> {
        let agent = &plan.agent;
        let known =
            EventServer::of_agent(&agent.patterns).filter(|_| agent.events != Some(false))?;
        let (program, args) = plan.argv.split_first()?;
        let is_set = |name: &str| {
            env::var_os(name).is_some() || agent.env.iter().any(|(variable, _)| variable == name)
        };
        // Behind a wrapper its loopback may be another.
        if !is_program(program, &agent.command) || !known.fits(args, is_set) {
            return None;
        }
        let program = path::find_program(program, &plan.workdir)?;
        let version = version::printed(&program, &self.context.shared.launch).await?;
        if !known.takes_version(&version) {
            debug!(version, agent = agent.name, "a version whose events are not used");
            return None;
        }
        let source = EventSource::new(&agent.patterns);
        source.inspect_err(|error| debug!(%error, "no port for events")).ok()
    }
}
