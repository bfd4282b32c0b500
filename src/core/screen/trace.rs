//! What of a message is on a screen, however rows break it: its end, or a sign for a folded paste.

use super::shown::Shown;

/// How much of the end of a message to look for, in characters: its beginning may have scrolled out of
/// the composer.
const TAIL: usize = 24;
/// How agents begin what they show instead of a long paste, in lower case and without blanks:
/// `[Pasted text #1 +3 lines]`, and behind its first words `[Look at th... Pasted +3 lines]`.
const FOLDED: [&str; 2] = ["[paste", "...pasted+"];

/// Whether rows have the end of `text`, or a sign for a folded paste.
pub(super) fn holds(rows: &[String], text: &str) -> bool {
    let shown = unframed(&rows.concat());
    shown.contains(&tail(text)) || folds(&shown) > 0
}

/// How often the end of `text`, or a sign for a folded paste, is on the screen.
pub(super) fn times(shown: &Shown, text: &str) -> usize {
    folds(&unframed(&shown.rows.concat())) + shows(shown, text)
}

/// How many signs for a folded paste `text`, without blanks, has.
fn folds(text: &str) -> usize {
    let text = text.to_lowercase();
    FOLDED.iter().map(|sign| text.matches(sign).count()).sum()
}

/// How often the end of `text` is on the screen, however rows break it.
#[must_use]
pub fn shows(shown: &Shown, text: &str) -> usize {
    let (screen, tail) = (unframed(&shown.rows.concat()), tail(text));
    if tail.is_empty() { 0 } else { screen.matches(&tail).count() }
}

/// Whether `text`, or a sign for a folded paste, is directly before the cursor.
#[must_use]
pub fn ends_at_cursor(shown: &Shown, text: &str) -> bool {
    unframed(&shown.up_to_cursor()).ends_with(&tail(text)) || folded_at_cursor(shown).is_some()
}

/// The sign for a folded paste directly before the cursor.
#[must_use]
pub fn folded_at_cursor(shown: &Shown) -> Option<String> {
    let text = unframed(&shown.up_to_cursor()).to_lowercase();
    let sign = &text[FOLDED.iter().filter_map(|sign| text.rfind(sign)).max()?..];
    (sign.find(']') == Some(sign.len() - 1)).then(|| sign.to_owned())
}

/// The end of a message, which may be a mebibyte, however rows break it. Empty if it shows nothing.
#[must_use]
pub fn tail(text: &str) -> String {
    let end: Vec<char> = text.chars().rev().filter(|letter| is_text(*letter)).take(TAIL).collect();
    end.into_iter().rev().collect()
}

/// Without blanks, control characters and the sides of boxes.
pub(super) fn unframed(text: &str) -> String {
    text.chars().filter(|letter| is_text(*letter)).collect()
}

fn is_text(letter: char) -> bool {
    !letter.is_whitespace() && !letter.is_control() && !"│┃".contains(letter)
}
