//! The settled rows that are remembered, to find the same rows in tmux again.

use std::collections::{HashSet, VecDeque};

/// How many are remembered: more than any screen can grow by.
const ROWS_LIMIT: usize = 1_024;
/// How many rows in a row are enough to be found by, unless they are all alike.
const ANCHOR_ROWS: usize = 16;
/// The most rows that are tried if fewer are not unique.
const ANCHOR_ROWS_LIMIT: usize = 128;
/// How many different texts they must have.
pub(super) const ANCHOR_TEXTS: usize = 4;

/// The newest of the rows that have scrolled off the screen and change no more, by their number in
/// the transcript. (Rows from before its beginning have negative numbers.)
#[derive(Clone, Debug, Default)]
pub(crate) struct Anchors {
    rows: VecDeque<Vec<u8>>,
    end: i64,
}

/// The rows before a row, by which that row is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) rows: usize,
    /// Whether they are unique, as far as is known.
    pub(crate) strong: bool,
}

impl Anchors {
    /// Nothing yet; the first row will have this number.
    pub(crate) fn starting_at(row: i64) -> Self {
        Self { rows: VecDeque::new(), end: row }
    }

    /// The number of the first row.
    pub(crate) fn start(&self) -> i64 {
        self.end - count(self.rows.len())
    }

    /// The number after the last row.
    pub(crate) fn end(&self) -> i64 {
        self.end
    }

    pub(crate) fn get(&self, row: i64) -> Option<&[u8]> {
        let index = usize::try_from(row - self.start()).ok()?;
        self.rows.get(index).map(Vec::as_slice)
    }

    pub(crate) fn push(&mut self, row: &[u8]) {
        if self.rows.len() == ROWS_LIMIT {
            self.rows.pop_front();
        }
        self.rows.push_back(row.to_vec());
        self.end += 1;
    }

    /// Forgets `row` and those after it.
    pub(crate) fn truncate(&mut self, row: i64) {
        while self.end > row {
            self.rows.pop_back();
            self.end -= 1;
        }
    }

    /// The rows by which `row` is found again.
    pub(crate) fn anchor(&self, row: i64) -> Anchor {
        let known = usize::try_from(row.min(self.end) - self.start()).unwrap_or(0);
        let mut rows = ANCHOR_ROWS;
        while rows <= ANCHOR_ROWS_LIMIT && rows <= known {
            if self.is_unlike_others(known, rows) {
                return Anchor { rows, strong: true };
            }
            rows *= 2;
        }
        Anchor { rows: known.min(ANCHOR_ROWS), strong: false }
    }

    /// Whether the `rows` rows before `end` (counted from the first one remembered) differ enough
    /// among themselves, and occur nowhere else.
    fn is_unlike_others(&self, end: usize, rows: usize) -> bool {
        let anchor = || self.rows.range(end - rows..end);
        anchor().collect::<HashSet<_>>().len() >= ANCHOR_TEXTS
            && !(rows..end).any(|other| self.rows.range(other - rows..other).eq(anchor()))
    }
}

/// A count of rows as a distance between rows.
pub(crate) fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchors(rows: impl IntoIterator<Item = String>) -> Anchors {
        let mut anchors = Anchors::starting_at(-3);
        rows.into_iter().for_each(|row| anchors.push(row.as_bytes()));
        anchors
    }

    #[test]
    fn rows_are_found_by_their_number_also_after_the_oldest_are_forgotten() {
        let mut anchors = anchors((0..2_000).map(|row| row.to_string()));
        assert_eq!(anchors.end(), 1_997);
        assert_eq!(anchors.get(1_996), Some(&b"1999"[..]));
        assert_eq!(anchors.get(1_997), None);
        assert_eq!(anchors.get(0), None);
        anchors.truncate(1_500);
        assert_eq!(anchors.get(1_499), Some(&b"1502"[..]));
        assert_eq!(anchors.get(1_500), None);
    }

    #[test]
    fn an_anchor_is_as_long_as_it_must_be() {
        let numbers = anchors((0..50).map(|row| row.to_string()));
        assert_eq!(numbers.anchor(47), Anchor { rows: 16, strong: true });
        let blanks = (0..50).map(|row| if row < 30 { row.to_string() } else { String::new() });
        assert_eq!(anchors(blanks).anchor(47), Anchor { rows: 32, strong: true });
    }

    #[test]
    fn rows_that_are_alike_or_repeat_or_are_few_are_a_weak_anchor() {
        assert!(!anchors((0..300).map(|_| "y".to_owned())).anchor(297).strong);
        assert!(!anchors((0..300).map(|row| (row % 10).to_string())).anchor(297).strong);
        let few = anchors((0..5).map(|row| row.to_string()));
        assert_eq!(few.anchor(2), Anchor { rows: 5, strong: false });
    }
}
