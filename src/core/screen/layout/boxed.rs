//! A composer under a rule; dialogs stand in a box that ends the screen.

use super::super::description::Screen;
use super::super::rows::{indent, is_drawn, is_rule};
use super::{Composer, Scene, mark};

/// How many rows may stand between the rule and the typed text: what mode it is in, and a blank.
const HEADER_ROWS: usize = 4;

/// `None` where there is neither.
pub(super) fn scene(known: &Screen, rows: &[String]) -> Option<Scene> {
    if let Some(start) = dialog_start(rows) {
        return Some(Scene::Dialog(start..rows.len()));
    }
    composer(known, rows).map(Scene::Composer)
}

/// The first row of the box whose lower edge is the last row.
fn dialog_start(rows: &[String]) -> Option<usize> {
    rows.last().filter(|last| last.ends_with('╯') && is_drawn(last))?;
    let edge = rows.iter().rposition(|row| row.trim_start().starts_with('╰'))?;
    // A narrowed screen breaks the edge; with other text under it, it is another box.
    if !rows[edge + 1..].iter().all(|row| is_drawn(row)) {
        return None;
    }
    let left = indent(&rows[edge]);
    let opens = |row: &String| indent(row) == left && row.trim_start().starts_with('╭');
    Some(rows[..edge].iter().rposition(opens).unwrap_or(0))
}

fn composer(known: &Screen, rows: &[String]) -> Option<Composer> {
    let rule = rows.iter().rposition(|row| is_rule(row))?;
    let mut zone = rows.iter().enumerate().skip(rule + 1).take(HEADER_ROWS);
    let (first, mark) = zone.find_map(|(at, row)| Some((at, mark(known, row, 1)?)))?;
    // A typed text may have blank rows.
    let under = rows[first + 1..].iter().take_while(|row| row.is_empty() || indent(row) > 1);
    let more = under.collect::<Vec<_>>().iter().rposition(|row| !row.is_empty());
    let below = first + 1 + more.map_or(0, |last| last + 1);
    let top = rows[..=rule].iter().rposition(|row| !is_rule(row)).map_or(0, |row| row + 1);
    Some(Composer::new(top, first..below, below, mark))
}
