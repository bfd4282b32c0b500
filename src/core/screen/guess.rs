//! Guesses whether an unknown agent asks a question, by what most dialogs show.

use super::Question;
use super::description::Layout;
use super::layout::{self, Scene};
use super::menu;
use super::patterns::Patterns;
use super::rows::{joined, texts_beside};

/// How near to the end of the screen a marked menu or a row of keys must be, in non-blank rows: there may
/// be a status below the dialog.
const MENU_DISTANCE: usize = 10;
/// The same for a question answered by one letter, which is at the end.
const LETTER_DISTANCE: usize = 5;

/// Marks of the choice that Enter selects.
const MARKERS: &[char] = &['❯', '›', '●', '>', '▶', '▸', '→', '»', '*'];

/// How the last rows of a dialog describe its keys, in lower case. A working agent shows
/// `esc to interrupt`, or `(esc to cancel` after a spinner.
const KEYS: &[&str] = &[
    "esc to cancel",
    "esc to exit",
    "esc to reject",
    "esc to dismiss",
    "esc cancel",
    "esc exit",
    "esc reject",
    "esc dismiss",
    "enter to select",
    "enter to confirm",
    "enter to accept",
    "enter to submit",
    "enter select",
    "enter confirm",
    "enter accept",
    "enter submit",
    "↵ confirm",
    "↵ choose",
    "press enter to continue",
    "any other key to",
    "would you like to continue?",
    "is asking a question",
];

/// How a question answered by one letter ends, in lower case.
const LETTERS: &[&str] =
    &["(y/n)", "[y/n]", "(yes/no)", "[yes/no]", "(y)es/(n)o", "[y] ", "[n] ", "y/n?", "(y/n/"];

/// What an agent seems to ask, of whose screen nothing is known, or nothing but its prompt.
#[must_use]
pub fn guessed(patterns: &Patterns, lines: &[String]) -> Option<Question> {
    let rows = texts_beside(lines, patterns.known.scroll_bar);
    match layout::scene(patterns, &rows) {
        Scene::Composer(composer) if !composer.framed => asked(rows.get(composer.below..)?, 1),
        Scene::Dialog(_) if patterns.known.layout == Layout::Unknown => asked(&rows, 1),
        Scene::Composer(_) | Scene::Dialog(_) | Scene::Busy => None,
    }
}

/// The question that seems to be at the end of `rows`, or near enough to it that nothing should be
/// typed.
pub(super) fn question(rows: &[String]) -> Option<Question> {
    asked(rows, LETTER_DISTANCE)
}

/// The same, with a question answered by one letter only in the last rows: what was answered stays
/// on the screen.
fn asked(rows: &[String], lettered: usize) -> Option<Question> {
    let texts: Vec<String> = rows.iter().filter(|row| !row.is_empty()).cloned().collect();
    let near = &texts[texts.len().saturating_sub(MENU_DISTANCE)..];
    let menu = menu::find(near, MARKERS);
    let keys = near.iter().rposition(|row| names(row, KEYS));
    let last = near.len().saturating_sub(lettered);
    let letter = near[last..].iter().rposition(|row| names(row, LETTERS)).map(|at| last + at);
    let at = menu.as_ref().map(|menu| menu.first.saturating_sub(1)).or(letter).or(keys)?;
    Some(Question {
        text: joined(&near[at..=at]),
        choices: menu.as_ref().map(|menu| menu.labels.clone()).unwrap_or_default(),
        selected: menu.and_then(|menu| menu.selected),
        ..Question::untold()
    })
}

fn names(row: &str, words: &[&str]) -> bool {
    let row = row.to_lowercase().replace("(esc to cancel", "").replace("esc to cancel)", "");
    words.iter().any(|words| row.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(screen: &str) -> Option<String> {
        let rows: Vec<String> = screen.lines().map(str::to_owned).collect();
        question(&rows).map(|question| question.text)
    }

    #[test]
    fn what_most_dialogs_show_is_taken_for_a_question() {
        for (screen, text) in [
            ("Overwrite? (y/N) ", "Overwrite? (y/N)"),
            ("Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]: ", "Run shell command? (Y)es"),
            (" Do it?\n ❯ 1. Yes\n   2. No", "Do it?"),
            (
                " Trust this folder?\n ↑↓ navigate · Enter select · Esc exit\n ❯ Trust",
                "↑↓ navigate",
            ),
            (" Approve tool call?\n  [y] Approve   [n] Deny", "[y] Approve"),
        ] {
            assert!(asked(screen).is_some_and(|asked| asked.starts_with(text)), "{screen}");
        }
    }

    #[test]
    fn a_prompt_and_an_agent_at_work_ask_nothing() {
        for screen in [
            "",
            "$ ",
            "> type here",
            "⠏ Thinking... (esc to cancel, 3s)",
            "⠏ Thinking... (3s · esc to cancel)",
            "⠸ Working (3s · esc to interrupt)",
            "Overwrite? (y/n) y\ndone\nall well\n\nready\nanew\n> ",
        ] {
            assert_eq!(asked(screen), None, "{screen}");
        }
    }
}
