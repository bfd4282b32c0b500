//! The pane that this process itself runs in.

use super::oneshot;
use crate::tmux::Launch;
use crate::tmux::address::{ServerAddress, Socket};
use crate::tmux::error::TmuxError;
use crate::tmux::ids::PaneId;
use crate::tmux::panes::options::PaneOption;
use crate::tmux::protocol::request::Request;

/// The pane that this process runs in, by what tmux told its first process.
#[derive(Clone, Debug)]
pub struct PaneAround {
    socket: Socket,
    pane: PaneId,
}

impl PaneAround {
    /// `None` outside tmux.
    #[must_use]
    pub fn us() -> Option<Self> {
        let pane = std::env::var("TMUX_PANE").ok()?.parse().ok()?;
        Some(Self { socket: socket()?, pane })
    }

    /// Sets options of the pane by `program`, a tmux. Cancelling it ends that.
    ///
    /// # Errors
    /// The server or the pane is gone.
    pub async fn set_options(
        &self,
        program: String,
        launch: &Launch,
        options: Vec<(&'static str, String)>,
    ) -> Result<(), TmuxError> {
        let address = ServerAddress {
            command: program,
            socket: self.socket.clone(),
            holder: None,
            no_start: None,
        };
        let set = |(option, value)| PaneOption { pane: self.pane, option, value }.command();
        let request = Request::new(options.into_iter().map(set).collect());
        oneshot::run(&address, launch, &request, None).await.map(drop)
    }
}

/// Where the server around us listens.
pub(super) fn socket() -> Option<Socket> {
    let told = std::env::var("TMUX").ok()?;
    let (path, _) = told.rsplit_once(',')?.0.rsplit_once(',')?;
    Some(Socket::Path(path.into()))
}
