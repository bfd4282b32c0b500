//! Text and keys into a pane.

use std::path::PathBuf;

use super::client::Tmux;
use super::command::Command;
use super::error::{TmuxError, shown};
use super::ids::{PaneId, SessionId};
use super::request::Request;
use super::scratch::Scratch;

/// Ends a bracketed paste; what follows it would be taken as typed.
const PASTE_END: &[u8] = b"\x1b[201~";
const DONE: &str = "polecat-done";
/// Says why nothing was sent.
const NOT_DONE: &str = "polecat-dead #{pane_id}";

/// An option of a session that is set in one step with something else: both happen or neither,
/// whoever is killed when.
#[derive(Clone, Debug)]
pub struct Note {
    /// The session.
    pub session: SessionId,
    /// The option's name, `@...`.
    pub option: &'static str,
    /// Its value.
    pub value: String,
}

/// Where a paste went.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Its device.
    pub(crate) path: PathBuf,
    /// How many bytes were pasted.
    pub(crate) pasted: usize,
}

impl Tmux {
    /// Pastes `bytes` into a pane: whole, byte for byte, and never mixed with another paste. A
    /// program that asked for it gets them as one bracketed paste.
    ///
    /// The sequence that ends a bracketed paste is left out of `bytes`, wherever it is.
    ///
    /// # Errors
    /// [`TmuxError::PaneDead`], or [`TmuxError::is_missing_target`]: nothing was pasted. After a
    /// [`TmuxError::NoAnswer`] it may have been, or may yet be.
    pub async fn paste(&self, pane: PaneId, bytes: &[u8]) -> Result<(), TmuxError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.paste_noting(pane, bytes, &[]).await.map(drop)
    }

    /// The same, and `notes` with it. Gives what can be asked whether it was read.
    ///
    /// # Errors
    /// As [`Tmux::paste`].
    pub async fn paste_noting(
        &self,
        pane: PaneId,
        bytes: &[u8],
        notes: &[Note],
    ) -> Result<Terminal, TmuxError> {
        let io = |source| TmuxError::Io { doing: "make a file for tmux", source };
        let text = without_end(bytes);
        let scratch = Scratch::holding(&text).map_err(io)?;
        let raw = self.capabilities().await?.paste_escapes;
        let buffer = self.buffer();
        let delete = Command::new("delete-buffer").args(["-b", &buffer]);
        let load = Command::new("load-buffer").args(["-b", &buffer]).arg(scratch.path());
        let mut paste = Command::new("paste-buffer").args(["-d", "-p", "-r"]);
        if raw {
            paste = paste.arg("-S");
        }
        let paste = paste.args(["-b", &buffer, "-t", &pane.to_string()]);
        let alive = std::iter::once(paste).chain(notes.iter().map(Note::command)).collect();
        let result = self.send(pane, vec![load], alive, vec![delete.clone()]).await;
        if result.is_err() {
            // Whatever failed, the text must not stay in the server.
            let _ = self.run_one(delete).await;
        }
        result.map(|path| Terminal { path, pasted: text.len() })
    }

    /// Presses keys by their names, such as `Enter`, `Escape` or `C-c`. A person's copy-mode is
    /// left first, as it would take the keys for itself.
    ///
    /// # Errors
    /// [`TmuxError::PaneDead`], a key that tmux does not know by that name, no such pane.
    pub async fn press(&self, pane: PaneId, keys: &[&str]) -> Result<(), TmuxError> {
        self.press_noting(pane, keys, &[]).await
    }

    /// The same, and `notes` with it.
    ///
    /// # Errors
    /// As [`Tmux::press`].
    pub async fn press_noting(
        &self,
        pane: PaneId,
        keys: &[&str],
        notes: &[Note],
    ) -> Result<(), TmuxError> {
        if let Some(key) = keys.iter().find(|key| !is_key(key)) {
            let argument = shown(key.as_bytes());
            return Err(TmuxError::BadArgument { argument, why: "it is not the name of a key" });
        }
        let target = pane.to_string();
        let leave = Command::new("send-keys").args(["-X", "-t", &target, "cancel"]);
        let leave = Command::choose(&target, "#{pane_in_mode}", &[leave], &[])?;
        let press = Command::new("send-keys").args(["-t", &target, "--"]).args(keys);
        let alive = [leave, press].into_iter().chain(notes.iter().map(Note::command)).collect();
        self.send(pane, vec![], alive, vec![]).await.map(drop)
    }

    /// Runs `first`, then `alive` if the pane's program lives, else `dead`; gives its terminal.
    async fn send(
        &self,
        pane: PaneId,
        first: Vec<Command>,
        alive: Vec<Command>,
        dead: Vec<Command>,
    ) -> Result<PathBuf, TmuxError> {
        let target = pane.to_string();
        let say = |text: &str| Command::new("display-message").args(["-p", "-t", &target, text]);
        // Up to 3.3a a paste into a dead pane crashes the server. A pane that is gone is none
        // that is alive either: tmux then looks at another one.
        let lives = format!("#{{==:#{{pane_id}} #{{pane_dead}},{pane} 0}}");
        let alive = [alive, vec![say(&format!("{DONE} #{{pane_tty}}"))]].concat();
        let dead = [dead, vec![say(NOT_DONE)]].concat();
        let choice = Command::choose(&target, &lives, &alive, &dead)?;
        let request = Request::new([first, vec![choice]].concat());
        let replies = self.run(request.clone()).await?;
        let said = replies.last().map(super::command::Reply::text).unwrap_or_default();
        if let Some(tty) = said.lines().next_back().and_then(|last| last.strip_prefix(DONE)) {
            return Ok(tty.trim_start().into());
        }
        if said == NOT_DONE.replace("#{pane_id}", &target) {
            return Err(TmuxError::PaneDead { pane });
        }
        let (command, reply) = (request.to_string(), format!("can't find pane: {pane}"));
        Err(TmuxError::Refused { command, reply, done: replies })
    }
}

impl Note {
    pub(crate) fn command(&self) -> Command {
        let target = format!("{}:", self.session);
        Command::new("set-option").args(["-t", &target, "--", self.option, &self.value])
    }
}

/// The text without the sequence that ends a bracketed paste, also where taking one out makes
/// another.
fn without_end(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        kept.push(byte);
        if kept.ends_with(PASTE_END) {
            kept.truncate(kept.len() - PASTE_END.len());
        }
    }
    kept
}

/// Whether tmux takes the word for a key; what it does not know it types letter by letter.
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
    fn the_end_of_a_paste_cannot_be_smuggled_in() {
        for (text, expected) in [
            ("a\x1b[201~b", "ab"),
            ("\x1b[20\x1b[201~1~x", "x"),
            ("\x1b[200~ \x1b[201", "\x1b[200~ \x1b[201"),
        ] {
            assert_eq!(without_end(text.as_bytes()), expected.as_bytes());
        }
    }

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
