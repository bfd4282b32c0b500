//! A composer that is only a mark at the left edge, with its footer indented under it; so are the
//! messages above it. Dialogs take its place and end with the keys that answer them.

use super::super::description::Screen;
use super::super::menu;
use super::super::rows::indent;
use super::{Composer, Scene, mark};

/// What entries of the conversation begin with, at the left edge.
const ENTRIES: &[char] = &['•', '◦', '■', '✔', '✗', '⚠'];

/// The words that the last rows of a dialog begin with, the keys that answer it.
const KEYS: &[&str] = &["press ", "enter ", "esc ", "tab to add notes"];

/// `None` where there is neither.
pub(super) fn scene(known: &Screen, rows: &[String]) -> Option<Scene> {
    let composer = composer(known, rows);
    let menu = menu::find(rows, known.markers)
        .filter(|menu| names_keys(rows.get(menu.last + 1..).unwrap_or_default()));
    match (composer, menu) {
        // A list typed into the composer looks like a menu.
        (Some(composer), Some(menu)) if menu.last < composer.top => Some(Scene::Composer(composer)),
        (_, Some(menu)) => Some(Scene::Dialog(dialog_start(rows, menu.first)..rows.len())),
        (Some(composer), None) => Some(Scene::Composer(composer)),
        (None, None) => names_keys(rows).then_some(Scene::Dialog(0..rows.len())),
    }
}

fn composer(known: &Screen, rows: &[String]) -> Option<Composer> {
    let found = |row: &String| mark(known, row, 0);
    let top = rows.iter().rposition(|row| found(row).is_some())?;
    let under = &rows[top + 1..];
    if under.iter().any(|row| row.starts_with(ENTRIES)) {
        return None;
    }
    // A typed text may have blank rows, what stands under it has none.
    let end = under.iter().rposition(String::is_empty).unwrap_or(under.len());
    let more = under[..end].iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    let below = top + 1 + more;
    Some(Composer::new(top, top..below, below, found(&rows[top])?))
}

/// Whether the last row, or the one above it, tells which keys answer.
fn names_keys(rows: &[String]) -> bool {
    let texts = rows.iter().rev().filter(|row| !row.is_empty()).take(2);
    texts
        .map(|row| row.trim_start().to_lowercase())
        .any(|row| KEYS.iter().any(|keys| row.starts_with(keys)) && !row.starts_with("esc again"))
}

/// The row after the last entry of the conversation above the menu.
fn dialog_start(rows: &[String], menu: usize) -> usize {
    let entry = |row: &String| !row.is_empty() && indent(row) == 0;
    rows[..menu].iter().rposition(entry).map_or(0, |row| row + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { marks: &["›"], markers: &['›'], ..Screen::PLAIN };

    #[test]
    fn a_typed_text_with_blank_rows_is_one_text() {
        for (rows, typed) in [
            ("› Ask\n\n  model · ~/shop\n  ? for shortcuts", "Ask"),
            ("• said\n\n› one\n\n  two\n\n\n  three\n\n  model · ~/shop\n  ? for", "onetwothree"),
            ("› one\n\n\n  model · ~/shop", "one"),
            ("› one\n  two", "one two"),
        ] {
            let rows: Vec<String> = rows.lines().map(str::to_owned).collect();
            let found = composer(&SCREEN, &rows).expect("it is there");
            assert_eq!(found.text(&rows).replace(' ', ""), typed.replace(' ', ""), "{rows:?}");
        }
    }
}
