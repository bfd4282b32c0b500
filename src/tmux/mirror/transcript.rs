//! All that a pane printed since a first look, put together from looks at the part of it that
//! tmux still has. Sees looks, asks for other looks, and says what has changed; does no I/O.
//!
//! tmux numbers its rows from the oldest that it has, so a row's number changes when old rows are
//! dropped (a tenth of the limit at once, without a word), when the history is cleared, and when
//! the width changes. Each look therefore is put in its place by its content: see `place`.

use super::held::{Held, count};
use super::look::{Look, Seen, Want};
use super::place::Place;

/// Most rows of one look that does not reach down to the screen, and most above the screen of one
/// that does: with colours, tmux stands still for some 2 ms a thousand.
pub(super) const SLICE: usize = 2_000;
/// Rows above the screen that are looked at after a resize, which wraps all rows anew; and most,
/// where what was seen last is not in there.
pub(super) const WIDE: usize = 20_000;
pub(super) const WIDEST: usize = 200_000;
/// Rows that are looked at above those that must be, because more may have scrolled meanwhile.
const MARGIN: usize = 24;
/// The same for the look behind a gap: what printed so much may go on.
const FLOOD: usize = 1_000;
/// How often a look that missed its rows is tried again.
const TRIES: u32 = 6;

/// What has changed: everything from row `from` on is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The first row, counted from 0 at the beginning of the transcript.
    pub from: usize,
    /// Whether row `from` now stands for rows that tmux dropped before they were seen. Nobody
    /// knows how many.
    pub gap: bool,
    /// The rows behind that, as `tmux capture-pane -e` prints them.
    pub text: Vec<u8>,
    /// Whether there is more to be had at once.
    pub more: bool,
}

impl Update {
    /// Puts rows in front of the others.
    fn put_before(&mut self, rows: &[Vec<u8>]) {
        let mut text = rows.join(&b'\n');
        if !text.is_empty() {
            text.push(b'\n');
        }
        text.append(&mut self.text);
        self.text = text;
        self.from = self.from.saturating_sub(rows.len());
    }
}

/// What a look leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Another look is needed, at the rows of [`Transcript::want`].
    Again,
    Update(Update),
}

#[derive(Debug)]
pub(crate) struct Transcript {
    /// The row that tmux has as number 0; negative while that is from before our beginning.
    pub(super) origin: i64,
    /// tmux's number of the first row that is not settled.
    pub(super) next: usize,
    pub(super) held: Held,
    /// The main screen as last seen, and the row that it begins with.
    pub(super) screen: Vec<Vec<u8>>,
    pub(super) screen_row: i64,
    /// How wide the pane was when the rows were settled.
    pub(super) width: usize,
    pub(super) was_alternate: bool,
    /// How many times less than this tmux cannot have dropped rows since the last update.
    pub(super) drops: usize,
    /// The first row that may still be replaced: tmux does not have those in front, or has them
    /// wrapped to another width.
    pub(super) floor: i64,
    /// The row of a gap behind which only the screen has been taken.
    pub(super) gap: Option<i64>,
    /// Whether the next look is at the oldest rows behind the gap.
    filling: bool,
    pub(super) tries: u32,
    /// The row behind the last one, not counting an alternate screen.
    end: i64,
    /// How many lines from before the first look belong to it, until that look. (tmux cuts the
    /// rows above an alternate screen, so none of those is the first.)
    lines: Option<usize>,
    /// How many rows settled at the last look, and how many scrolled off between the last two.
    grown: usize,
    rate: usize,
    /// tmux's history at the last look.
    history: usize,
    want: Want,
    complete: bool,
}

impl Transcript {
    /// Begins with the last `lines` lines of the first look.
    pub(crate) fn new(lines: usize) -> Self {
        Self {
            origin: 0,
            next: 0,
            held: Held::default(),
            screen: Vec::new(),
            screen_row: 0,
            width: 0,
            was_alternate: false,
            drops: 0,
            floor: 0,
            gap: None,
            filling: false,
            tries: 0,
            end: 0,
            lines: Some(lines),
            grown: 0,
            rate: 0,
            history: 0,
            want: Want { above: lines.clamp(64, SLICE), count: None },
            complete: false,
        }
    }

    /// What to look at next.
    pub(crate) fn want(&self) -> Want {
        self.want
    }

    /// Takes a look at the rows of [`Transcript::want`].
    pub(crate) fn feed(&mut self, look: &Look) -> Step {
        self.rate = look.seen.history.saturating_sub(self.history);
        self.history = look.seen.history;
        if let Some(lines) = self.lines {
            return self.open(look, lines);
        }
        if std::mem::take(&mut self.filling)
            && let Some(gap) = self.gap.take()
        {
            return Step::Update(self.restart(look, look.first, gap));
        }
        match self.place(look) {
            Place::At { next, .. } if look.first > next => self.again(look, next),
            Place::At { .. } | Place::Wrapped { .. } if look.whole && self.gap.is_some() => {
                self.fill_up(look)
            }
            Place::At { origin, next } => Step::Update(self.take(look, origin, next)),
            Place::Wrapped { origin, next } => Step::Update(self.take_wrapped(look, origin, next)),
            Place::Above(number) => self.again(look, number),
            Place::Most(above) => self.look_at(Want { above, count: None }),
            Place::Nowhere if look.whole && look.seen.alternate => Step::Update(self.wait(look)),
            Place::Nowhere if look.whole => {
                let gap = self.gap.unwrap_or(self.end.max(0));
                self.gap = Some(gap);
                Step::Update(self.restart(look, look.seen.history, gap))
            }
            Place::Nowhere => self.look_at(Want { above: 0, count: None }),
        }
    }

    /// Whether the last look was taken, and there is no more to be had of that moment.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete && self.gap.is_none()
    }

    /// Whether nothing has ever been seen.
    pub(super) fn is_empty(&self) -> bool {
        self.end <= 0 && self.held.end() <= 0 && self.screen.is_empty()
    }

    fn look_at(&mut self, want: Want) -> Step {
        (self.want, self.complete) = (want, false);
        Step::Again
    }

    /// Asks for another look that has row `number`.
    fn again(&mut self, look: &Look, number: usize) -> Step {
        self.tries += 1;
        if self.tries > TRIES || self.gap.is_some() {
            // More scrolls between two looks than a look can have.
            self.drops = usize::MAX;
            return self.look_at(Want { above: 0, count: None });
        }
        self.look_at(self.reach(look.seen.history, number))
    }

    /// A look that has row `number`, and the screen too when that is not too far.
    fn reach(&self, history: usize, number: usize) -> Want {
        let above = history.saturating_sub(number) + (MARGIN << self.tries);
        if above + self.grown <= SLICE {
            return Want { above: above + self.grown, count: None };
        }
        // As much may scroll off until then as did since the last look, or more.
        let more = (self.rate << self.tries).min(WIDE);
        let above = above + more;
        Want { above, count: (above > SLICE + more).then_some(SLICE + more) }
    }

    fn open(&mut self, look: &Look, lines: usize) -> Step {
        let start = look.used().saturating_sub(lines);
        let next = start.min(look.seen.history);
        self.width = look.seen.width;
        self.origin = -count(start);
        if start < look.first || !look.seen.alternate {
            self.lines = None;
        }
        if start < look.first {
            (self.next, self.held) = (next, Held::starting_at(0));
            return self.again(look, next);
        }
        self.hold(look, next);
        Step::Update(self.take(look, self.origin, next))
    }

    /// Holds the rows in front of `next`, for those behind to be found by.
    fn hold(&mut self, look: &Look, next: usize) {
        self.held = Held::starting_at(self.origin + count(look.first));
        let known = look.rows_from(look.first).take(next.saturating_sub(look.first));
        known.for_each(|row| self.held.push(row));
    }

    /// Holds the rows in front of `row` and no more. Some may only have been seen on the screen.
    fn hold_until(&mut self, row: i64) {
        self.held.truncate(row);
        let missing = usize::try_from(row - self.held.end()).unwrap_or(0);
        if missing == 0 {
            return;
        }
        if self.screen_row == self.held.end() && missing <= self.screen.len() {
            self.screen.iter().take(missing).for_each(|row| self.held.push(row));
        } else {
            self.held = Held::starting_at(row);
        }
    }

    /// Takes what is left of the history behind a gap, from its oldest row on, once that stands
    /// still long enough.
    fn fill_up(&mut self, look: &Look) -> Step {
        self.filling = true;
        let above = look.seen.history;
        self.look_at(Want { above, count: (above > SLICE).then_some(SLICE) })
    }

    /// Begins anew with tmux's row `start`, behind a gap in row `gap`.
    fn restart(&mut self, look: &Look, start: usize, gap: i64) -> Update {
        self.floor = gap + 1;
        self.origin = self.floor - count(start);
        self.hold(look, start);
        let mut update = self.take(look, self.origin, start);
        self.grown = if self.gap.is_some() { FLOOD } else { 0 };
        self.want = self.following(look.seen);
        update.from = usize::try_from(gap).unwrap_or(0);
        update.gap = true;
        update
    }

    /// Shows an alternate screen whose history cannot be placed; the main screen's may be. Nothing
    /// is added to a history meanwhile.
    fn wait(&mut self, look: &Look) -> Update {
        (self.drops, self.tries, self.complete, self.was_alternate) = (0, 0, true, true);
        self.want = Want { above: MARGIN, count: None };
        self.end = self.held.end().max(self.floor);
        let from = usize::try_from(self.end).unwrap_or(0);
        let text = look.cut(look.seen.history, look.used());
        Update { from, gap: false, text, more: false }
    }

    /// Settles what has scrolled off. `next` is the first row that may differ from before, and
    /// `origin` the row that tmux has as number 0.
    fn take(&mut self, look: &Look, origin: i64, next: usize) -> Update {
        let covered = self.covered_until(origin + count(next));
        let mut update = self.take_rows(look, origin, next);
        update.put_before(&covered);
        update
    }

    fn take_wrapped(&mut self, look: &Look, origin: i64, next: usize) -> Update {
        let covered = self.covered_until(origin + count(next));
        self.origin = origin;
        self.floor = origin + count(next);
        let next = next.min(look.seen.history);
        self.hold(look, next);
        let mut update = self.take_rows(look, origin, next);
        update.put_before(&covered);
        update
    }

    fn take_rows(&mut self, look: &Look, origin: i64, next: usize) -> Update {
        let settled = look.seen.history.min(look.end()).max(next);
        self.hold_until(origin + count(next));
        for number in next..settled {
            self.held.push(look.row(number).unwrap_or_default());
        }
        (self.origin, self.next) = (origin, settled);
        self.grown = if look.whole { settled - next } else { 0 };
        (self.width, self.was_alternate) = (look.seen.width, look.seen.alternate);
        if !look.whole {
            self.gap = None;
        }
        self.see_screen(look);
        (self.drops, self.tries, self.complete) = (0, 0, look.whole);
        self.want = self.following(look.seen);
        let from = next.max(usize::try_from(self.floor - origin).unwrap_or(0));
        Update {
            from: usize::try_from(origin + count(from)).unwrap_or(0),
            gap: false,
            text: look.cut(from, look.used()),
            more: !look.whole,
        }
    }

    /// The rows up to `row` that were on the main screen when the alternate one covered it.
    fn covered_until(&self, row: i64) -> Vec<Vec<u8>> {
        let covered = usize::try_from(row - self.held.end()).unwrap_or(0);
        if !self.was_alternate || self.screen_row != self.held.end() || covered > self.screen.len()
        {
            return Vec::new();
        }
        // Those in front of what may be replaced were not covered.
        let kept = usize::try_from(self.floor - self.held.end()).unwrap_or(0);
        self.screen.iter().take(covered).skip(kept).cloned().collect()
    }

    fn see_screen(&mut self, look: &Look) {
        let settled = self.origin + count(self.next);
        if look.seen.alternate {
            self.end = settled;
            return;
        }
        let used = look.used().max(self.next);
        self.screen_row = settled;
        self.screen =
            look.rows_from(self.next).take(used - self.next).map(<[u8]>::to_vec).collect();
        self.end = self.origin + count(used);
    }

    /// What to look at after a look that was taken.
    fn following(&self, seen: Seen) -> Want {
        let anchor = self.held.anchor(self.origin + count(self.next)).rows;
        self.reach(seen.history, self.next.saturating_sub(anchor))
    }
}
