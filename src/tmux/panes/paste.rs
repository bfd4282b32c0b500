//! Pasting text into a pane.

use super::guard::Guard;
use super::options::PaneOption;
use super::terminal::Terminal;
use crate::tmux::client::Tmux;
use crate::tmux::error::{TmuxError, shown};
use crate::tmux::ids::PaneId;
use crate::tmux::protocol::command::Command;
use crate::tmux::protocol::memfd::MemFile;
use crate::tmux::protocol::reply::Reply;
use crate::tmux::protocol::request::Request;

/// Ends a bracketed paste; what follows it would count as typed.
const PASTE_END: &[u8] = b"\x1b[201~";
const DONE: &str = "polecat-done";
/// Says why nothing was sent.
const NOT_DONE: &str = "polecat-dead #{pane_id}";

impl Tmux {
    /// Pastes `bytes` into a pane, byte for byte and never mixed with another paste, and sets
    /// `options` with it; does nothing if the pane no longer shows what `guard` says. A program
    /// that asked for it gets one bracketed paste. A mode that a person has open in the pane is
    /// left first. Gives the terminal, which knows whether the text was read.
    ///
    /// Wherever `bytes` has the sequence that ends a bracketed paste, that is left out.
    ///
    /// # Errors
    /// [`TmuxError::PaneDead`], or [`TmuxError::is_missing_target`]: nothing was pasted. After a
    /// [`TmuxError::NoAnswer`] or [`TmuxError::ConnectionLost`] it may have been, or may yet be.
    pub async fn paste(
        &self,
        pane: PaneId,
        bytes: &[u8],
        guard: &Guard,
        options: &[PaneOption],
    ) -> Result<Option<Terminal>, TmuxError> {
        let io = |source| TmuxError::Io { doing: "make a file for tmux", source };
        let text = without_end(bytes);
        if text.is_empty() {
            let argument = shown(bytes);
            return Err(TmuxError::BadArgument {
                argument,
                why: "it has nothing that can be pasted",
            });
        }
        let file = MemFile::holding(&text).map_err(io)?;
        let raw = self.capabilities().await?.paste_escapes;
        let (target, buffer) = (pane.to_string(), self.buffer());
        let delete = Command::new("delete-buffer").args(["-b", &buffer]);
        let load = Command::new("load-buffer").args(["-b", &buffer]).arg(file.path());
        let mut paste = Command::new("paste-buffer").args(["-d", "-p", "-r"]);
        if raw {
            paste = paste.arg("-S");
        }
        let leave = Command::new("copy-mode").args(["-q", "-t", &target]);
        let paste = paste.args(["-b", &buffer, "-t", &target]);
        let tell = Command::new("display-message").args(["-p", "-t", &target, "#{pane_tty}"]);
        let steps = [leave, paste].into_iter().chain(options.iter().map(PaneOption::command));
        let steps: Vec<_> = steps.chain([tell]).collect();
        let choice = guard.choose(&target, &steps, std::slice::from_ref(&delete))?;
        let result = self.if_alive(pane, vec![load], vec![choice], vec![delete.clone()]).await;
        if result.is_err() {
            // Whatever failed, the text must not stay in the server.
            let _ = self.run_one(delete).await;
        }
        let tty = result?;
        let terminal = Terminal { path: tty.trim().into(), pasted: text.len() };
        Ok(Some(terminal).filter(|_| !tty.trim().is_empty()))
    }

    /// Runs `first`, then `alive` if the pane's program is alive, else `dead`; gives what `alive`
    /// printed.
    pub(in crate::tmux) async fn if_alive(
        &self,
        pane: PaneId,
        first: Vec<Command>,
        alive: Vec<Command>,
        dead: Vec<Command>,
    ) -> Result<String, TmuxError> {
        let target = pane.to_string();
        let say = |text: &str| Command::new("display-message").args(["-p", "-t", &target, text]);
        // Up to 3.3a a paste into a dead pane crashes the server. For a pane that is gone tmux
        // looks at another one, hence the comparison of the id.
        let lives = format!("#{{==:#{{pane_id}} #{{pane_dead}},{pane} 0}}");
        let alive = [alive, vec![say(DONE)]].concat();
        let dead = [dead, vec![say(NOT_DONE)]].concat();
        let choice = Command::choose(&target, &lives, &alive, &dead)?;
        let request = Request::new([first, vec![choice]].concat());
        let replies = self.run(request.clone()).await?;
        let said = replies.last().map(Reply::text).unwrap_or_default();
        if let Some(printed) = said.strip_suffix(DONE) {
            return Ok(printed.to_owned());
        }
        if said == NOT_DONE.replace("#{pane_id}", &target) {
            return Err(TmuxError::PaneDead { pane });
        }
        let (command, reply) = (request.to_string(), format!("can't find pane: {pane}"));
        Err(TmuxError::Refused { command, reply, done: replies })
    }
}

/// The text without the sequence that ends a bracketed paste, even where taking one out makes
/// another one.
#[must_use]
pub fn without_end(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        kept.push(byte);
        if kept.ends_with(PASTE_END) {
            kept.truncate(kept.len() - PASTE_END.len());
        }
    }
    kept
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
}
