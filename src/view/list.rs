//! Polecats as rows to choose from, in a picker of somebody else's.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{attempts, words};
use crate::core::session::{SessionInfo, State, attempt};

/// How much is told of what one asks or is held up by, in cells.
const DOING_WIDTH: usize = 50;
/// The blanks between two columns.
const GAP_WIDTH: usize = 2;

/// A polecat, and what names it.
#[derive(Clone, Copy, Debug)]
pub struct ListEntry<'a> {
    /// `ash`, or `bank/ash`.
    pub shown: &'a str,
    /// What is known of it.
    pub session: &'a SessionInfo,
}

/// A row for each of `all`, in columns: its name, which of several attempts it is, its label, its state
/// and for how long, its agent, its issue, and what it asks or what its set-up is at. Puts them in the
/// order of the rows: who needs a person first, and of those that wait who has waited longest, then by
/// name; attempts at one task together.
pub fn list(all: &mut [ListEntry], now: Timestamp) -> Vec<String> {
    attempts::sort(all, |one: ListEntry| (one.session, (rank(one), one.shown)));
    let counts = attempt::counts(all.iter().map(|one| one.session));
    let rows: Vec<_> = all.iter().map(|one| cells(one, &counts, now)).collect();
    let width = |column: usize| rows.iter().map(|row| words::cells(&row[column])).max();
    let widths: Vec<_> = (0..COLUMNS).map(|column| width(column).unwrap_or(0)).collect();
    rows.iter().map(|row| aligned(row, &widths)).collect()
}

const COLUMNS: usize = 8;

fn cells(
    ListEntry { shown, session }: &ListEntry,
    counts: &BTreeMap<&str, usize>,
    now: Timestamp,
) -> [String; COLUMNS] {
    let text = |text: &Option<String>| words::plain(text.as_deref().unwrap_or_default());
    let doing = match (&session.waiting, &session.detail) {
        (Some(waiting), _) if !waiting.subject.is_empty() => waiting.subject.clone(),
        (Some(waiting), _) => waiting.text.clone(),
        (None, Some(detail)) => detail.in_words(),
        (None, None) => session.setting_up().unwrap_or_default().to_owned(),
    };
    [
        words::plain(shown),
        attempts::short(session, counts).unwrap_or_default(),
        text(&session.label),
        words::state(session).to_owned(),
        session.state_since.map(|since| words::ago(since, now)).unwrap_or_default(),
        text(&session.agent),
        text(&session.issue),
        words::fit(&words::plain(&doing), DOING_WIDTH),
    ]
}

fn aligned(row: &[String; COLUMNS], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths).filter(|(_, width)| **width > 0) {
        line.push_str(cell);
        let blanks = width.saturating_sub(words::cells(cell)) + GAP_WIDTH;
        line.extend(std::iter::repeat_n(' ', blanks));
    }
    line.trim_end().to_owned()
}

/// What the rows are sorted by, before their names.
fn rank(ListEntry { session, .. }: ListEntry) -> (u8, bool, Option<Timestamp>) {
    let failed = session.turn_failed() && session.running;
    let state = words::urgency(session.shown_state());
    let urgency = if failed { state.min(words::urgency(State::Died)) } else { state };
    let since = session.state_since.filter(|_| session.state == State::Waiting);
    (urgency, since.is_none(), since)
}

#[cfg(test)]
mod tests {
    use super::super::testing::session;
    use super::*;
    use crate::core::session::{Waiting, attempt::Attempt};

    #[test]
    fn who_has_waited_longest_stands_first_and_columns_under_each_other() {
        let at = |seconds| Timestamp::from_second(seconds).ok();
        let subject = "$ rm -rf build\n".to_owned();
        let waits = |name, since| SessionInfo {
            state_since: at(since),
            waiting: Some(Waiting { subject: subject.clone(), ..Waiting::default() }),
            agent: Some("claude".to_owned()),
            ..session(name, State::Waiting)
        };
        let (ash, birch) = (waits("ash", 950), waits("birch", 900));
        let label = Some("the cart".to_owned());
        let works = SessionInfo { state_since: at(0), label, ..session("cedar", State::Working) };
        let mut all = [
            ListEntry { shown: "cedar", session: &works },
            ListEntry { shown: "ash", session: &ash },
            ListEntry { shown: "bank/birch", session: &birch },
        ];
        let rows = list(&mut all, at(1_000).unwrap());
        assert_eq!(
            rows,
            [
                "bank/birch            waiting  1m   claude  $ rm -rf build\u{fffd}",
                "ash                   waiting  50s  claude  $ rm -rf build\u{fffd}",
                "cedar       the cart  working  16m",
            ]
        );
        assert_eq!(all.map(|one| one.shown), ["bank/birch", "ash", "cedar"]);
    }

    #[test]
    fn attempts_at_one_task_stand_together_with_their_numbers() {
        let at = |number| Attempt { task: "t".to_owned(), number, of: 3 };
        let attempt =
            |name, state, number| SessionInfo { attempt: Some(at(number)), ..session(name, state) };
        let elm =
            SessionInfo { setup: Some("npm ci".to_owned()), ..attempt("elm", State::Stopped, 2) };
        let sessions = [attempt("ash", State::Idle, 1), session("birch", State::Working), elm];
        let listed = |some: &[usize]| {
            let of = |at: &usize| ListEntry {
                shown: sessions[*at].polecat.as_str(),
                session: &sessions[*at],
            };
            list(&mut some.iter().map(of).collect::<Vec<_>>(), Timestamp::UNIX_EPOCH)
        };
        assert_eq!(
            listed(&[0, 1, 2]),
            ["birch       working", "elm    2/3  setting up  npm ci", "ash    1/3  idle"]
        );
        assert_eq!(listed(&[0, 1]), ["birch  working", "ash    idle"]);
    }
}
