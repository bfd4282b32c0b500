//! Pressing keys in a pane, only while it still shows what was seen.

use super::guard::Guard;
use super::options::PaneOption;
use crate::tmux::client::Tmux;
use crate::tmux::error::{TmuxError, shown};
use crate::tmux::ids::PaneId;
use crate::tmux::protocol::command::Command;

/// What became of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// They were pressed.
    Yes,
    /// Nothing was pressed: the pane shows something else now, or its keys reach other panes too.
    Changed,
}

impl Tmux {
    /// Presses keys by their names, such as `Enter`, `Escape` or `C-c`, and sets `options` with
    /// them, if the pane still shows what `guard` says. A mode of tmux that a person has open in
    /// the pane (copy mode, a chooser, the clock) is left first, as it would take the keys for
    /// itself.
    ///
    /// # Errors
    /// [`TmuxError::PaneDead`], a key that tmux does not know by that name, no such pane.
    pub async fn press(
        &self,
        pane: PaneId,
        keys: &[impl AsRef<str>],
        guard: &Guard,
        options: &[PaneOption],
    ) -> Result<Pressed, TmuxError> {
        if let Some(key) = keys.iter().map(AsRef::as_ref).find(|key| !is_key(key)) {
            let argument = shown(key.as_bytes());
            return Err(TmuxError::BadArgument { argument, why: "it is not the name of a key" });
        }
        let target = pane.to_string();
        let leave = Command::new("copy-mode").args(["-q", "-t", &target]);
        let press = Command::new("send-keys")
            .args(["-t", &target, "--"])
            .args(keys.iter().map(AsRef::as_ref));
        let pressed = Command::new("display-message").args(["-p", "-t", &target, PRESSED]);
        let steps = [leave, press].into_iter().chain(options.iter().map(PaneOption::command));
        let steps: Vec<_> = steps.chain([pressed]).collect();
        let choice = guard.choose(&target, &steps, &[])?;
        let said = self.if_alive(pane, vec![], vec![choice], vec![]).await?;
        Ok(if said.lines().next_back() == Some(PRESSED) { Pressed::Yes } else { Pressed::Changed })
    }
}

const PRESSED: &str = "polecat-pressed";

/// Whether tmux knows the word as a key; any other word it would type letter by letter.
fn is_key(word: &str) -> bool {
    const NAMED: [&str; 22] = [
        "Enter", "Escape", "Tab", "BTab", "Space", "BSpace", "Up", "Down", "Left", "Right", "Home",
        "End", "PageUp", "PageDown", "PPage", "NPage", "IC", "DC", "Insert", "Delete", "PgUp",
        "PgDn",
    ];
    let mut name = word;
    while let Some(rest) = ["C-", "M-", "S-"].iter().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest;
    }
    let number = name.strip_prefix('F').and_then(|number| number.parse::<u8>().ok());
    let single = name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_graphic());
    NAMED.contains(&name) || number.is_some_and(|number| (1..=12).contains(&number)) || single
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_text() {
        for key in ["Enter", "C-c", "M-Enter", "C-M-Left", "F12", "q", ";"] {
            assert!(is_key(key), "{key}");
        }
        for text in ["", "Entr", "hello", "F13", "C-", "é", "\n", "S-Frob"] {
            assert!(!is_key(text), "{text}");
        }
    }
}
