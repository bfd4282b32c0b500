//! All polecats of a rig, one row each.

use jiff::Timestamp;

use super::{
    columns::{self, Cell, Row},
    frame::{Frame, Group, Line},
    lost::lost,
    words,
};
use crate::core::{
    session::{SessionInfo, State},
    work::Diffstat,
};

/// A column of the list.
struct Column {
    cell: fn(&SessionInfo, Timestamp) -> Cell,
    /// Its turn to go when the window is narrow, the lowest first; `None` if it stays.
    goes: Option<usize>,
}

/// All columns, from left to right.
const COLUMNS: &[Column] = &[
    Column { cell: sign, goes: None },
    Column { cell: name, goes: None },
    Column { cell: state, goes: None },
    Column { cell: |session, _| muted(session.issue.as_deref()), goes: Some(5) },
    Column { cell: |session, _| muted(session.agent.as_deref()), goes: Some(3) },
    Column { cell: activity, goes: Some(4) },
    Column { cell: work, goes: Some(7) },
    Column { cell: queued, goes: Some(6) },
    Column { cell: |session, _| muted(session.attached.then_some("attached")), goes: Some(2) },
    Column { cell: |session, _| muted(session.branch.as_deref()), goes: Some(1) },
    Column { cell: trouble, goes: None },
];

/// How much is told of what holds an agent up, in cells.
const TROUBLE_WIDTH: usize = 40;

/// Which columns go when the window is narrow, by their places, the first to go in front.
fn expendable() -> Vec<usize> {
    let mut places: Vec<_> = (0..COLUMNS.len()).filter(|at| COLUMNS[*at].goes.is_some()).collect();
    places.sort_by_key(|at| COLUMNS[*at].goes);
    places
}

/// What the list is of.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    /// The rig's name.
    pub rig: &'a str,
    /// The name of tmux's socket, where it is neither the default nor a configured one.
    pub socket: Option<&'a str>,
}

/// The rows of `sessions` (every polecat of the rig, with or without a session) at `now`, at most
/// `width` cells wide: who needs a person first, then by name.
#[must_use]
pub fn status(heading: &Heading, sessions: &[SessionInfo], now: Timestamp, width: usize) -> Frame {
    let mut sorted: Vec<_> = sessions.iter().collect();
    sorted.sort_by(|a, b| (urgency(a), &a.polecat).cmp(&(urgency(b), &b.polecat)));
    let rows: Vec<_> = sorted.iter().map(|session| row(session, now)).collect();
    let mut lines = vec![title(heading, sessions, width), Line::default()];
    if rows.is_empty() {
        lines.push(hint(width));
    }
    lines.extend(gone(heading.rig, sessions, width));
    let first = lines.len();
    lines.extend(columns::set(&rows, width, &expendable()));
    let waits = |(at, one): (usize, &&SessionInfo)| (one.state == State::Waiting).then_some(at);
    let waiting = sorted.iter().enumerate().filter_map(waits).map(|at| first + at).collect();
    Frame { lines, waiting }
}

/// That the tmux server is gone, if it is.
fn gone(rig: &str, sessions: &[SessionInfo], width: usize) -> Vec<Line> {
    let Some((what, then)) = lost(rig, sessions) else { return Vec::new() };
    let told = |text: &str, group| {
        let mut line = Line::default();
        line.push(&words::fit(text, width), Some(Group::Named(group)));
        line
    };
    vec![told(&what, "PolecatDied"), told(&then, "PolecatMuted"), Line::default()]
}

/// A turn that failed needs a person as a death does.
fn urgency(session: &SessionInfo) -> u8 {
    let state = if session.turn_failed() && session.running { State::Died } else { session.state };
    words::urgency(session.state).min(words::urgency(state))
}

fn row(session: &SessionInfo, now: Timestamp) -> Row {
    let cells = COLUMNS.iter().map(|column| (column.cell)(session, now)).collect();
    Row { cells, key: session.polecat.as_str().to_owned() }
}

fn sign(session: &SessionInfo, _: Timestamp) -> Cell {
    Cell::new(words::sign(session.state), Some(words::group(session.state)))
}

fn name(session: &SessionInfo, _: Timestamp) -> Cell {
    Cell::new(session.polecat.as_str(), Some("PolecatName"))
}

fn state(session: &SessionInfo, _: Timestamp) -> Cell {
    Cell::new(session.state.as_str(), Some(words::group(session.state)))
}

/// `error: 529 overloaded`, or that it can be resumed.
fn trouble(session: &SessionInfo, _: Timestamp) -> Cell {
    let Some(detail) = &session.detail else {
        return muted(session.resumable.as_ref().map(|_| "R resumes"));
    };
    let text = words::fit(&words::plain(&detail.in_words()), TROUBLE_WIDTH);
    Cell::new(text, Some(words::trouble_group(detail)))
}

fn muted(text: Option<&str>) -> Cell {
    Cell::new(text.unwrap_or_default(), Some("PolecatMuted"))
}

fn activity(session: &SessionInfo, now: Timestamp) -> Cell {
    let ago = session.last_activity.map(|at| words::ago(at, now));
    muted(ago.as_deref())
}

/// `2 queued`, and whether they are held.
fn queued(session: &SessionInfo, _: Timestamp) -> Cell {
    let Some(count) = session.queued else { return Cell::default() };
    match session.queue_held {
        None => muted(Some(format!("{count} queued").as_str())),
        Some(_) => Cell::new(format!("{count} held"), Some("PolecatWaiting")),
    }
}

/// `+120 -30 ↑2`; empty while unknown.
fn work(session: &SessionInfo, _: Timestamp) -> Cell {
    let Some(Diffstat { ahead, added, removed, .. }) = &session.diff else {
        return Cell::default();
    };
    let group = |number: u64, group| Some(if number == 0 { "PolecatMuted" } else { group });
    let mut parts = vec![
        (format!("+{added}"), group(*added, "PolecatAdded")),
        (" ".to_owned(), None),
        (format!("-{removed}"), group(*removed, "PolecatRemoved")),
    ];
    if *ahead > 0 {
        parts.push((format!(" ↑{ahead}"), Some("PolecatMuted")));
    }
    Cell { parts }
}

/// `shop: 3 polecats, 2 running, 1 waiting`, and where that is not told otherwise the server.
fn title(heading: &Heading, sessions: &[SessionInfo], width: usize) -> Line {
    let count = |test: fn(&SessionInfo) -> bool| sessions.iter().filter(|one| test(one)).count();
    let mut parts = vec![match sessions.len() {
        1 => "1 polecat".to_owned(),
        many => format!("{many} polecats"),
    }];
    for (number, what) in [
        (count(|one| one.running), "running"),
        (count(|one| one.state == State::Waiting), "waiting"),
        (count(|one| one.state == State::Died), "died"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let text = |parts: &[String]| format!("{}: {}", heading.rig, parts.join(", "));
    // Who needs a person is told last, and is the last to go.
    while parts.len() > 1 && words::cells(&text(&parts)) > width {
        parts.remove(0);
    }
    let mut line = Line::default();
    let text = words::fit(&text(&parts), width);
    line.push(&text, Some(Group::Named("PolecatTitle")));
    let server = heading.socket.map(|socket| format!("  tmux -L {socket}")).unwrap_or_default();
    if words::cells(&text) + words::cells(&server) <= width {
        line.push(&server, Some(Group::Named("PolecatMuted")));
    }
    line
}

fn hint(width: usize) -> Line {
    let mut line = Line::default();
    let text = words::fit("no polecats yet: `:PolecatStart! {name}` makes one", width);
    line.push(&text, Some(Group::Named("PolecatMuted")));
    line
}

#[cfg(test)]
mod tests {
    use super::super::testing::session;
    use super::*;
    use crate::core::session::{Detail, DetailKind};

    const SHOP: Heading = Heading { rig: "shop", socket: None };

    fn texts(sessions: &[SessionInfo], width: usize) -> Vec<String> {
        let now = Timestamp::from_second(1_000).unwrap();
        let frame = status(&SHOP, sessions, now, width);
        frame.lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn who_waits_for_a_person_comes_first() {
        let sessions = [session("ash", State::Working), session("birch", State::Waiting)];
        assert_eq!(
            texts(&sessions, 40),
            [
                "shop: 2 polecats, 2 running, 1 waiting",
                "",
                "!  birch  waiting",
                "●  ash    working"
            ]
        );
    }

    #[test]
    fn the_title_names_a_towns_server_where_there_is_room() {
        let heading = Heading { socket: Some("gt-159aa0"), ..SHOP };
        let title =
            |width| status(&heading, &[], Timestamp::UNIX_EPOCH, width).lines.remove(0).text;
        assert_eq!(title(40), "shop: 0 polecats  tmux -L gt-159aa0");
        assert_eq!(title(30), "shop: 0 polecats");
    }

    #[test]
    fn a_narrow_title_tells_who_needs_a_person() {
        let sessions = [session("ash", State::Working), session("birch", State::Waiting)];
        assert_eq!(texts(&sessions, 30)[0], "shop: 2 running, 1 waiting");
        assert_eq!(texts(&sessions, 16)[0], "shop: 1 waiting");
        assert_eq!(texts(&sessions, 10)[0], "shop: 1 w…");
    }

    #[test]
    fn every_column_is_shown_where_there_is_room() {
        let full = SessionInfo {
            issue: Some("shop-1".to_owned()),
            agent: Some("claude".to_owned()),
            branch: Some("polecat/ash-1".to_owned()),
            diff: Some(Diffstat { ahead: 2, added: 120, removed: 30, ..Diffstat::default() }),
            last_activity: Timestamp::from_second(970).ok(),
            attached: true,
            ..session("ash", State::Idle)
        };
        assert_eq!(
            texts(std::slice::from_ref(&full), 80)[2],
            "○  ash  idle  shop-1  claude  30s  +120 -30 ↑2  attached  polecat/ash-1"
        );
        assert_eq!(
            texts(std::slice::from_ref(&full), 40)[2],
            "○  ash  idle  shop-1  30s  +120 -30 ↑2"
        );
        assert_eq!(texts(&[full], 26)[2], "○  ash  idle  +120 -30 ↑2");
    }

    #[test]
    fn a_failed_turn_stands_above_who_works_and_says_why() {
        let text = "529 Overloaded. This is a server-side issue".to_owned();
        let detail =
            Detail { kind: DetailKind::Error, text, attempt: None, wait: None, until: None };
        let failed = SessionInfo { detail: Some(detail), ..session("cedar", State::Idle) };
        let sessions = [session("ash", State::Working), failed, session("birch", State::Idle)];
        assert_eq!(
            texts(&sessions, 80)[2..],
            [
                "○  cedar  idle     error: 529 Overloaded. This is a server…",
                "●  ash    working",
                "○  birch  idle"
            ]
        );
    }

    #[test]
    fn what_is_not_known_of_work_is_not_shown_as_none() {
        let none = SessionInfo { diff: Some(Diffstat::default()), ..session("ash", State::Idle) };
        let sessions = [none, session("birch", State::Idle)];
        assert_eq!(texts(&sessions, 40)[2..], ["○  ash    idle  +0 -0", "○  birch  idle"]);
    }

    #[test]
    fn lines_added_and_removed_look_different() {
        let diff = Some(Diffstat { added: 1, removed: 2, ..Diffstat::default() });
        let sessions = [SessionInfo { diff, ..session("ash", State::Idle) }];
        let frame = status(&SHOP, &sessions, Timestamp::UNIX_EPOCH, 40);
        let groups: Vec<_> = frame.lines[2].spans.iter().rev().map(|span| &span.group).collect();
        assert_eq!(groups[0], &Group::Named("PolecatRemoved"));
        assert_eq!(groups[1], &Group::Named("PolecatAdded"));
    }

    #[test]
    fn a_rig_without_polecats_says_how_to_make_one() {
        assert_eq!(texts(&[], 80)[2], "no polecats yet: `:PolecatStart! {name}` makes one");
    }

    #[test]
    fn each_row_names_its_polecat() {
        let now = Timestamp::from_second(0).unwrap();
        let frame = status(&SHOP, &[session("ash", State::Stopped)], now, 80);
        let keys: Vec<_> = frame.lines.iter().map(|line| line.key.as_str()).collect();
        assert_eq!(keys, ["", "", "ash"]);
    }
}
