//! What a pane shows, and what has scrolled off it.

use super::buffers::Saved;
use crate::tmux::client::Tmux;
use crate::tmux::error::TmuxError;
use crate::tmux::ids::PaneId;
use crate::tmux::protocol::command::Command;

/// How much of a pane to capture, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    lines: Option<u32>,
    colours: bool,
}

impl Capture {
    /// The last `count` lines, including those that have scrolled off the screen.
    ///
    /// Rows at the bottom of the screen that nothing was printed to do not count, nor does the
    /// cursor's row while it is empty: the next line begins there. Blank lines above do count.
    /// Leading blanks stay, trailing ones do not. A long line counts once for each row that it
    /// wraps over.
    #[must_use]
    pub fn last(count: u32) -> Self {
        Self { lines: Some(count), colours: false }
    }

    /// The screen as it is: as many rows as the pane is high.
    #[must_use]
    pub fn screen() -> Self {
        Self { lines: None, colours: false }
    }

    /// With SGR sequences. They run on from row to row, so read the text as one stream.
    #[must_use]
    pub fn with_colours(mut self) -> Self {
        self.colours = true;
        self
    }
}

/// What was captured, and the state of the pane at the same moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The rows, each ended by a newline.
    pub text: Vec<u8>,
    /// How many rows that is.
    pub rows: usize,
    /// Columns of the pane.
    pub width: u32,
    /// Rows of its screen.
    pub height: u32,
    /// How many rows tmux still has that have scrolled off the top.
    pub history: u32,
    /// Column and row of the cursor on the screen, from 0.
    pub cursor: (u32, u32),
    /// Whether its program draws on the alternate screen.
    pub alternate: bool,
    /// Whether its program has ended.
    pub dead: bool,
    /// The signal that ended it, if only tmux's own last row says so (3.2). That row is not a line.
    pub signal: Option<i32>,
}

/// The beginning of that row: `Pane is dead (signal 9, Sun ...)`. From 3.3 on our panes have none.
const EPITAPH: &[u8] = b"Pane is dead (";

const SEEN: &str = "#{pane_id} #{pane_width} #{pane_height} #{history_size} #{cursor_x} #{cursor_y} #{alternate_on} #{pane_dead}";

impl Tmux {
    /// Captures a pane, dead or alive.
    ///
    /// # Errors
    /// [`TmuxError::is_missing_target`] tells that there is no such pane.
    pub async fn capture(&self, pane: PaneId, want: Capture) -> Result<Captured, TmuxError> {
        Ok(self.capture_with(pane, want, "").await?.0)
    }

    /// The same, and what `format` says of the pane at that moment.
    pub(in crate::tmux) async fn capture_with(
        &self,
        pane: PaneId,
        want: Capture,
        format: &str,
    ) -> Result<(Captured, String), TmuxError> {
        let (target, asked) = (pane.to_string(), format!("{SEEN}|{format}"));
        let ask = Command::new("display-message").args(["-p", "-t", &target, &asked]);
        let Saved { request, said, text } = self.save(ask, command(pane, want)).await?;
        let (numbers, told) = said.split_once('|').ok_or_else(|| request.unexpected(&said))?;
        let seen = see(numbers, pane).ok_or_else(|| request.unexpected(&said))?;
        let count = rows(&text).count();
        if count != seen.captured(want) {
            return Err(request.unexpected(&format!("{count} rows, not {}", seen.captured(want))));
        }
        Ok((seen.cut(text, want), told.to_owned()))
    }
}

fn command(pane: PaneId, want: Capture) -> Command {
    let start = format!("-{}", want.lines.unwrap_or(0).min(i32::MAX.unsigned_abs()));
    let capture = Command::new("capture-pane").args(["-t", &pane.to_string(), "-S", &start]);
    if want.colours { capture.arg("-e") } else { capture }
}

fn see(text: &str, pane: PaneId) -> Option<Captured> {
    let mut words = text.split(' ');
    let found: PaneId = words.next()?.parse().ok()?;
    let mut number = || words.next()?.parse::<u32>().ok();
    let (width, height, history) = (number()?, number()?, number()?);
    let cursor = (number()?, number()?);
    let (alternate, dead) = (number()? != 0, number()? != 0);
    let (text, rows, signal) = (Vec::new(), 0, None);
    let seen = Captured { text, rows, width, height, history, cursor, alternate, dead, signal };
    (found == pane).then_some(seen)
}

impl Captured {
    /// How many rows tmux gives for the request.
    fn captured(&self, want: Capture) -> usize {
        let above = want.lines.map_or(0, |lines| lines.min(self.history));
        (above + self.height) as usize
    }

    /// Of the rows that tmux gave, keeps those that were wanted.
    fn cut(mut self, text: Vec<u8>, want: Capture) -> Self {
        let rows: Vec<&[u8]> = rows(&text).collect();
        let Some(lines) = want.lines else {
            self.rows = rows.len();
            self.text = text;
            return self;
        };
        let used = match rows.split_last().and_then(|(last, above)| Some((epitaph(last)?, above))) {
            Some((told, above)) if self.dead => {
                self.signal = signal(&told);
                printed(above)
            }
            _ => self.used(&rows),
        };
        let first = used.saturating_sub(lines as usize);
        // Colours run on from row to row, so keep what the rows left out have switched on.
        self.text = if want.colours { colours_after(&rows[..first]) } else { Vec::new() };
        self.text.extend(rows[first..used].concat());
        self.rows = used - first;
        self
    }

    /// How many of the rows are lines; the rest of the screen below has not been reached yet.
    fn used(&self, rows: &[&[u8]]) -> usize {
        let screen = rows.len().saturating_sub(self.height as usize);
        let begun = self.cursor.1 + u32::from(self.cursor.0 > 0);
        printed(rows).max(screen + begun as usize).min(rows.len())
    }
}

/// How many rows there are up to the last with text.
fn printed(rows: &[&[u8]]) -> usize {
    rows.iter().rposition(|row| !is_blank(row)).map_or(0, |last| last + 1)
}

/// What tmux's own last row says, if this is it: `signal 9, Sun ...`.
fn epitaph(row: &[u8]) -> Option<String> {
    let text: Vec<&[u8]> = pieces(row)
        .filter_map(|piece| match piece {
            RowPart::Text(text) => Some(text),
            RowPart::Look(_) => None,
        })
        .collect();
    let told = text.concat().strip_prefix(EPITAPH)?.to_vec();
    Some(String::from_utf8_lossy(&told).into_owned())
}

fn signal(told: &str) -> Option<i32> {
    told.strip_prefix("signal ")?.split(',').next()?.parse().ok()
}

/// Rows with their newlines.
pub(in crate::tmux) fn rows(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|&byte| byte == b'\n')
}

/// The sequences in rows that set how text looks, without the text; only those after the last one
/// that switched everything off.
pub(in crate::tmux) fn colours_after(rows: &[&[u8]]) -> Vec<u8> {
    let mut kept = Vec::new();
    for row in rows {
        for piece in pieces(row) {
            match piece {
                RowPart::Look(b"\x1b[m" | b"\x1b[0m") => kept.clear(),
                RowPart::Look(sequence) => kept.extend_from_slice(sequence),
                RowPart::Text(_) => {}
            }
        }
    }
    kept
}

fn is_blank(row: &[u8]) -> bool {
    pieces(row).all(|piece| match piece {
        RowPart::Text(text) => text.iter().all(|byte| b" \n".contains(byte)),
        RowPart::Look(_) => true,
    })
}

pub(in crate::tmux) enum RowPart<'a> {
    Text(&'a [u8]),
    Look(&'a [u8]),
}

/// A row of `capture-pane -e` as text and sequences. Those are CSI ... m, OSC 8 links (ended by
/// ST), and shift-out and -in around line-drawing characters.
pub(in crate::tmux) fn pieces(row: &[u8]) -> impl Iterator<Item = RowPart<'_>> {
    let mut rest = row;
    std::iter::from_fn(move || {
        let end = match rest {
            [] => return None,
            [0x0e | 0x0f, ..] => 1,
            [0x1b, b']', ..] => {
                rest.windows(2).position(|end| end == b"\x1b\\").map_or(rest.len(), |at| at + 2)
            }
            [0x1b, ..] => {
                rest.iter().position(|&byte| byte == b'm').map_or(rest.len(), |at| at + 1)
            }
            _ => {
                let text = rest.iter().position(|byte| [0x0e, 0x0f, 0x1b].contains(byte));
                let (text, after) = rest.split_at(text.unwrap_or(rest.len()));
                rest = after;
                return Some(RowPart::Text(text));
            }
        };
        let (look, after) = rest.split_at(end);
        rest = after;
        Some(RowPart::Look(look))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(history: u32, height: u32, cursor: (u32, u32)) -> Captured {
        let (text, rows, signal) = (Vec::new(), 0, None);
        let (alternate, dead) = (false, false);
        Captured { text, rows, width: 80, height, history, cursor, alternate, dead, signal }
    }

    fn last(count: u32, seen: Captured, text: &str) -> String {
        let captured = seen.cut(text.as_bytes().to_vec(), Capture::last(count).with_colours());
        String::from_utf8(captured.text).unwrap()
    }

    #[test]
    fn rows_that_were_never_reached_are_no_lines() {
        assert_eq!(last(2, seen(0, 5, (0, 3)), "a\n\n  b\n\n\n"), "\n  b\n");
        assert_eq!(last(9, seen(0, 5, (1, 3)), "a\n\n  b\n\n\n"), "a\n\n  b\n\n");
        assert_eq!(last(9, seen(0, 3, (0, 0)), "\n\n\n"), "");
        assert_eq!(last(1, seen(0, 4, (0, 0)), "a\n\nb\n\n"), "b\n");
    }

    #[test]
    fn what_tmux_says_of_a_dead_pane_is_no_line_of_its_program() {
        let text = "fatal\n\n\n\x1b[0mPane is dead (signal 9, Sun Nov 22 20:48:41 2026)\n";
        let dead = Captured { dead: true, ..seen(1, 3, (40, 2)) };
        let captured = dead.cut(text.as_bytes().to_vec(), Capture::last(20));
        assert_eq!((captured.text, captured.signal), (b"fatal\n".to_vec(), Some(9)));
        assert_eq!(last(1, seen(1, 3, (40, 2)), text).lines().count(), 1);
        assert_eq!(signal("status 3, Sun Nov 22 20:48:41 2026)"), None);
    }

    #[test]
    fn colours_switched_on_in_rows_left_out_stay_on() {
        let text = "\x1b[1m\x1b[31mred\nstill\nmore\n";
        assert_eq!(last(1, seen(0, 3, (0, 2)), text), "\x1b[1m\x1b[31mmore\n");
        assert_eq!(last(1, seen(0, 3, (0, 2)), "\x1b[31mred\x1b[0m\nplain\nmore\n"), "more\n");
    }

    #[test]
    fn a_row_of_colour_without_text_is_blank() {
        assert!(is_blank(b"\x1b[41m   \x1b[0m\n"));
        assert!(!is_blank(b"\x1b[41m x\n"));
        assert!(!is_blank(b"\x0eqq\x0f\n"));
    }
}
