//! Hosts: the same rigs on other machines, containers and jobs.
//!
//! Our own program runs there too (`polecat-nvim serve`), started over whatever command reaches the
//! host, and this one is the hub: Neovim has one backend, whatever the number of hosts. What a host
//! sends is data of one closed set of types ([`wire`]), bounded, and shown like what an agent prints;
//! nothing of it is run here. A host that does not answer is not known, never gone.

mod call;
mod error;
mod link;
mod pending;
mod serve;
mod served;
mod texts;
mod transport;
mod wire;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};

use self::link::Link;
pub use self::{
    call::{FarCall, FarFeed, Heard},
    error::{FarError, Unanswered},
    link::{HostStatus, Reached},
    serve::{Served, serve},
    served::Hub,
    wire::{FarRig, pack, unpack_exactly},
};
use crate::{
    core::hosts::{HostName, HostSettings},
    session::Launch,
};

/// How many hosts are connected to at once: each may cost a key exchange here.
const CONNECTS: usize = 4;

/// How long hosts stay connected after a call while nobody looks at them.
const LINGER: Duration = Duration::from_secs(60);

/// The hosts of a configuration. Cheap to clone.
#[derive(Clone)]
pub struct Fleet(Arc<Shared>);

struct Shared {
    links: BTreeMap<HostName, Arc<Link>>,
    /// Notified of each change in one of them.
    changes: watch::Sender<()>,
    /// The connections, while somebody looks.
    running: Mutex<Weak<Running>>,
}

/// The connections; they end with it.
struct Running {
    _tasks: JoinSet<()>,
}

/// Keeps the hosts connected, and hears of what changes there.
pub struct FleetWatch {
    fleet: Fleet,
    _running: Arc<Running>,
    changes: watch::Receiver<()>,
}

impl Fleet {
    /// The hosts that `settings` name. None is connected to before somebody looks.
    #[must_use]
    pub fn new(settings: &BTreeMap<HostName, HostSettings>, launch: &Launch) -> Self {
        let changes = watch::Sender::default();
        let connects = Arc::new(Semaphore::new(CONNECTS));
        let link = |(name, settings): (&HostName, &HostSettings)| {
            let given = (name.clone(), settings.clone());
            let link = Link::new(given, launch.clone(), connects.clone(), changes.clone());
            (name.clone(), Arc::new(link))
        };
        let links = settings.iter().map(link).collect();
        Self(Arc::new(Shared { links, changes, running: Mutex::default() }))
    }

    /// Has all hosts connected to for as long as what it gives is there.
    #[must_use]
    pub fn watch(&self) -> FleetWatch {
        let changes = self.0.changes.subscribe();
        let mut running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner);
        let now = running.upgrade().unwrap_or_else(|| {
            let mut tasks = JoinSet::new();
            for link in self.0.links.values() {
                // What it was when somebody looked last is not what it is.
                link.begin();
                tasks.spawn(link.clone().run());
            }
            Arc::new(Running { _tasks: tasks })
        });
        *running = Arc::downgrade(&now);
        FleetWatch { fleet: self.clone(), _running: now, changes }
    }

    /// All hosts as they were seen last, in the order of their names.
    #[must_use]
    pub fn hosts(&self) -> Vec<HostStatus> {
        self.0.links.values().map(|link| link.status()).collect()
    }

    /// How the host `name` is reached, if there is one of this name.
    #[must_use]
    pub fn settings(&self, name: &HostName) -> Option<&HostSettings> {
        self.0.links.get(name).map(|link| link.settings())
    }

    /// The host `name`, once it is connected, if it may be.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn connected(&self, name: &HostName) -> Result<HostStatus, Unanswered> {
        let link = self.link(name)?;
        let mut watch = self.watch();
        loop {
            let status = link.status();
            match status.reached {
                Reached::Up => return Ok(status),
                Reached::Down { why, .. } => return Err(Unanswered::Unreachable { why }),
                Reached::Connecting => watch.changed().await,
            }
        }
    }

    fn link(&self, name: &HostName) -> Result<Arc<Link>, Unanswered> {
        let why = || Unanswered::Unreachable { why: "there is no such host".to_owned() };
        self.0.links.get(name).cloned().ok_or_else(why)
    }

    /// Has those that are not connected tried again at once, also those that refused.
    pub fn reconnect(&self) {
        self.0.links.values().for_each(|link| link.retry());
    }
}

impl FleetWatch {
    /// All hosts as they are now.
    #[must_use]
    pub fn newest(&mut self) -> Vec<HostStatus> {
        self.changes.mark_unchanged();
        self.fleet.hosts()
    }

    /// Keeps looking for a while: the next call may come soon.
    pub(super) fn linger(self) {
        tokio::spawn(async move {
            let _ = timeout(LINGER, std::future::pending::<()>()).await;
            drop(self);
        });
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
        self.fleet.0.links.values().for_each(|link| link.look());
    }
}
