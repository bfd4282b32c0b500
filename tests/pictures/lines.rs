//! Frames and rules, drawn: where a font has them, they rarely meet from row to row.

use std::fmt::Write;

use super::grid::Cell;
use super::svg::{HEIGHT, WIDTH};

pub(crate) fn is_line(cell: &Cell) -> bool {
    strokes(cell.character).is_some()
}

/// Some characters of lines, from the corner of their first cell on; none for anything else.
pub(crate) fn path(cells: &[Cell], left: f32, top: f32) -> Option<String> {
    let mut path = String::new();
    let mut rest = cells;
    let mut left = left;
    while let Some(first) = rest.first() {
        let (x, y, more) = strokes(first.character)?;
        let same = rest.iter().take_while(|cell| cell.character == first.character).count();
        // A rule is one stroke, however long.
        let count = if first.character == '─' { same } else { 1 };
        let (x, y) = (left + x * WIDTH, top + y * HEIGHT);
        let _ = write!(path, "M{x:.1} {y:.1}{}", more(count));
        left += cells_wide(count);
        rest = &rest[count..];
    }
    Some(path)
}

#[expect(clippy::cast_precision_loss, reason = "a screen has few cells")]
fn cells_wide(count: usize) -> f32 {
    count as f32 * WIDTH
}

type More = fn(usize) -> String;

/// Where in its cell a line begins, and how it goes on. A half is 4.2 wide and 8.5 high.
fn strokes(character: char) -> Option<(f32, f32, More)> {
    let found: (f32, f32, More) = match character {
        '─' => (0.0, 0.5, |count| format!("h{:.1}", cells_wide(count))),
        '│' => (0.5, 0.0, |_| format!("v{HEIGHT:.1}")),
        '┃' => (0.5, 0.0, |_| format!("h1v{HEIGHT:.1}h-1z")),
        '╭' => (1.0, 0.5, |_| "q-4.2 0-4.2 8.5".to_owned()),
        '╮' => (0.0, 0.5, |_| "q4.2 0 4.2 8.5".to_owned()),
        '╰' => (0.5, 0.0, |_| "q0 8.5 4.2 8.5".to_owned()),
        '╯' => (0.5, 0.0, |_| "q0 8.5-4.2 8.5".to_owned()),
        '⎿' => (0.5, 0.0, |_| "v8.5h4.2".to_owned()),
        _ => return None,
    };
    Some(found)
}
