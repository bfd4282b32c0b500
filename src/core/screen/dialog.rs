//! Finds the dialog on a screen, and what it asks.

use super::area::Area;
use super::description::{Dialog, Layout, Sign};
use super::layout::{Scene, last_line::lettered};
use super::menu::{self, Menu};
use super::patterns::Patterns;
use super::rows::{holds, indent, is_braille, is_drawn, joined, squeezed};
use super::{Question, Reason};

/// How near to the end of a screen with unknown structure a dialog's text must be, in non-blank rows.
const TEXT_DISTANCE: usize = 12;

/// Texts of the row that names the keys of a dialog without choices.
const KEYS: &[&str] = &["Esc to ", "Enter to ", "Tab to ", "(Press ", "(Use "];

/// What may stand in front of a question.
const HEADS: &str = " ▶△?";

/// Rows above a question that number it: `Question 1/1 (1 unanswered)`.
const COUNTER: (&str, &str) = ("Question ", "unanswered)");

/// The open dialog, if any.
pub(super) fn find(patterns: &Patterns, rows: &[String], scene: &Scene) -> Option<Question> {
    let start = match scene {
        Scene::Dialog(range) => range.start,
        // A configured dialog may leave the prompt of a shell above it.
        Scene::Composer(composer) => composer.below,
        Scene::Busy => rows.len(),
    };
    let end = if let Scene::Dialog(range) = scene { range.end } else { rows.len() };
    let rows = rows.get(start..end).unwrap_or_default();
    if let Some(question) = near(patterns, rows) {
        return Some(question);
    }
    if !matches!(scene, Scene::Dialog(_)) || patterns.known.layout == Layout::Unknown {
        return None;
    }
    let framed = match patterns.known.layout {
        // What stands above the question may be the end of an answer.
        Layout::Marked => false,
        Layout::RuledOrBoxed => start > 0,
        _ => true,
    };
    let dialogue = if patterns.known.layout == Layout::LastLine {
        Dialogue::lettered(rows)
    } else {
        Dialogue::new(area(patterns, rows), patterns)
    };
    let question = Dialogue { framed, ..dialogue }.question(patterns)?;
    let cut = question.first > 1 || start == 0 && begins_above(patterns, &question, rows);
    Some(Question { cut, ..question })
}

/// Whether the beginning of a dialog that reaches the screen's first row is above it. What agents
/// ask before they begin, they draw from the first row on.
fn begins_above(patterns: &Patterns, question: &Question, rows: &[String]) -> bool {
    let framed = patterns.known.layout != Layout::LastLine;
    let first = rows.first().map_or("", |row| row.trim_start());
    let edge = first.is_empty() || is_drawn(first) || first.starts_with(['╭', '┌']);
    framed && !edge && matches!(question.reason, Reason::Permission | Reason::Question)
}

/// The rows without what frames them.
fn area(patterns: &Patterns, rows: &[String]) -> Area {
    let first = rows.first().map_or("", |row| row.trim_start());
    match patterns.known.layout {
        Layout::Barred => Area::barred(rows),
        Layout::Boxed => Area::boxed(rows),
        _ if first.starts_with(['╭', '┌', '│']) => Area::boxed(rows),
        _ => Area::plain(rows),
    }
}

/// A dialog that is known by texts near the end of the screen, whatever else is there.
fn near(patterns: &Patterns, rows: &[String]) -> Option<Question> {
    let near: Vec<&String> =
        rows.iter().rev().filter(|row| !row.is_empty()).take(TEXT_DISTANCE).collect();
    let near: Vec<String> = near.into_iter().rev().cloned().collect();
    let text = joined(&near);
    let signs = |dialog: &Dialog| dialog.signs.iter().filter_map(Sign::near);
    let fits = |dialog: &&Dialog| dialog.is_near() && signs(dialog).all(|near| holds(&text, near));
    let dialog = patterns.dialogs().find(fits)?;
    let markers = patterns.known.markers;
    let menu = match dialog.labels {
        [] => menu::find(&near, markers),
        labels => menu::labelled(&near, labels, markers),
    };
    let told = Question {
        reason: dialog.reason,
        text: signs(dialog).next().unwrap_or_default().to_owned(),
        first: menu.as_ref().map_or(1, |menu| menu.number),
        selected: menu.as_ref().and_then(|menu| menu.selected),
        choices: menu.map(|menu| menu.labels).unwrap_or_default(),
        dialog: Some(dialog.id),
        ..Question::untold()
    };
    Some(patterns.with_answering(told))
}

/// A possible dialog, split into its parts.
struct Dialogue {
    area: Area,
    menu: Option<Menu>,
    /// Its paragraphs without the choices.
    paragraphs: Vec<Vec<usize>>,
    /// Whether all of it is the dialog's.
    framed: bool,
}

impl Dialogue {
    fn new(area: Area, patterns: &Patterns) -> Self {
        let menu = menu::find(&area.rows, patterns.known.markers);
        let paragraphs = area.paragraphs(&choices(&area, menu.as_ref()));
        Self { area, menu, paragraphs, framed: true }
    }

    fn lettered(rows: &[String]) -> Self {
        let (rows, menu) = lettered(rows);
        let area = Area::plain(&rows);
        let paragraphs = area.paragraphs(&choices(&area, menu.as_ref()));
        Self { area, menu, paragraphs, framed: true }
    }

    /// What it asks: as one of the known dialogs, or as what shows choices or names keys.
    fn question(mut self, patterns: &Patterns) -> Option<Question> {
        let known = patterns.dialogs().find(|dialog| {
            if dialog.labels.is_empty() {
                return self.fits(dialog, patterns);
            }
            let markers = patterns.known.markers;
            let menu = menu::labelled(&self.area.rows, dialog.labels, markers);
            // What stands above numbered choices is what those are about.
            let above = self.menu.as_ref().map_or(0, |numbered| numbered.last);
            menu.filter(|menu| menu.first >= above)
                .is_some_and(|menu| self.fits_with(menu, dialog, patterns))
        });
        if known.is_none() && self.menu.is_none() {
            if !self.names_keys(patterns) {
                return None;
            }
            self.show(menu::unmarked(&self.area.rows));
        }
        if known.is_some() && self.menu.is_none() {
            let menu = menu::unmarked(&self.area.rows).or_else(|| menu::part(&self.area.rows));
            let menu = menu.or_else(|| menu::plain(&self.area.rows, patterns.known.markers));
            self.show(menu.or_else(|| menu::boxed(&self.area.rows)));
        }
        Some(self.told(patterns, known))
    }

    /// Whether it is `dialog`, with these choices; if so, they are its.
    fn fits_with(&mut self, menu: Menu, dialog: &Dialog, patterns: &Patterns) -> bool {
        let before = self.menu.take();
        self.show(Some(menu));
        let fits = self.fits(dialog, patterns);
        if !fits {
            self.show(before);
        }
        fits
    }

    fn show(&mut self, menu: Option<Menu>) {
        self.paragraphs = self.area.paragraphs(&choices(&self.area, menu.as_ref()));
        self.menu = menu;
    }

    fn told(mut self, patterns: &Patterns, known: Option<&'static Dialog>) -> Question {
        let reason = known.map_or(Reason::Question, |dialog| dialog.reason);
        let signs = known.map_or(&[][..], |dialog| dialog.signs);
        let phrase = signs.iter().find_map(|sign| match sign {
            Sign::Phrase(phrase) => self.paragraph_with(phrase),
            Sign::Row(phrase) => self.row_with(phrase),
            _ => None,
        });
        let asked = phrase.or_else(|| self.nearest());
        let told = Question {
            reason,
            text: asked.map(|at| self.asked(at, signs)).unwrap_or_default(),
            choices: self.menu.as_ref().map(|menu| menu.labels.clone()).unwrap_or_default(),
            first: self.menu.as_ref().map_or(1, |menu| menu.number),
            selected: self.menu.as_ref().and_then(|menu| menu.selected),
            dialog: known.map(|dialog| dialog.id),
            ..Question::untold()
        };
        let told = patterns.with_answering(told);
        if reason == Reason::SignIn {
            // It may show a key.
            return told;
        }
        let others = self.others(patterns, asked);
        let rows: Vec<usize> = others.iter().flat_map(|rows| rows.iter().copied()).collect();
        Question { about: self.area.about(&others), lines: self.area.lines(&rows), ..told }
    }

    /// Makes a paragraph of its own of the last row that holds `phrase`.
    fn row_with(&mut self, phrase: &str) -> Option<usize> {
        let at = self.paragraph_with(phrase)?;
        let rows = self.paragraphs.remove(at);
        let row = rows.iter().rposition(|row| holds(&self.area.rows[*row], phrase))?;
        let parts = [&rows[..row], &rows[row..=row], &rows[row + 1..]];
        let parts = parts.iter().filter(|part| !part.is_empty()).map(|part| part.to_vec());
        self.paragraphs.splice(at..at, parts);
        Some(at + usize::from(row > 0))
    }

    fn fits(&self, dialog: &Dialog, patterns: &Patterns) -> bool {
        let labels = self.menu.as_ref().map_or(&[][..], |menu| &menu.labels);
        dialog.signs.iter().all(|sign| match sign {
            Sign::Choices(expected) => {
                labels.len() == expected.len()
                    && labels.iter().zip(*expected).all(|(label, want)| begins(label, want))
            }
            Sign::Marked => menu::plain(&self.area.rows, patterns.known.markers).is_some(),
            Sign::Choice(expected) => labels.iter().any(|label| begins(label, expected)),
            Sign::Phrase(words) | Sign::Row(words) | Sign::Heading(words) => {
                self.paragraph_with(words).is_some()
            }
            Sign::Near(words) => holds(&joined(&self.area.rows), words),
            Sign::Words(words) => {
                let under = self.paragraphs.iter().filter(|rows| self.is_under_choices(rows));
                under.into_iter().any(|rows| holds(&self.area.text(rows), words))
            }
        })
    }

    /// The last one that contains `phrase`: a command it is about may quote it further up.
    fn paragraph_with(&self, phrase: &str) -> Option<usize> {
        self.paragraphs.iter().rposition(|rows| holds(&self.area.text(rows), phrase))
    }

    /// The paragraph above the choices, or the first if there are none.
    fn nearest(&self) -> Option<usize> {
        let above = |rows: &Vec<usize>| !self.is_under_choices(rows);
        match self.menu {
            Some(_) => self.paragraphs.iter().rposition(above),
            None => (!self.paragraphs.is_empty()).then_some(0),
        }
    }

    fn is_under_choices(&self, paragraph: &[usize]) -> bool {
        let Some(menu) = &self.menu else { return true };
        paragraph.first().is_some_and(|row| *row > menu.last)
    }

    fn asked(&self, paragraph: usize, signs: &[Sign]) -> String {
        let text = self.area.text(&self.paragraphs[paragraph]);
        let heading = signs.iter().find_map(|sign| match sign {
            Sign::Heading(words) => text.strip_prefix(words).filter(|rest| !rest.is_empty()),
            _ => None,
        });
        let text = heading.unwrap_or(&text);
        // Without a spinner in front: it moves, but the question does not change.
        let text = text.trim_start_matches(|letter| is_braille(letter) || HEADS.contains(letter));
        match text.split_once(COUNTER.1) {
            Some((counter, rest)) if counter.starts_with(COUNTER.0) => rest.trim().to_owned(),
            _ => text.to_owned(),
        }
    }

    /// The other paragraphs above the choices.
    fn others(&self, patterns: &Patterns, asked: Option<usize>) -> Vec<&[usize]> {
        let from = if self.framed { 0 } else { asked.unwrap_or(0) };
        let others = self.paragraphs.iter().enumerate().skip(from);
        let others = others.filter(|(at, rows)| Some(*at) != asked && !self.is_under_choices(rows));
        let others = others.filter(|(_, rows)| !asks(patterns, &self.area.text(rows)));
        others.map(|(_, rows)| rows.as_slice()).collect()
    }

    fn names_keys(&self, patterns: &Patterns) -> bool {
        let rows = || self.paragraphs.iter().map(|rows| self.area.text(rows));
        let last = rows().next_back();
        last.is_some_and(|text| KEYS.iter().any(|keys| text.starts_with(keys)))
            || rows().any(|text| asks(patterns, &text))
    }
}

/// Whether a text names the keys of a dialog.
fn asks(patterns: &Patterns, text: &str) -> bool {
    patterns.known.asks.iter().any(|words| holds(text, words))
}

/// The rows in which the choices stand.
fn choices(area: &Area, menu: Option<&Menu>) -> std::ops::Range<usize> {
    menu.map_or(0..0, |menu| menu.first..choices_end(area, menu))
}

/// The row after the last choice and what is indented under it.
fn choices_end(area: &Area, menu: &Menu) -> usize {
    let left = indent(&area.rows[menu.last]);
    let more = area.rows[menu.last + 1..].iter();
    menu.last + 1 + more.take_while(|row| !row.is_empty() && indent(row) > left).count()
}

/// Whether a label begins as expected, wherever a narrow screen broke it.
pub(super) fn begins(label: &str, expected: &str) -> bool {
    squeezed(label).starts_with(&squeezed(expected))
}
