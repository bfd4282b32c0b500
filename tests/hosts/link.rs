//! The way from here to a host: a port here, behind which each connection gets an `sshd` of the host.
//!
//! What goes through it is delayed by a time, is held up now and then as by a packet that was lost and
//! sent anew, and is kept while the link is cut, to arrive when it is whole again: what TCP makes of
//! such a line. Not modelled are the packets themselves, a limit of bandwidth, and a connection that is
//! refused or given up by TCP: while the link is cut a new one is open at once, and silent.

use std::{
    process::Stdio,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::machine::{Machine, program, sshd};

/// After so long a sender takes a packet for lost.
const RESEND_DELAY: Duration = Duration::from_millis(200);

/// What the link does to what goes through it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Quality {
    /// How long it takes from one end to the other.
    pub(crate) delay: Duration,
    /// Each how many portions one is lost; none at 0.
    pub(crate) loses: u64,
    pub(crate) cut: Option<Cut>,
}

/// What does not get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Both,
    /// What comes from the host.
    FromHost,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    ToHost,
    FromHost,
}

/// Counts, from the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traffic {
    /// How often something came from there after something had been sent from here: what a call that
    /// waits has waited for.
    pub(crate) turns: u64,
    pub(crate) bytes_there: u64,
    pub(crate) bytes_here: u64,
    pub(crate) connections: u64,
}

pub(crate) struct Link {
    pub(crate) port: u16,
    shared: Arc<Shared>,
    _accepts: JoinSet<()>,
}

struct Shared {
    quality: watch::Sender<Quality>,
    /// The words that start an `sshd` there; none while it is off.
    sshd: Mutex<Vec<String>>,
    turns: AtomicU64,
    there: AtomicU64,
    here: AtomicU64,
    portions: AtomicU64,
    connections: AtomicU64,
}

impl Link {
    pub(crate) async fn to(machine: &Machine) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            quality: watch::Sender::default(),
            sshd: Mutex::default(),
            turns: AtomicU64::new(0),
            there: AtomicU64::new(0),
            here: AtomicU64::new(0),
            portions: AtomicU64::new(0),
            connections: AtomicU64::new(0),
        });
        let mut accepts = JoinSet::new();
        accepts.spawn(accept(listener, shared.clone()));
        let link = Self { port, shared, _accepts: accepts };
        link.leads_to(machine);
        link
    }

    /// From now on a connection leads to this one, or nowhere if it is off.
    pub(crate) fn leads_to(&self, machine: &Machine) {
        let mut words = machine.inside();
        if !words.is_empty() {
            let sshd = sshd().unwrap().display().to_string();
            words.extend([&sshd, "-i", "-e", "-f", "/tmp/etc/sshd_config"].map(str::to_owned));
        }
        *self.shared.sshd.lock().unwrap() = words;
    }

    /// From now on a connection is refused.
    pub(crate) fn leads_nowhere(&self) {
        self.shared.sshd.lock().unwrap().clear();
    }

    pub(crate) fn set(&self, quality: Quality) {
        self.shared.quality.send_replace(quality);
    }

    pub(crate) fn delay(&self, round_trip: Duration) {
        self.shared.quality.send_modify(|quality| quality.delay = round_trip / 2);
    }

    pub(crate) fn cut(&self, cut: Cut) {
        self.shared.quality.send_modify(|quality| quality.cut = Some(cut));
    }

    /// What was kept arrives.
    pub(crate) fn mend(&self) {
        self.shared.quality.send_modify(|quality| quality.cut = None);
    }

    pub(crate) fn traffic(&self) -> Traffic {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let Shared { turns, there, here, connections, .. } = &*self.shared;
        let (turns, connections) = (count(turns), count(connections));
        Traffic { turns, bytes_there: count(there), bytes_here: count(here), connections }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(connect(client, shared.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn connect(client: TcpStream, shared: Arc<Shared>) {
    let _ = client.set_nodelay(true);
    shared.connections.fetch_add(1, Ordering::Relaxed);
    shared.whole(Way::ToHost).await;
    let words = shared.sshd.lock().unwrap().clone();
    let Some((first, more)) = words.split_first() else { return };
    let mut command = Command::from(program(first));
    command.args(more).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut server) = command.kill_on_drop(true).spawn() else { return };
    let (to_server, from_server) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
    let (from_client, to_client) = client.into_split();
    let asked = AtomicBool::new(false);
    let sent = |bytes| {
        shared.there.fetch_add(bytes, Ordering::Relaxed);
        asked.store(true, Ordering::Relaxed);
    };
    let heard = |bytes| {
        shared.here.fetch_add(bytes, Ordering::Relaxed);
    };
    let arrives = || {
        shared.turns.fetch_add(asked.swap(false, Ordering::Relaxed).into(), Ordering::Relaxed);
    };
    tokio::join!(
        shared.carry(Way::ToHost, (from_client, to_server), (sent, || {})),
        shared.carry(Way::FromHost, (from_server, to_client), (heard, arrives)),
    );
    let _ = server.wait().await;
}

impl Shared {
    /// Waits until what goes this way gets through.
    async fn whole(&self, way: Way) {
        let through = |quality: &Quality| match quality.cut {
            None => true,
            Some(Cut::Both) => false,
            Some(Cut::FromHost) => way == Way::ToHost,
        };
        // Its sender is ours.
        let _ = self.quality.subscribe().wait_for(through).await;
    }

    async fn carry(
        &self,
        way: Way,
        (mut from, mut to): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
        (has_come, before_it_arrives): (impl Fn(u64), impl Fn()),
    ) {
        let (sends, mut sent) = mpsc::channel::<(Instant, Vec<u8>)>(1024);
        let takes = async move {
            let mut portion = vec![0; 16 * 1024];
            while let Ok(read @ 1..) = from.read(&mut portion).await {
                has_come(read as u64);
                let arrives = Instant::now() + self.quality.borrow().delay;
                if sends.send((arrives, portion[..read].to_vec())).await.is_err() {
                    break;
                }
            }
        };
        let gives = async move {
            while let Some((arrives, portion)) = sent.recv().await {
                sleep_until(arrives + self.lost()).await;
                self.whole(way).await;
                before_it_arrives();
                if to.write_all(&portion).await.is_err() || to.flush().await.is_err() {
                    break;
                }
            }
            self.whole(way).await;
            let _ = to.shutdown().await;
        };
        tokio::join!(takes, gives);
    }

    /// How much later than others this portion arrives.
    fn lost(&self) -> Duration {
        let loses = self.quality.borrow().loses;
        let portion = self.portions.fetch_add(1, Ordering::Relaxed);
        if loses > 0 && portion % loses == loses - 1 { RESEND_DELAY } else { Duration::ZERO }
    }
}
