//! A model of tmux's grid, and what a transcript must be like whatever happens in it.

use proptest::prelude::*;

use super::look::{Look, Seen, Want};
use super::transcript::{Step, Transcript, Update};

/// A row, and whether its line goes on in the next one.
type Row = (String, bool);

/// What tmux does with rows, as far as a program that only prints lines can tell.
#[derive(Debug)]
struct Grid {
    rows: Vec<Row>,
    history: usize,
    limit: usize,
    width: usize,
    height: usize,
    cursor: usize,
    /// The main screen, its height and its cursor's row, while the alternate one covers it.
    saved: Option<(Vec<Row>, usize, usize)>,
}

impl Grid {
    fn new(limit: usize, width: usize, height: usize) -> Self {
        let rows = vec![(String::new(), false); height];
        Self { rows, history: 0, limit, width, height, cursor: 0, saved: None }
    }

    /// Prints a line, wrapped, and goes to the next one.
    fn print(&mut self, line: &str) {
        let pieces: Vec<&str> = line
            .as_bytes()
            .chunks(self.width)
            .map(|piece| std::str::from_utf8(piece).unwrap())
            .collect();
        for (index, piece) in pieces.iter().enumerate() {
            let wraps = index + 1 < pieces.len();
            self.rows[self.history + self.cursor] = ((*piece).to_owned(), wraps);
            self.line_feed();
        }
    }

    fn line_feed(&mut self) {
        if self.cursor + 1 < self.height {
            self.cursor += 1;
            return;
        }
        if self.history >= self.limit && self.history > 0 {
            let dropped = (self.limit / 10).max(1).min(self.history);
            self.rows.drain(..dropped);
            self.history -= dropped;
        }
        self.history += 1;
        self.rows.push((String::new(), false));
    }

    /// What a program does that draws: changes a row of the screen in place.
    fn draw(&mut self, row: usize, text: &str) {
        let row = self.history + row % self.height;
        self.rows[row] = (text.chars().take(self.width).collect(), false);
    }

    fn clear_history(&mut self) {
        self.rows.drain(..self.history);
        self.history = 0;
    }

    fn resize_height(&mut self, height: usize) {
        let mut less = self.height.saturating_sub(height);
        while less > 0 && self.cursor + 1 < self.height {
            self.rows.pop();
            (self.height, less) = (self.height - 1, less - 1);
        }
        (self.history, self.cursor) = (self.history + less, self.cursor - less);
        let more = height.saturating_sub(self.height - less);
        let back = if self.saved.is_none() { more.min(self.history) } else { 0 };
        (self.history, self.cursor) = (self.history - back, self.cursor + back);
        self.rows.extend(std::iter::repeat_n((String::new(), false), more - back));
        self.height = height;
    }

    fn resize_width(&mut self, width: usize) {
        if self.saved.is_some() {
            self.width = width;
            return;
        }
        let cursor = self.history + self.cursor;
        let mut lines: Vec<Row> = Vec::new();
        let mut cursor_line = 0;
        let mut joins = false;
        for (index, (text, wraps)) in self.rows.iter().enumerate() {
            match lines.last_mut() {
                Some((line, _)) if joins => line.push_str(text),
                _ => lines.push((text.clone(), false)),
            }
            joins = *wraps;
            if index == cursor {
                cursor_line = lines.len() - 1;
            }
        }
        let mut rows = Vec::new();
        let mut cursor_row = 0;
        for (index, (line, _)) in lines.iter().enumerate() {
            if index == cursor_line {
                cursor_row = rows.len();
            }
            if line.is_empty() {
                rows.push((String::new(), false));
            }
            let pieces: Vec<_> = line.as_bytes().chunks(width).collect();
            for (piece, bytes) in pieces.iter().enumerate() {
                let text = String::from_utf8(bytes.to_vec()).unwrap();
                rows.push((text, piece + 1 < pieces.len()));
            }
        }
        while rows.len() < self.height {
            rows.push((String::new(), false));
        }
        self.history = rows.len() - self.height;
        // tmux scrolls the cursor into view; blank rows below it are no loss.
        if cursor_row < self.history {
            let below = self.history - cursor_row;
            rows.truncate(rows.len() - below);
            self.history -= below;
        }
        (self.rows, self.width, self.cursor) = (rows, width, cursor_row - self.history);
    }

    fn enter_alternate(&mut self) {
        let screen = self.rows.split_off(self.history);
        let size = (self.height, self.cursor);
        self.saved = Some((screen, size.0, size.1));
        self.rows.extend(std::iter::repeat_n(("~".to_owned(), false), self.height));
        self.cursor = 0;
    }

    fn leave_alternate(&mut self) {
        let Some((screen, height, cursor)) = self.saved.take() else { return };
        let (wanted, width) = (self.height, self.width);
        self.rows.truncate(self.history);
        self.rows.extend(screen);
        (self.height, self.cursor) = (height, cursor);
        self.resize_height(wanted);
        self.resize_width(width);
    }

    fn look(&self, want: Want) -> Look {
        let seen = Seen {
            history: self.history,
            limit: self.limit,
            width: self.width,
            height: self.height,
            cursor: (0, self.cursor),
            alternate: self.saved.is_some(),
            ..Seen::default()
        };
        let first = self.history.saturating_sub(want.above);
        let end = want.count.map_or(self.rows.len(), |count| {
            (self.history + count).saturating_sub(want.above).max(1)
        });
        let rows = self.rows[first..end].iter();
        let text: String = rows.map(|(row, _)| row.clone() + "\n").collect();
        Look::new(seen, want, text.into_bytes()).expect("the model counts as tmux does")
    }
}

const GAP: &str = "<gap>";

/// What a view shows of a transcript.
#[derive(Debug, Default)]
struct Shown(Vec<String>);

impl Shown {
    fn apply(&mut self, update: &Update) {
        assert!(update.from <= self.0.len(), "a hole in front of row {}", update.from);
        self.0.truncate(update.from);
        self.0.extend(update.gap.then(|| GAP.to_owned()));
        self.0.extend(String::from_utf8(update.text.clone()).unwrap().lines().map(str::to_owned));
    }

    /// Looks until there is no more to be had.
    fn catch_up(&mut self, transcript: &mut Transcript, grid: &Grid) {
        for _ in 0..200 {
            if let Step::Update(update) = transcript.feed(&grid.look(transcript.want())) {
                self.apply(&update);
            }
            if transcript.is_complete() {
                return;
            }
        }
        panic!("it never has enough: {transcript:?}");
    }

    /// The numbers that were printed as `(7)` or `(7....)`, split by gaps.
    fn numbers(&self) -> Vec<Vec<usize>> {
        let rows = self.0.split(|row| row == GAP).map(<[String]>::concat);
        let number = |line: &str| line.strip_prefix('(')?.trim_end_matches('.').parse().ok();
        rows.map(|text| text.split(')').filter_map(number).collect()).collect()
    }
}

/// Each number once, in order, and none missing but at a gap. Behind a gap, rows may come again.
fn check_numbers(shown: &Shown, last: usize) {
    let parts = shown.numbers();
    for part in &parts {
        let wrong = part.windows(2).find(|pair| pair[0] + 1 != pair[1]);
        assert_eq!(wrong, None, "not one after the other");
    }
    let end = parts.concat().last().copied();
    assert_eq!(end.unwrap_or(last), last, "the end is not there");
}

#[derive(Clone, Debug)]
enum Event {
    Print(usize, usize),
    Width(usize),
    Height(usize),
    Clear,
    Alternate,
    Look,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => (1_usize..60, 1_usize..50).prop_map(|(lines, length)| Event::Print(lines, length)),
        1 => (1_usize..900, 1_usize..20).prop_map(|(lines, length)| Event::Print(lines, length)),
        1 => (8_usize..40).prop_map(Event::Width),
        1 => (3_usize..30).prop_map(Event::Height),
        1 => Just(Event::Clear),
        1 => Just(Event::Alternate),
        8 => Just(Event::Look),
    ]
}

struct Run {
    grid: Grid,
    transcript: Transcript,
    shown: Shown,
    printed: usize,
}

impl Run {
    fn new(limit: usize, lines: usize) -> Self {
        let grid = Grid::new(limit, 20, 10);
        Self { grid, transcript: Transcript::new(lines), shown: Shown::default(), printed: 0 }
    }

    fn print(&mut self, lines: usize, length: usize) {
        for _ in 0..lines {
            self.printed += 1;
            self.grid.print(&format!("({}{})", self.printed, ".".repeat(length)));
        }
    }

    fn look(&mut self) {
        self.shown.catch_up(&mut self.transcript, &self.grid);
    }

    /// Lets it come to an end with the main screen.
    fn settle(&mut self) {
        self.grid.leave_alternate();
        self.print(1, 1);
        self.look();
        self.look();
    }

    fn gaps(&self) -> usize {
        self.shown.0.iter().filter(|row| *row == GAP).count()
    }

    fn happen(&mut self, event: &Event) {
        match *event {
            Event::Print(lines, length) if self.grid.saved.is_none() => self.print(lines, length),
            Event::Print(..) => self.grid.draw(self.printed, "alternate"),
            Event::Width(width) => self.grid.resize_width(width),
            Event::Height(height) => self.grid.resize_height(height),
            Event::Clear => self.grid.clear_history(),
            Event::Alternate if self.grid.saved.is_some() => self.grid.leave_alternate(),
            Event::Alternate => self.grid.enter_alternate(),
            Event::Look => self.look(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_line_is_there_once_or_a_gap_says_so(
        limit in prop_oneof![Just(50_usize), Just(200), Just(3_000)],
        events in prop::collection::vec(event(), 1..60),
    ) {
        let mut run = Run::new(limit, 200);
        for event in &events {
            run.happen(event);
        }
        run.settle();
        check_numbers(&run.shown, run.printed);
    }

    #[test]
    fn as_long_as_tmux_drops_nothing_there_is_no_gap(
        events in prop::collection::vec(event(), 1..60),
    ) {
        let mut run = Run::new(200_000, 200);
        let drops =
            |event: &&Event| matches!(event, Event::Clear | Event::Alternate | Event::Print(301.., _));
        events.iter().filter(|event| !drops(event)).for_each(|event| run.happen(event));
        run.settle();
        check_numbers(&run.shown, run.printed);
        prop_assert_eq!(run.gaps(), 0);
    }
}

#[test]
fn lines_that_were_there_before_are_as_many_as_asked_for() {
    for lines in [1, 5, 10, 77, 2_500] {
        let mut run = Run::new(5_000, lines);
        run.print(3_000, 1);
        run.look();
        assert_eq!(run.shown.0.len(), lines);
        assert_eq!(run.shown.0[lines - 1], "(3000.)");
        run.print(30, 1);
        run.look();
        assert_eq!(run.shown.0.len(), lines + 30);
    }
}

#[test]
fn a_long_run_past_the_limit_has_no_gap() {
    let mut run = Run::new(2_000, 200);
    for burst in 0..300 {
        run.print(1 + burst * 37 % 900, 1);
        run.look();
    }
    check_numbers(&run.shown, run.printed);
    assert_eq!((run.shown.0[0].as_str(), run.gaps()), ("(1.)", 0));
}

#[test]
fn a_burst_of_more_than_a_look_has_is_followed_in_slices() {
    let mut run = Run::new(50_000, 200);
    for burst in [10, 30_000, 60, 45_000, 20_000] {
        run.print(burst, 1);
        run.look();
    }
    check_numbers(&run.shown, run.printed);
    assert_eq!(run.gaps(), 0);
}

#[test]
fn more_than_the_limit_between_two_looks_is_a_gap_behind_which_all_is_there_that_tmux_has() {
    let mut run = Run::new(500, 200);
    run.print(100, 1);
    run.look();
    run.print(2_000, 1);
    run.look();
    assert_eq!(run.gaps(), 1);
    check_numbers(&run.shown, run.printed);
    let after = run.shown.numbers()[1].len();
    assert_eq!(after, run.grid.history + run.grid.height - 1);
}

#[test]
fn a_flood_that_is_never_caught_up_with_takes_no_more_room() {
    let mut run = Run::new(500, 200);
    let mut rows = Vec::new();
    for _ in 0..50 {
        run.print(10_000, 1);
        let look = run.grid.look(run.transcript.want());
        if let Step::Update(update) = run.transcript.feed(&look) {
            run.shown.apply(&update);
        }
        rows.push(run.shown.0.len());
    }
    assert_eq!(run.gaps(), 1, "{rows:?}");
    assert!(rows.iter().all(|rows| *rows < 220), "{rows:?}");
}

#[test]
fn the_same_line_again_and_again_makes_no_gap() {
    let mut run = Run::new(100, 200);
    for _ in 0..300 {
        run.grid.print("y");
        run.look();
    }
    assert_eq!((run.gaps(), run.shown.0.len()), (0, 300));
}

#[test]
fn rows_that_are_drawn_anew_are_replaced_and_make_no_gap() {
    let mut run = Run::new(1_000, 200);
    run.print(5, 1);
    for frame in 0..20 {
        run.grid.draw(frame % 4, "spin");
        run.look();
    }
    assert_eq!((run.gaps(), run.shown.0.len()), (0, 5));
}

#[test]
fn what_a_cleared_history_held_stays() {
    let mut run = Run::new(1_000, 200);
    run.print(100, 1);
    run.look();
    run.grid.clear_history();
    run.look();
    run.print(5, 1);
    run.grid.clear_history();
    run.print(3, 1);
    run.look();
    check_numbers(&run.shown, 108);
    assert_eq!((run.gaps(), run.shown.0.len()), (0, 108));
}

#[test]
fn an_alternate_screen_takes_the_place_of_the_screen_while_it_lasts() {
    let mut run = Run::new(1_000, 200);
    run.print(100, 1);
    run.look();
    let before = run.shown.0.clone();
    run.grid.enter_alternate();
    run.look();
    assert_eq!(run.shown.0.last().map(String::as_str), Some("~"));
    run.grid.resize_width(3);
    run.look();
    run.grid.resize_width(20);
    run.grid.leave_alternate();
    run.look();
    assert_eq!(run.shown.0, before);
}
