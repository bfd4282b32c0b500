//! tmux's sessions: ending one; in the folder, making one and what it has besides its panes.

pub(super) mod activity;
pub(super) mod create;
pub(super) mod environment;
pub(super) mod log;
mod read_environments;
pub(super) mod server;

use super::client::Tmux;
use super::error::TmuxError;
use super::ids::SessionId;
use super::protocol::command::Command;
use super::protocol::request::Request;

impl Tmux {
    /// Ends a session. One that is already gone is no error.
    ///
    /// # Errors
    /// tmux could not be asked.
    pub async fn kill_session(&self, id: SessionId) -> Result<(), TmuxError> {
        let kill = Command::new("kill-session").args(["-t", &id.to_string()]);
        match self.run(Request::new(vec![kill])).await {
            Err(error) if error.is_missing_target() => Ok(()),
            result => result.map(drop),
        }
    }

    /// Makes tmux look for children that have ended. Some builds miss the end of one: its pane is
    /// dead with neither status nor signal until another child ends, such as this one.
    ///
    /// # Errors
    /// tmux could not be asked.
    pub async fn reap(&self) -> Result<(), TmuxError> {
        // Output or a failure would put some pane into view mode.
        self.run_one(Command::new("run-shell").arg("true")).await.map(drop)
    }
}
