//! Screens as SVG: text on a grid of cells, in whatever monospaced font the reader has.

use std::fmt::Write;

use vte::ansi::Rgb;

use super::grid::{Cell, Row, Style};
use super::lines;

/// Of a cell, in pixels. A font that is wider or narrower is squeezed into it.
pub(crate) const WIDTH: f32 = 8.4;
pub(crate) const HEIGHT: f32 = 17.0;
const BASELINE: f32 = 13.2;
const MARGIN: f32 = 12.0;

const FONT: &str = "font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;\
                    white-space:pre";

/// What the colours of a screen are where it names none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ground {
    pub(crate) front: Rgb,
    pub(crate) back: Rgb,
}

/// A picture around `content`, for a screen of so many cells.
pub(crate) fn picture(ground: Ground, (columns, rows): (usize, usize), content: &str) -> String {
    let (width, height) = (at(columns, WIDTH) + 2.0 * MARGIN, at(rows, HEIGHT) + 2.0 * MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         style=\"{FONT}\" xml:space=\"preserve\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n{content}</svg>\n",
        hex(ground.back)
    )
}

/// The rows of a screen: one element a run of cells that look alike.
pub(crate) fn screen(ground: Ground, rows: &[Row]) -> String {
    let mut svg = String::new();
    for (number, row) in rows.iter().enumerate() {
        let mut column = 0;
        for run in row.chunk_by(|one, next| one.style == next.style) {
            draw(&mut svg, ground, number, column, run);
            column += width(run);
        }
    }
    svg
}

fn draw(svg: &mut String, ground: Ground, row: usize, column: usize, run: &[Cell]) {
    let style = &run[0].style;
    let (front, back) = colours(style, ground);
    let (left, top) = (at(column, WIDTH) + MARGIN, at(row, HEIGHT) + MARGIN);
    let wide = at(width(run), WIDTH);
    if back != ground.back {
        let back = hex(back);
        // A little more than the cell: browsers leave hairlines between neighbours.
        let _ = writeln!(
            svg,
            "<path fill=\"{back}\" d=\"M{left:.1} {top:.0}h{wide:.1}v{:.1}h-{wide:.1}z\"/>",
            HEIGHT + 0.3
        );
    }
    for (start, words) in words(run) {
        let (left, wide) = (left + at(start, WIDTH), at(width(words), WIDTH));
        if let Some(path) = lines::path(words, left, top) {
            let _ = writeln!(svg, "<path stroke=\"{}\" fill=\"none\" d=\"{path}\"/>", hex(front));
            continue;
        }
        let text: String = words.iter().map(|cell| cell.character).collect();
        let _ = writeln!(
            svg,
            "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{}>{}</text>",
            top + BASELINE,
            hex(front),
            attributes(style),
            escaped(&text)
        );
    }
}

/// The stretches of `run` that are lines, or text without two blanks in a row, with the column where
/// each begins.
fn words(run: &[Cell]) -> Vec<(usize, &[Cell])> {
    let is_blank = |cell: &Cell| cell.character == ' ';
    let mut found = Vec::new();
    let mut column = 0;
    for part in run.chunk_by(|one, next| {
        lines::is_line(one) == lines::is_line(next) && !(is_blank(one) && is_blank(next))
    }) {
        let blanks = part.iter().take_while(|cell| is_blank(cell)).count();
        let end = part.len() - part.iter().rev().take_while(|cell| is_blank(cell)).count();
        if blanks < end {
            found.push((column + blanks, &part[blanks..end]));
        }
        column += width(part);
    }
    found
}

fn colours(style: &Style, ground: Ground) -> (Rgb, Rgb) {
    let front = style.front.unwrap_or(ground.front);
    let back = style.back.unwrap_or(ground.back);
    if style.reverse { (back, front) } else { (front, back) }
}

fn attributes(style: &Style) -> String {
    let mut names = String::new();
    for (is, name) in [
        (style.bold, " font-weight=\"bold\""),
        (style.italic, " font-style=\"italic\""),
        (style.underline, " text-decoration=\"underline\""),
    ] {
        names.push_str(if is { name } else { "" });
    }
    names
}

fn width(cells: &[Cell]) -> usize {
    cells.iter().map(Cell::width).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a screen has few cells")]
fn at(cells: usize, size: f32) -> f32 {
    cells as f32 * size
}

fn hex(color: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", color.r, color.g, color.b)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A line of words below a screen, in the row `row`.
pub(crate) fn caption(ground: Ground, row: usize, words: &str) -> String {
    let top = at(row, HEIGHT) + MARGIN + BASELINE;
    format!(
        "<text x=\"{MARGIN}\" y=\"{top:.1}\" font-weight=\"bold\" fill=\"{}\">{}</text>\n",
        hex(ground.front),
        escaped(words)
    )
}
