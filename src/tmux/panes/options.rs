//! User options of our panes.

use crate::tmux::client::Tmux;
use crate::tmux::error::TmuxError;
use crate::tmux::ids::PaneId;
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::request::Request;

/// A value for an option of a pane. It can be set in one step with something else: then both happen
/// or neither, whoever is killed. It stays with the pane wherever a person moves that.
#[derive(Clone, Debug)]
pub struct PaneOption {
    /// The pane.
    pub pane: PaneId,
    /// The option's name, `@...`.
    pub option: &'static str,
    /// Its value.
    pub value: String,
}

impl PaneOption {
    pub(crate) fn command(&self) -> Command {
        let target = self.pane.to_string();
        Command::new("set-option").args(["-p", "-t", &target, "--", self.option, &self.value])
    }
}

impl Tmux {
    /// Sets a user option on a pane that does not have it yet; `false` if it has. Of several who
    /// try at once, one succeeds.
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
    /// When there is no such pane, or tmux refuses a value.
    pub async fn set_options(&self, options: &[PaneOption]) -> Result<(), TmuxError> {
        self.run(Request::new(options.iter().map(PaneOption::command).collect())).await.map(drop)
    }
}
