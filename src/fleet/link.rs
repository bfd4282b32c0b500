//! One host: connected to, listened to, and tried again for as long as somebody looks.

mod changed_files;
mod opening;
mod status;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{Notify, Semaphore, mpsc, watch},
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::task::TaskTracker;
use tracing::{debug, info};

use self::{changed_files::ChangedFiles, opening::Lost};
pub use self::{
    opening::{Offer, megabytes},
    status::{HostFacts, HostStatus, Reached},
};
use super::{
    error::Unanswered,
    identity::Identity,
    log::HostLog,
    pending::{Ongoing, PendingCalls},
    ssh::Ssh,
    transport::Transport,
    wire::{self, FarRig, FromHost, ToHost},
};
use crate::{
    core::hosts::{HostName, HostSettings},
    session::EventQueue,
};

/// How long a host may take to answer, first with our program and then with its greeting: a key exchange
/// over a slow link, and a login shell.
const GREETING_TIMEOUT: Duration = Duration::from_secs(30);
/// How long one that does not answer is among those that are connected to at once.
const TURN_TIMEOUT: Duration = Duration::from_secs(1);
/// How often a host is pinged, and how long it may say nothing at all.
const PING_INTERVAL: Duration = Duration::from_secs(5);
const SILENCE_TIMEOUT: Duration = Duration::from_secs(15);
/// The first and the longest pause between two tries.
const FIRST_RETRY_DELAY: Duration = Duration::from_secs(1);
const RETRY_DELAY_LIMIT: Duration = Duration::from_secs(60);

pub(super) struct Link {
    settings: HostSettings,
    ssh: Ssh,
    /// Whether our program may be put there.
    agreed: AtomicBool,
    /// Whether the last connection was silent: a login that is shared may be dead.
    suspect: AtomicBool,
    connects: Arc<Semaphore>,
    endings: TaskTracker,
    log: HostLog,
    status: Mutex<HostStatus>,
    /// Which machine it was last.
    welcome: Mutex<Option<Identity>>,
    changes: watch::Sender<()>,
    /// Where changed files are told, and those that are to be.
    news: EventQueue,
    files: ChangedFiles,
    calls: PendingCalls,
    /// How far its clock is ahead, in milliseconds.
    ahead: AtomicI64,
    /// How much it has said of rows since it told all of them, in bytes.
    rows_length: AtomicUsize,
    /// The last ping, and when it was sent.
    pinged: Mutex<Option<(u64, Instant)>>,
    /// Held while somebody sees to it that it is connected: many are told at once when it is, and
    /// their calls are to be sent in the order in which they were made.
    order: tokio::sync::Mutex<()>,
    /// Notified when it is to be looked at, or tried, now.
    wanted: Notify,
    /// Notified when one that refused is to be tried again.
    forced: Notify,
}

impl Link {
    pub(super) fn new(
        (name, settings): (HostName, HostSettings),
        ssh: Ssh,
        (connects, endings): (Arc<Semaphore>, TaskTracker),
        (changes, news): (watch::Sender<()>, EventQueue),
    ) -> Self {
        let (reached, rigs) = (Reached::Connecting, Arc::default());
        let (facts, log) = (HostFacts::default(), HostLog::of(name.clone()));
        let status = Mutex::new(HostStatus { name, reached, rigs, seen: None, facts });
        let (agreed, suspect) = (AtomicBool::default(), AtomicBool::default());
        let (wanted, forced) = (Notify::new(), Notify::new());
        let (welcome, calls, ahead) =
            (Mutex::default(), PendingCalls::default(), AtomicI64::default());
        Self {
            settings,
            ssh,
            agreed,
            suspect,
            connects,
            endings,
            log,
            status,
            welcome,
            changes,
            news,
            files: ChangedFiles::default(),
            calls,
            ahead,
            rows_length: AtomicUsize::default(),
            pinged: Mutex::default(),
            order: tokio::sync::Mutex::default(),
            wanted,
            forced,
        }
    }

    pub(super) fn settings(&self) -> &HostSettings {
        &self.settings
    }

    pub(super) fn ssh(&self) -> &Ssh {
        &self.ssh
    }

    pub(super) fn status(&self) -> HostStatus {
        self.locked().clone()
    }

    /// Nothing is known of it any more but what was seen last: it is being connected to.
    fn tries(&self) {
        self.change(|status| {
            status.reached = Reached::Connecting;
            status.facts.tries += 1;
            (status.facts.offer, status.facts.needs_login) = (None, false);
        });
    }

    /// Has it looked at, or tried, now.
    pub(super) fn look(&self) {
        self.wanted.notify_one();
    }

    /// The same also where it refused. One that did not is not tried once more when it does.
    pub(super) fn retry(&self) {
        if self.locked().reached.is_refusal() {
            self.forced.notify_one();
        } else {
            self.wanted.notify_one();
        }
    }

    /// Waits for those who came before.
    pub(super) async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.order.lock().await
    }

    /// Has the host carry out the call `name`.
    pub(super) fn call(&self, name: &str, args: ByteBuf) -> Result<Ongoing, Unanswered> {
        self.calls.call(name, args)
    }

    /// How far its clock is ahead, in milliseconds.
    pub(super) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }

    /// Connects, and again whenever the connection is lost. Dropping the future ends it.
    pub(super) async fn run(self: Arc<Self>) {
        let mut pause = FIRST_RETRY_DELAY;
        loop {
            if self.locked().reached.is_refusal() {
                self.forced.notified().await;
            }
            self.tries();
            let begun = Instant::now();
            let Lost { why, refused, login, offer } = self.connect().await;
            info!(host = %self.name(), why, refused, "not connected");
            let needs_login = login && self.settings.is_ssh();
            self.change(|status| {
                status.reached = Reached::Down { why, refused };
                (status.facts.offer, status.facts.needs_login) = (offer, needs_login);
                status.facts.step = None;
            });
            // Now, that who hears of it does not find it connected.
            self.calls.close();
            if refused {
                continue;
            }
            if begun.elapsed() > RETRY_DELAY_LIMIT {
                pause = FIRST_RETRY_DELAY;
            }
            // Told to look, it is tried at once, and the pauses begin anew.
            pause = match timeout(pause, self.wanted.notified()).await {
                Ok(()) => FIRST_RETRY_DELAY,
                Err(_) => (pause * 2).min(RETRY_DELAY_LIMIT),
            };
        }
    }

    /// One connection, from its beginning to its end; tells why it ended.
    async fn connect(&self) -> Lost {
        let (mut transport, welcome) = match self.open().await {
            Ok(open) => open,
            Err(lost) => return lost,
        };
        let why = match self.accept(welcome) {
            Err(why) => Some(why),
            Ok(()) => self.follow(&mut transport).await,
        };
        // It may have ended by itself, for a reason of its own.
        let said = transport.end(String::new()).await;
        Lost::because(why.unwrap_or(said))
    }

    /// Keeps the connection until it is lost; tells why, unless it has ended.
    async fn follow(&self, transport: &mut Transport) -> Option<String> {
        let Transport { to, from, .. } = transport;
        let (to_host, queued) = mpsc::unbounded_channel();
        self.calls.open(to_host.clone());
        // Neither side waits with reading for what it writes.
        tokio::select! {
            why = self.listen(from, GREETING_TIMEOUT) => why,
            () = write_all(to, queued) => None,
            () = self.ask(&to_host) => None,
            () = self.files.tell(&self.news) => None,
        }
    }

    /// Takes what it says, until it says nothing any more, or other things than what rigs it has for
    /// longer than `patience`: who wants something of it waits for these.
    async fn listen(
        &self,
        from: &mut (impl AsyncRead + Unpin),
        patience: Duration,
    ) -> Option<String> {
        let begun = Instant::now();
        loop {
            let message = match wire::read_unless_silent::<FromHost>(from, SILENCE_TIMEOUT).await {
                Err(error) if error.kind() == std::io::ErrorKind::TimedOut => {
                    self.suspect.store(true, Ordering::Relaxed);
                    let silence = SILENCE_TIMEOUT.as_secs();
                    return Some(format!("no message for {silence} s"));
                }
                Err(error) => return Some(error.to_string()),
                Ok(None) => return None,
                Ok(Some(message)) => message,
            };
            if let Err(why) = self.take(message) {
                return Some(why);
            }
            // Now, not while it says something: all rigs over a narrow line may take longer.
            if begun.elapsed() > patience && self.locked().reached != Reached::Up {
                return Some(format!("it has not told of its rigs in {} s", patience.as_secs()));
            }
        }
    }

    /// Asks whether it is there, and what it sees when somebody looks.
    async fn ask(&self, to_host: &mpsc::UnboundedSender<ToHost>) {
        let mut pings = interval(PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut number = 0;
        loop {
            let message = tokio::select! {
                _ = pings.tick() => {
                    number += 1;
                    *self.pinged.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some((number, Instant::now()));
                    ToHost::Ping(number)
                }
                () = self.wanted.notified() => ToHost::Look,
            };
            if to_host.send(message).is_err() {
                return;
            }
        }
    }

    /// Nobody is told: each row would be drawn anew for it.
    fn ponged(&self, number: u64, now: Timestamp) {
        let pinged = *self.pinged.lock().unwrap_or_else(PoisonError::into_inner);
        let mut status = self.locked();
        status.seen = Some(now);
        if let Some((_, sent)) = pinged.filter(|(pinged, _)| *pinged == number) {
            status.facts.round_trip = Some(sent.elapsed());
        }
    }

    fn take(&self, message: FromHost) -> Result<(), String> {
        let now = Timestamp::now();
        match message {
            FromHost::Pong(number) => self.ponged(number, now),
            FromHost::Welcome(_) => return Err("it greeted twice".to_owned()),
            FromHost::Part { id, part } => self.calls.part(id, part)?,
            FromHost::Answer { id, result } => self.calls.answered(id, result),
            FromHost::Files(files) => {
                let here = files.here(&self.locked());
                here.map_or(Ok(()), |files| self.files.add(files))?;
            }
            FromHost::Rigs(rigs) => {
                self.rows_length.store(0, Ordering::Relaxed);
                let ahead = self.measure(rigs.now, now);
                debug!(host = %self.name(), rigs = rigs.rigs.len(), "heard");
                let mut rigs = rigs.here(ahead);
                self.locked().keep_unread(&mut rigs);
                self.heard(rigs, now);
            }
            FromHost::Rows(rows) => {
                let before = self.rows_length.fetch_add(rows.length, Ordering::Relaxed);
                if before.saturating_add(rows.length) > wire::MESSAGE_LIMIT as usize {
                    return Err("it sends more rows than it may".to_owned());
                }
                let ahead = self.measure(rows.now, now);
                let mut rigs = self.locked().rigs.to_vec();
                rows.put_into(&mut rigs, ahead)?;
                self.heard(rigs, now);
            }
        }
        Ok(())
    }

    /// How far its clock is ahead, which says `there` at `now`.
    fn measure(&self, there: i64, now: Timestamp) -> i64 {
        let ahead = wire::ahead(there, now, self.ahead());
        self.ahead.store(ahead, Ordering::Relaxed);
        ahead
    }

    fn heard(&self, rigs: Vec<FarRig>, now: Timestamp) {
        let rigs = Arc::new(rigs);
        self.change(|status| {
            (status.reached, status.rigs, status.seen) = (Reached::Up, rigs, Some(now));
        });
    }

    pub(super) fn name(&self) -> HostName {
        self.locked().name.clone()
    }

    fn change(&self, how: impl FnOnce(&mut HostStatus)) {
        let mut status = self.locked();
        let before = status.clone();
        how(&mut status);
        let changed = *status != before;
        drop(status);
        if changed {
            self.changes.send_replace(());
        }
    }

    fn locked(&self) -> MutexGuard<'_, HostStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes all that is to be said, until it cannot be any more.
async fn write_all(
    to: &mut (impl AsyncWrite + Unpin),
    mut queued: mpsc::UnboundedReceiver<ToHost>,
) {
    while let Some(message) = queued.recv().await {
        if wire::write(to, &message).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
