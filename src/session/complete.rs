//! Names for command-line completion.

use crate::{
    core::names::PolecatName,
    host::{git, polecats},
    session::{
        error::SessionError,
        workspace::{Place, Workspace},
    },
};

/// The names a command can take.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Completion {
    /// The polecats of the rig.
    pub polecats: Vec<String>,
    /// The polecats that have a session.
    pub running: Vec<String>,
    /// The polecats whose agent does not run: those that can be started.
    pub startable: Vec<String>,
    /// Every session on the tmux server.
    pub sessions: Vec<String>,
    /// Every agent that can be started.
    pub agents: Vec<String>,
    /// The handles of the town's accounts.
    pub accounts: Vec<String>,
    /// Removed polecats that have a backup.
    pub backups: Vec<String>,
}

impl Workspace {
    /// The current names in the rig of `place`.
    ///
    /// # Errors
    /// There is no rig, or tmux or the rig's folder cannot be read.
    pub async fn completion(&self, place: &Place) -> Result<Completion, SessionError> {
        let context = self.context(place).await?;
        let (sessions, agents, starter) = (context.sessions(), context.agents(), context.starter());
        let (panes, names, agents, accounts, backups) = tokio::join!(
            sessions.panes(),
            polecats::names(&context.rig),
            agents.names(),
            starter.account_handles(),
            git::restorable(&context.rig, &context.shared.launch)
        );
        let panes = panes?;
        let mut names_of_sessions: Vec<_> =
            panes.iter().map(|pane| pane.session_name.clone()).collect();
        names_of_sessions.sort();
        names_of_sessions.dedup();
        let (running, names) = (sessions.of_polecats(panes).await?, names?);
        let lives = |name: &&PolecatName| {
            running.iter().any(|session| session.polecat == **name && session.is_live())
        };
        Ok(Completion {
            startable: names.iter().filter(|name| !lives(name)).map(ToString::to_string).collect(),
            polecats: names.iter().map(ToString::to_string).collect(),
            running: running.iter().map(|session| session.polecat.to_string()).collect(),
            sessions: names_of_sessions,
            agents,
            accounts,
            // Only names to choose from: a restore says what is wrong with one.
            backups: backups.unwrap_or_default(),
        })
    }
}
