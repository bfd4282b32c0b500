//! All that matters about a pane to whoever types into it, in one look.

use std::path::PathBuf;

use super::capture::{Capture, Captured};
use super::terminal;
use crate::tmux::client::Tmux;
use crate::tmux::error::TmuxError;
use crate::tmux::ids::PaneId;

/// A pane's screen, and what becomes of keys that are typed into the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneScreen {
    /// The rows with their colours, the cursor, and whether the program has ended.
    pub captured: Captured,
    /// The title that its program gave it.
    pub title: String,
    /// Whether a person has switched input off (`select-pane -d`): tmux then drops what is typed.
    pub input_off: bool,
    /// Whether keys reach other panes of the window too (`synchronize-panes`).
    pub synchronized: bool,
    /// The name of the process that has the terminal, which may be a wrapper.
    pub command: String,
    /// The terminal's device.
    pub terminal: PathBuf,
    /// The value of the pane's option that was asked for.
    pub option: String,
}

/// Whether keys to a pane reach other panes too: `1` or `0`.
pub(in crate::tmux) const SYNCHRONIZED: &str = "#{&&:#{pane_synchronized},#{!=:#{window_panes},1}}";
/// Ends with the title, which may hold anything.
const FLAGS: &str = "#{pane_input_off}\t#{pane_tty}\t#{pane_current_command}";

impl Tmux {
    /// Looks at the screen of a pane, dead or alive, and at one of its options, whose values hold
    /// no tab.
    ///
    /// # Errors
    /// [`TmuxError::is_missing_target`] tells that there is no such pane.
    pub async fn screen(&self, pane: PaneId, option: &str) -> Result<PaneScreen, TmuxError> {
        let want = Capture::screen().with_colours();
        let format = format!("{SYNCHRONIZED}\t{FLAGS}\t#{{{option}}}\t#{{pane_title}}");
        let (captured, flags) = self.capture_with(pane, want, &format).await?;
        let mut fields = flags.splitn(6, '\t');
        let mut next = || fields.next().unwrap_or_default().to_owned();
        Ok(PaneScreen {
            captured,
            synchronized: next() != "0",
            input_off: next() != "0",
            terminal: next().into(),
            command: next(),
            option: next(),
            title: next(),
        })
    }
}

impl PaneScreen {
    /// Whether its program reads whole lines that the terminal edits and echoes, as when a shell
    /// runs a program. `None` if the terminal does not tell.
    #[must_use]
    pub fn takes_lines(&self) -> Option<bool> {
        terminal::takes_lines(&self.terminal)
    }
}
