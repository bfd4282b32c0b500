use super::*;

const TEXT: &str = "[GAS TOWN] ash\n\nWork is on your hook. Run `gt hook` and begin.";
const NOWHERE: MessagePosition = MessagePosition::Nowhere { proven: false };

/// The screen with its cursor at its end.
fn shown(screen: &str) -> ShownScreen {
    let row = screen.matches('\n').count();
    let column = screen.rsplit('\n').next().unwrap_or_default().chars().count();
    ShownScreen::new("", screen.as_bytes(), (column, row))
}

fn at(patterns: &Patterns, screen: &str) -> MessagePosition {
    place(patterns, &shown(screen), TEXT, ScreenBaseline::unknown())
}

#[test]
fn in_a_frame_the_composer_is_told_from_the_conversation() {
    let claude = Patterns::for_agent("claude").unwrap();
    let rule = "─".repeat(40);
    for (above, typed, expected) in [
        ("", "", MessagePosition::Nowhere { proven: true }),
        ("", "  Try \"fix it\"", MessagePosition::Nowhere { proven: true }),
        ("", "my own words", NOWHERE),
        (
            "",
            "[GAS TOWN] ash\n\n  Work is on your hook. Run `gt\n  hook` and begin.",
            MessagePosition::Composer,
        ),
        ("", "[Pasted text #1 +2 lines]", MessagePosition::Composer),
        ("", "[[GAS TOWN] ash Work is... Pasted +2\n  lines]", MessagePosition::Composer),
        ("❯ [Pasted text #1 +2 lines]\n● Yes", "", MessagePosition::Conversation),
        (
            "❯ Work is on your hook. Run `gt hook` and be\n  gin.\n● Yes",
            "",
            MessagePosition::Conversation,
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
            MessagePosition::Composer,
        ),
        (
            "hello\n❯ [GAS TOWN] ash\n\nWork is on your hook. Run `gt hook` and begin.\n",
            MessagePosition::Conversation,
        ),
        (
            "❯ Work is on your hook. Run `gt hook` and begin.\nyes\n❯ ",
            MessagePosition::Conversation,
        ),
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
    let once = ScreenBaseline { times: 1, parked: false };
    assert_eq!(place(&generic, &shown(sent), TEXT, once), MessagePosition::Conversation);
    assert_eq!(at(&generic, sent), MessagePosition::Conversation);
    let none = ScreenBaseline { times: 0, parked: false };
    assert_eq!(place(&generic, &shown(sent), TEXT, none), MessagePosition::Composer);
    let folded = shown("[Pasted text #1]\nok\n> [Pasted text #2 +3 lines]");
    assert_eq!(
        place(&generic, &folded, TEXT, ScreenBaseline { times: 2, parked: false }),
        MessagePosition::Composer
    );
    let typed = "hello\n> Work is on your hook. Run `gt hook` and begin.";
    assert_eq!(place(&generic, &shown(typed), TEXT, once), MessagePosition::Composer);
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
        ("\n\n ░█       Waiting for openai/mock", MessagePosition::Conversation),
        ("\nthought 1\nthought 2", MessagePosition::Conversation),
        ("", MessagePosition::Composer),
    ] {
        let screen = format!("hello\n{rule}\ndiff> think 8{under}");
        let shown = ShownScreen::new("", screen.as_bytes(), (0, 0));
        let before = ScreenBaseline::of(&patterns, &ShownScreen::default(), "think 8");
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
