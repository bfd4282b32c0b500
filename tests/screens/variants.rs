//! The recorded screens as they change: scrolled, narrowed, and with their words quoted.

use polecat::core::screen::{
    Look, Messages, Patterns, Policy, ScreenState, ShownScreen, read, trouble,
};
use proptest::prelude::*;

use crate::recorded::{Recorded, agents, recorded};

/// What a conversation about agents quotes, as they draw it.
const QUOTES: &[&str] = &[
    "esc to interrupt · ← for agents",
    "✽ Tempering… (2s · ↓ 17 tokens)",
    "• Working (2s • esc to interrupt)",
    "⠏ Thinking... (esc to cancel, 2s)",
    "Do you want to proceed?\n❯ 1. Yes\n  2. Yes, always\n  3. No\n\nEsc to cancel · Tab to amend",
    "Allow execution of [Shell]?\n● 1. Allow once\n  2. No, suggest changes (esc)",
    "Would you like to run the following command?\n› 1. Yes, proceed (y)\n  2. No\n\nPress enter to confirm or esc to cancel",
    "Quick safety check: do you trust it?\n❯ 1. Yes, I trust this folder\n  2. No, exit\n\nEnter to confirm · Esc to cancel",
    "Trust this folder?\n› 1. Trust and continue\n  2. Back to Agent Command Center\n\nenter continue · esc back",
    "Which?\n❯ 1. Red\n  2. Blue\n\nEnter to select · ↑/↓ to navigate · Esc to cancel",
    "WARNING: Claude Code running in Bypass Permissions mode\n❯ 1. No, exit\n  2. Yes, I accept",
    "Paste code here if prompted >",
    "Finish signing in via your browser\n\nPress esc to cancel",
    "◇  Ready (shop)",
];

/// The first row of what is not conversation: composer or dialog, and the busy row above it.
pub(crate) fn bottom(screen: &Recorded) -> Option<usize> {
    if screen.expect.bottom.is_some() {
        return screen.expect.bottom;
    }
    let agent = screen.name.split('/').next().unwrap_or_default();
    let rows = &screen.lines;
    let last = |found: &dyn Fn(&str) -> bool| rows.iter().rposition(|row| found(row));
    match (agent, screen.expect.state.as_str()) {
        ("claude", "waiting") if screen.name.contains("permission") => {
            last(&|row| row.starts_with("──"))
        }
        ("codex", "waiting") if screen.name.contains("permission") => {
            last(&|row| row.starts_with("• Running"))
        }
        ("claude", "idle") => {
            last(&|row| row.starts_with("❯") || row.starts_with('!'))?.checked_sub(1)
        }
        ("claude", "working") => last(&|row| "·✢✳✶✻✽".contains(row.chars().next().unwrap_or('x'))),
        ("codex", "idle") => last(&|row| row.starts_with("› ")),
        ("codex", "working") => last(&|row| row.starts_with("• ") || row.starts_with("◦ ")),
        ("gemini", "idle" | "working") => last(&|row| row.starts_with("──"))?.checked_sub(2),
        ("gemini", "waiting") => {
            last(&|row| row.trim_start().starts_with('╭') && !row.contains("│"))
                .filter(|_| screen.name.contains("permission"))
        }
        _ => None,
    }
}

/// The rows with `quote` before row `at`.
fn quoted(rows: &[String], at: usize, quote: &str, indent: usize) -> Vec<String> {
    let pad = " ".repeat(indent);
    let mut lines = rows[..at].to_vec();
    lines.extend(quote.lines().map(|line| format!("{pad}{line}")));
    lines.extend_from_slice(&rows[at..]);
    lines
}

/// What a terminal that breaks rows makes of them.
fn wrapped(rows: &[String], width: usize) -> Vec<String> {
    let broken = rows.iter().flat_map(|row| {
        let letters: Vec<char> = row.trim_end().chars().collect();
        let pieces: Vec<String> =
            letters.chunks(width).map(|piece| piece.iter().collect()).collect();
        if pieces.is_empty() { vec![String::new()] } else { pieces }
    });
    broken.collect()
}

#[test]
fn words_quoted_in_a_conversation_change_nothing_with_or_without_a_title() {
    let mut tried = 0;
    for screen in recorded() {
        let Some(bottom) = bottom(&screen) else { continue };
        for quote in QUOTES {
            for (at, indent) in [(bottom, 2), (bottom, 4), (bottom / 2, 2), (0, 2)] {
                let lines = quoted(&screen.lines, at, quote, indent);
                for title in [screen.title.as_str(), "vm"] {
                    let plain = screen.read_as(title, &screen.lines);
                    let found = screen.read_as(title, &lines);
                    assert_eq!(found, plain, "{} at {at}, titled {title}: {quote}", screen.name);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 5_000, "only {tried} were tried");
}

/// The rows of a dialog that asks about a command, with `hostile` for the command.
fn about(screen: &Recorded, hostile: &[String]) -> Option<Vec<String>> {
    let at = screen.lines.iter().rposition(|row| row.contains("touch permitted.txt"))?;
    let row = &screen.lines[at];
    let frame = row[..row.find("touch permitted.txt")?].replace('$', " ");
    let mut lines = screen.lines[..=at].to_vec();
    lines.extend(hostile.iter().map(|text| format!("{frame}{text}")));
    lines.extend_from_slice(&screen.lines[at + 1..]);
    Some(lines)
}

#[test]
fn no_command_makes_its_permission_a_composer_or_another_dialog() {
    let screens = recorded();
    let mut tried = 0;
    for screen in screens.iter().filter(|one| one.expect.reason.as_deref() == Some("permission")) {
        let agent = screen.name.split('/').next().unwrap_or_default();
        let of = |one: &&Recorded| one.name.starts_with(&format!("{agent}/"));
        let composer = screens.iter().filter(of).filter(|one| one.expect.state == "idle");
        let composers = composer.filter_map(|one| Some(one.lines[bottom(one)?..].to_vec()));
        // Its frame alone too, and choices without what frames them.
        let composers = composers
            .flat_map(|rows| [rows.len(), 3, 4].map(|end| rows[..end.min(rows.len())].to_vec()));
        let dialogs = screens.iter().filter(of).filter(|one| one.expect.state == "waiting");
        let text = |row: &&String| !row.contains("──");
        let dialogs = dialogs
            .flat_map(|one| [one.lines.clone(), one.lines.iter().filter(text).cloned().collect()]);
        let quotes = QUOTES.iter().map(|quote| quote.lines().map(str::to_owned).collect());
        for hostile in composers.chain(dialogs).chain(quotes) {
            let Some(lines) = about(screen, &hostile) else { continue };
            for title in [screen.title.as_str(), "vm"] {
                let ScreenState::Waiting(question) = screen.read_as(title, &lines).seen else {
                    panic!("{}, titled {title}, is no dialog\n{}", screen.name, lines.join("\n"));
                };
                let keys = screen.patterns.accepted(&question, &[], Policy::Accept);
                assert_eq!(keys, None, "{}: {question:?}\n{}", screen.name, lines.join("\n"));
                tried += 1;
            }
        }
    }
    assert!(tried > 300, "only {tried} were tried");
}

#[test]
fn where_the_title_tells_a_busy_row_quoted_at_the_left_edge_is_none() {
    for screen in recorded() {
        let tells = screen.name.starts_with("claude") || screen.name.starts_with("gemini");
        let Some(bottom) = bottom(&screen).filter(|_| tells && screen.expect.state == "idle")
        else {
            continue;
        };
        for quote in QUOTES {
            let lines = quoted(&screen.lines, bottom, quote, 0);
            assert_eq!(
                screen.read_as(&screen.title, &lines),
                screen.read(),
                "{}: {quote}",
                screen.name
            );
        }
    }
}

#[test]
fn rows_scrolled_out_at_the_top_change_nothing() {
    for screen in recorded() {
        let start = match &screen.read().seen {
            ScreenState::Waiting(question) => {
                let words: String = question.text.chars().take(12).collect();
                screen.lines.iter().rposition(|row| row.contains(&words))
            }
            _ => bottom(&screen),
        };
        for cut in 0..=start.unwrap_or(0) {
            let lines = &screen.lines[cut..];
            let found = screen.read_as(&screen.title, lines).seen;
            assert_same_question(
                &found,
                &screen.read().seen,
                &format!("{} cut {cut}", screen.name),
            );
        }
    }
}

#[test]
fn text_scrolled_in_above_changes_nothing() {
    for screen in recorded() {
        let mut lines: Vec<String> =
            (0..40).map(|row| format!("  an earlier answer, row {row}")).collect();
        lines.extend_from_slice(&screen.lines);
        // A screen without a frame takes all its rows for the dialog's.
        let found = screen.read_as(&screen.title, &lines).seen;
        assert_same_question(&found, &screen.read().seen, &screen.name);
    }
}

#[test]
fn a_screen_that_tmux_broke_to_a_narrower_one_reads_the_same() {
    for screen in recorded() {
        // tmux breaks no row of an alternate screen, it cuts them.
        let cuts = screen.alternate;
        for width in [80, 60, 45] {
            // What stands in the middle of a wide screen is cut away: its agent draws it anew.
            let centred = |row: &String| row.len() - row.trim_start().len() > width / 3;
            if cuts && screen.lines.iter().filter(|row| !row.trim().is_empty()).all(centred) {
                continue;
            }
            let cut = |row: &String| row.chars().take(width).collect();
            let lines = if cuts {
                screen.lines.iter().map(cut).collect()
            } else {
                wrapped(&screen.lines, width)
            };
            let found = screen.read_as(&screen.title, &lines);
            let what = format!("{} at {width}\n{}", screen.name, lines.join("\n"));
            assert_eq!(found.seen.state(), screen.read().seen.state(), "{what}");
            if let (ScreenState::Waiting(found), ScreenState::Waiting(whole)) =
                (&found.seen, &screen.read().seen)
            {
                assert_eq!(
                    (found.reason, found.selected),
                    (whole.reason, whole.selected),
                    "{what}"
                );
            }
        }
    }
}

/// What a dialog says besides its question may scroll out; the question may not change.
fn assert_same_question(found: &ScreenState, whole: &ScreenState, what: &str) {
    match (found, whole) {
        (ScreenState::Waiting(found), ScreenState::Waiting(whole)) => {
            let facts = |question: &polecat::core::screen::Question| {
                (question.reason, question.choices.clone(), question.selected, question.dialog)
            };
            assert_eq!(facts(found), facts(whole), "{what}");
        }
        _ => assert_eq!(found, whole, "{what}"),
    }
}

fn row() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("────────────".to_owned()),
        Just("╭──────╮".to_owned()),
        Just("╰──────╯".to_owned()),
        Just("│ ● 1. Allow once │".to_owned()),
        Just("❯\u{a0}".to_owned()),
        Just("› ".to_owned()),
        Just(" > ".to_owned()),
        Just("❯ 1. Yes".to_owned()),
        Just("  2. No".to_owned()),
        Just(" Esc to cancel".to_owned()),
        Just("Press enter".to_owned()),
        Just(String::new()),
        proptest::sample::select(QUOTES).prop_map(str::to_owned),
        any::<String>(),
    ];
    (0..5_usize, piece).prop_map(|(pad, piece)| " ".repeat(pad) + &piece)
}

proptest! {
    #[test]
    fn no_screen_breaks_the_reader(
        lines in prop::collection::vec(row(), 0..24),
        title in prop_oneof![any::<String>(), Just("⠋ x".to_owned()), Just("◇  Ready".to_owned())],
    ) {
        for agent in agents() {
            let patterns = Patterns::for_agent(agent).expect("known");
            let reading = read(&patterns, &Look { title: &title, lines: &lines });
            let shown = ShownScreen::new(&title, lines.join("\n").as_bytes(), (0, 0));
            let detail = trouble(&patterns, &shown, &reading.seen);
            prop_assert!(detail.is_none_or(|detail| detail.text.chars().count() <= 200));
            let messages = Messages::of(&patterns, &shown).unwrap_or_default();
            prop_assert!(!messages.after(&messages).1);
            if let ScreenState::Waiting(question) = reading.seen {
                let marked = question.selected.is_none_or(|at| at < question.choices.len());
                prop_assert!(marked, "{:?}", question);
            }
        }
    }

    #[test]
    fn any_indented_text_in_the_conversation_leaves_the_reading(
        text in prop::collection::vec("[^\\x00-\\x1f]{0,60}", 0..12),
        pick in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
    ) {
        let screens: Vec<_> = recorded()
            .into_iter()
            .filter(|screen| bottom(screen).is_some())
            .collect();
        let screen = pick.get(&screens);
        let at = place.index(bottom(screen).unwrap_or(0) + 1);
        let lines = quoted(&screen.lines, at, &text.join("\n"), 2);
        prop_assert_eq!(screen.read_as(&screen.title, &lines), screen.read(), "{}", &screen.name);
    }
}
