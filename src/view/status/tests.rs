//! Frames of the list.

use super::super::testing::session;
use super::*;
use crate::core::{
    listing::{Change, Filter},
    session::{Detail, DetailKind, Usage, Waiting, attempt::Attempt, diffstat::Diffstat},
};

const SHOP: Section =
    Section { rig: "shop", home: "/shop", prefix: "", socket: None, sessions: &[], problem: None };

fn now() -> Timestamp {
    Timestamp::from_second(1_000).unwrap()
}

fn frame(sections: &[Section], listing: &Listing, width: usize) -> Frame {
    status(sections, &List { columns: Column::DEFAULT, listing, width }, now())
}

fn of(sessions: &[SessionInfo], width: usize) -> Frame {
    frame(&[Section { sessions, ..SHOP }], &Listing::default(), width)
}

fn texts(sessions: &[SessionInfo], width: usize) -> Vec<String> {
    of(sessions, width).lines.into_iter().map(|line| line.text).collect()
}

#[test]
fn who_waits_for_a_person_comes_first() {
    let sessions = [session("ash", State::Working), session("birch", State::Waiting)];
    assert_eq!(
        texts(&sessions, 40),
        ["shop: 2 polecats, 2 running, 1 waiting", "!  birch  waiting", "●  ash    working"]
    );
}

#[test]
fn of_those_who_wait_the_one_who_has_waited_longest_comes_first() {
    let since = |name, second| SessionInfo {
        state_since: Timestamp::from_second(second).ok(),
        ..session(name, State::Waiting)
    };
    let unknown = SessionInfo { state_since: None, ..session("ash", State::Waiting) };
    let sessions = [unknown, since("birch", 900), since("cedar", 100)];
    let texts = texts(&sessions, 20);
    let names: Vec<_> = texts[1..].iter().filter_map(|row| row.split_whitespace().nth(1)).collect();
    assert_eq!(names, ["cedar", "birch", "ash"]);
}

#[test]
fn the_heading_names_a_towns_server_where_there_is_room() {
    let town = Section { socket: Some("gt-159aa0"), ..SHOP };
    let heading = |width| frame(&[town], &Listing::default(), width).lines.remove(0).text;
    assert_eq!(heading(40), "shop: 0 polecats  tmux -L gt-159aa0");
    assert_eq!(heading(30), "shop: 0 polecats");
}

#[test]
fn a_narrow_heading_tells_who_needs_a_person() {
    let sessions = [session("ash", State::Working), session("birch", State::Waiting)];
    assert_eq!(texts(&sessions, 30)[0], "shop: 2 running, 1 waiting");
    assert_eq!(texts(&sessions, 16)[0], "shop: 1 waiting");
    assert_eq!(texts(&sessions, 10)[0], "shop: 1 w…");
}

#[test]
fn every_column_is_shown_where_there_is_room_and_the_task_gives_way_first() {
    let full = SessionInfo {
        issue: Some("shop-1".to_owned()),
        agent: Some("claude".to_owned()),
        branch: Some("feature/x".to_owned()),
        diff: Some(Diffstat { ahead: 2, added: 120, removed: 30, ..Diffstat::default() }),
        state_since: Timestamp::from_second(970).ok(),
        task: Some("refactor the totals of the cart".to_owned()),
        label: Some("totals".to_owned()),
        queued: Some(2),
        attached: true,
        ..session("ash", State::Idle)
    };
    let line = |width| texts(std::slice::from_ref(&full), width)[1].clone();
    assert_eq!(
        line(130),
        "○  ash  totals  idle  30s  claude  +120 -30 ↑2  shop-1  feature/x  \
         refactor the totals of the cart  2 queued  attached"
    );
    assert_eq!(
        line(110),
        "○  ash  totals  idle  30s  claude  +120 -30 ↑2  shop-1  feature/x  \
         refactor the totals of…  2 queued  attached"
    );
    assert_eq!(
        line(80),
        "○  ash  totals  idle  30s  +120 -30 ↑2  shop-1  refactor the totals o…  2 queued"
    );
    assert_eq!(line(40), "○  ash  idle  refactor the totals of th…");
    assert_eq!(line(20), "○  ash  idle");
}

#[test]
fn a_column_is_shown_where_a_person_asks_for_it() {
    let usage = Usage {
        model: Some("Opus 4.8".to_owned()),
        tokens: Some(12_345),
        context: Some(7),
        cost: Some("$0.12".to_owned()),
    };
    let sessions = [SessionInfo { usage: Some(usage), ..session("ash", State::Idle) }];
    let columns = [Column::Name, Column::Model, Column::Tokens, Column::Context, Column::Cost];
    let listing = Listing::default();
    let list = List { columns: &columns, listing: &listing, width: 80 };
    let frame = status(&[Section { sessions: &sessions, ..SHOP }], &list, now());
    assert_eq!(frame.lines[1].text, "ash  Opus 4.8  12k  7%  $0.12");
}

#[test]
fn a_failed_turn_stands_above_who_works_and_says_why() {
    let text = "529 Overloaded. This is a server-side issue".to_owned();
    let detail = Detail { kind: DetailKind::Error, text, attempt: None, wait: None, until: None };
    let failed = SessionInfo { detail: Some(detail), ..session("cedar", State::Idle) };
    let sessions = [session("ash", State::Working), failed, session("birch", State::Idle)];
    assert_eq!(
        texts(&sessions, 60)[1..],
        [
            "○  cedar  idle     error: 529 Overloaded. This is a server-…",
            "●  ash    working",
            "○  birch  idle"
        ]
    );
}

#[test]
fn what_was_not_changed_is_not_told_nor_a_branch_that_is_called_after_its_polecat() {
    let own = Some("polecat/ash-mkg43k00".to_owned());
    let none =
        SessionInfo { diff: Some(Diffstat::default()), branch: own, ..session("ash", State::Idle) };
    assert_eq!(texts(&[none], 60)[1], "○  ash  idle");
}

#[test]
fn who_works_without_printing_for_long_says_so() {
    let at = |second| Timestamp::from_second(second).ok();
    let quiet = |state, printed| SessionInfo {
        state_since: at(100),
        last_activity: at(printed),
        ..session("ash", state)
    };
    assert_eq!(texts(&[quiet(State::Working, 700)], 60)[1], "●  ash  working  15m  5m silent");
    assert_eq!(texts(&[quiet(State::Working, 900)], 60)[1], "●  ash  working  15m");
    assert_eq!(texts(&[quiet(State::Idle, 100)], 60)[1], "○  ash  idle  15m");
}

#[test]
fn who_can_be_resumed_says_so_and_a_server_that_is_gone_is_told_above() {
    let lost = SessionInfo {
        resumable: Some("last".to_owned()),
        lost: true,
        ..session("ash", State::Stopped)
    };
    let shown = texts(std::slice::from_ref(&lost), 120);
    assert_eq!(shown.len(), 4, "{shown:?}");
    assert!(shown[1].contains("ash"), "{shown:?}");
    assert_eq!(shown[3], "·  ash  stopped  R resumes");
    let closed = SessionInfo { lost: false, ..lost };
    assert_eq!(texts(&[closed], 40)[1..], ["·  ash  stopped  R resumes"]);
}

#[test]
fn lines_added_and_removed_look_different() {
    let diff = Some(Diffstat { added: 1, removed: 2, ..Diffstat::default() });
    let frame = of(&[SessionInfo { diff, ..session("ash", State::Idle) }], 40);
    let groups: Vec<_> = frame.lines[1].spans.iter().rev().map(|span| &span.group).collect();
    assert_eq!(groups[0], &Group::Named("PolecatRemoved"));
    assert_eq!(groups[1], &Group::Named("PolecatAdded"));
}

#[test]
fn a_rig_without_polecats_says_how_to_make_one() {
    assert_eq!(texts(&[], 80)[1], "no polecats yet: `t` writes a task for a new one");
}

#[test]
fn a_question_is_told_below_its_row_without_being_one() {
    let waiting = Waiting {
        reason: "permission".to_owned(),
        text: "Proceed?".to_owned(),
        subject: "rm -rf build".to_owned(),
        choices: vec!["Yes".to_owned()],
        ..Waiting::default()
    };
    let asks = SessionInfo { waiting: Some(waiting), ..session("ash", State::Waiting) };
    let frame = of(&[asks, session("cottonwood", State::Idle)], 60);
    assert_eq!(frame.texts()[1], "!  ash         permission  rm -rf build");
    assert_eq!(frame.waiting, [1]);
    let (row, note) = &frame.notes[0];
    assert_eq!((*row, note.text.as_str()), (1, "               Proceed?   1 Yes"));
}

#[test]
fn rigs_are_sections_whose_columns_stand_under_each_other() {
    let (shop, bank) = ([session("ash", State::Working)], [session("cottonwood", State::Waiting)]);
    let bank = Section { rig: "bank", home: "/bank", prefix: "bank/", sessions: &bank, ..SHOP };
    let sections = [Section { sessions: &shop, ..SHOP }, bank];
    let shown = frame(&sections, &Listing::default(), 40);
    assert_eq!(
        shown.texts(),
        [
            "▾ shop: 1 polecat, 1 running",
            "●  ash         working",
            "▾ bank: 1 polecat, 1 running, 1 waiting",
            "!  cottonwood  waiting"
        ]
    );
    let keys: Vec<_> = shown.lines.iter().map(|line| line.key.as_str()).collect();
    assert_eq!(keys, ["/shop/", "ash", "/bank/", "bank/cottonwood"]);
    assert_eq!(shown.title.unwrap().text, "polecats  !1 ●1  2 rigs");
    let folded = Listing::default().after(Change::Fold("/shop".to_owned(), None));
    assert_eq!(
        frame(&sections, &folded, 40).texts(),
        [
            "▸ shop: 1 polecat, 1 running",
            "▾ bank: 1 polecat, 1 running, 1 waiting",
            "!  cottonwood  waiting"
        ]
    );
}

#[test]
fn what_a_filter_hides_is_counted_and_the_window_says_what_is_chosen() {
    let sessions = [session("ash", State::Working), session("birch", State::Waiting)];
    let filter = Filter { state: Some("waiting".to_owned()), ..Filter::default() };
    let listing = Listing { filter, order: Order::Name, ..Listing::default() };
    let shown = frame(&[Section { sessions: &sessions, ..SHOP }], &listing, 60);
    assert_eq!(
        shown.texts(),
        [
            "shop: 2 polecats, 2 running, 1 waiting",
            "!  birch  waiting",
            "1 hidden by the filter: `f` changes it"
        ]
    );
    assert_eq!(shown.title.unwrap().text, "polecats  !1 ●1  only waiting  by name");
}

#[test]
fn rows_are_sorted_as_a_person_chose() {
    let one = |name, second: Option<i64>, agent: Option<&str>| SessionInfo {
        state_since: second.and_then(|second| Timestamp::from_second(second).ok()),
        agent: agent.map(str::to_owned),
        ..session(name, State::Idle)
    };
    let sessions = [
        one("ash", None, Some("codex")),
        one("birch", Some(900), None),
        one("cedar", Some(5), None),
    ];
    let sorted = |order| {
        let listing = Listing { order, ..Listing::default() };
        let shown = frame(&[Section { sessions: &sessions, ..SHOP }], &listing, 60);
        let keys = shown.lines.into_iter().skip(1).map(|line| line.key);
        keys.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(sorted(Order::Name), "ash birch cedar");
    assert_eq!(sorted(Order::Since), "cedar birch ash");
    assert_eq!(sorted(Order::Agent), "ash birch cedar");
}

fn attempt(number: u32) -> Attempt {
    Attempt { task: "7".to_owned(), number, of: 3 }
}

#[test]
fn attempts_at_one_task_stand_together_where_the_first_of_them_would() {
    let at = |name, state, number| SessionInfo {
        attempt: Some(attempt(number)),
        ..session(name, state)
    };
    let sessions = [
        at("ash", State::Idle, 1),
        session("birch", State::Working),
        at("cedar", State::Waiting, 2),
        session("doug", State::Died),
        at("elm", State::Working, 3),
        at("fir", State::Idle, 0),
    ];
    let shown = texts(&sessions, 60);
    assert_eq!(
        shown[1..],
        [
            "!  cedar  2/3  waiting",
            "●  elm    3/3  working",
            "○  fir    0/3  idle",
            "○  ash    1/3  idle",
            "✗  doug        died",
            "●  birch       working",
        ]
    );
    // In any other order each stands for itself.
    let by_name = Listing { order: Order::Name, ..Listing::default() };
    let lines = frame(&[Section { sessions: &sessions, ..SHOP }], &by_name, 60).lines;
    let names: Vec<_> = lines[1..].iter().map(|line| line.key.as_str()).collect();
    assert_eq!(names, ["ash", "birch", "cedar", "doug", "elm", "fir"]);
}

#[test]
fn the_last_attempt_that_is_left_is_one_among_others_no_more() {
    let ash = SessionInfo { attempt: Some(attempt(1)), ..session("ash", State::Idle) };
    assert_eq!(
        texts(&[ash, session("elm", State::Idle)], 60)[1..],
        ["○  ash  idle", "○  elm  idle"]
    );
}

#[test]
fn one_that_is_set_up_says_with_what_and_stands_with_those_that_start() {
    let set_up = SessionInfo {
        setup: Some("npm ci".to_owned()),
        agent: Some("claude".to_owned()),
        task: Some("Paint".to_owned()),
        state_since: Timestamp::from_second(1).ok(),
        ..session("ash", State::Died)
    };
    let sessions = [session("birch", State::Idle), set_up.clone()];
    assert_eq!(
        texts(&sessions, 60),
        ["shop: 2 polecats, 1 running", "◌  ash    setting up  claude  npm ci", "○  birch  idle",]
    );
    let title = of(&sessions, 60).title.unwrap().text;
    assert_eq!(title, "polecats  ◌1 ○1");
    // One whose agent runs says what that does.
    let runs = SessionInfo { running: true, state: State::Working, ..set_up };
    assert!(texts(&[runs], 60)[1].contains("working  16m  claude  Paint"));
}
