//! One polecat, with all that is known of it.

use jiff::{Timestamp, Zoned};

use super::{
    frame::{Frame, Group, Line},
    words,
};
use crate::core::session::{
    Detail, Exit, SessionInfo, Usage, Waiting, attempt::Attempt, branch_status::BranchStatus,
    describe, diffstat::Diffstat,
};

/// The width of the labels.
const LABEL_WIDTH: usize = 10;
/// The blanks after them.
const GAP_WIDTH: usize = 2;
/// A value has this many cells, however narrow the window is.
const VALUE_WIDTH_MIN: usize = 8;

/// What is known of `session` at `now`, facts in `width` cells; `tail` is what it shows at the
/// moment, as `tmux capture-pane -e` prints it, and as wide as that is.
#[must_use]
pub fn detail(session: &SessionInfo, tail: Option<&[u8]>, now: &Zoned, width: usize) -> Frame {
    let mut lines = vec![heading(session), Line::default()];
    let facts = facts(session, now).into_iter();
    lines.extend(facts.flat_map(|(label, value)| fact(label, &value, width)));
    if let Some(exit) = &session.exit {
        lines.extend(death(exit, now, width));
    } else if let Some(tail) = tail {
        lines.push(Line::default());
        lines.extend(super::capture(tail).lines);
    }
    for line in &mut lines {
        session.polecat.as_str().clone_into(&mut line.key);
    }
    Frame { lines, ..Frame::default() }
}

pub(super) fn heading(session: &SessionInfo) -> Line {
    let shown = session.shown_state();
    let state = Group::Named(words::group(shown));
    let mut line = Line::default();
    line.push(words::sign(shown), Some(state.clone()));
    line.push(" ", None);
    line.push(session.polecat.as_str(), Some(Group::Named("PolecatTitle")));
    line.push("  ", None);
    line.push(words::state(session), Some(state));
    line
}

fn facts(session: &SessionInfo, now: &Zoned) -> Vec<(&'static str, String)> {
    let since = |at: Option<Timestamp>| at.map(|at| words::local(at, now));
    let known: [(&'static str, Option<String>); 25] = [
        ("label", session.label.clone()),
        ("task", session.task.clone()),
        ("attempt", session.attempt.as_ref().map(attempt)),
        ("set-up", session.setting_up().map(str::to_owned)),
        ("trouble", session.detail.as_ref().map(Detail::in_words)),
        ("asks", session.waiting.as_ref().map(question)),
        ("queued", queued(session)),
        ("resumes", session.resumable.as_ref().map(|id| format!("{id} (R)"))),
        ("session", Some(session.session_id.clone())),
        ("found in", session.found_in.clone()),
        ("state from", Some(session.state_source.to_string())),
        ("since", since(session.state_since)),
        ("agent", session.agent.clone()),
        ("command", session.command.clone()),
        ("issue", session.issue.clone()),
        ("branch", session.branch.clone()),
        ("work", session.diff.as_ref().map(work)),
        ("stands", session.branch_status.as_ref().and_then(standing)),
        ("usage", session.usage.as_ref().map(Usage::in_words)),
        ("folder", session.workdir.as_ref().map(|dir| dir.display().to_string())),
        ("created", since(session.created)),
        ("printed", since(session.last_activity)),
        ("windows", session.windows.filter(|count| *count > 1).map(|count| count.to_string())),
        ("attached", session.attached.then(|| "yes".to_owned())),
        ("pane", session.pane_id.as_ref().map(|pane| pane_and_pid(pane, session.pid))),
    ];
    known.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

/// `2 of 3`
fn attempt(attempt: &Attempt) -> String {
    format!("{} of {}", attempt.number, attempt.of)
}

/// `permission: $ rm -rf build · Do you want to proceed?`
fn question(waiting: &Waiting) -> String {
    let Waiting { reason, text, subject: about, .. } = waiting;
    let said: Vec<_> = [about, text].into_iter().filter(|part| !part.is_empty()).collect();
    let said: Vec<_> = said.into_iter().map(String::as_str).collect();
    if said.is_empty() { reason.clone() } else { format!("{reason}: {}", said.join(" · ")) }
}

/// `2 messages`, and why they are held.
fn queued(session: &SessionInfo) -> Option<String> {
    let count = session.queued?;
    let messages = if count == 1 { "1 message".to_owned() } else { format!("{count} messages") };
    let held = session.queue_held.as_ref().map(|why| format!(", held: {why}")).unwrap_or_default();
    Some(messages + &held)
}

/// `2 commits, 120 lines added, 30 removed; 1 file uncommitted, 3 untracked`
fn work(diff: &Diffstat) -> String {
    let Diffstat { ahead, added, removed, uncommitted, untracked } = diff;
    let count =
        |number: u64, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let (commits, lines) = (count((*ahead).into(), "commit"), count(*added, "line"));
    let since = format!("{commits}, {lines} added, {removed} removed");
    match (*uncommitted, *untracked) {
        (0, 0) => since,
        (0, files) => format!("{since}; {} untracked", count(files.into(), "file")),
        (files, 0) => format!("{since}; {} uncommitted", count(files.into(), "file")),
        (files, new) => {
            format!("{since}; {} uncommitted, {new} untracked", count(files.into(), "file"))
        }
    }
}

/// `behind main by 3 commits, in conflict with it`; of one that is merged only that.
fn standing(status: &BranchStatus) -> Option<String> {
    let of = &status.of;
    if status.merged {
        return Some(format!("merged into {of}"));
    }
    let behind = match status.behind {
        0 => None,
        1 => Some(format!("behind {of} by 1 commit")),
        many => Some(format!("behind {of} by {many} commits")),
    };
    let conflicts = status.conflicts.then(|| format!("conflicts with {of}"));
    let all: Vec<_> = behind.into_iter().chain(conflicts).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn pane_and_pid(pane: &str, pid: Option<u32>) -> String {
    pid.map_or_else(|| pane.to_owned(), |pid| format!("{pane}, process {pid}"))
}

/// What does not fit beside its label goes on below.
fn fact(label: &str, value: &str, width: usize) -> Vec<Line> {
    // A value can hold whatever a file name can: one fact stays one fact.
    let rows = words::folded(
        &words::plain(value),
        width.saturating_sub(LABEL_WIDTH + GAP_WIDTH).max(VALUE_WIDTH_MIN),
    );
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    let set = |(label, value): (&str, &String)| {
        let mut line = Line::default();
        line.push(
            &format!("{label:LABEL_WIDTH$}{:GAP_WIDTH$}", ""),
            Some(Group::Named("PolecatMuted")),
        );
        line.push(value, None);
        line
    };
    labels.zip(&rows).map(set).collect()
}

fn death(exit: &Exit, now: &Zoned, width: usize) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    let mut how = Line::default();
    how.push(&describe(exit), Some(Group::Named("PolecatDied")));
    lines.push(how);
    lines.extend(fact("at", &words::local(exit.at, now), width));
    lines.extend(fact("ran", &exit.command, width));
    lines.push(Line::default());
    lines.extend(exit.tail.iter().map(Line::plain));
    lines
}

#[cfg(test)]
mod tests {
    use super::super::testing::session;
    use super::*;
    use crate::core::session::{ExitHow, State};
    use jiff::tz::TimeZone;

    fn there(at: Timestamp) -> Zoned {
        at.to_zoned(TimeZone::UTC)
    }

    #[test]
    fn a_death_says_how_when_and_with_which_last_words() {
        let at = Timestamp::from_second(0).unwrap();
        let exit = Exit {
            how: ExitHow::Status(3),
            at,
            lived_ms: 1_200,
            command: "claude --x".to_owned(),
            tail: vec!["no key".to_owned()],
        };
        let session = SessionInfo { exit: Some(exit), ..session("ash", State::Died) };
        let frame = detail(&session, None, &there(at), 80);
        let texts = frame.texts();
        assert_eq!(texts[0], "✗ ash  died");
        let end: Vec<_> = texts[texts.len() - 5..].to_vec();
        assert_eq!(
            end,
            [
                "exited with status 3 after 1.2 s",
                "at          00:00 (now)",
                "ran         claude --x",
                "",
                "no key"
            ]
        );
    }

    #[test]
    fn a_value_with_a_line_break_stays_on_its_line() {
        let at = Timestamp::from_second(0).unwrap();
        let session =
            SessionInfo { command: Some("a\nb".to_owned()), ..session("ash", State::Working) };
        let frame = detail(&session, None, &there(at), 80);
        assert!(frame.texts().contains(&"command     a\u{fffd}b"), "{:?}", frame.texts());
    }

    #[test]
    fn work_is_told_in_words() {
        let all = Diffstat { ahead: 2, added: 120, removed: 30, uncommitted: 1, untracked: 3 };
        for (diff, told) in [
            (all, "2 commits, 120 lines added, 30 removed; 1 file uncommitted, 3 untracked"),
            (
                Diffstat { untracked: 0, ..all },
                "2 commits, 120 lines added, 30 removed; 1 file uncommitted",
            ),
            (
                Diffstat { added: 1, untracked: 1, ..Diffstat::default() },
                "0 commits, 1 line added, 0 removed; 1 file untracked",
            ),
            (Diffstat::default(), "0 commits, 0 lines added, 0 removed"),
        ] {
            assert_eq!(work(&diff), told);
        }
    }

    #[test]
    fn a_question_comes_first_and_is_folded_where_the_window_is_narrow() {
        let at = Timestamp::from_second(0).unwrap();
        let waiting = Waiting {
            reason: "permission".to_owned(),
            text: "Proceed?".to_owned(),
            subject: "$ rm -rf 漢字漢字".to_owned(),
            ..Waiting::default()
        };
        let session = SessionInfo { waiting: Some(waiting), ..session("ash", State::Waiting) };
        let frame = detail(&session, None, &there(at), 30);
        assert_eq!(
            frame.texts()[2..5],
            ["asks        permission: $ rm", "            -rf 漢字漢字 ·", "            Proceed?",]
        );
    }
}
