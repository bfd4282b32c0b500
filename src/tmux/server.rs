//! The server itself: how a person reaches it, and options of our panes.

use std::{ffi::OsString, path::PathBuf};

use super::{
    client::Tmux, command::Command, error::TmuxError, ids::PaneId, paste::PaneOption,
    request::Request,
};

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

    /// Sets a user option on a pane that has none of that name; `false` when it has. Of several
    /// that try at once, one does.
    ///
    /// # Errors
    /// When there is no such pane.
    pub async fn claim(&self, pane: PaneId, option: &str) -> Result<bool, TmuxError> {
        const MINE: &str = "mine";
        let target = pane.to_string();
        let taken = [Command::new("display-message").args(["-p", "taken"])];
        let free = [
            Command::new("set-option").args(["-p", "-t", &target, "--", option, "1"]),
            Command::new("display-message").args(["-p", MINE]),
        ];
        let claim = Command::choose(&target, &format!("#{{{option}}}"), &taken, &free)?;
        Ok(self.run_one(claim).await?.text().trim_end() == MINE)
    }

    /// Sets options of panes, all in one step.
    ///
    /// # Errors
    /// When there is no such pane, or tmux does not take a value.
    pub async fn set_options(&self, options: &[PaneOption]) -> Result<(), TmuxError> {
        self.run(Request::new(options.iter().map(PaneOption::command).collect())).await.map(drop)
    }
}
