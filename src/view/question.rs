//! What an agent asks, to be read before it is answered.

use super::frame::{Group, Line};
use crate::core::session::Waiting;

/// A question as it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// All of it.
    pub lines: Vec<Line>,
    /// The row of each choice.
    pub rows: Vec<usize>,
}

/// Draws all that `waiting` says: what it is about, the question, the choices.
#[must_use]
pub fn question(waiting: &Waiting) -> Asked {
    let mut lines = Vec::new();
    if waiting.about_cut {
        lines.extend([muted("(its beginning is not on the screen)"), Line::default()]);
    }
    lines.extend(waiting.about.iter().map(|line| about(line)));
    if !waiting.about.is_empty() {
        lines.push(Line::default());
    }
    let text = if waiting.text.is_empty() { &waiting.reason } else { &waiting.text };
    let mut asked = Line::default();
    asked.push(text, Some(Group::Named("PolecatTitle")));
    lines.extend([asked, Line::default()]);
    let first = lines.len();
    lines.extend((0..waiting.choices.len()).map(|at| choice(waiting, at)));
    if waiting.id.is_empty() || waiting.choices.is_empty() && !waiting.field {
        lines.push(muted("(it can only be answered in its terminal)"));
    }
    Asked { lines, rows: (first..first + waiting.choices.len()).collect() }
}

fn muted(text: &str) -> Line {
    let mut line = Line::default();
    line.push(text, Some(Group::Named("PolecatMuted")));
    line
}

/// A line of what is asked about; one of a difference looks like one.
fn about(text: &str) -> Line {
    let group = match sign(text) {
        Some('+') => Some(Group::Named("PolecatAdded")),
        Some('-') => Some(Group::Named("PolecatRemoved")),
        _ => None,
    };
    let mut line = Line::default();
    line.push(text, group);
    line
}

/// The sign behind the number of a line: `12 + x`.
fn sign(line: &str) -> Option<char> {
    let text = line.trim_start();
    let rest = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    rest.trim_start().chars().next().filter(|_| rest.len() < text.len())
}

/// ` 3 n  No`, or ` 1  [ ] Small` where several can be ticked.
fn choice(waiting: &Waiting, at: usize) -> Line {
    let number = at + waiting.first;
    let letter = match Some(number) {
        own if own == waiting.yes => "y",
        own if own == waiting.no => "n",
        _ => " ",
    };
    let mut line = Line::default();
    let key =
        if waiting.multi { format!("{number:>2}  ") } else { format!("{number:>2} {letter} ") };
    line.push(&key, Some(Group::Named("PolecatName")));
    if waiting.multi {
        line.push(if waiting.ticked.contains(&number) { "[x]" } else { "[ ]" }, None);
    }
    line.push(&format!(" {}", waiting.choices[at]), None);
    if waiting.free == Some(number) {
        line.push(" (in your words)", Some(Group::Named("PolecatMuted")));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(waiting: &Waiting) -> Vec<String> {
        question(waiting).lines.into_iter().map(|line| line.text).collect()
    }

    fn waiting(choices: &[&str]) -> Waiting {
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        let (id, text) = ("1f".to_owned(), "Go on?".to_owned());
        Waiting { id, text, first: 1, choices, ..Waiting::default() }
    }

    #[test]
    fn the_choices_have_the_agents_numbers_and_the_letters_of_what_they_mean() {
        let asked = Waiting { first: 3, no: Some(4), ..waiting(&["Always", "No"]) };
        assert_eq!(texts(&asked), ["Go on?", "", " 3    Always", " 4 n  No"]);
        assert_eq!(question(&asked).rows, [2, 3]);
    }

    #[test]
    fn boxes_are_as_the_agent_shows_them_and_what_is_missing_is_said() {
        let ticked = Waiting { multi: true, ticked: vec![2], ..waiting(&["S", "L"]) };
        assert_eq!(texts(&ticked)[2..], [" 1  [ ] S", " 2  [x] L"]);
        let cut = Waiting { about_cut: true, ..waiting(&[]) };
        assert_eq!(texts(&cut)[0], "(its beginning is not on the screen)");
        assert_eq!(texts(&cut)[4], "(it can only be answered in its terminal)");
    }

    #[test]
    fn a_line_of_a_difference_looks_like_one() {
        let lines = [" 12 - old", "  7 +new", "-rf", "12 x"];
        let groups = lines.map(|line| about(line).spans.first().map(|span| span.group.clone()));
        let (removed, added) = (Group::Named("PolecatRemoved"), Group::Named("PolecatAdded"));
        assert_eq!(groups, [Some(removed), Some(added), None, None]);
    }
}
