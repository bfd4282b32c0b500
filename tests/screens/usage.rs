//! Which model an agent uses and what its conversation used, and what is only said of such things.

use polecat::core::screen::usage;

use crate::recorded::recorded;
use crate::variants::bottom;

#[test]
fn of_every_recorded_screen_it_is_known_what_it_tells_of_usage() {
    let wrong: Vec<String> = recorded()
        .iter()
        .map(|screen| (screen, usage(&screen.patterns, &screen.shown)))
        .filter(|(screen, found)| *found != screen.expect.usage)
        .map(|(screen, found)| format!("{}\t{}", screen.name, serde_json::json!(found)))
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// What an agent may say that looks like its status, or like its greeting.
const PROSE: &[&str] = &[
    "mock-9 (9,999) $9.99",
    "9.9K (9%)",
    "9.9K (9%) · $9.99",
    "9.99k/200k tokens (9%)",
    "context: 9% (9.9k/125k)",
    "mock-9 high · ~/shop",
    "Opus 9.9 · API Usage Billing",
    "╭─── Claude Code v9.9.9 ───╮\n  │ Opus 9.9 · Claude Max │\n  ╰──────────────────────────╯",
    "workspace   /model\n  ~/shop      gemini-9",
];

#[test]
fn what_an_agent_says_of_usage_is_none() {
    let mut tried = 0;
    for screen in recorded().iter().filter(|one| one.expect.state == "idle") {
        let Some(bottom) = bottom(screen) else { continue };
        for prose in PROSE {
            let found = screen.usage_with(bottom, &format!("\n  {prose}"));
            assert_eq!(found, screen.expect.usage, "{}\n{prose}", screen.name);
            tried += 1;
        }
    }
    assert!(tried > 200, "only {tried} were tried");
}
