//! Where a message that was typed to an agent stands.

use super::Look;
use super::layout::{self, Scene};
use super::patterns::Patterns;
use super::rows::{squeezed, texts};

/// How much of the end of a message is looked for, in characters: a paste may scroll its
/// beginning off the composer.
const TAIL: usize = 24;
/// What an agent shows in place of a long paste begins so: `[Pasted text #1 +3 lines]`.
const FOLDED: &str = "[pasted";

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the composer: it was not submitted.
    Composer,
    /// In the conversation: it was.
    Conversation,
    /// Nowhere on the screen.
    Nowhere {
        /// Whether that proves that it never arrived: the agent has a composer of known shape,
        /// which shows what is typed, and it is empty.
        proven: bool,
    },
}

/// Looks for `text` on a screen whose cursor is in `cursor_row`, from 0.
#[must_use]
pub fn place(patterns: &Patterns, look: &Look, cursor_row: usize, text: &str) -> Place {
    let rows = texts(look.lines);
    let tail = tail(text);
    let shown = |rows: &[String]| {
        let text = unframed(&rows.concat());
        text.contains(&tail) || text.to_lowercase().contains(FOLDED)
    };
    let nowhere =
        |proven| if shown(&rows) { Place::Conversation } else { Place::Nowhere { proven } };
    let Scene::Composer(composer) = layout::scene(patterns, &rows) else { return nowhere(false) };
    if !composer.framed {
        // What is typed may take more rows than the prompt's; the cursor stands behind it.
        let typed = rows.get(composer.top..=cursor_row).unwrap_or_default();
        let sent = rows.get(composer.top..cursor_row).is_some_and(shown);
        return if shown(typed) && !sent { Place::Composer } else { nowhere(false) };
    }
    match composer.typed(patterns.known.hints) {
        Some(typed) if shown(std::slice::from_ref(&typed)) => Place::Composer,
        typed => nowhere(typed.is_none()),
    }
}

/// Whether `screen`, which may be long, shows the end of `text`.
#[must_use]
pub fn shows(screen: &str, text: &str) -> bool {
    unframed(screen).contains(&tail(text))
}

/// The end of a message, as it can be found however rows break.
fn tail(text: &str) -> String {
    let text = unframed(text);
    let skipped = text.chars().count().saturating_sub(TAIL);
    text.chars().skip(skipped).collect()
}

/// Without blanks and the sides of boxes.
fn unframed(text: &str) -> String {
    squeezed(text).replace(['│', '┃'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[GAS TOWN] ash\n\nWork is on your hook. Run `gt hook` and begin.";
    const NOWHERE: Place = Place::Nowhere { proven: false };

    fn at(patterns: &Patterns, screen: &str) -> Place {
        let lines: Vec<String> = screen.trim_end_matches('\n').lines().map(str::to_owned).collect();
        // The cursor stands in the row under the last, or at its end.
        let row = if screen.ends_with('\n') { lines.len() } else { lines.len() - 1 };
        place(patterns, &Look { title: "", lines: &lines }, row, TEXT)
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
        assert_eq!(
            at(&generic, "Work is on your hook. Run `gt hook` and begin.\nok"),
            Place::Conversation
        );
        assert_eq!(at(&generic, "ok"), NOWHERE);
        assert!(shows("│ Run `gt hook` and be │\n│ gin. │", "Run `gt hook` and begin."));
    }
}
