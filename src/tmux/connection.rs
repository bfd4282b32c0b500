//! The one connection: made when it is needed, and again after it was lost.

pub(super) mod compatible;
pub(super) mod control;
pub(super) mod hold;
pub(super) mod hub;
pub(super) mod leftovers;
pub(super) mod lifeline;
pub(super) mod lock;
pub(super) mod oneshot;
pub(super) mod own_pane;
pub(super) mod owners;
pub(super) mod signal;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, broadcast};
use tokio::time::{Instant, timeout};
use tracing::{debug, info};

use super::Launch;
use super::address::ServerAddress;
use super::error::TmuxError;
use super::protocol::Notification;
use hub::HubConnection;

/// How long connecting may take; after that a request travels without the connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long to leave a server alone whose hub could not be joined.
const RETRY_DELAY: Duration = Duration::from_secs(5);
/// How long the server gets to clear up after a connection was lost.
const SETTLE_DELAY: Duration = Duration::from_millis(100);

/// Makes the connection. The clones share it.
#[derive(Clone)]
pub(crate) struct Connector {
    address: ServerAddress,
    launch: Launch,
    notices: broadcast::Sender<Notification>,
    /// Held while connecting, so that there is one connector at a time.
    slot: Arc<Mutex<Slot>>,
}

#[derive(Default)]
struct Slot {
    hub: Option<Arc<HubConnection>>,
    /// No new attempt before this time.
    retry_at: Option<Instant>,
    /// Whether tmux itself has said that there is no server, so the program exists.
    known_absent: bool,
    /// We are about to end, and could not close another connection properly.
    closed: bool,
}

impl Connector {
    pub(crate) fn new(
        address: ServerAddress,
        launch: Launch,
        notices: broadcast::Sender<Notification>,
    ) -> Self {
        Self { address, launch, notices, slot: Arc::default() }
    }

    /// The connection, made if need be; `None` if there is none for now although a server is, or
    /// may be, there.
    pub(crate) async fn hub(
        &self,
        may_start: bool,
    ) -> Result<Option<Arc<HubConnection>>, TmuxError> {
        let mut slot = Arc::clone(&self.slot).lock_owned().await;
        if let Some(known) = slot.known() {
            return Ok(known);
        }
        let connector = self.clone();
        // In a task of its own: a caller that stops waiting must not leave a half connected client
        // behind, which is a danger to the server.
        let connecting = tokio::spawn(async move { connector.fill(&mut slot, may_start).await });
        connecting.await.unwrap_or(Ok(None))
    }

    /// Leaves the hub for good and waits until our client is gone. Later requests travel without a
    /// connection.
    pub(crate) async fn close(&self) {
        let mut slot = self.slot.lock().await;
        slot.closed = true;
        let hub = slot.hub.take();
        drop(slot);
        if let Some(hub) = hub {
            hub.link.close().await;
        }
    }

    async fn fill(
        &self,
        slot: &mut Slot,
        start: bool,
    ) -> Result<Option<Arc<HubConnection>>, TmuxError> {
        // Another tmux process could only say the same.
        if !start && slot.known_absent && self.address.is_absent() {
            return Err(TmuxError::NoServer { socket: self.address.to_string() });
        }
        match timeout(CONNECT_TIMEOUT, self.connect(start)).await {
            Ok(Ok(hub)) => {
                info!(version = hub.capabilities.version, "connected to tmux");
                let hub = Arc::clone(slot.hub.insert(Arc::new(hub)));
                let (weak, notices) = (Arc::downgrade(&hub), self.notices.subscribe());
                tokio::spawn(leftovers::keep_clear(self.address.clone(), weak, notices));
                Ok(Some(hub))
            }
            Ok(Err(error)) if is_final(&error) => {
                slot.known_absent |= matches!(error, TmuxError::NoServer { .. });
                Err(error)
            }
            failed => {
                debug!(?failed, "no connection to tmux for now");
                let lost = matches!(failed, Ok(Err(TmuxError::ConnectionLost { .. })));
                slot.retry_at =
                    Some(Instant::now() + if lost { SETTLE_DELAY } else { RETRY_DELAY });
                Ok(None)
            }
        }
    }

    /// Connects; tries once more if the server was just ending.
    async fn connect(&self, start: bool) -> Result<HubConnection, TmuxError> {
        let _guard = lock::connecting(&self.address).await;
        match self.enter(start).await {
            Err(TmuxError::ConnectionLost { .. }) => self.enter(start).await,
            result => result,
        }
    }

    async fn enter(&self, start: bool) -> Result<HubConnection, TmuxError> {
        let Self { address, launch, notices, .. } = self;
        compatible::require(address, launch).await?;
        hub::connect(address, launch, start, notices.clone()).await
    }
}

impl Slot {
    /// What to use without connecting: a connection, or none for now.
    #[expect(
        clippy::option_option,
        reason = "`None` is not known, `Some(None)` is known to be absent"
    )]
    fn known(&mut self) -> Option<Option<Arc<HubConnection>>> {
        // The hub needs Linux's `/proc`; elsewhere each request is a tmux process of its own.
        if cfg!(not(target_os = "linux")) || self.closed {
            return Some(None);
        }
        if let Some(hub) = self.hub.as_ref().filter(|hub| hub.link.is_alive()) {
            return Some(Some(Arc::clone(hub)));
        }
        if self.hub.take().is_some_and(|hub| hub.link.was_lost()) {
            // The hub is about to end; connecting in that moment would crash the server.
            self.retry_at = Some(Instant::now() + SETTLE_DELAY);
        }
        self.retry_at.is_some_and(|at| Instant::now() < at).then_some(None)
    }
}

/// Whether a tmux process of its own would meet the same error.
fn is_final(error: &TmuxError) -> bool {
    matches!(
        error,
        TmuxError::NoServer { .. }
            | TmuxError::Missing { .. }
            | TmuxError::OtherVersion { .. }
            | TmuxError::TooOld { .. }
            | TmuxError::Unreachable { .. }
    )
}
