//! Screens recorded from real agents, and what is to be read off each: as it is, and as screens
//! change by scrolling, narrowing and quoting.

#[path = "screens/answers.rs"]
mod answers;
#[path = "screens/configured.rs"]
mod configured;
#[path = "screens/recorded.rs"]
mod recorded;
#[path = "screens/trouble.rs"]
mod trouble;
#[path = "screens/usage.rs"]
mod usage;
#[path = "screens/variants.rs"]
mod variants;

use polecat::core::screen::{Composing, Patterns, Reading, ScreenState, ShownScreen, composing};
use recorded::{Expected, agents, folder, recorded};

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

#[test]
fn every_agent_whose_screen_is_known_has_recorded_ones_and_every_folder_its_agent() {
    let entries = std::fs::read_dir(folder()).expect("the screens are there").flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let names = folders.map(|entry| entry.file_name().into_string().expect("a plain name"));
    let mut known: Vec<_> = agents().collect();
    known.sort_unstable();
    let mut found: Vec<_> = names.filter(|name| name != "unknown").collect();
    found.sort_unstable();
    assert_eq!(found, known);
    for agent in known {
        let own = format!("{agent}/");
        assert!(recorded().iter().any(|screen| screen.name.starts_with(&own)), "{agent}");
    }
}

#[test]
fn of_every_recorded_screen_it_is_known_whether_one_can_type_to_it() {
    let wrong: Vec<String> = recorded()
        .iter()
        .map(|screen| (screen, composing(&screen.patterns, &screen.shown, "")))
        .filter(|(screen, met)| {
            let expected = match screen.expect.state.as_str() {
                "waiting" => matches!(met, Composing::Asked { guessed: false, .. }),
                "working" if screen.expect.composer == Some(false) => *met == Composing::NotReady,
                "idle" | "working" => match &screen.expect.typed {
                    Some(typed) => *met == Composing::Draft(typed.clone()),
                    None => *met == Composing::Empty,
                },
                _ => matches!(met, Composing::NotReady),
            };
            !expected
        })
        .map(|(screen, met)| format!("{} ({}): {met:?}", screen.name, screen.expect.state))
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Whether a reading is all that was expected.
fn fits(expect: &Expected, reading: &Reading) -> bool {
    let same = reading.seen.state().as_str() == expect.state;
    let ScreenState::Waiting(question) = &reading.seen else { return same };
    same && expect.reason.as_deref() == Some(question.reason.as_str())
        && expect.dialog.as_deref() == question.dialog
        && expect.text.as_deref() == Some(&question.text)
        && expect.about.as_deref() == Some(&question.about)
        && expect.choices.as_deref() == Some(&question.choices)
        && expect.selected == question.selected
}

/// Agents of whose screens nothing is known yet: `unknown/<agent>-<what it does>.ansi`.
#[test]
fn whether_an_unknown_agent_asks_is_guessed_right_on_recorded_screens() {
    let mut count = 0;
    for file in
        std::fs::read_dir(folder().join("unknown")).expect("the screens are there").flatten()
    {
        let name = file.file_name().into_string().expect("a plain name");
        let asks = ["permission", "question", "trust", "offer"];
        let asks = asks.iter().any(|what| name.ends_with(&format!("{what}.ansi")));
        let shown = ShownScreen::new("", &std::fs::read(file.path()).expect("readable"), (0, 0));
        let met = composing(&Patterns::generic(), &shown, "");
        assert_eq!(matches!(met, Composing::Asked { guessed: true, .. }), asks, "{name}: {met:?}");
        count += 1;
    }
    assert!(count > 20, "only {count} screens were found");
}
