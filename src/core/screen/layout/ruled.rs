//! A composer between two rules, from edge to edge; dialogs stand under the last rule.

use super::super::description::Screen;
use super::super::menu;
use super::super::rows::{indent, is_rule};
use super::{Composer, Scene, mark};

/// `None` where there is neither a frame nor a dialog.
pub(super) fn scene(known: &Screen, rows: &[String]) -> Option<Scene> {
    let under_rule = rows.iter().rposition(|row| is_rule(row)).map(|last| last + 1);
    if let Some(below) = under_rule
        && let Some(composer) = composer(known, rows, below)
    {
        return Some(Scene::Composer(composer));
    }
    let menu = menu::find(rows, known.markers);
    match under_rule {
        Some(start) => Some(Scene::Dialog(dialog_start(known, rows, start)..rows.len())),
        // First-start screens have no rule, and neither has a dialog cut at the top.
        None => menu.filter(|menu| !prompt_after(known, rows, menu.last)).map(|_| whole(rows)),
    }
}

fn whole(rows: &[String]) -> Scene {
    Scene::Dialog(0..rows.len())
}

/// The composer that ends with the rule above row `below`.
fn composer(known: &Screen, rows: &[String], below: usize) -> Option<Composer> {
    let end = above_rule(rows, below);
    let rule = rows[..end].iter().rposition(|row| is_rule(row));
    let typed = rule.map_or(0, |rule| rule + 1);
    let mark = mark(known, rows.get(typed)?, 0).filter(|_| typed < end)?;
    // At the top edge the upper rule may have scrolled out; a message there has an answer under it.
    if rule.is_none() && rows[typed + 1..end].iter().any(|row| indent(row) < 2) {
        return None;
    }
    let top = above_rule(rows, typed);
    Some(Composer::new(top, typed..end, below, mark))
}

/// The first row of the rule that ends above row `below`: a narrowed screen breaks it into several.
fn above_rule(rows: &[String], below: usize) -> usize {
    rows[..below].iter().rposition(|row| !is_rule(row)).map_or(0, |row| row + 1)
}

/// A question has a rule between its choices.
fn dialog_start(known: &Screen, rows: &[String], start: usize) -> usize {
    if menu::first_number(&rows[start..], known.markers).is_some_and(|number| number > 1) {
        let end = above_rule(rows, start);
        return rows[..end].iter().rposition(|row| is_rule(row)).map_or(0, |rule| rule + 1);
    }
    start
}

fn prompt_after(known: &Screen, rows: &[String], menu_end: usize) -> bool {
    rows.get(menu_end + 1..).unwrap_or_default().iter().any(|row| mark(known, row, 0).is_some())
}
