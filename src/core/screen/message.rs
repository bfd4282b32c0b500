//! Whether a message can be typed to an agent, and where a typed message is on the screen.

use super::description::{Layout, Means};
use super::layout::{self, Composer, Scene};
use super::patterns::Patterns;
use super::rows::{is_rule, texts_beside};
use super::shown::ShownScreen;
use super::title;
use super::{Question, ScreenState, guess, read};

/// How much of the end of a message to look for, in characters: its beginning may have scrolled out of
/// the composer.
const TAIL_LENGTH: usize = 24;
/// How agents begin what they show instead of a long paste, in lower case and without blanks:
/// `[Pasted text #1 +3 lines]`, and behind its first words `[Look at th... Pasted +3 lines]`.
const FOLDED: [&str; 2] = ["[paste", "...pasted+"];

/// What one finds before typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Composing {
    /// An empty composer.
    Empty,
    /// A composer that already contains this text.
    Draft(String),
    /// A dialog, which would treat typed text as an answer.
    Asked {
        /// The question.
        question: Question,
        /// Whether it is a guess, because the agent's screen is not known.
        guessed: bool,
    },
    /// A known agent that shows no composer, or one that does not take input yet.
    NotReady,
    /// An unknown screen that does not seem to show a question.
    Unknown,
    /// An unknown screen with nothing on it.
    Blank,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessagePosition {
    /// In the composer: it was not submitted.
    Composer,
    /// In the conversation: it was submitted.
    Conversation,
    /// Nowhere on the screen.
    Nowhere {
        /// Whether this proves that it never arrived: the agent has a composer of known shape,
        /// which shows typed text, and it is empty.
        proven: bool,
    },
}

/// What one finds before typing to an agent with this screen, or before submitting `own`, whose text
/// is not mistaken for a question.
#[must_use]
pub fn composing(patterns: &Patterns, shown: &ShownScreen, own: &str) -> Composing {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    match read(patterns, &shown.look()).seen {
        ScreenState::Waiting(question) => return Composing::Asked { question, guessed: false },
        ScreenState::Starting => return Composing::NotReady,
        ScreenState::Working | ScreenState::Idle | ScreenState::Unknown => {}
    }
    match layout::scene(patterns, &rows) {
        Scene::Composer(composer) if composer.framed => {
            let typed = composer.typed(&shown.bright, patterns.known.hints);
            typed.map_or(Composing::Empty, Composing::Draft)
        }
        Scene::Composer(composer) => at_prompt(shown, &without(&rows, own), &composer, patterns),
        Scene::Dialog(_) if patterns.known.layout == Layout::Unknown => {
            unread(patterns, shown, &without(&rows, own))
        }
        Scene::Dialog(_) | Scene::Busy => Composing::NotReady,
    }
}

/// The rows without those of `own`.
fn without(rows: &[String], own: &str) -> Vec<String> {
    let own = unframed(own);
    let is_own = |row: &str| {
        let row = unframed(row);
        let row = row.trim_start_matches(['❯', '›', '>', '●', '*']);
        !row.is_empty() && own.contains(row)
    };
    rows.iter().map(|row| if is_own(row) { String::new() } else { row.clone() }).collect()
}

/// For a prompt without a frame, below which an agent prints while it works.
fn at_prompt(
    shown: &ShownScreen,
    rows: &[String],
    composer: &Composer,
    patterns: &Patterns,
) -> Composing {
    if let Some(question) = guess::question(rows.get(composer.below..).unwrap_or_default()) {
        return Composing::Asked { question, guessed: true };
    }
    match composer.typed(&shown.bright, patterns.known.hints) {
        None => Composing::Empty,
        Some(typed) if shown.cursor.1 == composer.top => Composing::Draft(typed),
        Some(_) => Composing::NotReady,
    }
}

/// Without a known prompt.
fn unread(patterns: &Patterns, shown: &ShownScreen, rows: &[String]) -> Composing {
    if let Some(question) = guess::question(rows) {
        return Composing::Asked { question, guessed: true };
    }
    let is_told = title::means(patterns, &shown.title) == Some(Means::Ready);
    let has_sign = patterns.ready_prompt.is_some() || patterns.ready_title.is_some();
    match rows {
        _ if has_sign && !is_told => Composing::NotReady,
        [] => Composing::Blank,
        _ => Composing::Unknown,
    }
}

/// The state of a screen before a message was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScreenBaseline {
    /// How often it showed the end of the message.
    times: usize,
    /// Whether the cursor was not at the prompt, as with some agents.
    parked: bool,
}

impl ScreenBaseline {
    /// For a screen that was not looked at: only the cursor counts.
    #[must_use]
    pub fn unknown() -> Self {
        Self { times: usize::MAX, parked: false }
    }

    /// For a screen to which `text` is about to be typed.
    #[must_use]
    pub fn of(patterns: &Patterns, shown: &ShownScreen, text: &str) -> Self {
        let parked =
            match layout::scene(patterns, &texts_beside(&shown.rows, patterns.known.scroll_bar)) {
                Scene::Composer(composer) => shown.cursor.1 != composer.top,
                Scene::Dialog(_) | Scene::Busy => false,
            };
        Self { times: times(shown, text), parked }
    }
}

/// Looks for `text` on a screen. Without a composer of known shape, a typed message is expected at the
/// cursor; elsewhere it counts if it occurs more often than before.
#[must_use]
pub fn place(
    patterns: &Patterns,
    shown: &ShownScreen,
    text: &str,
    before: ScreenBaseline,
) -> MessagePosition {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    let texts = layout::written(patterns, &rows);
    let nowhere = |proven| {
        if holds(&texts, text) {
            MessagePosition::Conversation
        } else {
            MessagePosition::Nowhere { proven }
        }
    };
    let in_composer = match layout::scene(patterns, &rows) {
        // Under what was sent stands what came of it; under what was not, nothing.
        Scene::Busy => unframed(&texts.concat()).ends_with(&tail(text)),
        Scene::Dialog(_) => stands(shown, text, before.times),
        Scene::Composer(composer) if composer.framed => {
            let typed = composer.typed(&shown.bright, patterns.known.hints);
            let Some(typed) = typed else { return nowhere(true) };
            holds(&[typed], text)
        }
        Scene::Composer(composer) => {
            at_cursor(&rows[composer.top..], shown, &composer, text, before)
        }
    };
    if in_composer { MessagePosition::Composer } else { nowhere(false) }
}

/// Whether a prompt without a frame, at the beginning of `rows`, is followed by the message, which may
/// span several rows; the cursor is behind it, or where it always is.
fn at_cursor(
    rows: &[String],
    shown: &ShownScreen,
    composer: &Composer,
    text: &str,
    before: ScreenBaseline,
) -> bool {
    if before.parked {
        let typed = rows.iter().take_while(|row| !is_rule(row)).count();
        return holds(&rows[..typed], text);
    }
    let Some(row) = shown.cursor.1.checked_sub(composer.top) else { return false };
    let typed = &rows[..rows.len().min(row + 1)];
    holds(typed, text) && !holds(&typed[..row.min(typed.len())], text)
}

fn holds(rows: &[String], text: &str) -> bool {
    let shown = unframed(&rows.concat());
    shown.contains(&tail(text)) || folds(&shown) > 0
}

/// How often the end of `text`, or a sign for a folded paste, is on the screen.
fn times(shown: &ShownScreen, text: &str) -> usize {
    folds(&unframed(&shown.rows.concat())) + shows(shown, text)
}

/// How many signs for a folded paste `text`, without blanks, has.
fn folds(text: &str) -> usize {
    let text = text.to_lowercase();
    FOLDED.iter().map(|sign| text.matches(sign).count()).sum()
}

/// How often the end of `text` is on the screen, however rows break it.
#[must_use]
pub fn shows(shown: &ShownScreen, text: &str) -> usize {
    let (screen, tail) = (unframed(&shown.rows.concat()), tail(text));
    if tail.is_empty() { 0 } else { screen.matches(&tail).count() }
}

/// Whether it is directly before the cursor, or occurs once more than before.
fn stands(shown: &ShownScreen, text: &str, before: usize) -> bool {
    ends_at_cursor(shown, text) || times(shown, text) > before
}

/// Whether `text`, or a sign for a folded paste, is directly before the cursor.
#[must_use]
pub fn ends_at_cursor(shown: &ShownScreen, text: &str) -> bool {
    unframed(&shown.up_to_cursor()).ends_with(&tail(text)) || folded_at_cursor(shown).is_some()
}

/// The sign for a folded paste directly before the cursor.
#[must_use]
pub fn folded_at_cursor(shown: &ShownScreen) -> Option<String> {
    let text = unframed(&shown.up_to_cursor()).to_lowercase();
    let sign = &text[FOLDED.iter().filter_map(|sign| text.rfind(sign)).max()?..];
    (sign.find(']') == Some(sign.len() - 1)).then(|| sign.to_owned())
}

/// The rows that show a message in the composer, to check that it is still there.
#[must_use]
pub fn composer_rows(patterns: &Patterns, shown: &ShownScreen) -> Vec<usize> {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    match layout::scene(patterns, &rows) {
        Scene::Composer(composer) if composer.framed => {
            let footer = composer.below..rows.len().min(composer.below + FOOTER_ROWS);
            composer.typed.rev().chain(footer).take(FOOTER_ROWS).collect()
        }
        _ => vec![shown.cursor.1],
    }
}

/// How many rows what is typed in the composer takes; `None` where its shape is not known. A key
/// that was taken for a line break adds one.
#[must_use]
pub fn typed_rows(patterns: &Patterns, shown: &ShownScreen) -> Option<usize> {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    match layout::scene(patterns, &rows) {
        Scene::Composer(composer) if composer.framed => Some(composer.typed.len()),
        _ => None,
    }
}

/// How many rows to check.
const FOOTER_ROWS: usize = 3;

/// The end of a message, which may be a mebibyte, however rows break it. Empty if it shows nothing.
#[must_use]
pub fn tail(text: &str) -> String {
    let end: Vec<char> =
        text.chars().rev().filter(|letter| is_text(*letter)).take(TAIL_LENGTH).collect();
    end.into_iter().rev().collect()
}

/// Without blanks, control characters and the sides of boxes.
fn unframed(text: &str) -> String {
    text.chars().filter(|letter| is_text(*letter)).collect()
}

fn is_text(letter: char) -> bool {
    !letter.is_whitespace() && !letter.is_control() && !"│┃".contains(letter)
}

#[cfg(test)]
mod tests;
