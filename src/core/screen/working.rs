//! Signs around a composer that the agent is busy, or still starting.

use super::description::{BusyRow, Screen};
use super::layout::Composer;
use super::rows::{holds, indent, is_braille, joined};

/// Whether the agent shows that it is working. Rows above the composer could be quotes, so they do not
/// count if the title says otherwise (`quiet`). Rows below it cannot be quotes.
pub(super) fn shows(known: &Screen, rows: &[String], composer: &Composer, quiet: bool) -> bool {
    let below = joined(rows.get(composer.below..).unwrap_or_default());
    let above = rows.get(..composer.top).unwrap_or_default();
    known.busy_below.iter().any(|words| holds(&below, words))
        || (!quiet && known.busy_above.as_ref().is_some_and(|busy| has_busy_row(busy, above)))
}

/// Whether the composer shows before the agent takes input.
pub(super) fn starts(known: &Screen, rows: &[String], composer: &Composer) -> bool {
    let below = joined(rows.get(composer.below..).unwrap_or_default());
    known.starting == Some(below.as_str())
}

fn has_busy_row(busy: &BusyRow, above: &[String]) -> bool {
    let passed = |row: &&String| row.is_empty() || indent(row) > busy.indent;
    let under = above.iter().rev().take_while(passed).count();
    let Some(at) = above.len().checked_sub(under + 1) else { return false };
    let over = |words| above[at + 1..].iter().any(|row| row.trim_start().starts_with(words));
    if busy.over.is_some_and(over) || !begins(busy, &above[at]) {
        return false;
    }
    let paragraph = above[at..].iter().take_while(|row| !row.is_empty());
    let text = joined(paragraph.take(if busy.wraps { usize::MAX } else { 1 }));
    busy.holds.iter().any(|words| holds(&text, words))
}

fn begins(busy: &BusyRow, row: &str) -> bool {
    let mut letters = row.chars().skip(indent(row));
    let glyph = letters.next().is_some_and(|letter| match busy.glyphs {
        "" => is_braille(letter),
        glyphs => glyphs.contains(letter),
    });
    indent(row) == busy.indent && glyph && letters.next() == Some(' ')
}
