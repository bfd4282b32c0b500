//! Rows of a screen as text: blanks, rules, and comparison without them.

/// A line as patterns want it: plain blanks for U+00A0, none at the end, and no U+200B, behind
/// which some agents draw their cursor.
#[must_use]
pub fn normal(line: &str) -> String {
    line.replace('\u{a0}', " ").replace('\u{200b}', "").trim_end().to_owned()
}

/// The screen's rows in normal form, without trailing blank ones.
pub(super) fn texts(lines: &[String]) -> Vec<String> {
    let mut rows: Vec<String> = lines.iter().map(|line| normal(line)).collect();
    let end = rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    rows.truncate(end);
    rows
}

/// The same without a scroll bar of these cells at the right edge.
pub(super) fn texts_beside(lines: &[String], scroll_bar: &str) -> Vec<String> {
    let bar = |row: &String| {
        let text = row.strip_suffix(|cell| scroll_bar.contains(cell))?;
        (text.is_empty() || text.ends_with(' ')).then(|| text.trim_end().to_owned())
    };
    let rows: Vec<String> = lines.iter().map(|line| normal(line)).collect();
    texts(&rows.iter().map(|row| bar(row).unwrap_or_else(|| row.clone())).collect::<Vec<_>>())
}

/// How many blanks a row begins with.
pub(super) fn indent(row: &str) -> usize {
    row.chars().take_while(|letter| *letter == ' ').count()
}

/// A line drawn from the left edge, which may contain a label: `──── fix-login ──`.
pub(super) fn is_rule(row: &str) -> bool {
    let drawn = row.chars().filter(|letter| *letter == '─').count();
    let all = row.chars().count();
    (drawn > 0 && drawn == all) || (row.starts_with("──") && row.ends_with('─') && drawn * 3 > all)
}

/// A line that is only drawn: dashes, or part of a box.
pub(super) fn is_drawn(row: &str) -> bool {
    !row.is_empty() && row.chars().all(|letter| " ─╌═╭╮╰╯│┌┐└┘├┤".contains(letter))
}

/// A rule that may stand anywhere in its row; where it begins.
pub(super) fn rule_at(row: &str) -> Option<usize> {
    let text = row.trim_start();
    let long = text.chars().take(RULE_WIDTH_MIN).count() == RULE_WIDTH_MIN;
    let whole = is_rule(text) && (long || text.len() == row.len());
    (whole || holds_spinner(text)).then(|| indent(row))
}

/// Whether a rule, however long its label is, holds a spinner: `── ⠋ Working ──`.
fn holds_spinner(text: &str) -> bool {
    text.strip_prefix("── ").is_some_and(|label| label.starts_with(is_braille))
}

/// How long a rule is that does not begin at the left edge, at least.
const RULE_WIDTH_MIN: usize = 10;

/// One cell of a braille spinner. The blank cell U+2800 is none.
pub(super) fn is_braille(letter: char) -> bool {
    ('\u{2801}'..='\u{28ff}').contains(&letter)
}

/// The text without blanks, because a narrow screen can break a phrase anywhere.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// Whether `text` contains `phrase`, however the rows are broken.
pub(super) fn holds(text: &str, phrase: &str) -> bool {
    squeezed(text).contains(&squeezed(phrase))
}

/// The words of `rows` on one line.
pub(super) fn joined<'a>(rows: impl IntoIterator<Item = &'a String>) -> String {
    let words: Vec<&str> = rows.into_iter().flat_map(|row| row.split_whitespace()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_drawn_from_the_left_edge_and_may_hold_a_label() {
        for rule in ["────────────", "──────── fix-login ──", "─"]
        {
            assert!(is_rule(rule), "{rule}");
        }
        for other in [
            "",
            "  ──────",
            "╭─────╮",
            "─────╯",
            "── a very long label with more text ─",
            "text ──",
        ] {
            assert!(!is_rule(other), "{other}");
        }
    }

    #[test]
    fn a_phrase_is_found_where_a_narrow_screen_broke_it() {
        assert!(holds("Would you like to run the follo\nwing command?", "the following command"));
        assert!(!holds("the command", "the following command"));
    }

    #[test]
    fn blank_rows_at_the_end_and_hard_blanks_do_not_count() {
        let lines = ["", "❯\u{a0}go \u{a0}", "  ", ""].map(str::to_owned);
        assert_eq!(texts(&lines), ["", "❯ go"]);
    }
}
