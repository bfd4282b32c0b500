//! A composer in a box; dialogs in a box at the same place, or between two rules.

use super::super::description::Screen;
use super::super::rows::{is_drawn, rule_at};
use super::{Composer, Scene, bottom_box, mark};

/// How many rows with text may stand below, where a narrowed screen broke them too: what model it
/// is, and where.
const FOOTER_ROWS: usize = 6;

const SIDES: &[char] = &['│'];

pub(super) fn scene(known: &Screen, rows: &[String]) -> Scene {
    let rules = between_rules(rows);
    match bottom_box(rows, FOOTER_ROWS) {
        Some(frame) if rules.as_ref().is_none_or(|rules| rules.end < frame.end) => {
            let edge = |row: &&String| is_drawn(row);
            let edges = rows[frame.start..frame.end - 1].iter().take_while(edge).count();
            let inner = frame.start + edges..frame.end - 1;
            let first = rows.get(inner.start).map_or("", String::as_str);
            let text = first.trim().trim_matches(SIDES);
            match mark(known, text, 1) {
                Some(mark) => {
                    let composer = Composer::new(frame.start, inner, frame.end, mark);
                    Scene::Composer(composer.between(SIDES))
                }
                None => Scene::Dialog(frame),
            }
        }
        _ => Scene::Dialog(rules.unwrap_or(0..rows.len())),
    }
}

/// The rows above the last rule, from the one before it on.
fn between_rules(rows: &[String]) -> Option<std::ops::Range<usize>> {
    let last = rows.iter().rposition(|row| rule_at(row).is_some())?;
    if rows[last + 1..].iter().filter(|row| !row.is_empty()).count() > FOOTER_ROWS {
        return None;
    }
    // A narrowed screen breaks a rule into several rows.
    let end = rows[..last].iter().rposition(|row| rule_at(row).is_none()).map_or(0, |row| row + 1);
    let first = rows[..end].iter().rposition(|row| rule_at(row).is_some());
    Some(first.map_or(0, |rule| rule + 1)..end)
}
