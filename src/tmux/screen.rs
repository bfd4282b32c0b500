//! What somebody who types into a pane has to know of it, in one look.

use std::path::{Path, PathBuf};

use rustix::termios::{LocalModes, tcgetattr};

use super::capture::{Capture, Captured};
use super::client::Tmux;
use super::error::TmuxError;
use super::ids::PaneId;
use super::press::SYNCHRONIZED;
use super::wait_until_read;

/// A pane's screen, and where what is typed into the pane would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneScreen {
    /// The rows with their colours, the cursor, and whether the program has ended.
    pub captured: Captured,
    /// The title that its program gave it.
    pub title: String,
    /// Whether a person has switched input off (`select-pane -d`): tmux drops what is typed.
    pub input_off: bool,
    /// Whether keys reach other panes of the window too (`synchronize-panes`).
    pub synchronized: bool,
    /// The name of the process that has the terminal; of a wrapper it may be the wrapper's.
    pub command: String,
    /// The terminal's device.
    pub terminal: PathBuf,
}

/// Ends with the title, which may hold anything.
const FLAGS: &str = "#{pane_input_off}\t#{pane_tty}\t#{pane_current_command}\t#{pane_title}";

impl Tmux {
    /// Looks at the screen of a pane, dead or alive.
    ///
    /// # Errors
    /// [`TmuxError::is_missing_target`] tells that there is no such pane.
    pub async fn screen(&self, pane: PaneId) -> Result<PaneScreen, TmuxError> {
        let want = Capture::screen().with_colours();
        let format = format!("{SYNCHRONIZED}\t{FLAGS}");
        let (captured, flags) = self.capture_with(pane, want, &format).await?;
        let mut fields = flags.splitn(5, '\t');
        let mut next = || fields.next().unwrap_or_default().to_owned();
        Ok(PaneScreen {
            captured,
            synchronized: next() != "0",
            input_off: next() != "0",
            terminal: next().into(),
            command: next(),
            title: next(),
        })
    }
}

impl PaneScreen {
    /// Whether its program gets whole lines, which the terminal edits and shows (the mode in which
    /// shells leave it to other programs). `None` where the terminal does not tell.
    #[must_use]
    pub fn takes_lines(&self) -> Option<bool> {
        takes_lines(&self.terminal)
    }
}

fn takes_lines(terminal: &Path) -> Option<bool> {
    let modes = tcgetattr(wait_until_read::open(terminal).ok()?).ok()?.local_modes;
    Some(modes.contains(LocalModes::ICANON))
}
