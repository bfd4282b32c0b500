//! Reading what an agent does: input is a screen as `tmux capture-pane -e` prints it. A first line
//! that begins with `title:` is the pane's title.

use std::sync::LazyLock;

use polecat::core::agent::preset_names;
use polecat::core::screen::{
    Look, Patterns, Policy, Question, Reading, Reason, ScreenBaseline, ScreenState, ShownScreen,
    composer_rows, composing, place, read, shows_prompt,
};
use polecat::rpc::configured_patterns;
use polecat::view::capture;
use serde_json::json;

/// Longer than anything that a status window shows of a question.
const TEXT_LIMIT: usize = 8_000;

pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let title = text.lines().next().and_then(|line| line.strip_prefix("title:"));
    let screen =
        title.map_or(bytes, |_| bytes.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or(b""));
    let lines: Vec<String> = capture(screen).lines.into_iter().map(|line| line.text).collect();
    let message = lines.iter().map(String::as_str).find(|line| !line.trim().is_empty());
    let message = message.unwrap_or("hello");
    let shown = with_cursors(screen, lines.len());
    let _ = shows_prompt(&lines, message);
    for patterns in agents() {
        let reading = read(&patterns, &Look { title: title.unwrap_or_default(), lines: &lines });
        it_can_be_shown(&reading);
        blanks_do_not_count(&patterns, title.unwrap_or_default(), &lines, &reading);
        only_what_is_allowed_is_answered(&patterns, &reading);
        a_message_is_somewhere(&patterns, &shown, message);
    }
}

/// An agent that only a configuration tells of.
static CONFIGURED: LazyLock<Patterns> = LazyLock::new(|| {
    let config = json!({ "agents": { "own": { "command": "own", "ready": { "prompt": "> " },
        "dialogs": [{ "text": "Go on?", "press": ["y"] }] } } });
    let config = rmpv::ext::to_value(config).expect("JSON has a value for each of its values");
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &config).expect("memory takes what is written");
    configured_patterns(&bytes, "own").expect("a configuration")
});

fn agents() -> Vec<Patterns> {
    let known = preset_names().filter_map(Patterns::for_agent);
    known.chain([Patterns::generic(), CONFIGURED.clone()]).collect()
}

/// On one line, and not endless.
fn it_can_be_shown(reading: &Reading) {
    let fits = |text: &str| text.lines().count() <= 1 && text.len() <= TEXT_LIMIT;
    let ScreenState::Waiting(Question { text, about, choices, selected, .. }) = &reading.seen
    else {
        return;
    };
    assert!(fits(about), "{about:?}");
    assert!(!text.contains('\n') && choices.iter().all(|choice| !choice.contains('\n')));
    assert!(selected.is_none_or(|at| at < choices.len()), "{selected:?} of {choices:?}");
}

fn blanks_do_not_count(patterns: &Patterns, title: &str, lines: &[String], reading: &Reading) {
    let padded = lines.iter().map(|line| format!("{line}  \u{a0} "));
    let padded: Vec<String> = padded.chain(["   ".to_owned(), String::new()]).collect();
    let hard: Vec<String> = lines.iter().map(|line| line.replace(' ', "\u{a0}")).collect();
    for changed in [padded, hard] {
        assert_eq!(&read(patterns, &Look { title, lines: &changed }), reading);
    }
}

fn only_what_is_allowed_is_answered(patterns: &Patterns, reading: &Reading) {
    let ScreenState::Waiting(question) = &reading.seen else { return };
    assert_eq!(patterns.accepted(question, &[], Policy::Ask), None);
    let accepted = patterns.accepted(question, &[], Policy::Accept);
    if question.dialog.is_none() {
        assert_eq!(accepted, None, "{question:?} is of no known dialog");
    }
    if matches!(question.reason, Reason::Permission | Reason::SignIn) {
        assert_eq!(accepted, None, "{question:?} is for a person");
    }
}

/// The screen, wherever the cursor is said to be.
fn with_cursors(screen: &[u8], rows: usize) -> Vec<ShownScreen> {
    let shown = ShownScreen::new("", screen, (0, 0));
    let last = rows.saturating_sub(1);
    let cursors = [(0, 0), (3, last), (usize::MAX, rows), (usize::MAX, usize::MAX)];
    let at = |cursor| {
        let mut shown = shown.clone();
        shown.cursor = cursor;
        shown
    };
    cursors.map(at).into()
}

fn a_message_is_somewhere(patterns: &Patterns, shown: &[ShownScreen], message: &str) {
    for shown in shown {
        let before = ScreenBaseline::of(patterns, shown, message);
        let _ = place(patterns, shown, message, before);
        let _ = composing(patterns, shown, message);
        let rows = composer_rows(patterns, shown);
        assert!(rows.len() < 10, "{rows:?} are many rows to look at again");
    }
}
