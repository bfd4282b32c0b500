//! Finds the composer or dialog on a screen.

mod barred;
mod boxed;
mod in_box;
pub(super) mod last_line;
mod marked;
mod ruled;
mod ruled_or_boxed;

use std::ops::Range;

use super::description::{Layout, Screen};
use super::patterns::Patterns;
use super::prompt::prompt_row;
use super::rows::{indent, is_drawn, joined};

/// The bottom of a screen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// The place to type.
    Composer(Composer),
    /// The rows that may contain a dialog.
    Dialog(Range<usize>),
    /// Neither, as it is while an agent works that draws no composer then.
    Busy,
}

/// The place to type, as rows of the screen.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Composer {
    /// Its first row, including the frame: above is conversation.
    pub(super) top: usize,
    /// The first row below it: footers.
    pub(super) below: usize,
    /// Whether it has the known shape.
    pub(super) framed: bool,
    /// The rows of the typed text, the first of them after `mark`.
    pub(super) typed: Range<usize>,
    mark: String,
    /// What its frame has at the sides of each row.
    sides: &'static [char],
    /// Whether each row has a mark, not only the first.
    marked: bool,
}

impl Composer {
    fn new(top: usize, typed: Range<usize>, below: usize, mark: &str) -> Self {
        Self { top, below, framed: true, typed, mark: mark.to_owned(), sides: &[], marked: false }
    }

    fn with_marks(self) -> Self {
        Self { marked: true, ..self }
    }

    fn between(self, sides: &'static [char]) -> Self {
        Self { sides, ..self }
    }

    /// Its text without the mark; `rows` may be those without hints.
    pub(super) fn text(&self, rows: &[String]) -> String {
        let rows = rows.get(self.typed.clone()).unwrap_or_default().iter();
        let inner: Vec<String> = rows.map(|row| self.inner(row.trim()).to_owned()).collect();
        let text = joined(&inner);
        text.strip_prefix(self.mark.as_str()).unwrap_or(&text).trim().to_owned()
    }

    fn inner<'a>(&self, row: &'a str) -> &'a str {
        let row = row.trim_matches(self.sides);
        if self.marked { row.strip_prefix(self.mark.as_str()).unwrap_or(row) } else { row }
    }

    /// The typed text; the grey text of an empty composer begins with one of `hints`.
    pub(super) fn typed(&self, rows: &[String], hints: &[&str]) -> Option<String> {
        let text = self.text(rows);
        let hint = hints.iter().any(|hint| text.starts_with(hint));
        (!hint && !text.is_empty()).then_some(text)
    }
}

/// Finds the composer or dialog by the agent's patterns.
pub(super) fn scene(patterns: &Patterns, rows: &[String]) -> Scene {
    let known = &patterns.known;
    let framed = match known.layout {
        Layout::Ruled => ruled::scene(known, rows),
        Layout::Boxed => boxed::scene(known, rows),
        Layout::RuledOrBoxed => Some(ruled_or_boxed::scene(known, rows)),
        Layout::InBox => Some(in_box::scene(known, rows)),
        Layout::Barred => barred::scene(known, rows),
        Layout::LastLine => last_line::scene(rows),
        Layout::Marked => marked::scene(known, rows),
        Layout::Unknown => None,
    };
    framed
        .or_else(|| bare(patterns, rows).map(Scene::Composer))
        .unwrap_or(Scene::Dialog(0..rows.len()))
}

/// The rows as they were written: some agents put their prompt before each row of a message.
pub(super) fn written(patterns: &Patterns, rows: &[String]) -> Vec<String> {
    match patterns.known.layout {
        Layout::LastLine => rows.iter().map(|row| last_line::unmarked(row).to_owned()).collect(),
        _ => rows.to_vec(),
    }
}

/// A prompt without a frame, as simple programs draw it.
fn bare(patterns: &Patterns, rows: &[String]) -> Option<Composer> {
    let configured = patterns.ready_prompt.as_deref();
    let prompt = configured.unwrap_or(patterns.prompt);
    let row = prompt_row(rows, prompt)?;
    // The preset's mark, if indented, points at an entry of a list.
    if configured.is_none() && indent(&rows[row]) > 1 {
        return None;
    }
    let composer = Composer::new(row, row..row + 1, row + 1, prompt.trim());
    Some(Composer { framed: false, ..composer })
}

/// The mark at the beginning of `row`, ignoring indentation.
fn mark<'a>(known: &Screen, row: &str, indent: usize) -> Option<&'a str> {
    let text = row.get(indent..).filter(|_| row.bytes().take(indent).all(|byte| byte == b' '))?;
    known.marks.iter().copied().find(|mark| {
        let rest = text.strip_prefix(mark);
        rest.is_some_and(|rest| mark.is_empty() || rest.is_empty() || rest.starts_with(' '))
    })
}

/// The rows of the box at the bottom, its edges included, where no more than `under` rows with text
/// stand below it.
fn bottom_box(rows: &[String], under: usize) -> Option<Range<usize>> {
    let edge = rows.iter().rposition(|row| is_edge(row, &['╰', '└']))?;
    // A narrowed screen breaks the edge into several rows.
    let below = rows[edge + 1..].iter().filter(|row| !row.is_empty() && !is_drawn(row));
    if below.count() > under {
        return None;
    }
    let left = indent(&rows[edge]);
    let opens = |row: &String| indent(row) == left && is_edge(row, &['╭', '┌']);
    // Its beginning may have been scrolled out.
    let top = rows[..edge].iter().rposition(opens).unwrap_or(0);
    let broken = rows[edge + 1..].iter().take_while(|row| is_drawn(row)).count();
    Some(top..edge + 1 + broken)
}

/// Whether a row is an edge of a box that begins with one of `left`. A narrowed screen may have cut
/// its other end.
fn is_edge(row: &str, left: &[char]) -> bool {
    let text = row.trim();
    text.starts_with(left) && is_drawn(text) && text.chars().count() > 2
}
