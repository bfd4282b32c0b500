//! What can be completed on a command line.

use crate::{
    host::{git, polecats},
    session::{context::RigContext, error::SessionError},
};

/// The names a person can mean.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Completion {
    /// The polecats of the rig.
    pub polecats: Vec<String>,
    /// Those that have a session.
    pub running: Vec<String>,
    /// All sessions of the tmux server.
    pub sessions: Vec<String>,
    /// All agents that can be started.
    pub agents: Vec<String>,
    /// Polecats that were removed and have a backup.
    pub backups: Vec<String>,
}

impl RigContext {
    /// The names there are now.
    ///
    /// # Errors
    /// When tmux or the rig's folder cannot be read.
    pub async fn completion(&self) -> Result<Completion, SessionError> {
        let (panes, names, agents, backups) = tokio::join!(
            self.panes(),
            polecats::names(&self.rig),
            self.agents(),
            git::restorable(&self.rig, &self.tools.launch)
        );
        let panes = panes?;
        let mut sessions: Vec<_> = panes.iter().map(|pane| pane.session_name.clone()).collect();
        sessions.sort();
        sessions.dedup();
        let running = self.of_polecats(panes).await?;
        Ok(Completion {
            polecats: names?.iter().map(ToString::to_string).collect(),
            running: running.iter().map(|session| session.polecat.to_string()).collect(),
            sessions,
            agents,
            // Names to choose from: who restores one is told what is wrong.
            backups: backups.unwrap_or_default(),
        })
    }
}
