//! Agents that only the configuration tells of.

use polecat::core::screen::{Look, Patterns, Policy, ScreenState, read};
use serde_json::{Value as Json, json};

use crate::recorded::configured;

fn mine(agent: &Json) -> Patterns {
    configured(&json!({ "agents": { "mine": agent } }), "mine")
}

fn seen(patterns: &Patterns, title: &str, screen: &str) -> ScreenState {
    let lines: Vec<String> = screen.lines().map(str::to_owned).collect();
    read(patterns, &Look { title, lines: &lines }).seen
}

#[test]
fn of_an_unknown_agent_nothing_is_guessed() {
    for screen in [
        "",
        "hello\n$ ",
        "❯ 1. Yes\n  2. No\n\n Esc to cancel",
        "✽ Tempering… (2s · esc to interrupt)\n\n❯ \n",
    ] {
        assert_eq!(seen(&Patterns::generic(), "⠋ busy", screen), ScreenState::Unknown, "{screen}");
    }
}

#[test]
fn a_configured_prompt_or_title_makes_idle() {
    let prompt = Patterns::generic().with_ready_prompt("ready> ");
    assert_eq!(seen(&prompt, "vm", "hello\nready> "), ScreenState::Idle);
    assert_eq!(seen(&prompt, "vm", "hello\nit says ready> "), ScreenState::Unknown);
    let title = Patterns::generic().with_ready_title("READY");
    assert_eq!(seen(&title, "READY shop", ""), ScreenState::Idle);
    assert_eq!(seen(&title, "NOT READY", ""), ScreenState::Unknown);
}

#[test]
fn a_configured_dialog_waits_until_its_prompt_stands_under_it() {
    let patterns = mine(&json!({ "command": "mine", "ready": { "prompt": "ready> " },
        "dialogs": [{ "text": "Do you trust this place?", "press": ["y", "Enter"] }] }));
    let ScreenState::Waiting(question) = seen(&patterns, "vm", "Do you trust\nthis place? (y/n)")
    else {
        panic!("a dialog")
    };
    assert_eq!(question.dialog, Some("Do you trust this place?"));
    let keys = patterns.accepted(&question, &[], Policy::Implied);
    assert_eq!(keys, Some(vec!["y".to_owned(), "Enter".to_owned()]));
    assert_eq!(patterns.accepted(&question, &[], Policy::Ask), None);
    let answered = "Do you trust this place? (y/n) y\nready> ";
    assert_eq!(seen(&patterns, "vm", answered), ScreenState::Idle);
}

#[test]
fn configured_keys_are_pressed_only_with_the_choice_they_assume() {
    let patterns = mine(&json!({ "command": "mine", "dialogs": [
        { "text": "Go on?", "press": ["Enter"], "selected": "Yes" }, { "text": "Stop?" }] }));
    for (screen, expected) in [
        ("Go on?\n> 1. Yes\n  2. No", Some("Enter")),
        ("Go on?\n  1. Yes\n> 2. No", None),
        ("Go on?", None),
        ("Stop?", None),
    ] {
        let ScreenState::Waiting(question) = seen(&patterns, "vm", screen) else {
            panic!("{screen}")
        };
        let keys = patterns.accepted(&question, &[], Policy::Accept);
        assert_eq!(keys.map(|keys| keys.join(" ")).as_deref(), expected, "{screen}");
    }
}

#[test]
fn a_configured_dialog_of_a_known_agent_is_not_seen_in_its_conversation() {
    let patterns = mine(&json!({ "preset": "claude",
        "dialogs": [{ "text": "Renew your plan?", "press": ["Escape"] }] }));
    let rule = "─".repeat(40);
    let quoted = format!("● Renew your plan?\n\n{rule}\n❯ \n{rule}\n  ? for shortcuts");
    assert_eq!(seen(&patterns, "✳ x", &quoted), ScreenState::Idle);
    let asked = format!("● Hello\n\n{rule}\n Renew your plan?\n\n Esc to close");
    let ScreenState::Waiting(question) = seen(&patterns, "✳ x", &asked) else {
        panic!("a dialog")
    };
    assert_eq!(question.dialog, Some("Renew your plan?"));
}

#[test]
fn scripts_that_stand_in_for_a_known_agent_need_no_frame() {
    for (agent, screen, expected) in [
        ("claude", "hello\n❯\u{a0}", ScreenState::Idle),
        ("claude", "hello\n❯ \n  esc to interrupt", ScreenState::Working),
        ("claude", "✽ Tempering… (2s)\n\n❯ ", ScreenState::Working),
        ("codex", "› Ask Codex to do anything\n\n  model · ~/shop", ScreenState::Idle),
        ("gemini", " >   Type your message", ScreenState::Idle),
        ("claude", "hello\n", ScreenState::Unknown),
        ("codex", "Welcome to Codex\n", ScreenState::Unknown),
    ] {
        let patterns = Patterns::for_agent(agent).expect("known");
        assert_eq!(seen(&patterns, "vm", screen), expected, "{agent}: {screen}");
    }
    let claude = Patterns::for_agent("claude").expect("known");
    let trust = "Quick safety check\n❯ 1. Yes, I trust this folder\n  2. No, exit\n";
    assert!(matches!(seen(&claude, "vm", trust), ScreenState::Waiting(_)));
    assert_eq!(seen(&claude, "vm", &format!("{trust}❯ ")), ScreenState::Idle);
}
