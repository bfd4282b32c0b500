//! What an agent printed, with its colours.

use std::collections::VecDeque;

use super::{
    ansi,
    frame::{Frame, Group, Line},
    patch::{Patch, batches},
};

/// Most rows and most highlights that a buffer is let grow to; then the oldest rows go. A hundred
/// thousand is what Neovim's own terminals keep at most; and a highlight costs an editor as much as
/// a line.
const SIZE_LIMIT: Size = Size { rows: 100_000, spans: 200_000 };
/// How many rows go at once, at least.
const CUT_ROWS_MIN: usize = 1_000;

const GAP: &str = "┄┄ more was printed here than tmux kept ┄┄";
const CUT: &str = "┄┄ older lines were dropped ┄┄";

/// The frame of `output`, as `tmux capture-pane -e` prints it. Trailing blanks have no meaning
/// in a buffer and would only be in the way of `$`, so they go.
#[must_use]
pub fn capture(output: &[u8]) -> Frame {
    let mut frame = Frame { lines: ansi::lines(output), ..Frame::default() };
    for line in &mut frame.lines {
        let kept = line.text.trim_end_matches(' ').len();
        let shown = line.spans.last().map_or(0, |span| span.to);
        line.text.truncate(kept.max(shown));
    }
    frame
}

/// How much is in a buffer.
#[derive(Clone, Copy, Debug)]
struct Size {
    rows: usize,
    spans: usize,
}

/// A buffer that follows a transcript. It knows the end only: what has scrolled off an agent's
/// screen is in the buffer and nowhere else.
#[derive(Debug)]
pub struct Tail {
    /// Its last rows, and the row of the transcript that they begin with.
    lines: Vec<Line>,
    first: usize,
    /// How many rows of the transcript are not in the buffer any more.
    cut: usize,
    /// How many highlights each row has that is, and all of them.
    spans: VecDeque<usize>,
    all_spans: usize,
    most: Size,
}

impl Default for Tail {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            first: 0,
            cut: 0,
            spans: VecDeque::new(),
            all_spans: 0,
            most: SIZE_LIMIT,
        }
    }
}

impl Tail {
    /// Replaces everything from row `from` of the transcript on by `output` (as tmux prints it),
    /// behind a line that tells of a `gap` if there is one. Gives what that changes in the
    /// buffer, in portions that an editor takes in without a stall.
    pub fn replace(&mut self, from: usize, gap: bool, output: &[u8]) -> Vec<Vec<Patch>> {
        let mut lines: Vec<Line> = gap.then(|| muted(GAP)).into_iter().collect();
        lines.extend(capture(output).lines);
        let from = from.max(self.cut);
        let mut patches = self.changes(from, &lines);
        for patch in &mut patches {
            patch.from = self.buffer_row(patch.from);
            patch.to = self.buffer_row(patch.to);
        }
        self.count(from - self.cut, &lines);
        (self.first, self.lines) = (from, lines);
        patches.extend(self.drop_oldest());
        batches(patches)
    }

    /// Counts the highlights of `lines`, which take the place of all from `row` of the buffer on.
    fn count(&mut self, row: usize, lines: &[Line]) {
        let gone: usize = self.spans.iter().skip(row).sum();
        self.spans.resize(row, 0);
        self.spans.extend(lines.iter().map(|line| line.spans.len()));
        self.all_spans -= gone;
        self.all_spans += self.spans.iter().skip(row).sum::<usize>();
    }

    /// The rows that differ from what is shown, in rows of the transcript.
    fn changes(&self, from: usize, lines: &[Line]) -> Vec<Patch> {
        let end = self.first + self.lines.len();
        // What is further up than is known has changed, or it would not be replaced.
        let Some(shown) = from.checked_sub(self.first).and_then(|skip| self.lines.get(skip..))
        else {
            return vec![Patch { from, to: end.max(from), lines: lines.to_vec() }];
        };
        let common = shown.len().min(lines.len());
        let mut patches: Vec<Patch> = Vec::new();
        for index in (0..common).filter(|&index| shown[index] != lines[index]) {
            let (row, line) = (from + index, lines[index].clone());
            match patches.last_mut().filter(|patch| patch.to == row) {
                Some(patch) => {
                    patch.to = row + 1;
                    patch.lines.push(line);
                }
                None => patches.push(Patch { from: row, to: row + 1, lines: vec![line] }),
            }
        }
        if shown.len() != lines.len() {
            patches.push(Patch { from: from + common, to: end, lines: lines[common..].to_vec() });
        }
        patches
    }

    /// The buffer's first line tells when rows were dropped.
    fn buffer_row(&self, row: usize) -> usize {
        row - self.cut + usize::from(self.cut > 0)
    }

    /// What is looked at again at each update stays, however much it is: that was asked for.
    fn drop_oldest(&mut self) -> Option<Patch> {
        let excess = self.excess().min(self.first - self.cut);
        if excess < CUT_ROWS_MIN {
            return None;
        }
        let to = excess + usize::from(self.cut > 0);
        self.all_spans -= self.spans.drain(..excess).sum::<usize>();
        self.cut += excess;
        Some(Patch { from: 0, to, lines: vec![muted(CUT)] })
    }

    /// How many rows are too many, so that what stays has neither too many rows nor highlights.
    fn excess(&self) -> usize {
        if self.spans.len() <= self.most.rows && self.all_spans <= self.most.spans {
            return 0;
        }
        let mut spans = 0;
        let fitting = self.spans.iter().rev().take(self.most.rows).take_while(|more| {
            spans += **more;
            spans <= self.most.spans
        });
        self.spans.len() - fitting.count()
    }
}

fn muted(text: &str) -> Line {
    let mut line = Line::default();
    line.push(text, Some(Group::Named("PolecatMuted")));
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A buffer, as an editor keeps it.
    #[derive(Default)]
    struct Buffer(Vec<Line>);

    impl Buffer {
        fn apply(&mut self, batches: &[Vec<Patch>]) {
            for patch in batches.concat() {
                self.0.splice(patch.from..patch.to, patch.lines);
            }
        }

        fn texts(&self) -> Vec<&str> {
            self.0.iter().map(|line| line.text.as_str()).collect()
        }
    }

    fn output(texts: &[String]) -> Vec<u8> {
        texts.iter().flat_map(|text| [text.as_bytes(), b"\n"].concat()).collect()
    }

    #[test]
    fn rows_that_stay_the_same_are_not_sent_again() {
        let mut tail = Tail::default();
        tail.replace(0, false, b"1\n2\n3\n4\n");
        let batches = tail.replace(1, false, b"2\nx\n4\n5\n");
        let lines = |text: &str| vec![Line::plain(text)];
        let expected = [
            Patch { from: 2, to: 3, lines: lines("x") },
            Patch { from: 4, to: 4, lines: lines("5") },
        ];
        assert_eq!(batches.concat(), expected);
        assert_eq!(tail.replace(2, false, b"x\n4\n5\n").concat(), []);
    }

    #[test]
    fn a_gap_has_a_line_of_its_own() {
        let mut tail = Tail::default();
        let mut buffer = Buffer::default();
        buffer.apply(&tail.replace(0, false, b"1\n2\n"));
        buffer.apply(&tail.replace(2, true, b"9\n"));
        assert_eq!(buffer.texts(), ["1", "2", GAP, "9"]);
        buffer.apply(&tail.replace(2, true, b"19\n"));
        assert_eq!(buffer.texts(), ["1", "2", GAP, "19"]);
    }

    #[test]
    fn much_at_once_comes_in_portions() {
        let mut tail = Tail::default();
        let many: Vec<String> = (0..1_900).map(|row| row.to_string()).collect();
        let batches = tail.replace(0, false, &output(&many));
        assert_eq!(batches.len(), 4);
        let mut buffer = Buffer::default();
        buffer.apply(&batches);
        assert_eq!(buffer.texts(), many);
    }

    #[test]
    fn the_oldest_rows_go_when_there_are_too_many_and_the_first_line_says_so() {
        let most = Size { rows: 3_000, ..SIZE_LIMIT };
        let mut tail = Tail { most, ..Tail::default() };
        let mut buffer = Buffer::default();
        for row in 0..20 {
            let lines: Vec<String> = (0..500).map(|line| (row * 500 + line).to_string()).collect();
            buffer.apply(&tail.replace(row * 500, false, &output(&lines)));
            assert!(buffer.0.len() <= 4_001, "{}", buffer.0.len());
        }
        assert_eq!(buffer.0[0].text, CUT);
        let first: usize = buffer.0[1].text.parse().unwrap();
        let rest: Vec<String> = (first..10_000).map(|row| row.to_string()).collect();
        assert_eq!(buffer.texts()[1..], rest);
    }

    #[test]
    fn rows_full_of_colours_go_sooner() {
        let most = Size { spans: 20_000, ..SIZE_LIMIT };
        let mut tail = Tail { most, ..Tail::default() };
        let mut buffer = Buffer::default();
        for row in 0..20 {
            let lines = vec!["\x1b[31mx\x1b[32my\x1b[0m".repeat(5); 500];
            buffer.apply(&tail.replace(row * 500, false, &output(&lines)));
            let spans: usize = buffer.0.iter().map(|line| line.spans.len()).sum();
            assert!(spans <= 30_001, "{spans}");
        }
        assert_eq!(buffer.0[0].text, CUT);
    }

    #[test]
    fn what_was_asked_for_at_once_stays_whole_and_what_follows_goes_on_behind_it() {
        let most = Size { rows: 1_000, ..SIZE_LIMIT };
        let mut tail = Tail { most, ..Tail::default() };
        let mut buffer = Buffer::default();
        let many: Vec<String> = (0..5_000).map(|row| row.to_string()).collect();
        buffer.apply(&tail.replace(0, false, &output(&many)));
        assert_eq!(buffer.texts(), many);
        buffer.apply(&tail.replace(5_000, false, b"next\n"));
        assert_eq!(buffer.texts().last(), Some(&"next"));
        assert_eq!((buffer.0[0].text.as_str(), buffer.0.len()), (CUT, 1_001));
    }

    proptest! {
        #[test]
        fn the_buffer_always_is_what_the_transcript_is(
            updates in prop::collection::vec(
                (0_usize..8, any::<bool>(), prop::collection::vec("[abc]", 0..8)), 1..20),
        ) {
            let (mut tail, mut buffer) = (Tail::default(), Buffer::default());
            let mut rows: Vec<String> = Vec::new();
            for (back, gap, lines) in updates {
                let from = rows.len().saturating_sub(back);
                rows.truncate(from);
                rows.extend(gap.then(|| GAP.to_owned()));
                rows.extend(lines.iter().cloned());
                buffer.apply(&tail.replace(from, gap, &output(&lines)));
                prop_assert_eq!(buffer.texts(), rows.iter().map(String::as_str).collect::<Vec<_>>());
            }
        }
    }
}
