//! Finds rows again after tmux has wrapped them to another width.
//!
//! No row is the same then, but the characters are, if all blanks are left out.

use std::collections::HashSet;

use unicode_width::UnicodeWidthStr;

use super::anchors::{Anchors, count};
use super::look::Look;

/// How many settled rows to search for; if these are not enough, all that are remembered.
const PATTERN_ROWS: usize = 64;
/// How many characters are enough to be found by.
const PATTERN_MIN: usize = 64;
/// How many characters of the screen must agree with what the settled rows say.
const AGREEMENT_MIN: usize = 40;

/// What was known before the rows were wrapped anew.
pub(super) struct Known<'a> {
    pub(super) anchors: &'a Anchors,
    /// tmux's number after the last settled row.
    pub(super) next: usize,
    /// The finished rows of the screen, if they follow the settled ones.
    pub(super) screen: &'a [Vec<u8>],
    /// The first row that may be replaced.
    pub(super) floor: i64,
    /// How wide the pane was.
    pub(super) width: usize,
}

impl Known<'_> {
    /// Our number of tmux's row 0 now, and the first row to be replaced: one that begins where a
    /// row began before, if possible not below the top of the screen.
    pub(super) fn align(&self, look: &Look) -> Option<(i64, usize)> {
        let rows = (look.first..look.end()).filter_map(|number| look.row(number));
        let mut now = Stream::of(rows, look.seen.width);
        // tmux's oldest row has nothing before it to be joined with.
        if let Some(oldest) = now.begins.first_mut().filter(|_| look.first == 0) {
            oldest.is_line = true;
        }
        let known = usize::try_from(self.anchors.end() - self.anchors.start()).unwrap_or(0);
        if self.next <= known && look.first == 0 {
            // If tmux has dropped nothing, both begin with the same row.
            let before = self.stream(self.next, self.screen);
            if let Some(length) = self.agreement(&before, &now, look) {
                return self.continued(&before, length, &now, 0, look);
            }
        }
        let known = known.min(self.next);
        [PATTERN_ROWS.min(known), known]
            .into_iter()
            .find_map(|rows| {
                let before = self.stream(rows, self.screen);
                let at = now.find_once(&self.stream(rows, &[]).text)?;
                self.continued(&before, common(&before.text, &now.text[at..]), &now, at, look)
            })
            .or_else(|| {
                let screen = Stream::of(self.screen.iter().map(Vec::as_slice), self.width);
                let at = now.find_once(&screen.text)?;
                self.continued(&screen.at(self.anchors.end()), usize::MAX, &now, at, look)
            })
    }

    /// The last `rows` settled rows, and after them those of `screen`.
    fn stream(&self, rows: usize, screen: &[Vec<u8>]) -> Stream {
        let start = self.anchors.end() - count(rows);
        let settled = (start..self.anchors.end()).filter_map(|row| self.anchors.get(row));
        Stream::of(settled.chain(screen.iter().map(Vec::as_slice)), self.width).at(start)
    }

    /// How much of `before` `now` begins with: at least all that had settled, and enough to be
    /// sure.
    fn agreement(&self, before: &Stream, now: &Stream, look: &Look) -> Option<usize> {
        let same = common(&before.text, &now.text);
        let settled = self.stream(self.next, &[]).text.len();
        let is_enough = settled >= PATTERN_MIN
            || same >= (settled + AGREEMENT_MIN).min(before.text.len())
            || self.is_drawn_anew(before, now, look);
        (same >= settled && is_enough).then_some(same)
    }

    /// Whether a screen that nothing has scrolled off was changed in place: a program that draws
    /// leaves some of it, and the new screen does not begin with what was further down. (That would
    /// have been scrolled there, and the rows above cleared.)
    fn is_drawn_anew(&self, before: &Stream, now: &Stream, look: &Look) -> bool {
        let old: HashSet<&[u8]> = self.screen.iter().map(Vec::as_slice).collect();
        let new: HashSet<&[u8]> = look.rows_from(0).filter(|row| !row.is_empty()).collect();
        let begin = now.begins.get(1).map_or(now.text.as_str(), |second| &now.text[..second.at]);
        let moved = before.text.rfind(begin).is_some_and(|at| at > 0);
        let nothing_scrolled = self.next == 0 && look.seen.history == 0;
        nothing_scrolled && !moved && old.intersection(&new).count() > 1
    }

    /// The last row within the first `length` characters of `before`, which are at `at` in `now`,
    /// that begins one of tmux's rows again. Preferably one that has scrolled off and begins a
    /// line: that one will begin a row at any other width too.
    fn continued(
        &self,
        before: &Stream,
        length: usize,
        now: &Stream,
        at: usize,
        look: &Look,
    ) -> Option<(i64, usize)> {
        let end = before.end();
        let begins = [&end].into_iter().chain(before.begins.iter().rev()).filter_map(|old| {
            let new = now.begin_at(at + old.at).filter(|_| old.at <= length)?;
            let row = before.start + count(old.row);
            let number = look.first + new.row;
            let off_screen = number <= look.seen.history;
            let rank = (off_screen, old.is_line || new.is_line, off_screen.then_some(number));
            (row >= self.floor).then(|| (rank, (row - count(number), number)))
        });
        begins.max_by_key(|(rank, _)| *rank).map(|(_, found)| found)
    }
}

/// How many bytes two texts have in common at their beginnings.
fn common(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

/// The beginning of a row that is not blank.
#[derive(Clone, Copy, Debug)]
struct Begin {
    /// Where in the text.
    at: usize,
    row: usize,
    /// Whether it begins a line, as far as one can see: the row before was not full.
    is_line: bool,
}

/// The characters of rows without blanks, and where each row begins that has any.
#[derive(Debug, Default)]
struct Stream {
    /// The number of the first row.
    start: i64,
    rows: usize,
    /// Each byte as the character of that number: rows may be cut within a character, and strings
    /// are searched in linear time.
    text: String,
    begins: Vec<Begin>,
    /// Whether the last row was not full.
    is_line: bool,
}

impl Stream {
    fn of<'a>(rows: impl Iterator<Item = &'a [u8]>, width: usize) -> Self {
        let mut stream = Self::default();
        for row in rows {
            let at = stream.text.len();
            stream.text.extend(row.iter().filter(|byte| **byte != b' ').copied().map(char::from));
            if stream.text.len() > at {
                stream.begins.push(Begin { at, row: stream.rows, is_line: stream.is_line });
            }
            stream.is_line = String::from_utf8_lossy(row).width() < width;
            stream.rows += 1;
        }
        stream
    }

    fn at(mut self, start: i64) -> Self {
        self.start = start;
        self
    }

    /// Where the row after the last one begins.
    fn end(&self) -> Begin {
        Begin { at: self.text.len(), row: self.rows, is_line: self.is_line }
    }

    /// The row whose text begins there.
    fn begin_at(&self, at: usize) -> Option<Begin> {
        let found = self.begins.binary_search_by_key(&at, |begin| begin.at).ok()?;
        Some(self.begins[found])
    }

    /// Where `pattern` is, if it occurs only once.
    fn find_once(&self, pattern: &str) -> Option<usize> {
        let at = self.text.find(pattern).filter(|_| pattern.len() >= PATTERN_MIN)?;
        // Occurrences may overlap.
        let rest = self.text.get(at + self.text[at..].chars().next()?.len_utf8()..)?;
        (!rest.contains(pattern)).then_some(at)
    }
}
