//! One look at a pane: some of its rows, and what is needed to tell which rows these are.

use crate::tmux::ids::PaneId;
use crate::tmux::panes::capture::{RowPart, colours_after, pieces, rows};
use crate::tmux::protocol::command::Command;

/// Which rows to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    /// How many of the rows that have scrolled off, counted up from the top of the screen.
    pub(crate) above: usize,
    /// How many rows from there on; `None` is all, to the bottom of the screen.
    pub(crate) count: Option<usize>,
}

/// What a pane is like at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PaneState {
    /// How many rows tmux still has that have scrolled off the top.
    pub(crate) history: usize,
    /// How many of them tmux keeps; when there are more it drops a tenth at once.
    pub(crate) limit: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Column and row.
    pub(crate) cursor: (usize, usize),
    pub(crate) alternate: bool,
    pub(crate) dead: bool,
    /// When the window last printed something, and the time of the look, in s since 1970.
    pub(crate) printed: u64,
    pub(crate) at: u64,
}

/// In the order in which [`PaneState::parse`] reads them. tmux replaces `%s` with the time. Asking for
/// the activity of no window, when the pane is gone, crashes a server of 3.2.
const SEEN: &str = "#{pane_id} #{history_size} #{history_limit} #{pane_width} #{pane_height} \
                    #{cursor_x} #{cursor_y} #{alternate_on} #{pane_dead} \
                    #{?pane_id,#{window_activity},} %s";

/// Asks for a [`PaneState`].
pub(crate) fn ask(pane: PaneId) -> Command {
    Command::new("display-message").args(["-p", "-t", &pane.to_string(), SEEN])
}

/// Captures the rows of `want`; in one request with [`ask`] both see the same moment.
pub(crate) fn capture(pane: PaneId, want: Want) -> Command {
    let start = format!("-{}", want.above);
    let capture = Command::new("capture-pane").args(["-e", "-t", &pane.to_string(), "-S", &start]);
    match want.count {
        None => capture,
        Some(count) => capture.args(["-E", &format!("-{}", want.above.saturating_sub(count - 1))]),
    }
}

impl PaneState {
    /// The answer to [`ask`]; `None` if it is about another pane, because `pane` is gone.
    pub(crate) fn parse(text: &str, pane: PaneId) -> Option<Self> {
        let mut words = text.split(' ');
        let found: PaneId = words.next()?.parse().ok()?;
        let mut number = || words.next()?.parse::<u64>().ok();
        let mut size = || usize::try_from(number()?).ok();
        let (history, limit, width, height) = (size()?, size()?, size()?, size()?);
        let cursor = (size()?, size()?);
        let (alternate, dead) = (size()? != 0, size()? != 0);
        let (printed, at) = (number()?, number()?);
        let seen = Self { history, limit, width, height, cursor, alternate, dead, printed, at };
        (found == pane).then_some(seen)
    }

    /// Whether a later look can tell that nothing was printed in between: `printed` is in whole
    /// seconds, so output in the second of this look may have come after it.
    pub(crate) fn can_be_still(&self) -> bool {
        self.printed < self.at
    }

    /// Whether nothing has been printed between this look and a `later` one.
    pub(crate) fn is_still(&self, later: &Self) -> bool {
        self.can_be_still() && Self { at: self.at, ..*later } == *self
    }

    /// The numbers of the rows that tmux gives for `want`; its oldest row is 0.
    fn range(&self, want: Want) -> std::ops::Range<usize> {
        let start = self.history.saturating_sub(want.above);
        let last = match want.count {
            None => self.history + self.height - 1,
            // tmux takes an end before its oldest row for that row.
            Some(count) => (self.history + count).saturating_sub(want.above + 1),
        };
        start..last + 1
    }
}

/// Rows of a pane, and which rows they are.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) seen: PaneState,
    /// The number of the first of the rows.
    pub(crate) first: usize,
    /// Whether they reach to the bottom of the screen.
    pub(crate) whole: bool,
    /// The rows as tmux printed them, with colours that run on from row to row.
    text: Vec<u8>,
    /// The rows' text only, without trailing blanks.
    plain: Vec<Vec<u8>>,
}

impl Rows {
    /// `None` if `text` is not what tmux gives for `want`.
    pub(crate) fn new(seen: PaneState, want: Want, text: Vec<u8>) -> Option<Self> {
        let plain: Vec<Vec<u8>> = rows(&text).map(plain).collect();
        let range = seen.range(want);
        let look = Self { seen, first: range.start, whole: want.count.is_none(), text, plain };
        (look.plain.len() == range.len()).then_some(look)
    }

    /// Whether `other` shows exactly the same.
    pub(crate) fn is_the_same(&self, other: &Self) -> bool {
        let seen = PaneState { at: self.seen.at, printed: self.seen.printed, ..other.seen };
        self.seen == seen && self.first == other.first && self.text == other.text
    }

    /// The number after the last row.
    pub(crate) fn end(&self) -> usize {
        self.first + self.plain.len()
    }

    /// The text of row `number`.
    pub(crate) fn row(&self, number: usize) -> Option<&[u8]> {
        self.plain.get(number.checked_sub(self.first)?).map(Vec::as_slice)
    }

    /// The texts of the rows from `number` on.
    pub(crate) fn rows_from(&self, number: usize) -> impl Iterator<Item = &[u8]> {
        self.plain.iter().skip(number.saturating_sub(self.first)).map(Vec::as_slice)
    }

    /// The number after the last row that counts as a line: the rows below it on the screen have
    /// not been reached yet, nor has the cursor's row while it is empty.
    pub(crate) fn used(&self) -> usize {
        if !self.whole {
            return self.end();
        }
        let (column, row) = self.seen.cursor;
        let begun = self.seen.history + row + usize::from(column > 0);
        let printed = self.plain.iter().rposition(|row| !row.is_empty());
        printed.map_or(0, |last| self.first + last + 1).max(begun).min(self.end())
    }

    /// The rows from `from` to before `to`, with all that is needed to read them on their own.
    pub(crate) fn cut(&self, from: usize, to: usize) -> Vec<u8> {
        let rows: Vec<&[u8]> = rows(&self.text).collect();
        let from = from.saturating_sub(self.first).min(rows.len());
        let to = to.saturating_sub(self.first).clamp(from, rows.len());
        // Colours run on, so keep what the rows before have switched on.
        let mut text = colours_after(&rows[..from]);
        text.extend(rows[from..to].concat());
        text
    }
}

fn plain(row: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for piece in pieces(row) {
        if let RowPart::Text(part) = piece {
            text.extend_from_slice(part);
        }
    }
    let blanks = text.iter().rev().take_while(|byte| b" \n".contains(byte)).count();
    text.truncate(text.len() - blanks);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(history: usize, height: usize) -> PaneState {
        PaneState { history, height, width: 80, limit: 2_000, ..PaneState::default() }
    }

    #[test]
    fn rows_are_counted_as_tmux_counts_them() {
        for (above, count, expected) in [
            (0, None, 100..124),
            (40, None, 60..124),
            (400, None, 0..124),
            (60, Some(20), 40..60),
            (400, Some(20), 0..1),
            (100, Some(101), 0..101),
        ] {
            assert_eq!(seen(100, 24).range(Want { above, count }), expected, "{above} {count:?}");
        }
    }

    #[test]
    fn text_of_another_size_than_was_asked_for_is_refused() {
        let want = Want { above: 0, count: None };
        assert!(Rows::new(seen(0, 2), want, b"a\nb\n".to_vec()).is_some());
        assert!(Rows::new(seen(0, 3), want, b"a\nb\n".to_vec()).is_none());
    }

    #[test]
    fn rows_cut_out_keep_the_colours_of_those_in_front() {
        let text = b"\x1b[31mred\nstill\n\x1b[0mnot\n".to_vec();
        let look = Rows::new(seen(0, 3), Want { above: 0, count: None }, text).unwrap();
        assert_eq!(look.cut(1, 2), b"\x1b[31mstill\n");
        assert_eq!(look.row(1), Some(&b"still"[..]));
    }

    #[test]
    fn a_pane_is_still_only_when_its_last_output_lies_a_second_back() {
        let before = PaneState { printed: 7, at: 9, ..seen(0, 3) };
        assert!(before.is_still(&PaneState { at: 12, ..before }));
        assert!(!before.is_still(&PaneState { at: 12, printed: 9, ..before }));
        let during = PaneState { printed: 9, ..before };
        assert!(!during.is_still(&PaneState { at: 12, ..during }));
    }

    #[test]
    fn an_answer_about_another_pane_is_none() {
        let pane = "%3".parse().unwrap();
        let text = "%3 10 2000 80 24 5 6 0 1 99 100";
        let seen = PaneState::parse(text, pane).unwrap();
        assert_eq!((seen.cursor, seen.dead, seen.printed, seen.at), ((5, 6), true, 99, 100));
        assert_eq!(PaneState::parse(text, "%4".parse().unwrap()), None);
    }
}
