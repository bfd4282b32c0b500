//! Finds the composer or dialog on a screen.

mod boxed;
mod marked;
mod ruled;

use std::ops::Range;

use super::description::{Layout, Screen};
use super::patterns::Patterns;
use super::prompt::prompt_row;
use super::rows::{indent, joined};

/// The bottom of a screen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// The place to type.
    Composer(Composer),
    /// The rows that may contain a dialog.
    Dialog(Range<usize>),
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
}

impl Composer {
    fn new(top: usize, typed: Range<usize>, below: usize, mark: &str) -> Self {
        Self { top, below, framed: true, typed, mark: mark.to_owned() }
    }

    /// Its text without the mark; `rows` may be those without hints.
    pub(super) fn text(&self, rows: &[String]) -> String {
        let text = joined(rows.get(self.typed.clone()).unwrap_or_default());
        text.strip_prefix(self.mark.as_str()).unwrap_or(&text).trim().to_owned()
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
    let known = patterns.known;
    let framed = match known.layout {
        Layout::Ruled => ruled::scene(known, rows),
        Layout::Boxed => boxed::scene(known, rows),
        Layout::Marked => marked::scene(known, rows),
        Layout::Unknown => None,
    };
    framed
        .or_else(|| bare(patterns, rows).map(Scene::Composer))
        .unwrap_or(Scene::Dialog(0..rows.len()))
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
        text.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })
}
