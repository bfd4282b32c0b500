//! The messages that were sent to an agent, as far as its screen still shows them: that there is
//! another one tells of a turn, however short that was.

use super::layout::{self, Scene};
use super::patterns::Patterns;
use super::{ShownScreen, rows, trouble};

/// The messages that a screen shows above its composer, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages(Vec<String>);

impl Messages {
    /// Those on a screen; `None` where it shows no composer, or is not known.
    #[must_use]
    pub fn of(patterns: &Patterns, shown: &ShownScreen) -> Option<Self> {
        let known = &patterns.known;
        let rows = rows::texts_beside(&shown.rows, known.scroll_bar);
        let Scene::Composer(composer) = layout::scene(patterns, &rows) else { return None };
        let above = &rows[..composer.top];
        let begins = |row: &str| known.sent.iter().any(|mark| row.starts_with(mark));
        let text = |(at, row): (usize, &String)| {
            let more = above[at + 1..].iter().take_while(|row| !row.is_empty() && !begins(row));
            let is_sent = begins(row) && !trouble::is_coloured(known, shown, at, row);
            is_sent.then(|| letters(std::iter::once(row).chain(more)))
        };
        let found = above.iter().enumerate().filter_map(text);
        (!known.sent.is_empty()).then(|| Self(found.filter(|text| !text.is_empty()).collect()))
    }

    /// What is remembered after a look that showed `now`, and whether a message was sent meanwhile.
    ///
    /// Some have scrolled off the top by then. A program may also show others altogether, when it is
    /// scrolled or cleared, which is no message.
    #[must_use]
    pub fn after(&self, now: &Self) -> (Self, bool) {
        let (Self(before), Self(shown)) = (self, now);
        let is_part = before.windows(shown.len().max(1)).any(|some| some == shown.as_slice());
        if is_part {
            return (self.clone(), false);
        }
        let same = |count: &usize| shown.starts_with(&before[before.len() - count..]);
        let kept = (1..=before.len().min(shown.len())).rev().find(same);
        let is_sent = kept.is_some() || (before.is_empty() && shown.len() == 1);
        (now.clone(), is_sent)
    }
}

/// What does not change when rows are broken otherwise.
fn letters<'a>(rows: impl Iterator<Item = &'a String>) -> String {
    rows.flat_map(|row| row.chars()).filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_told_from_what_scrolls_and_what_is_drawn_anew() {
        for (before, now, sent) in [
            ("", "a", true),
            ("a b", "a b c", true),
            ("a b", "b c", true),
            ("a a", "a a a", true),
            ("a b", "a b", false),
            ("a b c", "b c", false),
            ("a b c", "a b", false),
            ("a b", "", false),
            // An earlier conversation.
            ("", "a b", false),
            // It was scrolled, or cleared.
            ("c d", "a b", false),
            ("b", "a b", false),
        ] {
            let of = |text: &str| Messages(text.split_whitespace().map(str::to_owned).collect());
            assert_eq!(of(before).after(&of(now)).1, sent, "`{before}`, then `{now}`");
        }
        let of = |text: &str| Messages(text.split_whitespace().map(str::to_owned).collect());
        let (scrolled, _) = of("a b c").after(&of("a b"));
        assert!(!scrolled.after(&of("a b c")).1, "it was scrolled up and down again");
    }

    #[test]
    fn messages_are_read_as_they_are_drawn() {
        for (agent, screen, count) in [
            ("claude", "❯ go\n  on\n\n● ok\n\n❯ again\n\n● ok\n────\n❯ not yet\n────\n  ? x", 2),
            ("codex", "› go\n\n• ok\n\n› Ask Codex\n\n  model", 1),
            ("gemini", " > go\n\n✦ ok\n\n────\n >   Type your message\n", 1),
            ("claude", "● no composer", 0),
            // An error behind a bar of another colour.
            (
                "opencode",
                "  \x1b[34m┃\x1b[0m  go\n\n  \x1b[31m┃\x1b[0m  no\n\n  ┃\n  ┃\n  ┃\n  ┃  Build\n  ╹▀▀▀",
                1,
            ),
        ] {
            let patterns = Patterns::for_agent(agent).unwrap();
            let shown = ShownScreen::new("", screen.as_bytes(), (0, 0));
            let found = Messages::of(&patterns, &shown).unwrap_or_default();
            assert_eq!(found.0.len(), count, "{agent}: {found:?}");
        }
    }
}
