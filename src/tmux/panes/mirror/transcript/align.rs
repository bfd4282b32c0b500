//! Aligns a look with the transcript: where in it the look's rows belong.

use std::collections::HashSet;

use super::{RESIZE_ROWS, RESIZE_ROWS_LIMIT, RETRY_LIMIT, ROWS_LIMIT, Transcript};
use crate::tmux::panes::mirror::anchors::{ANCHOR_TEXTS, count};
use crate::tmux::panes::mirror::reflow::BeforeReflow;
use crate::tmux::panes::mirror::rows::Rows;

/// How many settled rows are compared with the beginning of a cleared history.
const COMPARED_ROWS: usize = 256;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Alignment {
    /// tmux's row 0 is our row `origin`; the rows from `next` on are new.
    At { origin: i64, next: usize },
    /// The same after tmux has wrapped the rows anew: those before `next` have the same text, but
    /// are not the same rows.
    Wrapped { origin: i64, next: usize },
    /// This row is needed to tell.
    Above(usize),
    /// The screen and as much of the history are needed to tell, as far as there is so much.
    Most(usize),
    /// It cannot be proven to continue what was seen before.
    Nowhere,
}

impl Transcript {
    pub(super) fn align(&mut self, look: &Rows) -> Alignment {
        let next = self.next.min(look.seen.history);
        if self.is_empty() {
            return Alignment::At { origin: self.origin, next };
        }
        let is_same_width = look.seen.width == self.width;
        let alignment = if is_same_width { self.align_by_anchor(look) } else { Alignment::Nowhere };
        // tmux does not wrap the history anew while the alternate screen lasts.
        let may_be_wrapped = !look.seen.alternate && (self.was_alternate || !is_same_width);
        let alignment = if alignment == Alignment::Nowhere && may_be_wrapped {
            self.align_by_text(look)
        } else {
            alignment
        };
        if alignment == Alignment::Nowhere { self.align_printed_anew(look) } else { alignment }
    }

    /// The last that is tried.
    fn align_printed_anew(&mut self, look: &Rows) -> Alignment {
        if let Some(found) = self.align_reprint(look) {
            return found;
        }
        // It may be in the midst of it.
        let may_come = look.whole && !look.seen.alternate && look.seen.history < self.next;
        if may_come && !is_full(look) && self.tries < RETRY_LIMIT {
            self.tries += 1;
            return Alignment::Most(RESIZE_ROWS);
        }
        Alignment::Nowhere
    }

    fn align_by_text(&self, look: &Rows) -> Alignment {
        let lacks = |rows: usize| look.first > look.seen.history.saturating_sub(rows);
        if !look.whole || lacks(RESIZE_ROWS) {
            return Alignment::Most(RESIZE_ROWS);
        }
        let follows = self.screen_row == self.anchors.end();
        let finished = self.screen.split_last().map_or(&[][..], |(_, finished)| finished);
        let known = BeforeReflow {
            anchors: &self.anchors,
            next: self.next,
            screen: if follows { finished } else { &[] },
            floor: self.floor,
            width: self.width,
        };
        match known.align(look) {
            Some((origin, next)) => Alignment::Wrapped { origin, next },
            None if lacks(RESIZE_ROWS_LIMIT) => Alignment::Most(RESIZE_ROWS_LIMIT),
            None => Alignment::Nowhere,
        }
    }

    /// Finds the last settled rows again: where they were, or further up by what tmux drops at
    /// once, or a multiple of that.
    fn align_by_anchor(&mut self, look: &Rows) -> Alignment {
        let seen = look.seen;
        if self.next == 0 && seen.history == 0 {
            // Rows may have scrolled off and been cleared since.
            if let found @ Alignment::At { .. } = self.align_after_clearing(look) {
                return found;
            }
        }
        let step = (seen.limit / 10).max(1);
        loop {
            let shift = self.drops.saturating_mul(step);
            let Some(end) = self.next.checked_sub(shift).map(|end| end.min(seen.history)) else {
                break;
            };
            let origin = self.origin + count(shift);
            let anchor = self.anchors.anchor(origin + count(end));
            let found = Match { origin, end, is_whole: anchor.rows <= end };
            let may_be = is_full(look) && found.is_whole && (anchor.strong || self.drops == 1);
            if shift > 0 && !may_be {
                break;
            }
            let begin = end.saturating_sub(anchor.rows);
            if look.first > begin || look.end() < end {
                // After a gap, so much more is the same flood; searching on is no use.
                if self.gap.is_some() && self.drops > 0 {
                    break;
                }
                return Alignment::Above(begin);
            }
            let same = (begin < end || end == 0)
                && (begin..end).all(|number| self.is_same(look, origin, number));
            if same && (self.tells(look, &found) || self.screen_tells(look, &found)) {
                return Alignment::At { origin, next: end };
            }
            (self.drops, self.tries) = (self.drops + 1, 0);
        }
        self.align_after_clearing(look)
    }

    fn is_same(&self, look: &Rows, origin: i64, number: usize) -> bool {
        let held = self.anchors.get(origin + count(number));
        held.is_some() && held == look.row(number)
    }

    /// Whether an equal anchor is proof enough.
    fn tells(&self, look: &Rows, found: &Match) -> bool {
        let anchor = self.anchors.anchor(found.origin + count(found.end));
        found.is_whole && (anchor.strong || !is_full(look) && anchor.rows >= 16)
    }

    /// Whether the last screen agrees as well, for when few rows have settled or they are all
    /// alike.
    fn screen_tells(&self, look: &Rows, found: &Match) -> bool {
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
        // A screen without text leaves nothing to compare.
        let was_blank = found.end == self.next && screen.iter().all(Vec::is_empty);
        same > other || was_blank
    }

    /// Whether a screen that nothing has scrolled off was changed in place: a program that draws
    /// leaves some of it as it was. If all rows have moved up, they were scrolled, and what was
    /// above has been cleared.
    fn is_drawn_anew(&self, look: &Rows) -> bool {
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
    fn align_after_clearing(&self, look: &Rows) -> Alignment {
        if look.seen.alternate || look.seen.history > ROWS_LIMIT {
            return Alignment::Nowhere;
        }
        if !look.whole || look.first > 0 {
            return Alignment::Most(ROWS_LIMIT);
        }
        let end = self.anchors.end();
        let start = self.anchors.start().max(end - count(COMPARED_ROWS));
        let mut before: Vec<&[u8]> = (start..end).filter_map(|row| self.anchors.get(row)).collect();
        if self.screen_row == end {
            before.extend(self.screen.iter().map(Vec::as_slice));
        }
        before.pop();
        let now: Vec<&[u8]> = look.rows_from(0).collect();
        let found = (0..before.len()).find(|&from| {
            let enough = match start + count(from) {
                row if self.screen_row != end || row < end => ANCHOR_TEXTS,
                row if row == end => 2,
                _ => 3,
            };
            now.starts_with(&before[from..])
                && texts(before[from..].iter().copied()).len() >= enough
        });
        found.map_or(Alignment::Nowhere, |from| Alignment::At {
            origin: start + count(from),
            next: 0,
        })
    }
}

/// Where the last settled rows may be.
struct Match {
    /// Our number of tmux's row 0 in that case.
    origin: i64,
    /// tmux's number after them.
    end: usize,
    /// Whether tmux still has the whole anchor.
    is_whole: bool,
}

/// Whether tmux may have dropped rows to stay within its limit.
pub(super) fn is_full(look: &Rows) -> bool {
    look.seen.history + (look.seen.limit / 10).max(1) >= look.seen.limit
}

/// The different texts of rows, without blank ones.
fn texts<'a>(rows: impl Iterator<Item = &'a [u8]>) -> HashSet<&'a [u8]> {
    rows.filter(|row| !row.is_empty()).collect()
}
