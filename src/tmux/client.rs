//! The client: one handle for one server, whichever way the commands travel.

mod lost;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::timeout;
use tracing::debug;

use super::Launch;
use super::address::ServerAddress;
use super::error::TmuxError;
use super::protocol::Notification;
use super::version::Capabilities;
use crate::tmux::connection::Connector;
use crate::tmux::connection::control::Disconnected;
use crate::tmux::connection::hub;
use crate::tmux::connection::lock;
use crate::tmux::connection::oneshot;
use crate::tmux::connection::owners::BufferNames;
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::reply::Reply;
use crate::tmux::protocol::request::Request;
use crate::tmux::sessions::environment::Tables;

/// How long `tmux -V` may take.
const VERSION_TIMEOUT: Duration = Duration::from_secs(10);
/// How many notifications wait for a slow receiver; it is told if it missed some.
const NOTICES_LIMIT: usize = 1_024;

/// A handle for one tmux server. Cheap to clone; the clones share one connection, which ends
/// with the last of them.
#[derive(Clone)]
pub struct Tmux {
    inner: Arc<Inner>,
}

struct Inner {
    address: ServerAddress,
    launch: Launch,
    notices: broadcast::Sender<Notification>,
    connector: Connector,
    buffers: BufferNames,
    /// The environment tables of sessions that were read before.
    tables: Tables,
    /// Makes words that nobody else prints.
    nonce: String,
    count: AtomicU64,
}

impl Tmux {
    /// A handle; nothing is run yet.
    #[must_use]
    pub fn new(address: ServerAddress, launch: Launch) -> Self {
        let (notices, _) = broadcast::channel(NOTICES_LIMIT);
        let connector = Connector::new(address.clone(), Arc::clone(&launch), notices.clone());
        let (nonce, count) = (oneshot::unguessable(), AtomicU64::new(0));
        let (buffers, tables) = (BufferNames::new(), Tables::default());
        let inner = Inner { address, launch, notices, connector, buffers, tables, nonce, count };
        Self { inner: Arc::new(inner) }
    }

    /// Which server this is a handle for.
    #[must_use]
    pub fn address(&self) -> &ServerAddress {
        &self.inner.address
    }

    /// The words that start a tmux client for this server, to which a command is added.
    #[must_use]
    pub fn argv(&self) -> Vec<OsString> {
        let mut argv = vec![self.address().program()];
        argv.extend(self.address().args());
        argv
    }

    /// Where the server listens, as it says in `$TMUX`.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn socket_path(&self) -> Result<PathBuf, TmuxError> {
        let ask = Command::new("display-message").args(["-p", "#{socket_path}"]);
        Ok(self.run_one(ask).await?.text().trim_end().into())
    }

    /// What happens in the server from now on, while there is a connection.
    #[must_use]
    pub fn notifications(&self) -> broadcast::Receiver<Notification> {
        self.inner.notices.subscribe()
    }

    /// Runs the commands and gives one reply for each.
    ///
    /// # Errors
    /// The first command that tmux refused ends the request; see [`TmuxError`] for the rest.
    pub async fn run(&self, request: Request) -> Result<Vec<Reply>, TmuxError> {
        let waited = request.timeout;
        timeout(waited, self.answer(&request))
            .await
            .unwrap_or_else(|_| Err(TmuxError::NoAnswer { command: request.to_string(), waited }))
    }

    /// Runs one command.
    pub(crate) async fn run_one(&self, command: Command) -> Result<Reply, TmuxError> {
        let replies = self.run(Request::new(vec![command])).await?;
        Ok(replies.into_iter().next().unwrap_or_default())
    }

    /// What the server can do; without a server, what one that we start could.
    ///
    /// # Errors
    /// [`TmuxError::TooOld`], [`TmuxError::Missing`], or a server that does not answer.
    pub async fn capabilities(&self) -> Result<Capabilities, TmuxError> {
        if let Ok(Some(hub)) = self.inner.connector.hub(false).await {
            return Ok(hub.capabilities.clone());
        }
        let ask = Command::new("display-message").args(["-p", "#{version}"]);
        match self.run(Request::new(vec![ask]).repeatable()).await {
            Ok(replies) => Capabilities::of(&replies[0].text()),
            Err(error) if error.is_no_server() => self.own_capabilities().await,
            Err(error) => Err(error),
        }
    }

    /// Leaves the hub and waits until our client is gone. A later call connects again.
    pub async fn close(&self) {
        self.inner.connector.close().await;
    }

    /// A name for a buffer that nobody else uses on this server.
    pub(crate) fn buffer(&self) -> String {
        self.inner.buffers.name()
    }

    /// The number of the last list that was asked for, see [`Tmux::log`].
    #[must_use]
    pub fn listed(&self) -> u64 {
        self.inner.count.load(Ordering::Relaxed).saturating_sub(1)
    }

    pub(super) fn nonce(&self) -> &str {
        &self.inner.nonce
    }

    pub(super) fn tables(&self) -> &Tables {
        &self.inner.tables
    }

    /// A word that nobody else prints.
    pub(crate) fn unique(&self) -> String {
        format!("{}-{}", self.inner.nonce, self.inner.count.fetch_add(1, Ordering::Relaxed))
    }

    async fn answer(&self, request: &Request) -> Result<Vec<Reply>, TmuxError> {
        let mut again = request.repeatable;
        loop {
            match self.ask(request).await {
                Err(TmuxError::ConnectionLost { .. }) if std::mem::take(&mut again) => {}
                Err(lost @ TmuxError::ConnectionLost { .. }) => {
                    // Boxed, as it is rare and would be in the future of every call.
                    return Err(Box::pin(self.explained(lost)).await);
                }
                result => return result,
            }
        }
    }

    async fn ask(&self, request: &Request) -> Result<Vec<Reply>, TmuxError> {
        let line = request.line()?;
        // Before the lock, which connecting takes itself.
        let hub = self.inner.connector.hub(request.may_start).await?;
        let _guard =
            if request.needs_lock() { lock::announcing(self.address()).await } else { None };
        let Some(hub) = hub else { return self.spawn(request).await };
        match hub.link.ask(&line, request.reply_end()).await {
            Ok(blocks) => request.replies(blocks, hub.escapes),
            Err(Disconnected(words)) => {
                debug!(words, "the connection ended under a request");
                Err(TmuxError::ConnectionLost { socket: self.address().to_string() })
            }
        }
    }

    async fn spawn(&self, request: &Request) -> Result<Vec<Reply>, TmuxError> {
        let Inner { address, launch, .. } = &*self.inner;
        let configuration = hub::configuration(address, request.may_start)?;
        oneshot::run(address, launch, request, configuration.as_ref()).await
    }

    async fn own_capabilities(&self) -> Result<Capabilities, TmuxError> {
        let Inner { address, launch, .. } = &*self.inner;
        let waited = VERSION_TIMEOUT;
        let version = timeout(waited, oneshot::own_version(address, launch))
            .await
            .map_err(|_| TmuxError::NoAnswer { command: "tmux -V".to_owned(), waited })?;
        Capabilities::of(&version?)
    }
}

/// The address, and nothing of what is inside.
impl std::fmt::Debug for Tmux {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tmux").field(&self.inner.address).finish()
    }
}
