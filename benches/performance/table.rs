//! Rows as text: columns for a terminal, Markdown for a file.

use super::row::Row;
use super::way::{WAYS, Way};

/// The heads of the columns.
fn heads() -> Vec<String> {
    let ways = WAYS.iter().map(|way| match way {
        Way::Gastown => vec![way.name().to_owned(), "+ its sleeps".to_owned()],
        _ => vec![way.name().to_owned()],
    });
    let mut heads = vec![String::new(), "unit".to_owned()];
    heads.extend(ways.flatten());
    heads.push("targets".to_owned());
    heads
}

fn cells(row: &Row) -> Vec<String> {
    let mut cells = vec![row.name.clone(), row.unit.to_owned()];
    for way in WAYS {
        cells.push(row.value(way).map(shown).unwrap_or_default());
        if way == Way::Gastown {
            cells.push(if row.sleeps_ms > 0.0 { shown(row.sleeps_ms) } else { String::new() });
        }
    }
    cells.push(verdict(row));
    cells
}

/// `ok` or `MISSED` for each target, and how far.
pub(crate) fn verdict(row: &Row) -> String {
    let check = |ok: bool, text: &str| format!("{}: {text}", if ok { "ok" } else { "MISSED" });
    let all: Vec<String> = row.checks.iter().map(|one| check(one.ok, &one.text)).collect();
    all.join("; ")
}

/// A figure with three digits that count.
pub(crate) fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        size if size >= 0.9995 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// A figure, and what was slept besides.
pub(crate) fn slept(value: f64, sleeps: f64) -> String {
    if sleeps > 0.0 { format!("{} + {} asleep", shown(value), shown(sleeps)) } else { shown(value) }
}

/// For a terminal: numbers to the right, the rest to the left.
pub(crate) fn text(rows: &[Row]) -> String {
    let mut lines = vec![heads()];
    lines.extend(rows.iter().map(cells));
    let count = lines[0].len();
    let width = |at: usize| lines.iter().map(|cells| cells[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let cell = |at: usize, text: &String| {
        let width = widths[at];
        if at < 2 || at == count - 1 { format!("{text:width$}") } else { format!("{text:>width$}") }
    };
    let line = |cells: &Vec<String>| {
        let cells: Vec<_> = cells.iter().enumerate().map(|(at, text)| cell(at, text)).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(line).collect()
}

/// All columns, as Markdown.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let lines: Vec<_> = rows.iter().map(cells).collect();
    table(&heads(), &lines)
}

fn table(heads: &[String], lines: &[Vec<String>]) -> String {
    let rule: Vec<String> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            let is_text = at == 0 || head == "unit" || head == "targets";
            if is_text { "---".to_owned() } else { "--:".to_owned() }
        })
        .collect();
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let body: String = lines.iter().map(|cells| line(cells)).collect();
    line(heads) + &line(&rule) + &body
}
