//! Hosts: the same rigs on other machines, containers and jobs.
//!
//! Our own program runs there too (`polecat-nvim serve`), started over whatever command reaches the
//! host, and this one is the hub: Neovim has one backend, whatever the number of hosts. What a host
//! sends is data of one closed set of types ([`wire`]), bounded, and shown like what an agent prints;
//! nothing of it is run here. A host that does not answer is not known, never gone.

mod call;
mod connect;
mod environment;
mod error;
mod identity;
mod link;
mod log;
mod pending;
mod program;
#[cfg(test)]
mod scripts;
mod serve;
mod served;
mod ssh;
mod texts;
mod transport;
mod values;
mod wire;

use std::{
    collections::BTreeMap,
    fmt,
    mem::take,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};
use tokio_util::task::TaskTracker;

pub use self::{
    call::{FarCall, FarFeed, Heard},
    environment::{begin, print_environment},
    error::{FarError, Unanswered},
    identity::Identity,
    link::{HostFacts, HostStatus, Offer, Reached, megabytes},
    serve::serve,
    served::{Hub, Served},
    wire::{FarRig, pack, taken, unpack_exactly},
};
use self::{link::Link, ssh::Ssh};
use crate::{
    core::hosts::{HostName, HostSettings},
    session::{EventQueue, Launch},
};

/// How many hosts are connected to at once: each may cost a key exchange here.
const CONNECTS_LIMIT: usize = 4;

/// How long the commands that reach hosts may take to end when we do.
const END_TIMEOUT: Duration = Duration::from_secs(1);

/// The hosts of a configuration. Cheap to clone.
#[derive(Clone)]
pub struct Fleet(Arc<Shared>);

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.hosts.keys()).finish()
    }
}

struct Shared {
    hosts: BTreeMap<HostName, Arc<Host>>,
    common: Common,
}

/// What all hosts share, whichever configuration they are of.
#[derive(Clone)]
struct Common {
    ssh: Ssh,
    connects: Arc<Semaphore>,
    /// The commands that are given a moment to end.
    endings: TaskTracker,
    /// Notified of each change in one of them.
    changes: watch::Sender<()>,
    news: EventQueue,
}

/// One of them with its connection, which ends when nobody has use for it any more.
struct Host {
    link: Arc<Link>,
    /// It is kept up from when the host is first used.
    connection: Mutex<JoinSet<()>>,
}

/// Hears of what changes at the hosts.
pub struct FleetWatch {
    fleet: Fleet,
    changes: watch::Receiver<()>,
}

impl Fleet {
    /// The hosts that `settings` name; what is kept of them is in the folder `state`. They are
    /// connected to from when one is used, and stay so; those that are watched at once. What files are
    /// changed there is told by way of `news`.
    #[must_use]
    pub fn new(
        settings: &BTreeMap<HostName, HostSettings>,
        launch: &Launch,
        state: Option<PathBuf>,
        news: &EventQueue,
    ) -> Self {
        let common = Common {
            ssh: Ssh { launch: launch.clone(), state },
            connects: Arc::new(Semaphore::new(CONNECTS_LIMIT)),
            endings: TaskTracker::new(),
            changes: watch::Sender::default(),
            news: news.clone(),
        };
        Self::of(settings, common, |_, _| None)
    }

    /// The hosts that `settings` name from now on. Those that are reached as before are the same ones,
    /// with their connections; those of before go on for as long as this is there.
    #[must_use]
    pub fn followed_by(&self, settings: &BTreeMap<HostName, HostSettings>) -> Self {
        let known = |name: &HostName, settings: &HostSettings| {
            let host = self.0.hosts.get(name)?;
            (host.link.settings() == settings).then(|| host.clone())
        };
        Self::of(settings, self.0.common.clone(), known)
    }

    /// Of these hosts only the one called `name`, or none: who has use for one keeps no other.
    #[must_use]
    pub fn only(&self, name: Option<&HostName>) -> Self {
        let host = name.and_then(|name| Some((name.clone(), self.0.hosts.get(name)?.clone())));
        let (hosts, common) = (host.into_iter().collect(), self.0.common.clone());
        Self(Arc::new(Shared { hosts, common }))
    }

    fn of(
        settings: &BTreeMap<HostName, HostSettings>,
        common: Common,
        known: impl Fn(&HostName, &HostSettings) -> Option<Arc<Host>>,
    ) -> Self {
        let host = |(name, settings): (&HostName, &HostSettings)| {
            let host = known(name, settings);
            (name.clone(), host.unwrap_or_else(|| common.host(name, settings)))
        };
        let hosts = settings.iter().map(host).collect();
        let fleet = Self(Arc::new(Shared { hosts, common }));
        fleet.connect(|link| link.settings().watch);
        fleet
    }

    /// Has all hosts connected to, and hears of what changes there.
    #[must_use]
    pub fn connect_all(&self) -> FleetWatch {
        self.connect(|_| true);
        self.listen()
    }

    /// Hears of what changes at those in use.
    #[must_use]
    pub fn listen(&self) -> FleetWatch {
        FleetWatch { fleet: self.clone(), changes: self.0.common.changes.subscribe() }
    }

    /// Has the host `name` connected to, if there is one of this name.
    pub fn use_host(&self, name: &HostName) {
        self.connect(|link| link.name() == *name);
    }

    /// Has those connected to that `are_meant`.
    fn connect(&self, are_meant: impl Fn(&Link) -> bool) {
        let meant = self.0.hosts.values().filter(|host| are_meant(&host.link));
        meant.for_each(|host| host.connect());
    }

    fn links(&self) -> impl Iterator<Item = &Arc<Link>> {
        self.0.hosts.values().map(|host| &host.link)
    }

    /// All hosts as they were seen last, in the order of their names.
    #[must_use]
    pub fn hosts(&self) -> Vec<HostStatus> {
        self.links().map(|link| link.status()).collect()
    }

    /// How the host `name` is reached, if there is one of this name.
    #[must_use]
    pub fn settings(&self, name: &HostName) -> Option<&HostSettings> {
        self.0.hosts.get(name).map(|host| host.link.settings())
    }

    /// The host `name`, once it is connected, if it may be.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn connected(&self, name: &HostName) -> Result<HostStatus, Unanswered> {
        let link = self.link(name)?;
        self.use_host(name);
        let _turn = link.turn().await;
        let mut watch = self.listen();
        loop {
            let status = link.status();
            match status.reached {
                Reached::Up => return Ok(status),
                Reached::Down { why, .. } => return Err(Unanswered::Unreachable { why }),
                Reached::Connecting => watch.changed().await,
            }
        }
    }

    /// Waits until a connection that was just lost is being tried again, if it is.
    async fn tried_again(&self, name: &HostName) {
        let Ok(link) = self.link(name) else { return };
        let mut watch = self.listen();
        link.look();
        while let Reached::Down { refused: false, .. } = link.status().reached {
            watch.changed().await;
        }
    }

    fn link(&self, name: &HostName) -> Result<Arc<Link>, Unanswered> {
        let why = || Unanswered::Unreachable { why: "there is no such host".to_owned() };
        self.0.hosts.get(name).map(|host| host.link.clone()).ok_or_else(why)
    }

    /// Ends all connections, whoever looks: what still runs a moment later is killed when we end.
    pub async fn close(&self) {
        let mut connections = JoinSet::new();
        for host in self.0.hosts.values() {
            let mut connection = take(&mut *host.connection());
            connections.spawn(async move { connection.shutdown().await });
        }
        connections.join_all().await;
        let endings = &self.0.common.endings;
        endings.close();
        let _ = timeout(END_TIMEOUT, endings.wait()).await;
    }

    /// Has those that are not connected tried again at once, also those that refused.
    pub fn reconnect(&self) {
        self.links().for_each(|link| link.retry());
    }
}

impl Common {
    fn host(&self, name: &HostName, settings: &HostSettings) -> Arc<Host> {
        let given = (name.clone(), settings.clone());
        let shared = (self.connects.clone(), self.endings.clone());
        let told = (self.changes.clone(), self.news.clone());
        let link = Arc::new(Link::new(given, self.ssh.clone(), shared, told));
        Arc::new(Host { link, connection: Mutex::default() })
    }
}

impl Host {
    /// Has it connected to, once.
    fn connect(&self) {
        let mut connection = self.connection();
        if connection.is_empty() {
            connection.spawn(self.link.clone().run());
        }
    }

    fn connection(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FleetWatch {
    /// All hosts as they are now.
    #[must_use]
    pub fn newest(&mut self) -> Vec<HostStatus> {
        self.changes.mark_unchanged();
        self.fleet.hosts()
    }

    /// Waits until something has changed at one. Cancelling it loses nothing.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Looks again at all of them: those that are connected send what they have, the others are
    /// tried again, but for those that refused.
    pub fn look(&self) {
        self.fleet.links().for_each(|link| link.look());
    }
}
