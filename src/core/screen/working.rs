//! Signs around a composer that the agent is busy, or still starting.

use std::ops::Range;

use super::description::{BusyRow, Layout, Screen};
use super::layout::Composer;
use super::rows::{holds, indent, is_braille, joined};

/// Whether the agent shows that it is working. Rows above the composer could be quotes, so they do not
/// count if the title says otherwise (`quiet`). Rows below it cannot be quotes.
pub(super) fn shows(known: &Screen, rows: &[String], composer: &Composer, quiet: bool) -> bool {
    sign(known, rows, composer, quiet).is_some()
}

/// The row in which it shows that.
pub(super) fn sign(
    known: &Screen,
    rows: &[String],
    composer: &Composer,
    quiet: bool,
) -> Option<usize> {
    let above = rows.get(..composer.top).unwrap_or_default();
    below(known, rows, composer.below)
        .or_else(|| rule_moves(known, rows, composer).then_some(composer.top))
        .or_else(|| busy_row(known.busy_above.as_ref()?, above).filter(|_| !quiet))
}

/// All rows in which it shows that, each with what it may have been broken into: above the composer,
/// its rule, below it.
pub(super) fn signs(known: &Screen, rows: &[String], composer: &Composer) -> Vec<Range<usize>> {
    let above = rows.get(..composer.top).unwrap_or_default();
    let above = known.busy_above.as_ref().and_then(|busy| busy_row(busy, above));
    let rule = rule_moves(known, rows, composer).then_some(composer.top);
    let below = below(known, rows, composer.below);
    let above = above.map(|row| row..composer.top);
    above
        .into_iter()
        .chain(rule.map(|row| row..row + 1))
        .chain(below.map(|row| row..rows.len()))
        .collect()
}

/// The row under the composer that says so, or the first in which a narrow screen broke that.
fn below(known: &Screen, rows: &[String], from: usize) -> Option<usize> {
    let under = rows.get(from..).unwrap_or_default();
    let words = known.busy_below.iter().find(|words| holds(&joined(under), words))?;
    let whole = under.iter().position(|row| holds(row, words));
    Some(from + whole.or_else(|| under.iter().position(|row| !row.is_empty()))?)
}

/// Whether the composer's upper rule holds a spinner and what the agent does.
fn rule_moves(known: &Screen, rows: &[String], composer: &Composer) -> bool {
    let rule = rows.get(composer.top).map_or("", String::as_str);
    rule.contains(is_braille) && known.busy_rule.iter().any(|words| rule.contains(words))
}

/// Whether the composer stands there before the agent listens.
pub(super) fn starts(known: &Screen, rows: &[String], composer: &Composer) -> bool {
    let below = joined(rows.get(composer.below..).unwrap_or_default());
    known.starting == Some(below.as_str())
}

/// Whether this is what it shows before there is a composer: nothing at all, or a splash.
pub(super) fn is_before_composer(known: &Screen, rows: &[String]) -> bool {
    let blank = known.layout != Layout::Unknown && rows.iter().all(String::is_empty);
    blank || known.splash.iter().any(|words| rows.iter().any(|row| holds(row, words)))
}

fn busy_row(busy: &BusyRow, above: &[String]) -> Option<usize> {
    let passed = |row: &&String| row.is_empty() || indent(row) > busy.indent;
    let under = above.iter().rev().take_while(passed).count();
    let mut at = above.len().checked_sub(under + 1)?;
    if busy.wraps && !begins(busy, &above[at]) {
        // What it was broken into stands at the left edge.
        let paragraph = above[..at].iter().rev().take_while(|row| !row.is_empty());
        at -= paragraph.take_while(|row| !begins(busy, row)).count().saturating_add(1).min(at);
    }
    let over = |words| above[at + 1..].iter().any(|row| row.trim_start().starts_with(words));
    if busy.over.is_some_and(over) || !begins(busy, &above[at]) {
        return None;
    }
    let paragraph = above[at..].iter().take_while(|row| !row.is_empty());
    let text = joined(paragraph.take(if busy.wraps { usize::MAX } else { 1 }));
    let told = busy.holds.is_empty() || busy.holds.iter().any(|words| holds(&text, words));
    told.then_some(at)
}

fn begins(busy: &BusyRow, row: &str) -> bool {
    let row = &row[indent(row)..];
    let rest = match busy.glyphs {
        "" => row.trim_start_matches(is_cell),
        glyphs => row.trim_start_matches(|letter| glyphs.contains(letter)),
    };
    rest.len() < row.len() && (rest.is_empty() || rest.starts_with(' '))
}

/// A cell of a spinner of several, of which some may be blank.
fn is_cell(letter: char) -> bool {
    is_braille(letter) || letter == '\u{2800}'
}
