//! The rows of a dialog, and its text in paragraphs.

use super::rows::{indent, is_drawn, joined};

/// How much of a dialog's text is kept besides its question, in characters.
const TEXT_LIMIT: usize = 400;

/// How wide a dialog behind a bar is at least.
const DIALOG_WIDTH: usize = 60;

/// The rows of a dialog, without the box around them.
#[derive(Debug)]
pub(super) struct Area {
    /// Its rows. Nested boxes (a command, a file) are blanked.
    pub(super) rows: Vec<String>,
    /// The same rows with what nested boxes hold.
    whole: Vec<String>,
    /// The text of nested boxes.
    quoted: Vec<String>,
}

impl Area {
    pub(super) fn plain(rows: &[String]) -> Self {
        let rows = rows.iter().map(|row| if is_drawn(row) { String::new() } else { row.clone() });
        Self::of(rows.collect())
    }

    fn of(rows: Vec<String>) -> Self {
        Self { whole: rows.clone(), rows, quoted: Vec::new() }
    }

    /// From rows behind a bar.
    pub(super) fn barred(rows: &[String]) -> Self {
        let inner = |row: &String| row.trim_start().trim_start_matches('┃').trim_end().to_owned();
        let rows: Vec<String> = rows.iter().map(inner).collect();
        // A wide window has a column at the right, which the last row has nothing beside.
        let beside = rows.last().filter(|last| !last.is_empty()).map(|last| indent(last));
        let end = beside.filter(|end| *end > DIALOG_WIDTH).unwrap_or(usize::MAX);
        let cut = |row: &String| row.chars().take(end).collect::<String>().trim_end().to_owned();
        Self::of(rows.iter().map(cut).collect())
    }

    /// From rows between `│` and `│`.
    pub(super) fn boxed(rows: &[String]) -> Self {
        let mut area = Self::of(Vec::new());
        let left = rows.first().map_or(0, |row| indent(row));
        // What a narrower window broke off is blank, and at last the edge alone.
        let edge = |row: &String| indent(row) > left && row.trim_start() == "│";
        let broken_off = |at: usize| {
            edge(&rows[at]) || rows[at].is_empty() && rows.get(at + 1).is_some_and(edge)
        };
        for (_, row) in rows.iter().enumerate().filter(|(at, _)| !broken_off(*at)) {
            let inner = row.trim_start().trim_start_matches('│').trim_end_matches('│').trim_end();
            let nested = inner.trim_start();
            if nested.starts_with('│') {
                area.quoted.push(nested.trim_matches('│').to_owned());
            }
            let blank = is_drawn(inner) || nested.starts_with(['│', '╭', '╰', '┌', '└']);
            area.whole.push(if is_drawn(inner) { String::new() } else { without_box(inner) });
            area.rows.push(if blank { String::new() } else { inner.to_owned() });
        }
        area
    }

    /// Runs of non-blank rows, as indexes, without those in `without`.
    pub(super) fn paragraphs(&self, without: &std::ops::Range<usize>) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut open = false;
        for (at, row) in self.rows.iter().enumerate() {
            let counts = !row.is_empty() && !without.contains(&at);
            match found.last_mut() {
                Some(paragraph) if counts && open => paragraph.push(at),
                _ if counts => found.push(vec![at]),
                _ => {}
            }
            open = counts;
        }
        found
    }

    /// The text of a paragraph, on one line.
    pub(super) fn text(&self, paragraph: &[usize]) -> String {
        joined(paragraph.iter().filter_map(|at| self.rows.get(*at)))
    }

    /// These rows and those of nested boxes between them, as they are drawn, from the leftmost
    /// column on; what parts them is one blank row.
    pub(super) fn lines(&self, rows: &[usize]) -> Vec<String> {
        let nested = |at: &usize| self.rows[*at].is_empty() && !self.whole[*at].is_empty();
        let shown = |at: &usize| rows.contains(at) || nested(at);
        let all: Vec<usize> = (0..self.whole.len()).filter(shown).collect();
        let left = all.iter().map(|at| indent(&self.whole[*at])).min().unwrap_or(0);
        let mut lines: Vec<String> = Vec::new();
        for (nth, at) in all.iter().enumerate() {
            if nth > 0 && all[nth - 1] + 1 < *at {
                lines.push(String::new());
            }
            lines.push(self.whole[*at].chars().skip(left).collect());
        }
        lines
    }

    /// The text of these paragraphs and of nested boxes, cut to a limit.
    pub(super) fn about(&self, paragraphs: &[&[usize]]) -> String {
        let mut texts: Vec<String> = paragraphs.iter().map(|rows| self.text(rows)).collect();
        texts.retain(|text| is_prose(text));
        for text in &mut texts {
            // The mark that an agent puts at the top of a box.
            *text = text.trim_start_matches("? ").to_owned();
        }
        let quoted = joined(&self.quoted);
        // The heading may repeat it.
        if !quoted.is_empty() && !texts.iter().any(|text| text.contains(&quoted)) {
            texts.push(quoted);
        }
        // The command comes first: often only the beginning is shown.
        texts.sort_by_key(|text| !is_command(text));
        texts.join(" · ").chars().take(TEXT_LIMIT).collect()
    }
}

/// The row without the sides of a nested box.
fn without_box(row: &str) -> String {
    row.replace('│', " ").trim_end().to_owned()
}

fn is_command(text: &str) -> bool {
    text.starts_with("$ ")
}

/// Whether a text consists mostly of letters, unlike a logo. A command may be all punctuation.
fn is_prose(text: &str) -> bool {
    if is_command(text) || text.is_ascii() {
        return true;
    }
    let letters = text.chars().filter(|letter| letter.is_alphanumeric()).count();
    letters * 2 > text.chars().filter(|letter| !letter.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(screen: &str) -> Vec<String> {
        screen.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_box_inside_a_box_is_what_the_dialog_is_about_and_not_its_question() {
        let area = Area::boxed(&rows(
            "╭──────╮\n│ ? Sh │\n│ ╭──╮ │\n│ │ls│ │\n│ ╰──╯ │\n│ Allow?  │\n╰──────╯",
        ));
        let paragraphs = area.paragraphs(&(0..0));
        let texts: Vec<_> = paragraphs.iter().map(|rows| area.text(rows)).collect();
        assert_eq!(texts, ["? Sh", "Allow?"]);
        assert_eq!(area.about(&[&paragraphs[0]]), "Sh · ls");
    }

    #[test]
    fn dashes_part_paragraphs() {
        let area = Area::plain(&rows(" Create\n new.txt\n╌╌╌╌\n 1 x\n╌╌╌╌\n Do it?"));
        let texts: Vec<_> = area.paragraphs(&(3..4)).iter().map(|rows| area.text(rows)).collect();
        assert_eq!(texts, ["Create new.txt", "Do it?"]);
    }
}
