//! Where in the transcript the rows of a look belong.

use std::collections::HashSet;

use super::held::{DIFFERENT, count};
use super::look::Look;
use super::reflow::Known;
use super::transcript::{SLICE, Transcript, WIDE, WIDEST};

/// How many settled rows are compared with the beginning of a history that was cleared.
const BEFORE: usize = 256;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// tmux's row 0 is row `origin` of the transcript, and the rows from `next` on are new.
    At { origin: i64, next: usize },
    /// The same, of rows that tmux has wrapped anew: those in front of `next` are the same text,
    /// but not the same rows.
    Wrapped { origin: i64, next: usize },
    /// That cannot be told without this row.
    Above(usize),
    /// That cannot be told without the screen and as much of the history, if there is.
    Most(usize),
    /// It cannot be proven to continue what was seen before.
    Nowhere,
}

impl Transcript {
    pub(super) fn place(&mut self, look: &Look) -> Place {
        let next = self.next.min(look.seen.history);
        if self.is_empty() {
            return Place::At { origin: self.origin, next };
        }
        let is_same_width = look.seen.width == self.width;
        let place = if is_same_width { self.place_by_anchor(look) } else { Place::Nowhere };
        // tmux wraps nothing of the history anew as long as the alternate screen lasts.
        let may_be_wrapped = !look.seen.alternate && (self.was_alternate || !is_same_width);
        if place == Place::Nowhere && may_be_wrapped {
            return self.place_by_text(look);
        }
        place
    }

    fn place_by_text(&self, look: &Look) -> Place {
        let lacks = |rows: usize| look.first > look.seen.history.saturating_sub(rows);
        if !look.whole || lacks(WIDE) {
            return Place::Most(WIDE);
        }
        let follows = self.screen_row == self.held.end();
        let finished = self.screen.split_last().map_or(&[][..], |(_, finished)| finished);
        let known = Known {
            held: &self.held,
            next: self.next,
            screen: if follows { finished } else { &[] },
            floor: self.floor,
            width: self.width,
        };
        match known.place(look) {
            Some((origin, next)) => Place::Wrapped { origin, next },
            None if lacks(WIDEST) => Place::Most(WIDEST),
            None => Place::Nowhere,
        }
    }

    /// Finds the last settled rows again: where they were, or further up by what tmux drops at
    /// once, or by that several times.
    fn place_by_anchor(&mut self, look: &Look) -> Place {
        let seen = look.seen;
        if self.next == 0 && seen.history == 0 {
            // Rows may have scrolled off and been cleared away since.
            if let place @ Place::At { .. } = self.place_after_clearing(look) {
                return place;
            }
        }
        let step = (seen.limit / 10).max(1);
        loop {
            let shift = self.drops.saturating_mul(step);
            let Some(end) = self.next.checked_sub(shift).map(|end| end.min(seen.history)) else {
                break;
            };
            let origin = self.origin + count(shift);
            let anchor = self.held.anchor(origin + count(end));
            let found = Found { origin, end, is_whole: anchor.rows <= end };
            let may_be = is_full(look) && found.is_whole && (anchor.strong || self.drops == 1);
            if shift > 0 && !may_be {
                break;
            }
            let begin = end.saturating_sub(anchor.rows);
            if look.first > begin || look.end() < end {
                // Behind a gap, so much again is the same flood: no reason to search on.
                if self.gap.is_some() && self.drops > 0 {
                    break;
                }
                return Place::Above(begin);
            }
            let same = (begin < end || end == 0)
                && (begin..end).all(|number| self.is_same(look, origin, number));
            if same && (self.tells(look, &found) || self.screen_tells(look, &found)) {
                return Place::At { origin, next: end };
            }
            (self.drops, self.tries) = (self.drops + 1, 0);
        }
        self.place_after_clearing(look)
    }

    fn is_same(&self, look: &Look, origin: i64, number: usize) -> bool {
        let held = self.held.get(origin + count(number));
        held.is_some() && held == look.row(number)
    }

    /// Whether an anchor that is the same proves the place.
    fn tells(&self, look: &Look, found: &Found) -> bool {
        let anchor = self.held.anchor(found.origin + count(found.end));
        found.is_whole && (anchor.strong || !is_full(look) && anchor.rows >= 16)
    }

    /// Whether what was on the screen agrees with the place, where few rows have settled or they
    /// are all alike.
    fn screen_tells(&self, look: &Look, found: &Found) -> bool {
        let (seen, screen) = (look.seen, &self.screen);
        let scrolled = seen.history - found.end;
        let is_same_size = scrolled == 0 && found.end == self.next && self.drops == 0;
        if is_same_size && (found.end > 0 || !is_full(look)) {
            return seen.alternate || self.is_drawn_anew(look);
        }
        let bottom = if seen.alternate { seen.history } else { look.end() };
        let (mut same, mut other) = (0, 0);
        for (index, row) in screen.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
            let number = usize::try_from(self.screen_row - found.origin).map(|top| top + index);
            let Some(number) = number.ok().filter(|number| *number < bottom) else { continue };
            // The last row may have been unfinished.
            let begun = index + 1 == screen.len();
            let now = look.row(number).unwrap_or_default();
            let is_same = now == row || begun && now.starts_with(row);
            *(if is_same { &mut same } else { &mut other }) += 1;
        }
        if is_full(look) {
            return other == 0 && same > 0;
        }
        // Of a screen without text, nothing can be left.
        let was_blank = found.end == self.next && screen.iter().all(Vec::is_empty);
        same > other || was_blank
    }

    /// Whether a screen that nothing has scrolled off was changed in place, as programs do that
    /// draw: they leave some of it. Rows that all have moved up were scrolled, and what was above
    /// them has been cleared away.
    fn is_drawn_anew(&self, look: &Look) -> bool {
        let now: Vec<&[u8]> = look.rows_from(look.seen.history).collect();
        let before: Vec<&[u8]> = self.screen.iter().map(Vec::as_slice).collect();
        let left =
            texts(before.iter().zip(&now).filter(|(old, new)| old == new).map(|(old, _)| *old));
        let finished = before.len().saturating_sub(1);
        let moved = (1..finished)
            .map(|up| &before[up..finished])
            .filter(|rest| now.starts_with(rest))
            .map(|rest| texts(rest.iter().copied()).len());
        texts(before.iter().copied()).len() < 3 || left.len() > moved.max().unwrap_or(0)
    }

    /// After `clear-history` or CSI 3 J, tmux's oldest row is one that was on the screen.
    fn place_after_clearing(&self, look: &Look) -> Place {
        if look.seen.alternate || look.seen.history > SLICE {
            return Place::Nowhere;
        }
        if !look.whole || look.first > 0 {
            return Place::Most(SLICE);
        }
        let end = self.held.end();
        let start = self.held.start().max(end - count(BEFORE));
        let mut before: Vec<&[u8]> = (start..end).filter_map(|row| self.held.get(row)).collect();
        if self.screen_row == end {
            before.extend(self.screen.iter().map(Vec::as_slice));
        }
        before.pop();
        let now: Vec<&[u8]> = look.rows_from(0).collect();
        let found = (0..before.len()).find(|&from| {
            let enough = match start + count(from) {
                row if self.screen_row != end || row < end => DIFFERENT,
                row if row == end => 2,
                _ => 3,
            };
            now.starts_with(&before[from..])
                && texts(before[from..].iter().copied()).len() >= enough
        });
        found.map_or(Place::Nowhere, |from| Place::At { origin: start + count(from), next: 0 })
    }
}

/// Where the last settled rows may be.
struct Found {
    /// The row of the transcript that tmux then has as number 0.
    origin: i64,
    /// tmux's number behind them.
    end: usize,
    /// Whether tmux has all of the anchor there.
    is_whole: bool,
}

/// Whether tmux may have dropped rows to stay within its limit.
fn is_full(look: &Look) -> bool {
    look.seen.history + (look.seen.limit / 10).max(1) >= look.seen.limit
}

/// The different texts of rows; blank ones are none.
fn texts<'a>(rows: impl Iterator<Item = &'a [u8]>) -> HashSet<&'a [u8]> {
    rows.filter(|row| !row.is_empty()).collect()
}
