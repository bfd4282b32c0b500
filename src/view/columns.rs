//! Rows of cells, set in columns that fit a width.

use super::{
    frame::{Group, Line},
    words,
};

/// The blanks between two columns.
const GAP_WIDTH: usize = 2;

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

/// What gives way where columns do not fit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ColumnFit<'a> {
    /// The columns that go whole, the first to go in front.
    pub(crate) expendable: &'a [usize],
    /// The column that is cut before any goes, to this width.
    pub(crate) elastic: Option<(usize, usize)>,
}

/// Sets `rows` in columns of at most `width` cells together. Where they do not fit, the elastic
/// column is cut, and then whole columns go; at last the last one kept is cut.
pub(crate) fn set(rows: &[Row], width: usize, fit: ColumnFit) -> Vec<Line> {
    let widths = kept(&widths(rows), width, fit);
    rows.iter().map(|row| line(row, &widths, width)).collect()
}

/// The width of each column; an empty column has none.
fn widths(rows: &[Row]) -> Vec<usize> {
    let count = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let width = |row: &Row, column: usize| row.cells.get(column).map_or(0, Cell::width);
    (0..count).map(|column| rows.iter().map(|row| width(row, column)).max().unwrap_or(0)).collect()
}

fn kept(natural: &[usize], width: usize, fit: ColumnFit) -> Vec<usize> {
    let mut widths = natural.to_vec();
    if let Some((column, least)) = fit.elastic
        && let Some(elastic) = widths.get_mut(column)
    {
        *elastic = least.min(*elastic);
    }
    for column in fit.expendable {
        if total(&widths) <= width {
            break;
        }
        if let Some(dropped) = widths.get_mut(*column) {
            *dropped = 0;
        }
    }
    let left = width.saturating_sub(total(&widths));
    if let Some((column, _)) = fit.elastic
        && let Some(elastic) = widths.get_mut(column).filter(|elastic| **elastic > 0)
    {
        *elastic = natural[column].min(*elastic + left);
    }
    widths
}

/// The cells of all columns, with the blanks between them.
fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown.map(|width| width + GAP_WIDTH).sum::<usize>().saturating_sub(GAP_WIDTH)
}

fn line(row: &Row, widths: &[usize], width: usize) -> Line {
    let mut line = Line { key: row.key.clone(), ..Line::default() };
    let mut start = 0;
    for (cell, column) in row.cells.iter().zip(widths).filter(|(_, column)| **column > 0) {
        let blanks = start.min(width) - words::cells(&line.text).min(start);
        if cell.width() > 0 && start < width {
            line.push(&" ".repeat(blanks), None);
            push(&mut line, cell, (*column).min(width - start));
        }
        start += column + GAP_WIDTH;
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
        let lines = set(&rows, width, ColumnFit { expendable, elastic: None });
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
    fn the_elastic_column_gives_way_first_and_takes_what_is_left() {
        let cells = |texts: &[&str]| texts.iter().map(|text| Cell::new(*text, None)).collect();
        let rows = [
            Row { cells: cells(&["ash", "refactor the cart", "2 queued"]), key: String::new() },
            Row { cells: cells(&["birch", "", "1"]), key: String::new() },
        ];
        let texts = |width| {
            let lines = set(&rows, width, ColumnFit { expendable: &[2], elastic: Some((1, 6)) });
            lines.into_iter().map(|line| line.text).collect::<Vec<_>>()
        };
        assert_eq!(
            texts(40),
            ["ash    refactor the cart  2 queued", "birch                     1"]
        );
        assert_eq!(texts(26), ["ash    refactor…  2 queued", "birch             1"]);
        assert_eq!(texts(22), ["ash    refactor the c…", "birch"]);
    }

    #[test]
    fn no_blanks_trail_behind_the_last_text() {
        check(&[&["a", ""], &["b", "x"]], 9, &[], &["a", "b  x"]);
    }
}
