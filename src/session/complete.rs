//! Names for command-line completion.

use crate::{
    core::names::PolecatName,
    host::{git, polecats},
    session::{
        context::RigContext,
        error::SessionError,
        rigs::KnownRig,
        workspace::{EditorPlace, Workspace},
    },
};

/// The names a command can take.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Completion {
    /// The polecats of the rig, then those of other rigs with the names of these.
    pub polecats: Vec<String>,
    /// The same of polecats that have a session.
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
    /// The rigs that are known.
    pub rigs: Vec<String>,
    /// The hosts of the configuration.
    pub hosts: Vec<String>,
}

impl Workspace {
    /// The current names in the rig of `place`, and in the others that are known.
    ///
    /// # Errors
    /// There is no rig at all, or tmux or the rig's folder cannot be read.
    pub async fn completion(&self, place: &EditorPlace) -> Result<Completion, SessionError> {
        let here = self.context(place).await;
        let home = here.as_ref().ok().map(|here| here.rig_home().to_owned());
        let mut names = match &here {
            Ok(here) => self.names_in(here).await?,
            Err(_) => Completion::default(),
        };
        for rig in self.known_rigs().await {
            names.rigs.push(rig.address.clone());
            if let Some(context) =
                rig.readable().filter(|one| Some(one.rig_home()) != home.as_deref())
            {
                self.add_names(&mut names, &rig, context).await;
            }
        }
        match here {
            Err(error) if names.polecats.is_empty() => Err(error),
            _ => Ok(names),
        }
    }

    /// Adds the polecats of another rig. What cannot be read just now is left out.
    async fn add_names(&self, names: &mut Completion, rig: &KnownRig, context: &RigContext) {
        let poller = self.pollers.running(context.rig_home());
        let newest = poller.and_then(|poller| poller.snapshots.borrow().clone());
        let Some(newest) = newest else {
            let found = polecats::names(&context.rig).await.unwrap_or_default();
            return names.polecats.extend(found.iter().map(|name| rig.address_of(name.as_str())));
        };
        for info in &newest.polecats {
            let address = rig.address_of(info.polecat.as_str());
            names.running.extend(info.pane_id.as_ref().map(|_| address.clone()));
            names.startable.extend((!info.running).then(|| address.clone()));
            names.polecats.push(address);
        }
    }

    async fn names_in(&self, context: &RigContext) -> Result<Completion, SessionError> {
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
            rigs: Vec::new(),
            hosts: Vec::new(),
        })
    }
}
