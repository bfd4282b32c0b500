//! All that a pane has printed since a first look, put together from looks at what tmux still has
//! of it. Takes looks, asks for more, and says what has changed; does no I/O.
//!
//! tmux counts its rows from the oldest that it has. So a row's number changes when old rows are
//! dropped (a tenth of the limit at once, silently), when the history is cleared, and when the
//! width changes. Each look is therefore aligned by its content, see `align`.

use serde::{Deserialize, Serialize};

use super::anchors::{Anchors, count};
use super::rows::{PaneState, Rows, Want};
use align::Alignment;

mod align;
mod reprint;

/// The most rows of a look that does not reach down to the screen, and the most above the screen of
/// one that does: with colours, a thousand rows block tmux for some 2 ms.
pub(super) const ROWS_LIMIT: usize = 2_000;
/// How many rows above the screen to look at after a resize, which wraps all rows anew; and the
/// most if what was seen last is not among them.
pub(super) const RESIZE_ROWS: usize = 20_000;
pub(super) const RESIZE_ROWS_LIMIT: usize = 200_000;
/// How many more rows to look at than needed, because some may scroll off meanwhile.
const MARGIN: usize = 24;
/// The same for the look after a gap: whatever printed so much may go on.
const FLOOD_MARGIN: usize = 1_000;
/// How often to repeat a look that missed its rows.
const RETRY_LIMIT: u32 = 6;

/// What has changed: everything from row `from` on is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// The first row, counted from 0 at the beginning of the transcript.
    pub from: usize,
    /// Whether row `from` now stands for rows that tmux dropped before they were seen, nobody knows
    /// how many.
    pub gap: bool,
    /// The rows after that, as `tmux capture-pane -e` prints them.
    #[serde(with = "serde_bytes")]
    pub text: Vec<u8>,
    /// Whether another look has more at once.
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
pub(crate) enum LookResult {
    /// Another look is needed, at the rows of [`Transcript::want`].
    Again,
    Update(Update),
}

#[derive(Debug)]
pub(crate) struct Transcript {
    /// Our number of tmux's row 0; negative if that row is older than the transcript.
    pub(super) origin: i64,
    /// tmux's number of the first row that is not settled, that is, may still change.
    pub(super) next: usize,
    pub(super) anchors: Anchors,
    /// The main screen as last seen, and the row that it begins with.
    pub(super) screen: Vec<Vec<u8>>,
    pub(super) screen_row: i64,
    /// How wide the pane was when the rows were settled.
    pub(super) width: usize,
    pub(super) was_alternate: bool,
    /// The smallest number of times that tmux can have dropped old rows since the last update.
    pub(super) drops: usize,
    /// The first row that may still be replaced: tmux no longer has those before it, or has them
    /// wrapped to another width.
    pub(super) floor: i64,
    /// The row of a gap after which only the screen has been taken so far.
    pub(super) gap: Option<i64>,
    /// Whether the next look is at the oldest rows after the gap.
    filling: bool,
    pub(super) tries: u32,
    /// The row after the last one, not counting an alternate screen.
    end: i64,
    /// How many lines from before the first look belong to the transcript, until that look is
    /// taken. (tmux leaves out the rows above an alternate screen, so such a look is not the
    /// first.)
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
            anchors: Anchors::default(),
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
            want: Want { above: lines.clamp(64, ROWS_LIMIT), count: None },
            complete: false,
        }
    }

    /// What to look at next.
    pub(crate) fn want(&self) -> Want {
        self.want
    }

    /// Takes a look at the rows of [`Transcript::want`].
    pub(crate) fn feed(&mut self, look: &Rows) -> LookResult {
        self.rate = look.seen.history.saturating_sub(self.history);
        self.history = look.seen.history;
        if let Some(lines) = self.lines {
            return self.open(look, lines);
        }
        if std::mem::take(&mut self.filling)
            && let Some(gap) = self.gap.take()
        {
            return LookResult::Update(self.restart(look, look.first, gap));
        }
        match self.align(look) {
            Alignment::At { next, .. } if look.first > next => self.again(look, next),
            Alignment::At { .. } | Alignment::Wrapped { .. }
                if look.whole && self.gap.is_some() =>
            {
                self.fill_up(look)
            }
            Alignment::At { origin, next } => LookResult::Update(self.take(look, origin, next)),
            Alignment::Wrapped { origin, next } => {
                LookResult::Update(self.take_wrapped(look, origin, next))
            }
            Alignment::Above(number) => self.again(look, number),
            Alignment::Most(above) => self.look_at(Want { above, count: None }),
            Alignment::Nowhere if look.whole && look.seen.alternate => {
                LookResult::Update(self.wait(look))
            }
            Alignment::Nowhere if look.whole => {
                let gap = self.gap.unwrap_or(self.end.max(0));
                self.gap = Some(gap);
                LookResult::Update(self.restart(look, look.seen.history, gap))
            }
            Alignment::Nowhere => self.look_at(Want { above: 0, count: None }),
        }
    }

    /// Whether the last look was taken, with nothing of it left out.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete && self.gap.is_none()
    }

    /// Whether nothing has ever been seen.
    pub(super) fn is_empty(&self) -> bool {
        self.end <= 0 && self.anchors.end() <= 0 && self.screen.is_empty()
    }

    fn look_at(&mut self, want: Want) -> LookResult {
        (self.want, self.complete) = (want, false);
        LookResult::Again
    }

    /// Asks for another look that has row `number`.
    fn again(&mut self, look: &Rows, number: usize) -> LookResult {
        self.tries += 1;
        if self.tries > RETRY_LIMIT || self.gap.is_some() {
            // More scrolls by between two looks than one look can show.
            self.drops = usize::MAX;
            return self.look_at(Want { above: 0, count: None });
        }
        self.look_at(self.reach(look.seen.history, number))
    }

    /// A look that has row `number`, and the screen as well if that is not too far away.
    fn reach(&self, history: usize, number: usize) -> Want {
        let above = history.saturating_sub(number) + (MARGIN << self.tries);
        if above + self.grown <= ROWS_LIMIT {
            return Want { above: above + self.grown, count: None };
        }
        // Until then as much may scroll off as since the last look, or more.
        let more = (self.rate << self.tries).min(RESIZE_ROWS);
        let above = above + more;
        Want { above, count: (above > ROWS_LIMIT + more).then_some(ROWS_LIMIT + more) }
    }

    fn open(&mut self, look: &Rows, lines: usize) -> LookResult {
        let start = look.used().saturating_sub(lines);
        let next = start.min(look.seen.history);
        self.width = look.seen.width;
        self.origin = -count(start);
        if start < look.first || !look.seen.alternate {
            self.lines = None;
        }
        if start < look.first {
            (self.next, self.anchors) = (next, Anchors::starting_at(0));
            return self.again(look, next);
        }
        self.remember(look, next);
        LookResult::Update(self.take(look, self.origin, next))
    }

    /// Remembers the rows before `next`, to find those after it by.
    fn remember(&mut self, look: &Rows, next: usize) {
        self.anchors = Anchors::starting_at(self.origin + count(look.first));
        let known = look.rows_from(look.first).take(next.saturating_sub(look.first));
        known.for_each(|row| self.anchors.push(row));
    }

    /// Remembers the rows before `row` and no more; some may have been seen on the screen only.
    fn remember_until(&mut self, row: i64) {
        self.anchors.truncate(row);
        let missing = usize::try_from(row - self.anchors.end()).unwrap_or(0);
        if missing == 0 {
            return;
        }
        if self.screen_row == self.anchors.end() && missing <= self.screen.len() {
            self.screen.iter().take(missing).for_each(|row| self.anchors.push(row));
        } else {
            self.anchors = Anchors::starting_at(row);
        }
    }

    /// Asks for what is left of the history after a gap, from its oldest row on.
    fn fill_up(&mut self, look: &Rows) -> LookResult {
        self.filling = true;
        let above = look.seen.history;
        self.look_at(Want { above, count: (above > ROWS_LIMIT).then_some(ROWS_LIMIT) })
    }

    /// Starts again with tmux's row `start`, after a gap in row `gap`.
    fn restart(&mut self, look: &Rows, start: usize, gap: i64) -> Update {
        self.floor = gap + 1;
        self.origin = self.floor - count(start);
        self.remember(look, start);
        let mut update = self.take(look, self.origin, start);
        self.grown = if self.gap.is_some() { FLOOD_MARGIN } else { 0 };
        self.want = self.following(look.seen);
        update.from = usize::try_from(gap).unwrap_or(0);
        update.gap = true;
        update
    }

    /// Shows an alternate screen whose history cannot be aligned; perhaps that of the main screen
    /// can be, later. Meanwhile nothing is added to the history.
    fn wait(&mut self, look: &Rows) -> Update {
        (self.drops, self.tries, self.complete, self.was_alternate) = (0, 0, true, true);
        self.want = Want { above: MARGIN, count: None };
        self.end = self.anchors.end().max(self.floor);
        let from = usize::try_from(self.end).unwrap_or(0);
        let text = look.cut(look.seen.history, look.used());
        Update { from, gap: false, text, more: false }
    }

    /// Settles what has scrolled off. `next` is the first row that may differ from before, `origin`
    /// our number of tmux's row 0.
    fn take(&mut self, look: &Rows, origin: i64, next: usize) -> Update {
        let covered = self.covered_until(origin + count(next));
        let mut update = self.take_rows(look, origin, next);
        update.put_before(&covered);
        update
    }

    fn take_wrapped(&mut self, look: &Rows, origin: i64, next: usize) -> Update {
        let covered = self.covered_until(origin + count(next));
        self.origin = origin;
        self.floor = origin + count(next);
        let next = next.min(look.seen.history);
        self.remember(look, next);
        let mut update = self.take_rows(look, origin, next);
        update.put_before(&covered);
        update
    }

    fn take_rows(&mut self, look: &Rows, origin: i64, next: usize) -> Update {
        let settled = look.seen.history.min(look.end()).max(next);
        self.remember_until(origin + count(next));
        for number in next..settled {
            self.anchors.push(look.row(number).unwrap_or_default());
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

    /// The rows before `row` that were on the main screen when the alternate one covered it.
    fn covered_until(&self, row: i64) -> Vec<Vec<u8>> {
        let covered = usize::try_from(row - self.anchors.end()).unwrap_or(0);
        if !self.was_alternate
            || self.screen_row != self.anchors.end()
            || covered > self.screen.len()
        {
            return Vec::new();
        }
        // Rows before the floor were not covered.
        let kept = usize::try_from(self.floor - self.anchors.end()).unwrap_or(0);
        self.screen.iter().take(covered).skip(kept).cloned().collect()
    }

    fn see_screen(&mut self, look: &Rows) {
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

    /// What to look at next, after a look that was taken.
    fn following(&self, seen: PaneState) -> Want {
        let anchor = self.anchors.anchor(self.origin + count(self.next)).rows;
        self.reach(seen.history, self.next.saturating_sub(anchor))
    }
}
