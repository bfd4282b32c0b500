//! Screens recorded from real agents, and what is to be read off each: as it is, and as screens
//! change by scrolling, narrowing and quoting.

#[path = "screens/answers.rs"]
mod answers;
#[path = "screens/configured.rs"]
mod configured;
#[path = "screens/recorded.rs"]
mod recorded;
#[path = "screens/variants.rs"]
mod variants;

use polecat::core::screen::{DialogId, Reading, Seen};
use recorded::{Expected, recorded};

#[test]
fn every_recorded_screen_is_read_as_what_it_is() {
    let screens = recorded();
    assert!(screens.len() > 100, "only {} screens were found", screens.len());
    let wrong: Vec<String> = screens
        .iter()
        .map(|screen| (screen, screen.read()))
        .filter(|(screen, reading)| !fits(&screen.expect, reading))
        .map(|(screen, reading)| format!("{}: {reading:?}", screen.name))
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Whether a reading is all that was expected.
fn fits(expect: &Expected, reading: &Reading) -> bool {
    let same = reading.seen.state().as_str() == expect.state && reading.typed == expect.typed;
    let Seen::Waiting(question) = &reading.seen else { return same };
    let dialog = question.dialog.map(|id| match id {
        DialogId::Preset(name) => name.to_owned(),
        DialogId::Custom(at) => at.to_string(),
    });
    same && expect.reason.as_deref() == Some(question.reason.as_str())
        && expect.dialog == dialog
        && expect.text.as_deref() == Some(&question.text)
        && expect.about.as_deref() == Some(&question.about)
        && expect.choices.as_deref() == Some(&question.choices)
        && expect.selected == question.selected
}
