//! Which server it is: one that was started anew has none of the old one's sessions.

use crate::tmux::client::Tmux;
use crate::tmux::error::TmuxError;
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::reply::Reply;
use crate::tmux::protocol::request::Request;

/// A tmux server, as no other one of its machine ever is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its process.
    pub pid: u32,
    /// When it was started, in s since 1970.
    pub started: i64,
}

impl Tmux {
    /// The server that runs; `None` if there is none.
    ///
    /// # Errors
    /// Only if it is not known whether there is one.
    pub async fn server(&self) -> Result<Option<Server>, TmuxError> {
        let ask = Command::new("display-message").args(["-p", "#{pid} #{start_time}"]);
        match self.run(Request::new(vec![ask]).repeatable()).await {
            Ok(replies) => {
                let reply = replies.first().map(Reply::text).unwrap_or_default();
                read(&reply).map(Some).ok_or_else(|| TmuxError::Unexpected {
                    command: "display-message".to_owned(),
                    reply,
                })
            }
            Err(error) if error.is_no_server() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Refuses where a session could not be created, because there is no server and none is started.
    ///
    /// # Errors
    /// [`TmuxError::NoStart`], or it is not known whether there is one.
    pub async fn require_startable(&self) -> Result<(), TmuxError> {
        let address = self.address();
        let Some(why) = address.no_start else { return Ok(()) };
        if self.server().await?.is_some() {
            return Ok(());
        }
        let (socket, start) = (address.to_string(), address.shell_line(&["new-session", "-d"]));
        Err(TmuxError::NoStart { socket, why, start })
    }
}

fn read(reply: &str) -> Option<Server> {
    let (pid, started) = reply.trim_end().split_once(' ')?;
    Some(Server { pid: pid.parse().ok()?, started: started.parse().ok()? })
}
