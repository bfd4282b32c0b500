//! Hunks of which only some lines are to be done, or undone, drawn anew for a text in which others of
//! them may be done already.
//!
//! A partly applied hunk matches neither version, so `git apply` refuses.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Hunk, lines};

/// More lines are not looked for one by one.
const ROWS_LIMIT: usize = 2_000;
/// In so many places, the nearest first.
const PLACES_LIMIT: usize = 30;
/// So many ways of finding the rows so far are followed: where lines are all the same, there are as
/// many as lines.
const WAYS_LIMIT: usize = 100;
/// How many lines git shows around changes.
const CONTEXT_LINES: usize = 3;
/// Penalty for a missing line end: more than any number of lines that are done.
const LINE_END_COST: usize = 1_000_000;

/// Whether a change is made, or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Made.
    Do,
    /// Taken back.
    Undo,
}

/// What of hunks is still to be done in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HunkFit {
    /// These hunks. Those whose lines are all done are left out.
    Hunks(Vec<Hunk>),
    /// Nothing is left to do.
    Done,
    /// A hunk is of another text.
    Nowhere,
}

/// How a line of a hunk stands in a text to which the hunk is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// It is in both versions.
    Kept,
    /// It is to go.
    Goes,
    /// It is to come.
    Comes,
}

/// A line of a hunk.
#[derive(Clone, Copy)]
struct Row<'a> {
    mark: Mark,
    /// Which one it is below the heading, from 0.
    index: usize,
    text: &'a [u8],
    /// Whether a line end stands behind it.
    ends: bool,
}

/// A hunk's lines in the direction in which it is applied.
struct Rows<'a> {
    rows: Vec<Row<'a>>,
    /// Where the text before begins, from 0.
    begins: usize,
}

/// Where a hunk stands in a text, and which of its lines are there.
struct HunkPosition {
    at: usize,
    present: Vec<bool>,
    /// Its last line is the last of the text.
    at_end: bool,
    /// And has no line end.
    open: bool,
}

/// In how many lines of the text the rows so far may have been found: how much weighs against that,
/// and how many the rows before the last one took.
type Ways = BTreeMap<usize, (usize, usize)>;

/// The `chosen` rows of `hunks` (from 0 below each heading), for a text in which nothing of them is
/// done yet, in the direction `way`.
#[must_use]
pub fn plain(hunks: &[Hunk], chosen: &[Range<usize>], way: Direction) -> Vec<Hunk> {
    let mut drawing = Drawing { way, moved: 0, drawn: Vec::new() };
    for (hunk, chosen) in hunks.iter().zip(chosen) {
        let rows = Rows::of(hunk, way);
        let place = rows.before();
        drawing.push(&rows.rows, &place, chosen);
    }
    drawing.drawn
}

/// The same for `text`, in which some lines may be done already.
#[must_use]
pub fn fit(hunks: &[Hunk], chosen: &[Range<usize>], way: Direction, text: &[u8]) -> HunkFit {
    let all: Vec<_> = lines(text).collect();
    let open = !text.is_empty() && text.last() != Some(&b'\n');
    let mut drawing = Drawing { way, moved: 0, drawn: Vec::new() };
    let (mut from, mut off) = (0, 0);
    for (hunk, chosen) in hunks.iter().zip(chosen) {
        let rows = Rows::of(hunk, way);
        let expected = rows.begins.saturating_add_signed(off);
        let Some(place) = rows.find(&all, open, from, expected) else { return HunkFit::Nowhere };
        off = place.at.cast_signed() - rows.begins.cast_signed();
        from = place.at + place.present.iter().filter(|there| **there).count();
        drawing.push(&rows.rows, &place, chosen);
    }
    if drawing.drawn.is_empty() { HunkFit::Done } else { HunkFit::Hunks(drawing.drawn) }
}

impl<'a> Rows<'a> {
    fn of(hunk: &'a Hunk, way: Direction) -> Self {
        let (goes, (line, count)) = match way {
            Direction::Do => (b'-', hunk.old),
            Direction::Undo => (b'+', hunk.new),
        };
        let mut rows: Vec<Row<'a>> = Vec::new();
        for (index, row) in hunk.rows().enumerate() {
            let (mark, text) = row.split_first().unwrap_or((&b' ', row));
            let mark = match mark {
                b'\\' => {
                    // What git says about the line above.
                    if let Some(last) = rows.last_mut() {
                        last.ends = false;
                    }
                    continue;
                }
                b'-' | b'+' if *mark == goes => Mark::Goes,
                b'-' | b'+' => Mark::Comes,
                _ => Mark::Kept,
            };
            rows.push(Row { mark, index, text, ends: true });
        }
        // git gives an empty range the number of the line before it.
        Self { rows, begins: if count == 0 { line } else { line.saturating_sub(1) } }
    }

    /// Where nothing of it is done.
    fn before(&self) -> HunkPosition {
        let present: Vec<_> = self.rows.iter().map(|row| row.mark != Mark::Comes).collect();
        let last = present.iter().rposition(|there| *there);
        let open = last.is_some_and(|last| !self.rows[last].ends);
        HunkPosition { at: self.begins, present, at_end: true, open }
    }

    /// Where in `text` it is, from the line `from` on: the nearest place to `expected`.
    fn find(
        &self,
        text: &[&[u8]],
        open: bool,
        from: usize,
        expected: usize,
    ) -> Option<HunkPosition> {
        if self.rows.len() > ROWS_LIMIT {
            return None;
        }
        // As git has it: a hunk of the first line, and one without a line behind it, are of the
        // beginning and the end of the text.
        let at_begin = self.begins == 0;
        let behind = self.rows.iter().rev().take_while(|row| row.mark == Mark::Kept).count();
        let mut places: Vec<_> =
            if at_begin { (0..1).collect() } else { (from..=text.len()).collect() };
        let first = self.rows.first().filter(|row| row.mark == Mark::Kept);
        places.retain(|at| first.is_none_or(|row| text.get(*at) == Some(&row.text)));
        places.sort_by_key(|at| at.abs_diff(expected));
        places.truncate(PLACES_LIMIT);
        let find = |at_end| places.iter().find_map(|at| self.at(text, open, *at, at_end));
        // Fewer lines than git shows: it was of the end, and is, unless others have come there.
        let at_end = if behind < CONTEXT_LINES { find(true) } else { None };
        at_end.or_else(|| if behind == 0 { None } else { find(false) })
    }

    /// How it stands at the line `at` of `text`: with the fewest of its lines done.
    fn at(&self, text: &[&[u8]], open: bool, at: usize, at_end: bool) -> Option<HunkPosition> {
        let mut ways: Vec<Ways> = vec![BTreeMap::from([(0, (0, 0))])];
        for row in &self.rows {
            let mut next = Ways::new();
            let mut offer = |taken: usize, weight: usize, before: usize| {
                let best = next.entry(taken).or_insert((weight, before));
                *best = (*best).min((weight, before));
            };
            for (&taken, &(weight, _)) in ways.last()? {
                let done = |by: Mark| weight + usize::from(row.mark == by);
                if text.get(at + taken) == Some(&row.text) {
                    let is_open = open && at + taken + 1 == text.len();
                    let other = if is_open == row.ends { LINE_END_COST } else { 0 };
                    offer(taken + 1, done(Mark::Comes) + other, taken);
                }
                if row.mark != Mark::Kept {
                    offer(taken, done(Mark::Goes), taken);
                }
            }
            ways.push(lightest(next));
        }
        let ends = |taken: usize| at + taken == text.len();
        let last = ways.last()?.iter().filter(|(taken, _)| !at_end || ends(**taken));
        let (&all, _) = last.min_by_key(|(_, weight)| **weight)?;
        let mut present = vec![false; self.rows.len()];
        let mut taken = all;
        for (index, there) in present.iter_mut().enumerate().rev() {
            let (_, before) = ways[index + 1][&taken];
            *there = before != taken;
            taken = before;
        }
        Some(HunkPosition { at, present, at_end: ends(all), open: open && ends(all) })
    }
}

/// As many of them as are followed.
fn lightest(ways: Ways) -> Ways {
    if ways.len() <= WAYS_LIMIT {
        return ways;
    }
    let mut all: Vec<_> = ways.into_iter().collect();
    all.sort_by_key(|(_, weight)| *weight);
    all.truncate(WAYS_LIMIT);
    all.into_iter().collect()
}

/// Hunks of one file as they are drawn anew.
struct Drawing {
    way: Direction,
    /// How many lines the hunks so far have added.
    moved: isize,
    drawn: Vec<Hunk>,
}

impl Drawing {
    /// Draws the `chosen` rows, if anything of them is left to do.
    fn push(&mut self, rows: &[Row<'_>], place: &HunkPosition, chosen: &Range<usize>) {
        let is_after = |(index, row): (usize, &Row<'_>)| match row.mark {
            Mark::Kept => true,
            Mark::Goes => place.present[index] && !chosen.contains(&row.index),
            Mark::Comes => place.present[index] || chosen.contains(&row.index),
        };
        let after: Vec<_> = rows.iter().enumerate().map(is_after).collect();
        let last = |there: &[bool]| there.iter().rposition(|there| *there);
        let (last_before, last_after) = (last(&place.present), last(&after));
        let (mut body, mut changes) = (Vec::new(), false);
        for (index, row) in rows.iter().enumerate() {
            let was_last = Some(index) == last_before;
            let is_last = place.at_end && Some(index) == last_after;
            let ends = !(place.open && was_last);
            let of_hunk = row.mark == Mark::Comes && (chosen.contains(&row.index) || !was_last);
            // Behind a line that is not the last one, another follows.
            let ends_after = !is_last || if of_hunk { row.ends } else { ends };
            let (before, after) = ((place.present[index], ends), (after[index], ends_after));
            changes |= before.0 != after.0 || (before.0 && before != after);
            self.line(&mut body, row, before, after);
        }
        if changes {
            let count = |there: &[bool]| there.iter().filter(|there| **there).count();
            self.finish(body, place.at, (count(&place.present), count(&after)));
        }
    }

    /// A row, which is there before or not, and after or not, each time with or without a line end.
    fn line(&self, body: &mut Vec<u8>, row: &Row<'_>, before: (bool, bool), after: (bool, bool)) {
        let mut push = |mark: u8, ends: bool| {
            body.push(mark);
            body.extend_from_slice(row.text);
            body.push(b'\n');
            if !ends {
                body.extend_from_slice(b"\\ No newline at end of file\n");
            }
        };
        let (goes, comes) = if self.way == Direction::Do { (b'-', b'+') } else { (b'+', b'-') };
        if before == after && before.0 {
            return push(b' ', before.1);
        }
        if before.0 {
            push(goes, before.1);
        }
        if after.0 {
            push(comes, after.1);
        }
    }

    fn finish(&mut self, body: Vec<u8>, at: usize, (before, after): (usize, usize)) {
        let range = |at: usize, count: usize| (if count == 0 { at } else { at + 1 }, count);
        let here = range(at, before);
        let there = range(at.saturating_add_signed(self.moved), after);
        self.moved += after.cast_signed() - before.cast_signed();
        let (old, new) = if self.way == Direction::Do { (here, there) } else { (there, here) };
        let heading = format!("@@ -{},{} +{},{} @@\n", old.0, old.1, new.0, new.1);
        self.drawn.push(Hunk { old, new, text: [heading.into_bytes(), body].concat() });
    }
}
