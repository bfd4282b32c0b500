//! Which recorded dialogs are answered, and by which key.

use polecat::core::screen::{Policy, ScreenState};

use crate::recorded::{Recorded, recorded};

const BYPASS: &str = "--dangerously-skip-permissions";

fn screen(name: &str) -> Recorded {
    recorded().into_iter().find(|screen| screen.name == name).expect("it was recorded")
}

fn answer(name: &str, args: &[&str], policy: Policy) -> Option<String> {
    let screen = screen(name);
    let ScreenState::Waiting(question) = screen.read().seen else { panic!("{name} is no dialog") };
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    screen.patterns.accepted(&question, &args, policy).map(|keys| keys.join(" "))
}

#[test]
fn what_the_arguments_already_accept_is_accepted_one_key_at_a_time() {
    for (name, args, key) in [
        ("claude/bypass-warning", &[BYPASS][..], Some("Down")),
        ("claude/bypass-warning-80", &["-c", BYPASS], Some("Down")),
        ("claude/bypass-warning-moved-80", &[BYPASS], Some("Enter")),
        ("claude/bypass-warning", &["--permission-mode", "bypassPermissions"], Some("Down")),
        ("claude/bypass-warning", &["--permission-mode=bypassPermissions"], Some("Down")),
        ("claude/bypass-warning", &["--permission-mode", "plan", "bypassPermissions"], None),
        ("claude/bypass-warning", &[], None),
        ("claude/trust-dialog", &[BYPASS], None),
        ("codex/trust-dialog", &["--dangerously-bypass-approvals-and-sandbox"], None),
        ("gemini/trust-dialog", &["--approval-mode", "yolo"], None),
    ] {
        assert_eq!(answer(name, args, Policy::Implied).as_deref(), key, "{name} {args:?}");
    }
}

#[test]
fn trust_is_given_where_the_configuration_accepts_and_never_by_the_wrong_choice() {
    for (name, key) in [
        ("claude/trust-dialog", Some("Enter")),
        ("claude/trust-dialog-80", Some("Enter")),
        ("claude/bypass-warning", Some("Down")),
        ("codex/trust-dialog", Some("Enter")),
        ("gemini/trust-dialog", Some("Enter")),
        ("gemini/trust-dialog-moved", Some("Up")),
    ] {
        assert_eq!(answer(name, &[], Policy::Accept).as_deref(), key, "{name}");
        assert_eq!(answer(name, &[BYPASS], Policy::Ask), None, "{name}");
    }
}

#[test]
fn permissions_questions_and_sign_in_are_never_answered() {
    for screen in recorded() {
        let ScreenState::Waiting(question) = screen.read().seen else { continue };
        if question.reason.as_str() != "trust" {
            let args = [BYPASS.to_owned()];
            let keys = screen.patterns.accepted(&question, &args, Policy::Accept);
            assert_eq!(keys, None, "{}", screen.name);
        }
    }
}

#[test]
fn a_question_with_the_words_of_a_dialog_in_it_is_not_answered_as_that_dialog() {
    let mut screen = screen("claude/question-80");
    for line in &mut screen.lines {
        *line = line.replace("Red", "Yes, I trust this folder").replace("Blue", "No, exit");
        *line = line.replace("Which colour", "Quick safety check: which colour");
    }
    let ScreenState::Waiting(question) = screen.read().seen else { panic!("still a question") };
    assert_eq!(question.reason.as_str(), "question");
    assert_eq!(screen.patterns.accepted(&question, &[], Policy::Accept), None);
}

#[test]
fn a_command_that_quotes_a_dialog_is_asked_about_and_not_answered() {
    let mut screen = screen("claude/permission-bash");
    for line in &mut screen.lines {
        *line =
            line.replace("touch made-by-agent", "echo Quick safety check; echo trust this folder");
    }
    let ScreenState::Waiting(question) = screen.read().seen else { panic!("still a question") };
    assert_eq!(question.reason.as_str(), "permission");
    assert!(question.about.contains("Quick safety check"), "{}", question.about);
    assert_eq!(screen.patterns.accepted(&question, &[], Policy::Accept), None);
}
