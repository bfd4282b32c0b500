//! All known rigs at once, each by its own poller.

use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use tokio::sync::watch;

use crate::{
    core::session::SessionInfo,
    session::{
        context::RigContext,
        events::Snapshot,
        observe::poller::Poller,
        rigs::KnownRig,
        workspace::{EditorPlace, Workspace},
    },
};

/// One rig as it is shown beside others.
#[derive(Clone, Debug, PartialEq)]
pub struct RigStatus {
    /// What names it among the known rigs, in front of a polecat: `shop` in `shop/ash`.
    pub address: String,
    /// Its project's folder.
    pub path: PathBuf,
    /// The folder by which it is known to be the same; `None` for one that was never read.
    pub home: Option<PathBuf>,
    /// The name of its town's own tmux socket, if its sessions are on that.
    pub socket: Option<String>,
    /// Its polecats as they were seen last; `None` for one that was never read.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Why it cannot be read, or has not been yet.
    pub problem: Option<String>,
    /// Whether it is the one around, whose polecats need no rig in front of their names.
    pub around: bool,
}

/// All known rigs. As long as this is there, those that can be read are polled.
pub(in crate::session) struct AllRigs {
    workspace: Workspace,
    changes: watch::Receiver<()>,
    /// By the rigs' homes.
    pollers: HashMap<PathBuf, Poller>,
}

impl RigStatus {
    pub(in crate::session) fn of(
        address: String,
        context: &RigContext,
        snapshot: Option<Arc<Snapshot>>,
        problem: Option<String>,
    ) -> Self {
        let (path, home) = (context.rig_path().to_owned(), Some(context.rig_home().to_owned()));
        let socket = context.town_socket().map(str::to_owned);
        Self { address, path, home, socket, snapshot, problem, around: false }
    }

    /// Its polecats, with or without a session, in the order of their names.
    #[must_use]
    pub fn sessions(&self) -> &[SessionInfo] {
        self.snapshot.as_ref().map_or(&[], |snapshot| &snapshot.polecats)
    }

    /// What names its `polecat`.
    #[must_use]
    pub fn shown(&self, polecat: &str) -> String {
        if self.around { polecat.to_owned() } else { format!("{}/{polecat}", self.address) }
    }
}

impl Workspace {
    /// The rigs that are polled, as they were seen last, and the one around `place`, if there is one.
    pub async fn rigs_in_use(&self, place: &EditorPlace) -> Vec<RigStatus> {
        let around = self.context(place).await.ok();
        let is_used = |rig: &KnownRig| {
            rig.context.as_ref().is_some_and(|one| self.pollers.running(one.rig_home()).is_some())
        };
        self.seen(around.as_ref(), is_used).await
    }

    /// All known rigs, as they were seen last.
    pub async fn all_rigs(&self, place: &EditorPlace) -> Vec<RigStatus> {
        let around = self.context(place).await.ok();
        self.seen(around.as_ref(), |_| true).await
    }

    async fn seen(
        &self,
        around: Option<&RigContext>,
        is_meant: impl Fn(&KnownRig) -> bool,
    ) -> Vec<RigStatus> {
        if let Some(around) = around {
            self.poller(around).first_look().await;
        }
        let mut rigs = AllRigs::new(self.clone());
        let mut known = self.known_rigs().await;
        known.retain(is_meant);
        rigs.poll(&known).await;
        let home = around.map(RigContext::rig_home);
        let status = |rig| {
            let status = rigs.status(rig);
            RigStatus { around: home.is_some() && status.home.as_deref() == home, ..status }
        };
        known.into_iter().map(status).collect()
    }
}

impl AllRigs {
    pub(in crate::session) fn new(workspace: Workspace) -> Self {
        let changes = workspace.rigs.changes();
        Self { workspace, changes, pollers: HashMap::new() }
    }

    /// Has all of them looked at again.
    pub(in crate::session) fn nudge(&self) {
        self.pollers.values().for_each(Poller::nudge);
    }

    /// Waits until something has changed in one, or another one is known. Cancelling it loses
    /// nothing.
    pub(in crate::session) async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// All of them as they were seen last.
    pub(in crate::session) async fn newest(&mut self) -> Vec<RigStatus> {
        // Before they are read: what changes while they are is not missed.
        self.changes.mark_unchanged();
        let known = self.workspace.known_rigs().await;
        self.poll(&known).await;
        known.into_iter().map(|rig| self.status(rig)).collect()
    }

    /// Has those polled that are not yet, and gives their first looks a moment.
    async fn poll(&mut self, known: &[KnownRig]) {
        let homes = known.iter().filter_map(|rig| Some(rig.context.as_ref()?.rig_home()));
        let homes: HashSet<_> = homes.collect();
        self.pollers.retain(|home, poller| poller.is_alive() && homes.contains(&**home));
        for context in known.iter().filter_map(KnownRig::readable) {
            if !self.pollers.contains_key(context.rig_home()) {
                let poller = self.workspace.poller(context);
                self.pollers.insert(context.rig_home().to_owned(), poller);
            }
        }
        Poller::first_looks(self.pollers.values()).await;
    }

    fn status(&self, rig: KnownRig) -> RigStatus {
        let KnownRig { address, path, context, problem } = rig;
        let Some(context) = context else {
            let (home, socket, snapshot) = (None, None, None);
            return RigStatus { address, path, home, socket, snapshot, problem, around: false };
        };
        let poller = self.pollers.get(context.rig_home());
        let snapshot = poller.and_then(|poller| poller.snapshots.borrow().clone());
        let unseen = || snapshot.is_none().then(|| "it has not been read yet".to_owned());
        let failed = poller.and_then(Poller::problem);
        let problem = problem.or(failed).or_else(unseen);
        RigStatus::of(address, &context, snapshot, problem)
    }
}
