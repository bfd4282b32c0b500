//! How a person reaches the server.

use std::{ffi::OsString, path::PathBuf};

use super::{client::Tmux, command::Command, error::TmuxError};

impl Tmux {
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
}
