//! Whether a message can be typed to an agent, and where a typed message is on the screen.

use super::description::{Layout, Means};
use super::layout::{self, Composer, Scene};
use super::patterns::Patterns;
use super::rows::{is_rule, texts_beside};
use super::shown::Shown;
use super::title;
use super::{Question, Seen, guess, read};

/// How much of the end of a message to look for, in characters: its beginning may have scrolled out of
/// the composer.
const TAIL: usize = 24;
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
pub enum Place {
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
pub fn composing(patterns: &Patterns, shown: &Shown, own: &str) -> Composing {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    match read(patterns, &shown.look()).seen {
        Seen::Waiting(question) => return Composing::Asked { question, guessed: false },
        Seen::Starting => return Composing::NotReady,
        Seen::Working | Seen::Idle | Seen::Unknown => {}
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
    shown: &Shown,
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
fn unread(patterns: &Patterns, shown: &Shown, rows: &[String]) -> Composing {
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
pub struct Before {
    /// How often it showed the end of the message.
    times: usize,
    /// Whether the cursor was not at the prompt, as with some agents.
    parked: bool,
}

impl Before {
    /// For a screen that was not looked at: only the cursor counts.
    #[must_use]
    pub fn unknown() -> Self {
        Self { times: usize::MAX, parked: false }
    }

    /// For a screen to which `text` is about to be typed.
    #[must_use]
    pub fn of(patterns: &Patterns, shown: &Shown, text: &str) -> Self {
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
pub fn place(patterns: &Patterns, shown: &Shown, text: &str, before: Before) -> Place {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    let texts = layout::written(patterns, &rows);
    let nowhere = |proven| {
        if holds(&texts, text) { Place::Conversation } else { Place::Nowhere { proven } }
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
    if in_composer { Place::Composer } else { nowhere(false) }
}

/// Whether a prompt without a frame, at the beginning of `rows`, is followed by the message, which may
/// span several rows; the cursor is behind it, or where it always is.
fn at_cursor(
    rows: &[String],
    shown: &Shown,
    composer: &Composer,
    text: &str,
    before: Before,
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
fn times(shown: &Shown, text: &str) -> usize {
    folds(&unframed(&shown.rows.concat())) + shows(shown, text)
}

/// How many signs for a folded paste `text`, without blanks, has.
fn folds(text: &str) -> usize {
    let text = text.to_lowercase();
    FOLDED.iter().map(|sign| text.matches(sign).count()).sum()
}

/// How often the end of `text` is on the screen, however rows break it.
#[must_use]
pub fn shows(shown: &Shown, text: &str) -> usize {
    let (screen, tail) = (unframed(&shown.rows.concat()), tail(text));
    if tail.is_empty() { 0 } else { screen.matches(&tail).count() }
}

/// Whether it is directly before the cursor, or occurs once more than before.
fn stands(shown: &Shown, text: &str, before: usize) -> bool {
    ends_at_cursor(shown, text) || times(shown, text) > before
}

/// Whether `text`, or a sign for a folded paste, is directly before the cursor.
#[must_use]
pub fn ends_at_cursor(shown: &Shown, text: &str) -> bool {
    unframed(&shown.up_to_cursor()).ends_with(&tail(text)) || folded_at_cursor(shown).is_some()
}

/// The sign for a folded paste directly before the cursor.
#[must_use]
pub fn folded_at_cursor(shown: &Shown) -> Option<String> {
    let text = unframed(&shown.up_to_cursor()).to_lowercase();
    let sign = &text[FOLDED.iter().filter_map(|sign| text.rfind(sign)).max()?..];
    (sign.find(']') == Some(sign.len() - 1)).then(|| sign.to_owned())
}

/// The rows that show a message in the composer, to check that it is still there.
#[must_use]
pub fn composer_rows(patterns: &Patterns, shown: &Shown) -> Vec<usize> {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    match layout::scene(patterns, &rows) {
        Scene::Composer(composer) if composer.framed => {
            let footer = composer.below..rows.len().min(composer.below + FOOTER);
            composer.typed.rev().chain(footer).take(FOOTER).collect()
        }
        _ => vec![shown.cursor.1],
    }
}

/// How many rows what is typed in the composer takes; `None` where its shape is not known. A key
/// that was taken for a line break adds one.
#[must_use]
pub fn typed_rows(patterns: &Patterns, shown: &Shown) -> Option<usize> {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    match layout::scene(patterns, &rows) {
        Scene::Composer(composer) if composer.framed => Some(composer.typed.len()),
        _ => None,
    }
}

/// How many rows to check.
const FOOTER: usize = 3;

/// The end of a message, which may be a mebibyte, however rows break it. Empty if it shows nothing.
#[must_use]
pub fn tail(text: &str) -> String {
    let end: Vec<char> = text.chars().rev().filter(|letter| is_text(*letter)).take(TAIL).collect();
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
mod tests {
    use super::*;

    const TEXT: &str = "[GAS TOWN] ash\n\nWork is on your hook. Run `gt hook` and begin.";
    const NOWHERE: Place = Place::Nowhere { proven: false };

    /// The screen with its cursor at its end.
    fn shown(screen: &str) -> Shown {
        let row = screen.matches('\n').count();
        let column = screen.rsplit('\n').next().unwrap_or_default().chars().count();
        Shown::new("", screen.as_bytes(), (column, row))
    }

    fn at(patterns: &Patterns, screen: &str) -> Place {
        place(patterns, &shown(screen), TEXT, Before::unknown())
    }

    #[test]
    fn in_a_frame_the_composer_is_told_from_the_conversation() {
        let claude = Patterns::for_agent("claude").unwrap();
        let rule = "─".repeat(40);
        for (above, typed, expected) in [
            ("", "", Place::Nowhere { proven: true }),
            ("", "  Try \"fix it\"", Place::Nowhere { proven: true }),
            ("", "my own words", NOWHERE),
            (
                "",
                "[GAS TOWN] ash\n\n  Work is on your hook. Run `gt\n  hook` and begin.",
                Place::Composer,
            ),
            ("", "[Pasted text #1 +2 lines]", Place::Composer),
            ("", "[[GAS TOWN] ash Work is... Pasted +2\n  lines]", Place::Composer),
            ("❯ [Pasted text #1 +2 lines]\n● Yes", "", Place::Conversation),
            (
                "❯ Work is on your hook. Run `gt hook` and be\n  gin.\n● Yes",
                "",
                Place::Conversation,
            ),
        ] {
            let screen = format!("{above}\n{rule}\n❯ {typed}\n{rule}\n  ? for shortcuts");
            assert_eq!(at(&claude, &screen), expected, "{screen}");
        }
    }

    #[test]
    fn a_line_break_adds_a_row_to_what_is_typed() {
        let claude = Patterns::for_agent("claude").unwrap();
        let rule = "─".repeat(40);
        for (typed, rows) in [("hello", Some(1)), ("hello\n", Some(2)), ("one\n  two\n", Some(3))] {
            let screen = format!("● Yes\n{rule}\n❯ {typed}\n{rule}\n  ? for shortcuts");
            assert_eq!(typed_rows(&claude, &shown(&screen)), rows, "{screen}");
        }
        assert_eq!(typed_rows(&Patterns::generic(), &shown("hello\n❯ ")), None);
    }

    #[test]
    fn without_a_frame_the_cursor_tells() {
        let plain = Patterns::generic().with_ready_prompt("❯ ");
        for (screen, expected) in [
            (
                "hello\n❯ [GAS TOWN] ash\n\nWork is on your hook. Run `gt hook` and begin.",
                Place::Composer,
            ),
            (
                "hello\n❯ [GAS TOWN] ash\n\nWork is on your hook. Run `gt hook` and begin.\n",
                Place::Conversation,
            ),
            ("❯ Work is on your hook. Run `gt hook` and begin.\nyes\n❯ ", Place::Conversation),
            ("hello\n❯ ", NOWHERE),
            ("hello", NOWHERE),
        ] {
            assert_eq!(at(&plain, screen), expected, "{screen}");
        }
    }

    #[test]
    fn nothing_is_known_of_a_screen_without_a_prompt_but_what_it_shows() {
        let generic = Patterns::generic();
        let sent = "Work is on your hook. Run `gt hook` and begin.\nok";
        let once = Before { times: 1, parked: false };
        assert_eq!(place(&generic, &shown(sent), TEXT, once), Place::Conversation);
        assert_eq!(at(&generic, sent), Place::Conversation);
        let none = Before { times: 0, parked: false };
        assert_eq!(place(&generic, &shown(sent), TEXT, none), Place::Composer);
        let folded = shown("[Pasted text #1]\nok\n> [Pasted text #2 +3 lines]");
        assert_eq!(
            place(&generic, &folded, TEXT, Before { times: 2, parked: false }),
            Place::Composer
        );
        let typed = "hello\n> Work is on your hook. Run `gt hook` and begin.";
        assert_eq!(place(&generic, &shown(typed), TEXT, once), Place::Composer);
        assert_eq!(at(&generic, "ok"), NOWHERE);
    }
    fn met(patterns: &Patterns, screen: &str) -> Composing {
        composing(patterns, &shown(screen), "")
    }

    #[test]
    fn a_composer_is_empty_or_holds_a_draft_whatever_hint_stands_in_it() {
        let claude = Patterns::for_agent("claude").unwrap();
        let rule = "─".repeat(40);
        for (typed, expected) in [
            ("", Composing::Empty),
            ("\x1b[7mT\x1b[0;2mry it\x1b[0m", Composing::Empty),
            ("fix the\n  tests", Composing::Draft("fix the tests".to_owned())),
        ] {
            let screen = format!("{rule}\n❯ {typed}\n{rule}\n  ? for shortcuts");
            assert_eq!(met(&claude, &screen), expected, "{screen}");
        }
        assert_eq!(met(&claude, "Loading"), Composing::NotReady);
    }

    #[test]
    fn at_a_prompt_without_a_frame_the_cursor_tells_a_draft_from_work() {
        let plain = Patterns::generic().with_ready_prompt("❯ ");
        for (screen, expected) in [
            ("hello\n❯ ", Composing::Empty),
            ("hello\n❯ my own", Composing::Draft("my own".to_owned())),
            ("❯ run it\nstill running\n", Composing::NotReady),
            ("hello", Composing::NotReady),
        ] {
            assert_eq!(met(&plain, screen), expected, "{screen}");
        }
    }

    #[test]
    fn what_stands_above_an_agent_at_work_was_sent_though_no_prompt_is_under_it() {
        let patterns = Patterns::for_agent("aider").unwrap();
        let rule = "─".repeat(40);
        for (under, expected) in [
            ("\n\n ░█       Waiting for openai/mock", Place::Conversation),
            ("\nthought 1\nthought 2", Place::Conversation),
            ("", Place::Composer),
        ] {
            let screen = format!("hello\n{rule}\ndiff> think 8{under}");
            let shown = Shown::new("", screen.as_bytes(), (0, 0));
            let before = Before::of(&patterns, &Shown::default(), "think 8");
            assert_eq!(place(&patterns, &shown, "think 8", before), expected, "{under}");
        }
    }

    #[test]
    fn of_an_unknown_screen_only_a_question_can_be_guessed() {
        let generic = Patterns::generic();
        assert_eq!(met(&generic, ""), Composing::Blank);
        assert_eq!(met(&generic, "> hello"), Composing::Unknown);
        let asked = met(&generic, "Really? [y/N] ");
        assert!(matches!(asked, Composing::Asked { guessed: true, .. }), "{asked:?}");
        let own = "Do this:\n1. Really? [y/N]\n2. Esc to cancel";
        let typed = shown(&format!("hello\n> {own}"));
        assert_eq!(composing(&generic, &typed, own), Composing::Unknown);
    }
}
