//! The workspace that the calls of one Neovim share, as its last configuration has it.

use std::{collections::BTreeMap, path::PathBuf};

use tokio::task::JoinSet;

use super::{
    calls::KnownRig,
    config::{self, Written},
    error::RpcError,
    news::{Outside, Teller, tell_of_hosts},
    views::Reach,
};
use crate::core::hosts::{HostName, HostSettings};
use crate::fleet::Fleet;
use crate::session::{
    EditorFacts, EventQueue, HealthRow, Launch, RigWatch, SessionError, Settings, Workspace,
};

/// The hosts of a configuration.
type Hosts = BTreeMap<HostName, HostSettings>;

/// What `hello` said beside the configuration.
#[derive(Clone, Debug)]
pub(super) struct Greeted {
    pub(super) editor: EditorFacts,
    /// The rig that the user pinned; else it is that of the configuration, if it names one.
    pub(super) pin: Option<PathBuf>,
}

pub(super) struct Configured {
    launch: Launch,
    news: EventQueue,
    teller: Teller,
    outside: Outside,
    /// Why nobody can be served, else: calls go out before `hello` is answered.
    greeted: Result<Greeted, RpcError>,
    workspace: Option<Workspace>,
    fleet: Option<(Hosts, Fleet)>,
    /// What tells of those hosts.
    hosts_news: JoinSet<()>,
    /// Watches the rigs of which the configuration says so.
    watch: Option<RigWatch>,
    /// What is wrong with the last configuration: then nothing is begun by an older one.
    problems: Vec<String>,
}

impl Configured {
    pub(super) fn new(launch: Launch, news: EventQueue, teller: Teller, outside: Outside) -> Self {
        let greeted = Err(RpcError::internal("`hello` must be the first call"));
        let (workspace, fleet, watch) = (None, None, None);
        Self {
            launch,
            news,
            teller,
            outside,
            greeted,
            workspace,
            fleet,
            hosts_news: JoinSet::new(),
            watch,
            problems: Vec::new(),
        }
    }

    /// Takes a `hello`, or why it is refused; all other calls are then refused like it. `known` is
    /// what a backend before has told.
    pub(super) fn greet(&mut self, greeted: Result<Greeted, RpcError>, known: Vec<KnownRig>) {
        self.outside.remember(known.clone());
        self.teller.remember(known);
        (self.greeted, self.workspace) = (greeted, None);
    }

    /// Takes a configuration; gives the hosts where they are others since. One that is wrong is no
    /// error of this call: it is of every other.
    ///
    /// # Errors
    /// There was no `hello`.
    pub(super) fn follow(&mut self, written: Written) -> Result<Option<Fleet>, RpcError> {
        let Greeted { editor, pin } = self.greeted.clone()?;
        let workspace = config::settings(written, editor).and_then(|settings| {
            let (hosts, state) = (settings.hosts.clone(), settings.editor.state.clone());
            let workspace = self.workspace_of(settings, pin);
            Ok((workspace.map_err(|error| vec![error.to_string()])?, hosts, state))
        });
        match workspace {
            Ok((workspace, hosts, state)) => {
                let fleet = self.connect(hosts, state);
                self.teller.follow(&workspace);
                self.watch = Some(workspace.watch_rigs());
                self.outside.follow(&workspace);
                (self.workspace, self.problems) = (Some(workspace), Vec::new());
                Ok(fleet)
            }
            Err(problems) => {
                self.problems = problems;
                Ok(None)
            }
        }
    }

    /// Has connections to these hosts, and gives them where they are others than before; those that
    /// are reached as before stay connected.
    fn connect(&mut self, hosts: Hosts, state: Option<PathBuf>) -> Option<Fleet> {
        let fleet = match &self.fleet {
            Some((known, _)) if *known == hosts => return None,
            Some((_, before)) => before.followed_by(&hosts),
            None => Fleet::new(&hosts, &self.launch, state, &self.news),
        };
        let told = tell_of_hosts(fleet.clone(), self.news.clone());
        self.hosts_news = JoinSet::new();
        self.hosts_news.spawn(told);
        self.fleet = Some((hosts, fleet.clone()));
        Some(fleet)
    }

    fn workspace_of(
        &self,
        settings: Settings,
        pin: Option<PathBuf>,
    ) -> Result<Workspace, SessionError> {
        if let Some(workspace) = &self.workspace {
            return workspace.configured(settings);
        }
        let workspace = Workspace::new(settings, self.launch.clone(), self.news.clone())?;
        if pin.is_some() {
            workspace.pin_to(pin);
        }
        Ok(workspace)
    }

    /// What can be reached by what is begun now.
    ///
    /// # Errors
    /// All that is wrong with the configuration, or why there was no `hello`.
    pub(super) fn reach(&self) -> Result<Reach, RpcError> {
        Ok((self.workspace()?, self.fleet()?))
    }

    /// The same for what is open and goes on.
    ///
    /// # Errors
    /// As [`Self::last`].
    pub(super) fn last_reach(&self) -> Result<Reach, RpcError> {
        Ok((self.last()?, self.fleet()?))
    }

    fn fleet(&self) -> Result<Fleet, RpcError> {
        let none = || RpcError::internal("there is no configuration yet");
        self.fleet.as_ref().map(|(_, fleet)| fleet.clone()).ok_or_else(none)
    }

    /// The workspace for what is begun now.
    ///
    /// # Errors
    /// All that is wrong with the configuration, or why there was no `hello`.
    fn workspace(&self) -> Result<Workspace, RpcError> {
        if self.problems.is_empty() { self.last() } else { Err(config::invalid(&self.problems)) }
    }

    /// The workspace of the last configuration that was right: for open views, which go on.
    ///
    /// # Errors
    /// There is none yet.
    fn last(&self) -> Result<Workspace, RpcError> {
        let none = || RpcError::internal("there is no configuration yet");
        self.greeted.clone().and_then(|_| self.workspace.clone().ok_or_else(none))
    }

    /// What `:checkhealth` shows where the configuration is wrong.
    pub(super) fn problems(&self) -> Option<Vec<HealthRow>> {
        Some(config::health(&self.problems)).filter(|_| !self.problems.is_empty())
    }

    pub(super) async fn close(self) {
        if let Some((_, fleet)) = self.fleet {
            fleet.close().await;
        }
        if let Some(workspace) = self.workspace {
            workspace.close().await;
        }
    }
}
