//! Properties that a transcript must have, whatever happens in a model of tmux's grid.

mod grid;

use proptest::prelude::*;

use self::grid::Grid;
use super::transcript::{LookResult, Transcript, Update};

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

    /// Looks until nothing is left out any more.
    fn catch_up(&mut self, transcript: &mut Transcript, grid: &Grid) {
        for _ in 0..200 {
            if let LookResult::Update(update) = transcript.feed(&grid.look(transcript.want())) {
                self.apply(&update);
            }
            if transcript.is_complete() {
                return;
            }
        }
        panic!("it never has enough: {transcript:?}");
    }

    /// The numbers that were printed as `(7)` or `(7/7/7)`, split by gaps.
    fn numbers(&self) -> Vec<Vec<usize>> {
        let rows = self.0.split(|row| row == GAP).map(<[String]>::concat);
        let number = |line: &str| line.strip_prefix('(')?.split('/').next()?.parse().ok();
        rows.map(|text| text.split(')').filter_map(number).collect()).collect()
    }
}

/// Each number once, in order, none missing except at a gap. After a gap, rows may repeat.
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
        1 => (8_usize..30).prop_map(Event::Height),
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
            // No part of a line looks like a part of another one.
            let filling = format!("/{}", self.printed).repeat(length);
            self.grid.print(&format!("({}{})", self.printed, &filling[..length]));
        }
    }

    fn look(&mut self) {
        self.shown.catch_up(&mut self.transcript, &self.grid);
    }

    /// Ends with the main screen.
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
            Event::Clear => {
                self.look();
                self.grid.clear_history();
            }
            Event::Alternate if self.grid.saved.is_some() => self.grid.leave_alternate(),
            Event::Alternate => self.grid.enter_alternate(),
            Event::Look => self.look(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

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
        assert_eq!(run.shown.0[lines - 1], "(3000/)");
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
    assert_eq!((run.shown.0[0].as_str(), run.gaps()), ("(1/)", 0));
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
    for limit in [500, 50_000] {
        let mut run = Run::new(limit, 200);
        run.print(100, 1);
        run.look();
        run.print(limit * 4, 1);
        run.look();
        run.look();
        assert_eq!(run.gaps(), 1);
        check_numbers(&run.shown, run.printed);
        let after = run.shown.numbers()[1].len();
        assert_eq!(after, run.grid.history + run.grid.height - 1);
    }
}

#[test]
fn a_resize_and_a_burst_between_two_looks_make_no_gap_while_tmux_has_all() {
    let mut run = Run::new(50_000, 200);
    run.print(1_000, 1);
    run.look();
    run.grid.resize_width(33);
    run.print(30_000, 1);
    run.look();
    check_numbers(&run.shown, run.printed);
    assert_eq!(run.gaps(), 0);
}

#[test]
fn a_flood_that_is_never_caught_up_with_takes_no_more_room() {
    let mut run = Run::new(500, 200);
    let mut rows = Vec::new();
    for _ in 0..50 {
        run.print(10_000, 1);
        let look = run.grid.look(run.transcript.want());
        if let LookResult::Update(update) = run.transcript.feed(&look) {
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
