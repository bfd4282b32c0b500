//! What a polecat asks, what is wrong with it, what its set-up is at, or else what it works on.

use super::super::{
    columns::Cell,
    frame::{Group, Line},
    notification::JOB_ENDED,
    words,
};
use crate::core::session::{Exit, ExitHow, SessionInfo, State, Waiting, signal_text};

/// The most cells of one choice.
const CHOICE_WIDTH: usize = 36;

pub(in crate::view) fn doing(session: &SessionInfo) -> Cell {
    if let Some(waiting) = &session.waiting {
        return Cell::new(words::plain(subject(waiting)), None);
    }
    if let Some(detail) = &session.detail {
        let text = words::plain(&detail.in_words());
        return Cell::new(text, Some(words::trouble_group(detail)));
    }
    if let Some(step) = session.setting_up() {
        return Cell::new(words::plain(step), None);
    }
    match (&session.exit, session.state) {
        (Some(exit), State::Died) => Cell::new(words::plain(&death(exit)), Some("PolecatDied")),
        (_, State::Working | State::Starting) => Cell::new(task(session), None),
        _ => Cell::new(task(session), Some("PolecatMuted")),
    }
}

fn task(session: &SessionInfo) -> String {
    session.task.as_deref().map(words::plain).unwrap_or_default()
}

/// What a question is about; where nothing tells, the question.
fn subject(waiting: &Waiting) -> &str {
    if waiting.subject.is_empty() { &waiting.text } else { &waiting.subject }
}

/// `exit 1: API key not found`
fn death(exit: &Exit) -> String {
    let how = match exit.how {
        ExitHow::Status(status) => format!("exit {status}"),
        ExitHow::Signal(signal) => signal_text(signal),
        ExitHow::Job => JOB_ENDED.to_owned(),
        ExitHow::Unknown | ExitHow::Gone => "ended, cause unknown".to_owned(),
    };
    let last = exit.tail.iter().rev().map(|line| line.trim());
    match last.into_iter().find(|line| line.chars().any(char::is_alphanumeric)) {
        Some(last) => format!("{how}: {last}"),
        None => how,
    }
}

/// The question and its choices, from the cell `indent` on, for below the row: nothing where the
/// row says it all.
pub(in crate::view) fn choices(session: &SessionInfo, indent: usize, width: usize) -> Option<Line> {
    let waiting = session.waiting.as_ref().filter(|_| session.state == State::Waiting)?;
    let text = Some(waiting.text.as_str()).filter(|text| *text != subject(waiting));
    let text = text.filter(|text| !text.is_empty()).map(words::plain);
    let first = waiting.first.max(1);
    let numbered = waiting.choices.iter().enumerate().map(|(at, choice)| {
        (format!("{} ", at + first), words::fit(&words::plain(choice), CHOICE_WIDTH))
    });
    let numbered: Vec<_> = numbered.collect();
    if text.is_none() && numbered.is_empty() {
        return None;
    }
    let mut line = Line::default();
    line.push(&" ".repeat(indent), None);
    let mut is_cut = false;
    let mut put = |text: &str, group: Option<&'static str>| {
        let shown = words::fit(text, width.saturating_sub(words::cells(&line.text)));
        // A cell may be left after a `…`: one is enough.
        if is_cut || shown.trim_start() == "…" && line.text.ends_with('…') {
            return;
        }
        is_cut = shown != text;
        line.push(&shown, group.map(Group::Named));
    };
    let gap = text.as_ref().map_or("", |_| "   ");
    put(text.as_deref().unwrap_or_default(), Some("PolecatMuted"));
    for (at, (number, choice)) in numbered.iter().enumerate() {
        put(if at == 0 { gap } else { "   " }, None);
        put(number, Some("PolecatWaiting"));
        put(choice, None);
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::session;
    use super::*;
    use jiff::Timestamp;

    fn asking(waiting: Waiting) -> SessionInfo {
        SessionInfo { waiting: Some(waiting), ..session("ash", State::Waiting) }
    }

    fn text(cell: &Cell) -> String {
        cell.parts.iter().map(|(text, _)| text.as_str()).collect()
    }

    #[test]
    fn who_asks_says_about_what_and_below_which_answers_there_are() {
        let waiting = Waiting {
            reason: "permission".to_owned(),
            text: "Do you want to proceed?".to_owned(),
            subject: "Bash: npm publish".to_owned(),
            choices: vec![
                "Yes".to_owned(),
                "No, and tell Claude what to do differently".to_owned(),
            ],
            ..Waiting::default()
        };
        let asks = asking(waiting);
        assert_eq!(text(&doing(&asks)), "Bash: npm publish");
        assert_eq!(
            choices(&asks, 3, 120).unwrap().text,
            "   Do you want to proceed?   1 Yes   2 No, and tell Claude what to do diff…"
        );
        assert_eq!(choices(&asks, 3, 20).unwrap().text, "   Do you want to p…");
        let choices_cut = |width| {
            let mut asks = asks.clone();
            asks.waiting.as_mut().unwrap().choices.push("Never".to_owned());
            choices(&asks, 3, width).unwrap().text
        };
        for width in 0..90 {
            let text = choices_cut(width);
            assert!(!text.contains("……") && !text.contains("… …"), "{width}: {text}");
        }
    }

    #[test]
    fn a_question_that_the_row_tells_is_not_told_twice() {
        let text_alone = Waiting { text: "Which colour?".to_owned(), ..Waiting::default() };
        assert_eq!(text(&doing(&asking(text_alone.clone()))), "Which colour?");
        assert_eq!(choices(&asking(text_alone.clone()), 3, 80), None);
        let with = Waiting { choices: vec!["Red".to_owned()], first: 2, ..text_alone };
        assert_eq!(choices(&asking(with), 3, 80).unwrap().text, "   2 Red");
    }

    #[test]
    fn who_died_says_how_with_its_last_words() {
        let exit = |how, tail: &[&str]| Exit {
            how,
            at: Timestamp::UNIX_EPOCH,
            lived_ms: 1,
            command: String::new(),
            tail: tail.iter().map(|line| (*line).to_owned()).collect(),
        };
        for (exit, told) in [
            (exit(ExitHow::Status(1), &["x", " no key ", "╰──╯", ""]), "exit 1: no key"),
            (exit(ExitHow::Signal(9), &[]), "SIGKILL (9)"),
            (exit(ExitHow::Gone, &[]), "ended, cause unknown"),
            (exit(ExitHow::Job, &[]), "job ended"),
        ] {
            let died = SessionInfo { exit: Some(exit), ..session("ash", State::Died) };
            assert_eq!(text(&doing(&died)), told);
        }
    }
}
