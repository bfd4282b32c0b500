//! Finds the dialog on a screen, and what it asks.

use super::area::Area;
use super::description::{Dialog, Layout, Sign};
use super::layout::Scene;
use super::menu::{self, Menu};
use super::patterns::{CustomDialog, Patterns};
use super::rows::{holds, indent, is_braille, joined, squeezed};
use super::{DialogId, Question, Reason};

/// How near to the end of a screen with unknown structure a dialog's text must be, in non-blank rows.
const NEAR: usize = 12;

/// Texts of the row that names the keys of a dialog without choices.
const KEYS: &[&str] = &["Esc to ", "Enter to ", "Tab to ", "(Press ", "(Use "];

/// Rows above a question that number it: `Question 1/1 (1 unanswered)`.
const COUNTER: (&str, &str) = ("Question ", "unanswered)");

/// The open dialog, if any.
pub(super) fn find(patterns: &Patterns, rows: &[String], scene: &Scene) -> Option<Question> {
    let start = match scene {
        Scene::Dialog(range) => range.start,
        // A configured dialog may leave the prompt of a shell above it.
        Scene::Composer(composer) => composer.below,
    };
    let rows = rows.get(start..).unwrap_or_default();
    if let Some(question) = custom(patterns, rows) {
        return Some(question);
    }
    if matches!(scene, Scene::Composer(_)) || patterns.known.layout == Layout::Unknown {
        return None;
    }
    let boxed = patterns.known.layout == Layout::Boxed;
    Dialogue::new(if boxed { Area::boxed(rows) } else { Area::plain(rows) }, patterns)
        .question(patterns)
}

/// A dialog from the configuration.
fn custom(patterns: &Patterns, rows: &[String]) -> Option<Question> {
    let near: Vec<&String> = rows.iter().rev().filter(|row| !row.is_empty()).take(NEAR).collect();
    let near: Vec<String> = near.into_iter().rev().cloned().collect();
    let text = joined(&near);
    let fits = |dialog: &CustomDialog| !dialog.text.is_empty() && holds(&text, &dialog.text);
    let at = patterns.dialogs.iter().position(fits)?;
    let menu = menu::find(&near, patterns.known.markers);
    Some(Question {
        reason: patterns.dialogs[at].reason,
        text: patterns.dialogs[at].text.clone(),
        about: String::new(),
        selected: menu.as_ref().map(|menu| menu.selected),
        choices: menu.map(|menu| menu.labels).unwrap_or_default(),
        dialog: Some(DialogId::Custom(at)),
    })
}

/// A possible dialog, split into its parts.
struct Dialogue {
    area: Area,
    menu: Option<Menu>,
    /// Its paragraphs without the choices.
    paragraphs: Vec<Vec<usize>>,
}

impl Dialogue {
    fn new(area: Area, patterns: &Patterns) -> Self {
        let menu = menu::find(&area.rows, patterns.known.markers);
        let choices = menu.as_ref().map_or(0..0, |menu| menu.first..choices_end(&area, menu));
        let paragraphs = area.paragraphs(&choices);
        Self { area, menu, paragraphs }
    }

    fn question(&self, patterns: &Patterns) -> Option<Question> {
        let known = patterns.known.dialogs.iter().find(|dialog| self.fits(dialog));
        let reason = known.map_or(Reason::Question, |dialog| dialog.reason);
        if known.is_none() && self.menu.is_none() && !self.names_keys() {
            return None;
        }
        let phrase = known.and_then(|dialog| {
            dialog.signs.iter().find_map(|sign| match sign {
                Sign::Phrase(phrase) => self.paragraph_with(phrase),
                _ => None,
            })
        });
        let asked = phrase.or_else(|| self.nearest());
        Some(Question {
            reason,
            text: asked.map(|at| self.asked(at)).unwrap_or_default(),
            // A sign-in dialog may show a key.
            about: if reason == Reason::SignIn {
                String::new()
            } else {
                self.about(patterns, asked)
            },
            choices: self.menu.as_ref().map(|menu| menu.labels.clone()).unwrap_or_default(),
            selected: self.menu.as_ref().map(|menu| menu.selected),
            dialog: known.map(|dialog| DialogId::Preset(dialog.id)),
        })
    }

    fn fits(&self, dialog: &Dialog) -> bool {
        let labels = self.menu.as_ref().map_or(&[][..], |menu| &menu.labels);
        dialog.signs.iter().all(|sign| match sign {
            Sign::Choices(expected) => {
                labels.len() == expected.len()
                    && labels.iter().zip(*expected).all(|(label, want)| begins(label, want))
            }
            Sign::Choice(expected) => labels.iter().any(|label| begins(label, expected)),
            Sign::Phrase(phrase) => self.paragraph_with(phrase).is_some(),
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

    fn asked(&self, paragraph: usize) -> String {
        let text = self.area.text(&self.paragraphs[paragraph]);
        // Without a spinner in front: it moves, but the question does not change.
        let text = text.trim_start_matches(|letter| is_braille(letter) || letter == ' ');
        match text.split_once(COUNTER.1) {
            Some((counter, rest)) if counter.starts_with(COUNTER.0) => rest.trim().to_owned(),
            _ => text.to_owned(),
        }
    }

    /// The other paragraphs above the choices.
    fn about(&self, patterns: &Patterns, asked: Option<usize>) -> String {
        // Without a frame, the text above the question may be the end of an answer.
        let framed = patterns.known.layout != Layout::Marked;
        let from = if framed { 0 } else { asked.unwrap_or(0) };
        let others = self.paragraphs.iter().enumerate().skip(from);
        let others = others.filter(|(at, rows)| Some(*at) != asked && !self.is_under_choices(rows));
        self.area.about(&others.map(|(_, rows)| rows.as_slice()).collect::<Vec<_>>())
    }

    fn names_keys(&self) -> bool {
        let last = self.paragraphs.last().map(|rows| self.area.text(rows));
        last.is_some_and(|text| KEYS.iter().any(|keys| text.starts_with(keys)))
    }
}

/// The row after the last choice and the rows indented under it.
fn choices_end(area: &Area, menu: &Menu) -> usize {
    let left = indent(&area.rows[menu.last]);
    let more = area.rows[menu.last + 1..].iter();
    menu.last + 1 + more.take_while(|row| !row.is_empty() && indent(row) > left).count()
}

/// Whether a label begins as expected, wherever a narrow screen broke it.
pub(super) fn begins(label: &str, expected: &str) -> bool {
    squeezed(label).starts_with(&squeezed(expected))
}
