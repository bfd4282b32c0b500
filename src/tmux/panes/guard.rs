//! What a pane must still show when something is typed into it.

use unicode_width::UnicodeWidthStr;

use super::screen::{PaneScreen, SYNCHRONIZED};
use crate::tmux::error::TmuxError;
use crate::tmux::protocol::command::Command;

/// The longest text that is looked for, in characters: a longer one could wrap when the pane gets
/// narrower, which is no reason not to type.
const TEXT_LIMIT: usize = 24;
/// A shorter text is in too many rows to prove anything.
const TEXT_MIN: usize = 2;
/// The most rows that are looked for: more prove no more, and for each tmux searches the screen.
const ROWS_LIMIT: usize = 6;
/// The same where all of them count, from the last one up: the choices are there.
const EXACT_LIMIT: usize = 60;
/// The most `*` in a search pattern: each multiplies what a search may cost.
const STARS_LIMIT: usize = 3;

/// What a pane must still show. tmux compares and types in one step, so that nothing the program
/// draws can come in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Formats, each with the value that it must have.
    conditions: Vec<(String, String)>,
}

impl Guard {
    /// The cursor and the title that `screen` has, and where some words of its `rows` stand.
    /// `texts` are all rows of the screen without colours.
    #[must_use]
    pub fn of(screen: &PaneScreen, texts: &[String], rows: &[usize]) -> Self {
        let (column, row) = screen.captured.cursor;
        let cursor = ("#{cursor_x} #{cursor_y}".to_owned(), format!("{column} {row}"));
        let title = title(&screen.title);
        let words = rows.iter().filter_map(|row| words(texts.get(*row)?)).take(ROWS_LIMIT);
        let found = words.map(|words| {
            // tmux gives the first row with the words, counted from 1.
            let first = texts.iter().position(|text| text.contains(words)).map_or(0, |row| row + 1);
            (format!("#{{C:{words}}}"), first.to_string())
        });
        Self { conditions: [cursor].into_iter().chain(title).chain(found).collect() }
    }

    /// That all of `rows`, of which `texts` are those of the whole screen, stand where they do, and
    /// that the pane's `option` has this value. Characters with a meaning in tmux's formats or
    /// search patterns may have become others.
    #[must_use]
    pub fn exactly(texts: &[String], rows: &[usize], (option, value): (&str, &str)) -> Self {
        let found = rows.iter().rev().filter_map(|row| {
            let pattern = pattern(texts.get(*row)?)?;
            // tmux gives the first row that fits: rows above may look the same.
            let first = texts.iter().position(|text| fits(&pattern, text))? + 1;
            Some((format!("#{{C:{pattern}}}"), first.to_string()))
        });
        let found: Vec<_> = found.take(EXACT_LIMIT).collect();
        // What cannot be compared is not what was meant.
        let never = found.is_empty().then(|| ("0".to_owned(), "1".to_owned()));
        let option = (format!("#{{{option}}}"), value.to_owned());
        Self { conditions: found.into_iter().chain(never).chain([option]).collect() }
    }

    /// Only that the pane exists: for keys that end an agent, whatever it shows.
    #[must_use]
    pub fn none() -> Self {
        Self { conditions: Vec::new() }
    }

    /// Runs `yes` if `target` still shows all of it, else `no`.
    pub(in crate::tmux) fn choose(
        &self,
        target: &str,
        yes: &[Command],
        no: &[Command],
    ) -> Result<Command, TmuxError> {
        Command::choose(target, &self.format(), yes, no)
    }

    /// As one comparison, because tmux limits how deep formats may nest.
    fn format(&self) -> String {
        let formats: Vec<_> = self.conditions.iter().map(|(format, _)| format.as_str()).collect();
        let values: Vec<_> = self.conditions.iter().map(|(_, value)| value.as_str()).collect();
        format!("#{{==:{SYNCHRONIZED} {},0 {}}}", formats.join(" "), values.join(" "))
    }
}

/// The longest text in a row without any character that has a meaning in tmux's formats or search
/// patterns. The moving cell of a spinner belongs to it: once that is gone, the words may stay.
fn words(row: &str) -> Option<&str> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == ' ' || is_cell(letter);
    let runs = row.split(|letter| !plain(letter)).map(str::trim);
    let longest = runs.max_by_key(|run| (run.contains(is_cell), run.len()))?;
    if longest.len() < TEXT_MIN {
        return None;
    }
    let end = longest.char_indices().nth(TEXT_LIMIT).map_or(longest.len(), |(at, _)| at);
    Some(longest[..end].trim_end())
}

/// A search pattern for a row: `?` for each character with a meaning in a format or in a pattern,
/// `*` for those that are not ASCII; of a row with many of these, its beginning. `None` if that says
/// nothing.
fn pattern(row: &str) -> Option<String> {
    let mut pattern = String::new();
    for letter in row.trim().chars() {
        match letter {
            _ if letter.is_ascii_alphanumeric() || " _/.=+-".contains(letter) => {
                pattern.push(letter);
            }
            _ if letter.is_ascii() => pattern.push('?'),
            _ if pattern.ends_with('*') => {}
            _ if pattern.matches('*').count() == STARS_LIMIT => break,
            _ => pattern.push('*'),
        }
    }
    let pattern = pattern.trim_matches('*').trim().to_owned();
    pattern.contains(|letter: char| letter.is_ascii_alphanumeric()).then_some(pattern)
}

/// Whether tmux finds `pattern` in `text`.
fn fits(pattern: &str, text: &str) -> bool {
    let at = |text: &str| begins(&mut pattern.chars(), text);
    text.char_indices().any(|(from, _)| at(&text[from..]))
}

/// Whether `text` begins as `pattern` says.
fn begins(pattern: &mut std::str::Chars, text: &str) -> bool {
    let mut letters = text.chars();
    while let Some(wanted) = pattern.next() {
        if wanted == '*' {
            let rest = letters.as_str();
            let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            return ends.into_iter().any(|at| begins(&mut pattern.clone(), &rest[at..]));
        }
        match letters.next() {
            Some(letter) if letter == wanted || wanted == '?' => {}
            _ => return false,
        }
    }
    true
}

/// Whether it is a braille cell, of which spinners are made.
fn is_cell(letter: char) -> bool {
    ('\u{2801}'..='\u{28ff}').contains(&letter)
}

/// The condition that the pane has this title. Of one with characters that tmux would read as
/// something else, only what stands before them counts.
fn title(title: &str) -> Option<(String, String)> {
    let odd = |letter: char| letter.is_control() || "#%\\".contains(letter);
    let plain = title.split(odd).next().unwrap_or_default();
    let escaped = plain.replace(',', "#,").replace('}', "#}");
    if plain.len() == title.len() {
        return Some(("#{pane_title}".to_owned(), escaped));
    }
    let width = plain.width();
    (width > 0).then(|| (format!("#{{={width}:pane_title}}"), escaped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_means_nothing_to_tmux() {
        for (row, expected) in [
            ("❯ run the tests, please", Some("run the tests")),
            ("  #{pid} [a-z]* x", Some("pid")),
            ("│ > a rather long message that would wrap │", Some("a rather long message th")),
            ("❯ y", None),
            ("────", None),
            (" ⠸ run_commands(…)", Some("⠸ run")),
            ("  ⠸ word0 word1", Some("⠸ word0 word1")),
        ] {
            assert_eq!(words(row), expected, "{row}");
        }
        for (row, expected) in [
            ("│ $ rm -rf 'a b' │", Some("? rm -rf ?a b?")),
            ("❯ 1. Ja, löschen", Some("1. Ja? l*schen")),
            ("────", None),
        ] {
            assert_eq!(pattern(row).as_deref(), expected, "{row}");
            assert!(expected.is_none_or(|pattern| fits(pattern, row)), "{row}");
        }
        assert!(!fits("1. Ja? l*schen", "1. Ja, loschem"));
        let odd = "aé".repeat(100);
        assert_eq!(pattern(&odd).as_deref(), Some("a*a*a*a"));
        assert!(!fits("a*a*a*b", &"a".repeat(200)));
        let whole = ("#{pane_title}".to_owned(), "a#, b#} c".to_owned());
        assert_eq!(title("a, b} c"), Some(whole));
        let begin = ("#{=4:pane_title}".to_owned(), "⠇ 50".to_owned());
        assert_eq!(title("⠇ 50% done"), Some(begin));
        assert_eq!(title("#{pid}"), None);
    }
}
