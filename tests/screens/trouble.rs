//! What holds an agent up or ended its last turn, and what is only said of such things.

use crate::recorded::recorded;
use crate::variants::bottom;

#[test]
fn of_every_recorded_screen_it_is_known_what_trouble_it_tells_of() {
    let wrong: Vec<String> = recorded()
        .iter()
        .filter(|screen| screen.detail() != screen.expect.detail)
        .map(|screen| format!("{}: {}", screen.name, serde_json::json!(screen.detail())))
        .collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// What an agent may say of errors, as it or another one shows them.
const PROSE: &[&str] = &[
    "API Error: 529 Overloaded",
    "Error: 500 mock failure",
    "■ unexpected status 500",
    "✕ [API Error: 500 mock failure]",
    "✕ [API Error: 429 x] (Retrying in 43s… (attempt 1/10))",
    "✗ Failed to get response from the AI model",
    "⎿  You've hit your session limit · resets 3pm",
    "✻ API error · Retrying in 12s · attempt 6/10",
    "Request failed due to a transient API error. Retrying...",
    "litellm.RateLimitError: slow down",
    "⎢ Error: Client error '400 Bad Request'",
    "mock failure 500 [retrying in 30s attempt #5]",
    "Compacting conversation…",
];

/// What each agent draws before the first row of what it says, and how far the next are indented.
const SAYS: &[(&str, &str, usize)] = &[
    ("claude", "● ", 2),
    ("codex", "• ", 2),
    ("gemini", "✦ ", 2),
    ("opencode", "     ", 5),
    ("copilot", " ● ", 3),
    ("qwen", "  ◆ ", 4),
    ("kimi", " ● ", 3),
    ("vibe", "  ", 2),
    ("cn", "● ", 2),
    ("cline", " * ", 3),
    ("pi", " ", 1),
    ("aider", "", 0),
];

#[test]
fn what_an_agent_says_of_errors_is_no_trouble_and_ends_what_was_one() {
    let mut tried = 0;
    for screen in recorded().iter().filter(|one| one.expect.state == "idle") {
        let agent = screen.name.split('/').next().unwrap_or_default();
        let says = SAYS.iter().find(|(name, ..)| *name == agent);
        let (Some(bottom), Some((_, mark, indent))) = (bottom(screen), says) else { continue };
        for prose in PROSE {
            for said in [format!("{mark}{prose}"), format!("{mark}So:\n{:indent$}{prose}", "")] {
                let found = screen.detail_with(bottom, &format!("\n{said}"));
                assert_eq!(found, None, "{}\n{said}", screen.name);
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "only {tried} were tried");
}
