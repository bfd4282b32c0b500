//! All polecats of a rig, one row each.

use jiff::Timestamp;

use super::{
    columns::{self, Cell, Row},
    frame::{Frame, Group, Line},
    words,
};
use crate::core::session::{SessionInfo, State};

/// Columns in the order in which they go when the window is narrow: branch, attached,
/// agent, activity, issue. Sign, name and state stay.
const EXPENDABLE: [usize; 5] = [7, 6, 4, 5, 3];

/// The rows of `sessions` (every polecat of the rig `rig`, with or without a session) at `now`,
/// at most `width` cells wide: who needs a person first, then by name.
#[must_use]
pub fn status(rig: &str, sessions: &[SessionInfo], now: Timestamp, width: usize) -> Frame {
    let mut sorted: Vec<_> = sessions.iter().collect();
    sorted.sort_by(|a, b| {
        (words::urgency(a.state), &a.polecat).cmp(&(words::urgency(b.state), &b.polecat))
    });
    let rows: Vec<_> = sorted.into_iter().map(|session| row(session, now)).collect();
    let mut lines = vec![title(rig, sessions, width), Line::default()];
    if rows.is_empty() {
        lines.push(hint(width));
    }
    lines.extend(columns::set(&rows, width, &EXPENDABLE));
    Frame { lines }
}

fn row(session: &SessionInfo, now: Timestamp) -> Row {
    let state = Some(words::group(session.state));
    let muted = Some("PolecatMuted");
    let optional = |text: &Option<String>| Cell::new(text.clone().unwrap_or_default(), muted);
    let activity = session.last_activity.map(|at| words::ago(at, now)).unwrap_or_default();
    let attached = if session.attached { "attached" } else { "" };
    let cells = vec![
        Cell::new(words::sign(session.state), state),
        Cell::new(session.polecat.as_str(), Some("PolecatName")),
        Cell::new(session.state.as_str(), state),
        optional(&session.issue),
        optional(&session.agent),
        Cell::new(activity, muted),
        Cell::new(attached, muted),
        optional(&session.branch),
    ];
    Row { cells, key: session.polecat.as_str().to_owned() }
}

/// `shop: 3 polecats, 2 running, 1 waiting`.
fn title(rig: &str, sessions: &[SessionInfo], width: usize) -> Line {
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
    let text = |parts: &[String]| format!("{rig}: {}", parts.join(", "));
    // Who needs a person is told last, and is the last to go.
    while parts.len() > 1 && words::cells(&text(&parts)) > width {
        parts.remove(0);
    }
    let mut line = Line::default();
    line.push(&words::fit(&text(&parts), width), Some(Group::Named("PolecatTitle")));
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

    fn texts(sessions: &[SessionInfo], width: usize) -> Vec<String> {
        let now = Timestamp::from_second(1_000).unwrap();
        let frame = status("shop", sessions, now, width);
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
            last_activity: Timestamp::from_second(970).ok(),
            attached: true,
            ..session("ash", State::Idle)
        };
        assert_eq!(
            texts(std::slice::from_ref(&full), 80)[2],
            "○  ash  idle  shop-1  claude  30s  attached  polecat/ash-1"
        );
        assert_eq!(texts(&[full], 32)[2], "○  ash  idle  shop-1  30s");
    }

    #[test]
    fn a_rig_without_polecats_says_how_to_make_one() {
        assert_eq!(texts(&[], 80)[2], "no polecats yet: `:PolecatStart! {name}` makes one");
    }

    #[test]
    fn each_row_names_its_polecat() {
        let now = Timestamp::from_second(0).unwrap();
        let frame = status("shop", &[session("ash", State::Stopped)], now, 80);
        let keys: Vec<_> = frame.lines.iter().map(|line| line.key.as_str()).collect();
        assert_eq!(keys, ["", "", "ash"]);
    }
}
