//! What has happened when a connection ends.

use std::{io::ErrorKind, path::Path, time::Duration};

use tokio::{io::AsyncReadExt, net::UnixStream, time::timeout};

use super::Tmux;
use crate::tmux::{
    error::TmuxError,
    protocol::{command::Command, request::Request},
};

/// How long a server that is ending may take to close its socket.
const END_TIMEOUT: Duration = Duration::from_millis(500);

impl Tmux {
    /// Why a connection was lost: somebody ended our client, the server ended, or it is of another
    /// version: tmux from 3.6 on and older versions do not understand each other, and show that by
    /// closing the connection.
    pub(super) async fn explained(&self, lost: TmuxError) -> TmuxError {
        let probe = Request::new(vec![Command::new("display-message").args(["-p", ""])]);
        match self.spawn(&probe).await {
            Ok(_) => lost,
            Err(TmuxError::NoServer { socket }) => TmuxError::ServerGone { socket },
            Err(TmuxError::ConnectionLost { socket }) => {
                if stops_listening(&self.address().socket_file()).await {
                    return TmuxError::ServerGone { socket };
                }
                TmuxError::OtherVersion { reply: "it closes the connection".to_owned() }
            }
            Err(error) => error,
        }
    }
}

/// Whether nobody listens there any more, or stops listening now: a server that ends closes its
/// socket last, while one that lives lets a client wait that says nothing. Whatever else keeps us
/// from it tells nothing about the server.
async fn stops_listening(socket: &Path) -> bool {
    use ErrorKind::{ConnectionRefused, ConnectionReset, NotFound, UnexpectedEof};
    let ended = async { UnixStream::connect(socket).await?.read_u8().await };
    let is_gone =
        |kind| matches!(kind, NotFound | ConnectionRefused | ConnectionReset | UnexpectedEof);
    timeout(END_TIMEOUT, ended).await.is_ok_and(|ended| ended.is_err_and(|why| is_gone(why.kind())))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixDatagram, UnixListener};

    use super::*;

    #[tokio::test]
    async fn only_who_is_absent_or_refuses_has_stopped_listening() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        assert!(stops_listening(&socket).await);
        let listener = UnixListener::bind(&socket).unwrap();
        assert!(!stops_listening(&socket).await);
        drop(listener);
        assert!(stops_listening(&socket).await);
        let unreachable = folder.path().join("unreachable");
        let _other_kind = UnixDatagram::bind(&unreachable).unwrap();
        assert!(!stops_listening(&unreachable).await);
    }
}
