//! Rows of cells, set in columns that fit a width.

use super::{
    frame::{Group, Line},
    words,
};

/// The blanks between two columns.
const GAP: usize = 2;

/// One field of a row, in parts that each look as their group does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) parts: Vec<(String, Option<&'static str>)>,
}

/// A row of cells and what it stands for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    pub(crate) key: String,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>, group: Option<&'static str>) -> Self {
        Self { parts: vec![(text.into(), group)] }
    }

    fn width(&self) -> usize {
        self.parts.iter().map(|(text, _)| words::cells(text)).sum()
    }
}

/// Sets `rows` in columns of at most `width` cells together. Where they do not fit, whole
/// columns go in the order `expendable` names them; then the last one kept is cut.
pub(crate) fn set(rows: &[Row], width: usize, expendable: &[usize]) -> Vec<Line> {
    let widths = kept(&widths(rows), width, expendable);
    rows.iter().map(|row| line(row, &widths, width)).collect()
}

/// The width of each column; an empty column has none.
fn widths(rows: &[Row]) -> Vec<usize> {
    let count = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let width = |row: &Row, column: usize| row.cells.get(column).map_or(0, Cell::width);
    (0..count).map(|column| rows.iter().map(|row| width(row, column)).max().unwrap_or(0)).collect()
}

fn kept(widths: &[usize], width: usize, expendable: &[usize]) -> Vec<usize> {
    let mut widths = widths.to_vec();
    let total = |widths: &[usize]| {
        widths.iter().filter(|width| **width > 0).map(|width| width + GAP).sum::<usize>()
    };
    for column in expendable {
        if total(&widths) <= width + GAP {
            break;
        }
        if let Some(dropped) = widths.get_mut(*column) {
            *dropped = 0;
        }
    }
    widths
}

fn line(row: &Row, widths: &[usize], width: usize) -> Line {
    let mut line = Line { key: row.key.clone(), ..Line::default() };
    let mut start = 0;
    for (cell, column) in row.cells.iter().zip(widths).filter(|(_, column)| **column > 0) {
        let blanks = start.min(width) - words::cells(&line.text).min(start);
        if cell.width() > 0 && start < width {
            line.push(&" ".repeat(blanks), None);
            push(&mut line, cell, width - start);
        }
        start += column + GAP;
    }
    line
}

/// Adds a cell in at most `room` cells of the screen; what does not fit is cut.
fn push(line: &mut Line, cell: &Cell, room: usize) {
    let mut left = room;
    for (text, group) in &cell.parts {
        line.push(&words::fit(text, left), group.map(Group::Named));
        if words::cells(text) > left {
            return;
        }
        left -= words::cells(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[&[&str]], width: usize, expendable: &[usize], expected: &[&str]) {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| Row {
                cells: row.iter().map(|text| Cell::new(*text, None)).collect(),
                key: String::new(),
            })
            .collect();
        let lines = set(&rows, width, expendable);
        let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, expected);
        assert!(texts.iter().all(|text| words::cells(text) <= width));
    }

    #[test]
    fn columns_stand_under_each_other_whatever_their_characters_are() {
        check(&[&["漢", "x"], &["abc", "y"]], 20, &[], &["漢   x", "abc  y"]);
    }

    #[test]
    fn a_column_that_is_empty_everywhere_takes_no_room() {
        check(&[&["a", "", "x"], &["b", "", "y"]], 20, &[], &["a  x", "b  y"]);
    }

    #[test]
    fn the_least_important_column_goes_first_when_room_is_short() {
        check(&[&["name", "branch", "idle"]], 10, &[1], &["name  idle"]);
    }

    #[test]
    fn what_still_does_not_fit_is_cut() {
        check(&[&["a-long-name", "x"]], 6, &[1], &["a-lon…"]);
        check(&[&["a-long-name"]], 1, &[], &["…"]);
    }

    #[test]
    fn no_blanks_trail_behind_the_last_text() {
        check(&[&["a", ""], &["b", "x"]], 9, &[], &["a", "b  x"]);
    }
}
