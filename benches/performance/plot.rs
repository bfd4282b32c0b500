//! Rows as bars on a logarithmic scale, readable on light and on dark.

use super::row::Row;
use super::table::slept;
use super::way::Way;

const BARS: [(Way, &str); 4] = [
    (Way::Plugin, "#1a7f37"),
    (Way::Gastown, "#cf6a00"),
    (Way::Sync, "#8250df"),
    (Way::Floor, "#7d8590"),
];

/// Sizes in px.
const LEFT: f64 = 300.0;
const SCALE: f64 = 520.0;
const RIGHT: f64 = 120.0;
const BAR: f64 = 11.0;
const GAP: f64 = 12.0;
const TOP: f64 = 64.0;

/// Follows the reader's colours where it is shown by itself, and is legible on both otherwise.
const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#6e7781}.name{font-weight:600;fill:#57606a}.grid{stroke:#7d859055;stroke-width:1}@media(prefers-color-scheme:dark){text{fill:#9198a1}.name{fill:#c9d1d9}}";

/// The figures that all bars are drawn to: from a power of ten to a power of ten.
struct Scale {
    low: i32,
    high: i32,
}

impl Scale {
    fn of(rows: &[&Row]) -> Scale {
        let ends = |row: &Row| bars(row).map(|bar| (bar.value + bar.sleeps).log10()).collect();
        let values = rows.iter().flat_map(|row| -> Vec<f64> { ends(row) });
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        Scale { low: whole(low.floor()), high: whole(high.ceil()) }
    }

    /// How far from the left a value stands.
    fn x(&self, value: f64) -> f64 {
        let (low, high) = (f64::from(self.low), f64::from(self.high));
        LEFT + SCALE * (value.log10() - low) / (high - low).max(1.0)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a power of ten that is shown is a small one")]
fn whole(value: f64) -> i32 {
    value as i32
}

/// One way's bar.
struct Bar {
    colour: &'static str,
    value: f64,
    /// What it sleeps besides, in ms.
    sleeps: f64,
}

/// The bars of a row. A logarithm has no place for zero.
fn bars(row: &Row) -> impl Iterator<Item = Bar> {
    BARS.iter().filter_map(|&(way, colour)| {
        let value = row.value(way).filter(|value| *value > 0.0)?;
        Some(Bar { colour, value, sleeps: row.sleeps_of(way) })
    })
}

/// An SVG of all rows in ms that more than one way can do.
pub(crate) fn svg(rows: &[Row]) -> String {
    let rows: Vec<&Row> =
        rows.iter().filter(|row| row.unit == "ms" && bars(row).count() > 1).collect();
    let scale = Scale::of(&rows);
    let mut body = String::new();
    let mut y = TOP;
    for row in &rows {
        body += &group(row, &scale, y);
        y += BAR * count(bars(row).count()) + GAP;
    }
    let (width, height) = (LEFT + SCALE + RIGHT, y + 8.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\"><title>What operations take, in ms, on a logarithmic scale</title><style>{STYLE}</style>\n{}{}{body}</svg>\n",
        legend(),
        grid(&scale, y)
    )
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn legend() -> String {
    let one = |(at, (way, colour)): (usize, &(Way, &str))| {
        let x = LEFT + 150.0 * count(at);
        format!(
            "<rect x=\"{x}\" y=\"8\" width=\"11\" height=\"11\" rx=\"2\" fill=\"{colour}\"/><text x=\"{}\" y=\"18\">{}</text>\n",
            x + 16.0,
            way.name()
        )
    };
    BARS.iter().enumerate().map(one).collect()
}

/// A line for each power of ten.
fn grid(scale: &Scale, bottom: f64) -> String {
    let line = |power: i32| {
        let value = 10f64.powi(power);
        let (x, label) =
            (scale.x(value), if power < 0 { format!("{value}") } else { format!("{value:.0}") });
        format!(
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"48\" y2=\"{bottom:.1}\"/><text x=\"{x:.1}\" y=\"42\" text-anchor=\"middle\">{label} ms</text>\n"
        )
    };
    (scale.low..=scale.high).map(line).collect()
}

/// The bars of one row, below each other, with its name at their left.
fn group(row: &Row, scale: &Scale, top: f64) -> String {
    let middle = top + BAR * count(bars(row).count()) / 2.0 + 4.0;
    let name = escaped(&row.name);
    let name_x = LEFT - 10.0;
    let mut text = format!(
        "<text class=\"name\" x=\"{name_x}\" y=\"{middle:.1}\" text-anchor=\"end\">{name}</text>\n"
    );
    for (at, bar) in bars(row).enumerate() {
        text += &drawn(&bar, scale, top + BAR * count(at));
    }
    text
}

/// A bar and its figure. What it sleeps is paler, behind the rest.
fn drawn(bar: &Bar, scale: &Scale, y: f64) -> String {
    let (end, whole) = (scale.x(bar.value), scale.x(bar.value + bar.sleeps));
    let rect = |from: f64, to: f64, opacity: f64| {
        let (width, height, colour) = ((to - from).max(1.0), BAR - 2.0, bar.colour);
        format!(
            "<rect x=\"{from:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\" rx=\"1\" fill=\"{colour}\" fill-opacity=\"{opacity}\"/>"
        )
    };
    let asleep = if bar.sleeps > 0.0 { rect(end, whole, 0.4) } else { String::new() };
    let (x, y) = (whole + 4.0, y + 8.0);
    let figure = slept(bar.value, bar.sleeps);
    format!(
        "{}{asleep}<text x=\"{x:.1}\" y=\"{y:.1}\" style=\"font-size:9px\">{figure}</text>\n",
        rect(LEFT, end, 1.0)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
