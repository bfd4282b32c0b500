//! Finding rows again after tmux has wrapped them anew to another width.
//!
//! Row by row nothing is the same then, but the characters are, all blanks left out.

use std::collections::HashSet;

use unicode_width::UnicodeWidthStr;

use super::held::{Held, count};
use super::look::Look;

/// How many settled rows are searched for; all that are held, where these are not enough.
const PATTERN: usize = 64;
/// How many characters tell where they are.
const TELLING: usize = 64;
/// How many characters of the screen agree with what the settled rows tell.
const AGREEING: usize = 40;

/// What was known before the rows were wrapped anew.
pub(super) struct Known<'a> {
    pub(super) held: &'a Held,
    /// tmux's number behind the last settled row.
    pub(super) next: usize,
    /// The rows of the screen that were finished, if they follow the settled ones.
    pub(super) screen: &'a [Vec<u8>],
    /// The first row that may be taken anew.
    pub(super) floor: i64,
    /// How wide the pane was.
    pub(super) width: usize,
}

impl Known<'_> {
    /// The row that tmux has as number 0 now, and the number of the first row to be taken anew:
    /// one that begins where a row began before, and is not further down than the screen's top.
    pub(super) fn place(&self, look: &Look) -> Option<(i64, usize)> {
        let rows = (look.first..look.end()).filter_map(|number| look.row(number));
        let mut now = Stream::of(rows, look.seen.width);
        // Nothing in front of tmux's oldest row can be joined to it.
        if let Some(oldest) = now.begins.first_mut().filter(|_| look.first == 0) {
            oldest.is_line = true;
        }
        let held = usize::try_from(self.held.end() - self.held.start()).unwrap_or(0);
        if self.next <= held && look.first == 0 {
            // Where tmux has dropped nothing, both begin with the same row.
            let before = self.stream(self.next, self.screen);
            if let Some(length) = self.agreement(&before, &now, look) {
                return self.continued(&before, length, &now, 0, look);
            }
        }
        let held = held.min(self.next);
        [PATTERN.min(held), held]
            .into_iter()
            .find_map(|rows| {
                let before = self.stream(rows, self.screen);
                let at = now.find_once(&self.stream(rows, &[]).text)?;
                self.continued(&before, common(&before.text, &now.text[at..]), &now, at, look)
            })
            .or_else(|| {
                let screen = Stream::of(self.screen.iter().map(Vec::as_slice), self.width);
                let at = now.find_once(&screen.text)?;
                self.continued(&screen.at(self.held.end()), usize::MAX, &now, at, look)
            })
    }

    /// The last `rows` settled rows, and those of `screen` behind them.
    fn stream(&self, rows: usize, screen: &[Vec<u8>]) -> Stream {
        let start = self.held.end() - count(rows);
        let settled = (start..self.held.end()).filter_map(|row| self.held.get(row));
        Stream::of(settled.chain(screen.iter().map(Vec::as_slice)), self.width).at(start)
    }

    /// How much `now` begins with of `before`: at least all that had settled, and enough to be
    /// sure.
    fn agreement(&self, before: &Stream, now: &Stream, look: &Look) -> Option<usize> {
        let same = common(&before.text, &now.text);
        let settled = self.stream(self.next, &[]).text.len();
        let is_enough = settled >= TELLING
            || same >= (settled + AGREEING).min(before.text.len())
            || self.is_drawn_anew(before, now, look);
        (same >= settled && is_enough).then_some(same)
    }

    /// Whether a screen that nothing has scrolled off was changed in place: a program that draws
    /// leaves some of it, and does not begin with what was further down. (That would have been
    /// scrolled there, and what was above cleared away.)
    fn is_drawn_anew(&self, before: &Stream, now: &Stream, look: &Look) -> bool {
        let old: HashSet<&[u8]> = self.screen.iter().map(Vec::as_slice).collect();
        let new: HashSet<&[u8]> = look.rows_from(0).filter(|row| !row.is_empty()).collect();
        let begin = now.begins.get(1).map_or(now.text.as_str(), |second| &now.text[..second.at]);
        let moved = before.text.rfind(begin).is_some_and(|at| at > 0);
        let nothing_scrolled = self.next == 0 && look.seen.history == 0;
        nothing_scrolled && !moved && old.intersection(&new).count() > 1
    }

    /// The last row in the first `length` characters of `before`, which are at `at` in `now`, that
    /// begins a row of tmux's again. One that has scrolled off, if there is, and that begins a
    /// line: it will begin a row at any other width too.
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
        begins.max_by_key(|(rank, _)| *rank).map(|(_, place)| place)
    }
}

/// How much two texts have in common at their beginnings.
fn common(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

/// Where a row that is not blank begins.
#[derive(Clone, Copy, Debug)]
struct Begin {
    /// In the text.
    at: usize,
    row: usize,
    /// Whether it begins a line, as far as that shows: the row in front was not full.
    is_line: bool,
}

/// The characters of rows without blanks, and where each row that has any begins.
#[derive(Debug, Default)]
struct Stream {
    /// The number of the first row.
    start: i64,
    rows: usize,
    /// Bytes, each as the character of that number: rows may be cut within a character, and
    /// strings are searched in linear time.
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

    /// Where the row behind the last begins.
    fn end(&self) -> Begin {
        Begin { at: self.text.len(), row: self.rows, is_line: self.is_line }
    }

    /// The row whose text begins there.
    fn begin_at(&self, at: usize) -> Option<Begin> {
        let found = self.begins.binary_search_by_key(&at, |begin| begin.at).ok()?;
        Some(self.begins[found])
    }

    /// Where `pattern` is, when there is no other place that it could be.
    fn find_once(&self, pattern: &str) -> Option<usize> {
        let at = self.text.find(pattern).filter(|_| pattern.len() >= TELLING)?;
        // Places that overlap are places too.
        let rest = self.text.get(at + self.text[at..].chars().next()?.len_utf8()..)?;
        (!rest.contains(pattern)).then_some(at)
    }
}
