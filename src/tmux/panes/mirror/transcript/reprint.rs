//! A program that clears all that it has printed and prints it anew, laid out for another width, as
//! Gemini CLI does after a resize. What is printed then takes the place of what was there.

use std::collections::HashSet;

use super::Transcript;
use super::align::{Alignment, is_full};
use crate::tmux::panes::mirror::anchors::count;
use crate::tmux::panes::mirror::rows::Rows;

/// How many letters are enough to be found by.
const KEY_LENGTH: usize = 40;
/// How many letters are compared at once, so that it does not matter where rows are broken, nor what
/// stands there in only one of the two.
const PIECE_LENGTH: usize = 12;
/// How many rows at the end may be others: what a program draws under what it has printed.
const FOOTER_ROWS: usize = 12;
/// Of a hundred pieces, how many must be there again.
const MATCH_PERCENT: usize = 80;
/// How many pieces there must be to tell.
const PIECES_MIN: usize = 8;

impl Transcript {
    /// Where a look at all that tmux has belongs, if that is what the transcript has, printed anew.
    pub(super) fn align_reprint(&self, look: &Rows) -> Option<Alignment> {
        let is_all = look.whole && look.first == 0 && !look.seen.alternate;
        if !is_all || is_full(look) || self.screen_row != self.anchors.end() {
            return None;
        }
        let settled =
            (self.anchors.start()..self.anchors.end()).filter_map(|at| self.anchors.get(at));
        let before = Letters::of(settled.chain(self.screen.iter().map(Vec::as_slice)));
        let now = Letters::of(look.rows_from(0));
        let start = self.anchors.start();
        // What goes back further than what is remembered is found by the beginning of that.
        let (origin, next, from) = if let Some(row) = before.row_of(now.beginning()?) {
            (start + count(row), 0, row)
        } else {
            let next = now.row_of(before.beginning()?)?;
            (start - count(next), next, 0)
        };
        // Of what is older than the transcript it is not known where that began.
        let is_older = origin + count(next) < 0;
        let (origin, next) = if is_older { (0, 0) } else { (origin, next) };
        before.is_in(from, &now).then_some(Alignment::Wrapped { origin, next })
    }
}

/// The letters of rows: what stays as it is however they are laid out.
struct Letters {
    text: Vec<u8>,
    /// Where each row begins.
    begins: Vec<usize>,
}

impl Letters {
    fn of<'a>(rows: impl Iterator<Item = &'a [u8]>) -> Self {
        let (mut text, mut begins) = (Vec::new(), Vec::new());
        for row in rows {
            begins.push(text.len());
            text.extend(row.iter().filter(|byte| byte.is_ascii_alphanumeric()));
        }
        Self { text, begins }
    }

    fn beginning(&self) -> Option<&[u8]> {
        self.text.get(..KEY_LENGTH)
    }

    /// The last row that begins with these letters.
    fn row_of(&self, letters: &[u8]) -> Option<usize> {
        (0..self.begins.len()).rev().find(|row| {
            let own = self.begins.get(row + 1).is_none_or(|next| *next > self.begins[*row]);
            own && self.text[self.begins[*row]..].starts_with(letters)
        })
    }

    /// Whether what stands here from `row` on, but for its end, stands in `other` too.
    fn is_in(&self, row: usize, other: &Self) -> bool {
        let end = self.begins.len().saturating_sub(FOOTER_ROWS);
        let to = self.begins.get(end).copied().unwrap_or(self.text.len());
        let from = self.begins.get(row).copied().unwrap_or(to).min(to);
        let there: HashSet<&[u8]> = other.text.windows(PIECE_LENGTH).collect();
        let pieces = || self.text[from..to].chunks_exact(PIECE_LENGTH);
        let (all, again) = (pieces().len(), pieces().filter(|piece| there.contains(piece)).count());
        all >= PIECES_MIN && again * 100 >= all * MATCH_PERCENT
    }
}
