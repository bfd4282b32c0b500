//! A prompt as a shell's: the last line, under a rule; a question is one for a letter. While the
//! agent works there is neither.

use super::super::menu::Menu;
use super::super::rows::rule_at;
use super::{Composer, Scene};

/// How a question for a letter begins its choices.
const LETTERS: &str = "(Y)es/(N)o";

/// Into how many more rows it may be broken.
const BROKEN_ROWS: usize = 2;

/// How many rows at least are more than what it prints before its first rule.
const SCROLLED_ROWS: usize = 10;

/// How long the word in front of a prompt's `>` is, at most: `architect multi`.
const WORD_LENGTH: usize = 20;

/// `None` where nothing of it is known.
pub(super) fn scene(rows: &[String]) -> Option<Scene> {
    if let Some(asked) = asked(rows) {
        let above = rows[..asked].iter().rev().take_while(|row| !row.is_empty()).count();
        return Some(Scene::Dialog(asked - above..rows.len()));
    }
    let at_end = rows.iter().rev().take_while(|row| prompt(row).is_some()).count();
    let first = rows.len() - at_end;
    if at_end > 0 && first.checked_sub(1).is_some_and(|above| rule_at(&rows[above]).is_some()) {
        let mark = prompt(&rows[first])?;
        let composer = Composer::new(first - 1, first..rows.len(), rows.len(), mark);
        return Some(Scene::Composer(composer.with_marks()));
    }
    let sent = rows.iter().any(|row| !unmarked(row).is_empty() && prompt(row).is_some());
    // A rule is the first that it prints.
    let ruled = rows.iter().any(|row| rule_at(row).is_some());
    let scrolled = !ruled && rows.iter().filter(|row| !row.is_empty()).count() >= SCROLLED_ROWS;
    (sent || scrolled).then_some(Scene::Busy)
}

/// A row without the prompt, which stands before each row of a message.
pub(in crate::core::screen) fn unmarked(row: &str) -> &str {
    prompt(row).map_or(row, |mark| row[mark.len()..].trim_start())
}

/// A question for a letter, `Run it? (Y)es/(N)o [Yes]:`, taken apart: the rows without its choices,
/// and these.
pub(in crate::core::screen) fn lettered(rows: &[String]) -> (Vec<String>, Option<Menu>) {
    let Some(row) = asked(rows) else { return (rows.to_vec(), None) };
    let (above, last) = (&rows[..row], rows[row..].concat());
    let Some(at) = last.find(LETTERS) else { return (rows.to_vec(), None) };
    let (letters, default) = last[at..].split_once(" [").unwrap_or((&last[at..], ""));
    let labels: Vec<String> =
        letters.split('/').map(|label| label.replace(['(', ')'], "")).collect();
    let selected = labels.iter().position(|label| default.starts_with(label.as_str()));
    let mut rows = above.to_vec();
    rows.extend([String::new(), last[..at].trim_end().to_owned(), String::new()]);
    let row = rows.len() - 1;
    (rows, Some(Menu { labels, number: 1, selected, first: row, last: row }))
}

/// The row in which a question for a letter begins, which ends the screen; a narrowed one broke it
/// into several.
fn asked(rows: &[String]) -> Option<usize> {
    let end = rows.len().checked_sub(1)?;
    let holds = |row: &usize| rows[*row..].concat().contains(LETTERS);
    // What was answered has a blank row or the rule of the prompt under it.
    let below = |row: &String| !row.is_empty() && rule_at(row).is_none();
    let holds = |row: &usize| holds(row) && rows[*row..].iter().all(below);
    (end.saturating_sub(BROKEN_ROWS)..=end).rev().find(holds)
}

/// The prompt that `row` begins with: a word or two and `>`.
fn prompt(row: &str) -> Option<&str> {
    let end = row.find('>')?;
    let word = &row[..end];
    let plain = word.len() <= WORD_LENGTH
        && word.chars().all(|letter| letter == ' ' || letter.is_ascii_lowercase());
    let rest = &row[end + 1..];
    (plain && (rest.is_empty() || rest.starts_with(' '))).then(|| &row[..=end])
}
