//! Where a question stands on a screen, and which of its choices is marked there.

use super::answer::Step;
use super::description::Layout;
use super::layout::{self, Scene};
use super::patterns::Patterns;
use super::rows::{normal, texts_beside};
use super::shown::ShownScreen;
use super::{Question, ScreenState, read};

/// How much of a label is looked for, in characters: it may be broken after that.
const LABEL_LENGTH: usize = 16;

/// The rows in which the question and what it is about stand, those with text only.
#[must_use]
pub fn question_rows(patterns: &Patterns, shown: &ShownScreen) -> Vec<usize> {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    let range = match layout::scene(patterns, &rows) {
        Scene::Dialog(range) => range,
        Scene::Composer(composer) => composer.below..rows.len(),
        Scene::Busy => 0..rows.len(),
    };
    range.filter(|at| rows.get(*at).is_some_and(|row| !row.is_empty())).collect()
}

/// The question on a screen, with the choice that only a colour marks.
#[must_use]
pub fn asked(patterns: &Patterns, shown: &ShownScreen) -> Option<Question> {
    let ScreenState::Waiting(question) = read(patterns, &shown.look()).seen else { return None };
    let labels: Vec<&str> = question.choices.iter().map(String::as_str).collect();
    let selected = question.selected.or_else(|| coloured(patterns, shown, &labels));
    Some(Question { selected, ..question })
}

/// Whether a field for words is open in a choice: the cursor is in it. Where agents park their cursor
/// elsewhere, this tells nothing.
#[must_use]
pub fn in_field(patterns: &Patterns, shown: &ShownScreen, question: &Question) -> bool {
    if !matches!(patterns.known.layout, Layout::Ruled | Layout::Boxed) {
        return false;
    }
    let labels: Vec<&str> = question.choices.iter().map(String::as_str).collect();
    let places = places(shown, &question_rows(patterns, shown), &labels).unwrap_or_default();
    let (column, row) = shown.cursor;
    places.iter().any(|(at, from)| *at == row && column >= *from)
}

/// Whether the row with `text`, under the choices, is marked by its colour.
#[must_use]
pub fn is_marked(
    patterns: &Patterns,
    shown: &ShownScreen,
    question: &Question,
    text: &str,
) -> bool {
    let labels: Vec<&str> = question.choices.iter().map(String::as_str).chain([text]).collect();
    coloured(patterns, shown, &labels) == Some(labels.len() - 1)
        || rows_with(patterns, shown, text).any(|marked| marked)
}

/// Whether the row with `text`, under the choices, is in sight.
#[must_use]
pub fn is_in_sight(patterns: &Patterns, shown: &ShownScreen, text: &str) -> bool {
    rows_with(patterns, shown, text).next().is_some()
}

/// The rows of the question that begin with `text`: whether each has a mark in front.
fn rows_with(patterns: &Patterns, shown: &ShownScreen, text: &str) -> impl Iterator<Item = bool> {
    question_rows(patterns, shown).into_iter().filter_map(move |at| {
        let row = shown.rows[at].trim_matches(['│', '┃', ' ']);
        let unmarked = row.trim_start_matches(patterns.known.markers);
        unmarked.trim_start().starts_with(text).then_some(unmarked.len() < row.len())
    })
}

/// The only one of `labels` that has another background than most of the question, or than most of
/// the rows with the labels, which may have one of their own.
fn coloured(patterns: &Patterns, shown: &ShownScreen, labels: &[&str]) -> Option<usize> {
    let rows = question_rows(patterns, shown);
    let places = places(shown, &rows, labels)?;
    let of_labels: Vec<usize> = places.iter().map(|(row, _)| *row).collect();
    [rows, of_labels].iter().find_map(|rows| only_other(shown, &places, usual(shown, rows)?))
}

/// The only one of `places` with another background.
fn only_other(shown: &ShownScreen, places: &[(usize, usize)], usual: u16) -> Option<usize> {
    let behind = |(row, column): &(usize, usize)| shown.behind.get(*row)?.get(*column).copied();
    let mut others = (0..places.len()).filter(|at| behind(&places[*at]) != Some(usual));
    let first = others.next()?;
    others.next().is_none().then_some(first)
}

/// The background of most letters.
fn usual(shown: &ShownScreen, rows: &[usize]) -> Option<u16> {
    let mut counts = std::collections::HashMap::new();
    for behind in rows.iter().filter_map(|row| shown.behind.get(*row)).flatten() {
        *counts.entry(*behind).or_insert(0_usize) += 1;
    }
    counts.into_iter().max_by_key(|(behind, count)| (*count, *behind)).map(|(behind, _)| behind)
}

/// Row and column of each label, from the last one up: what they are about may quote them.
fn places(shown: &ShownScreen, rows: &[usize], labels: &[&str]) -> Option<Vec<(usize, usize)>> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for label in labels.iter().rev() {
        let begin: String = normal(label).chars().take(LABEL_LENGTH).collect();
        let before = found.first().copied();
        let place = rows.iter().rev().find_map(|row| {
            let text = &shown.rows[*row];
            let end = match before {
                Some((last, _)) if *row > last => return None,
                Some((last, column)) if *row == last => column,
                _ => usize::MAX,
            };
            let head: String = text.chars().take(end).collect();
            let at = head.rfind(&begin)?;
            Some((*row, head[..at].chars().count()))
        })?;
        found.insert(0, place);
    }
    Some(found)
}

impl Step {
    /// The keys it presses.
    #[must_use]
    pub fn keys(self) -> Vec<String> {
        match self {
            Self::Move(key) => vec![key.to_owned()],
            Self::Give(keys) => keys,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_that_only_its_colour_marks_is_seen_to_be_marked() {
        let screen = include_str!("../../../tests/screens/opencode/permission.ansi");
        let patterns = Patterns::for_agent("opencode").unwrap();
        let shown = ShownScreen::new("", screen.as_bytes(), (0, 0));
        let question = asked(&patterns, &shown).unwrap();
        assert_eq!(question.choices, ["Allow once", "Allow always", "Reject"]);
        assert_eq!(question.selected, Some(0));
    }
}
