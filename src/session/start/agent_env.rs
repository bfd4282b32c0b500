//! The environment of a new agent.

use crate::{
    core::agent::startup::{self, Facts},
    host::{dolt, polecats, tracker},
    session::start::{Starter, plan::Plan},
};

impl Starter {
    /// The environment for the agent of `plan`, whose worktree is on `branch`. If a name occurs
    /// twice the later entry wins; what the configuration sets comes last.
    pub(in crate::session) async fn environment(
        &self,
        plan: &Plan,
        branch: Option<&str>,
    ) -> Vec<(String, String)> {
        let beads = tracker::folder_elsewhere(&self.context.rig, &plan.workdir).await;
        let beads = beads.map(|dir| ("BEADS_DIR".to_owned(), dir.to_string_lossy().into_owned()));
        let config_dir = plan.config_dir.as_ref().map(|dir| dir.to_string_lossy());
        let own = startup::polecat_env(
            &self.context.rig,
            &plan.polecat,
            &plan.agent,
            config_dir.as_deref(),
        );
        let own = startup::with_keys(own, |name| std::env::var(name).ok());
        let town = self.town_env(plan, branch).await;
        beads.into_iter().chain(town).chain(own).collect()
    }

    async fn town_env(&self, plan: &Plan, branch: Option<&str>) -> Vec<(String, String)> {
        let Some(town) = self.context.rig.town() else { return Vec::new() };
        let names = polecats::names(&self.context.rig).await.unwrap_or_default();
        let slot = names.iter().position(|name| *name == plan.polecat).unwrap_or(names.len());
        let dolt_port = dolt::port(town).await;
        startup::town_env(town, &Facts { workdir: &plan.workdir, branch, slot, dolt_port })
    }
}
