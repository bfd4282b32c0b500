//! A composer between two rules, wherever they begin. Dialogs stand in a box at the bottom, between
//! the rules, or without a frame in place of the composer.

use super::super::description::Screen;
use super::super::rows::{holds, indent, rule_at};
use super::{Composer, Scene, bottom_box, mark};

/// How many rows with text may stand below a composer.
const FOOTER_ROWS: usize = 4;
/// The same below a dialog in a box.
const STATUS_ROWS: usize = 1;

pub(super) fn scene(known: &Screen, rows: &[String]) -> Scene {
    let opens = |row: &String| known.dialog_top.iter().any(|top| row.trim_start().starts_with(top));
    if let Some(frame) = bottom_box(rows, STATUS_ROWS) {
        let top = rows[..frame.start].iter().rposition(opens).unwrap_or(frame.start);
        return Scene::Dialog(top..rows.len());
    }
    if let Some(composer) = composer(known, rows) {
        let asks = composer.mark.is_empty() && names_keys(known, &rows[composer.typed.clone()]);
        return if asks { Scene::Dialog(composer.typed) } else { Scene::Composer(composer) };
    }
    let last = rows.len().saturating_sub(1);
    if rows.last().is_some_and(|row| rule_at(row).is_some()) {
        let asks = |row: &String| known.asks.iter().any(|words| holds(row, words));
        let keys = rows.iter().rposition(asks).unwrap_or(last);
        let upper = rows[..last.min(keys)].iter().rposition(|row| rule_at(row).is_some());
        return Scene::Dialog(upper.map_or(0, |rule| rule + 1)..last);
    }
    Scene::Dialog(rows.iter().rposition(opens).unwrap_or(0)..rows.len())
}

/// Whether the last row with text names the keys of a dialog. Where nothing marks what is typed, a
/// dialog in its place looks like it.
fn names_keys(known: &Screen, rows: &[String]) -> bool {
    let last = rows.iter().rfind(|row| !row.is_empty());
    last.is_some_and(|row| known.asks.iter().any(|words| holds(row, words)))
}

/// The composer between the last two rules.
fn composer(known: &Screen, rows: &[String]) -> Option<Composer> {
    let lower = rows.iter().rposition(|row| rule_at(row).is_some())?;
    if rows[lower + 1..].iter().filter(|row| !row.is_empty()).count() > FOOTER_ROWS {
        return None;
    }
    // A command that is asked about may look like a composer; the keys that answer stand under it.
    let asks = |row: &String| known.asks.iter().any(|words| holds(row, words));
    if rows[lower + 1..].iter().any(&asks) {
        return None;
    }
    let left = rule_at(&rows[lower])?;
    // A narrowed screen breaks a rule into several rows.
    let end = above_rule(rows, lower + 1);
    let upper = rows[..end].iter().rposition(|row| rule_at(row) == Some(left))?;
    // A field for words of one's own, under the question that it belongs to. For a moment after an
    // answer, what it works on still has the question's words.
    let above = above_rule(rows, upper + 1);
    if rows[..above].last().is_some_and(|row| asks(row) && !works(known, row)) {
        return None;
    }
    let mark = mark(known, rows.get(upper + 1).filter(|_| upper + 1 < end)?, left)?;
    let unmarked = |row: &String| indent(row) >= left || row.is_empty();
    if !rows[upper + 1..end].iter().all(unmarked) {
        return None;
    }
    Some(Composer::new(above_rule(rows, upper + 1), upper + 1..end, lower + 1, mark))
}

/// Whether a row above the composer is the one that tells what it works on, which may be cut.
fn works(known: &Screen, row: &str) -> bool {
    known.busy_above.is_some_and(|busy| {
        row.trim_start().starts_with(|letter| busy.glyphs.contains(letter))
            || busy.holds.iter().any(|words| holds(row, words))
    })
}

/// The first row of the rule that ends above row `below`.
fn above_rule(rows: &[String], below: usize) -> usize {
    let other = |row: &String| rule_at(row).is_none();
    rows[..below].iter().rposition(other).map_or(0, |row| row + 1)
}
