//! What an agent's screen shows before and after its work is interrupted.

use super::description::Means;
use super::layout::{self, Scene};
use super::message::composer_rows;
use super::patterns::Patterns;
use super::rows::{holds, squeezed, texts_beside};
use super::shown::ShownScreen;
use super::{title, working};

/// How many of the last rows tell that it works, where it draws no composer then.
const LAST_ROWS: usize = 3;

/// The rows that prove that the agent is at work and asks nothing: where it says so, and those of its
/// composer, in whose place it draws dialogs.
#[must_use]
pub fn working_rows(patterns: &Patterns, shown: &ShownScreen) -> Vec<usize> {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    match layout::scene(patterns, &rows) {
        Scene::Composer(composer) => {
            let quiet = title::means(patterns, &shown.title) == Some(Means::Quiet);
            let sign = working::sign(&patterns.known, &rows, &composer, quiet);
            sign.into_iter().chain(composer_rows(patterns, shown)).collect()
        }
        Scene::Dialog(_) | Scene::Busy => {
            (0..rows.len()).rev().filter(|row| !rows[*row].is_empty()).take(LAST_ROWS).collect()
        }
    }
}

/// The row under the composer, or in it, that holds `words`.
#[must_use]
pub fn tells(patterns: &Patterns, shown: &ShownScreen, words: &str) -> Option<usize> {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    let Scene::Composer(composer) = layout::scene(patterns, &rows) else { return None };
    (composer.top..rows.len()).find(|row| holds(&rows[*row], words))
}

/// Whether the conversation on the screen has all of `text`: it was sent.
#[must_use]
pub fn was_sent(patterns: &Patterns, shown: &ShownScreen, text: &str) -> bool {
    let rows = texts_beside(&shown.rows, patterns.known.scroll_bar);
    let Scene::Composer(composer) = layout::scene(patterns, &rows) else { return false };
    let above: String = rows[..composer.top].iter().map(|row| squeezed(row)).collect();
    above.contains(&squeezed(text))
}

/// How often the screen shows `words`.
#[must_use]
pub fn times(shown: &ShownScreen, words: &str) -> usize {
    let screen: String = shown.rows.iter().map(|row| squeezed(row)).collect();
    screen.matches(&squeezed(words)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(screen: &str) -> ShownScreen {
        ShownScreen::new("", screen.as_bytes(), (0, 0))
    }

    #[test]
    fn what_proves_that_it_works_is_its_sign_and_its_composer() {
        let claude = Patterns::for_agent("claude").unwrap();
        let rule = "─".repeat(40);
        let foot = format!("{rule}\n❯ \n{rule}\n  esc to interrupt · x");
        assert_eq!(working_rows(&claude, &shown(&format!("● Go\n{foot}")))[0], 4);
        let rows = working_rows(&claude, &shown(&format!("✽ Tempering… (2s)\n\n{foot}")));
        assert_eq!(rows, [5, 3, 5]);
        let pi = Patterns::for_agent("pi").unwrap();
        let rows = working_rows(&pi, &shown(&format!("── ⠴ Working {rule}\n\n{rule}\n~/shop")));
        assert_eq!(rows[0], 0);
        let aider = Patterns::for_agent("aider").unwrap();
        let rows = working_rows(&aider, &shown(&format!("{rule}\ndiff> think\nthought 1\n\n2")));
        assert_eq!(rows, [4, 2, 1]);
    }

    #[test]
    fn what_is_quoted_in_the_conversation_is_not_told() {
        let opencode = Patterns::for_agent("opencode").unwrap();
        let box_of = |foot: &str| {
            let bar = "  ┃\n  ┃\n  ┃  Build · Mock\n";
            format!("  esc again to interrupt\n\n{bar}  ╹{}\n   ⬝⬝⬝  {foot}", "▀".repeat(60))
        };
        let tells = |foot| tells(&opencode, &shown(&box_of(foot)), "esc again to interrupt");
        assert_eq!(tells("esc again to interrupt"), Some(6));
        assert_eq!(tells("esc interrupt"), None);
    }

    #[test]
    fn words_are_counted_however_they_are_broken() {
        let screen = shown("■ Conversation interrupted\n› go\n■ Conversation inter\n  rupted - x");
        assert_eq!(times(&screen, "Conversation interrupted"), 2);
    }

    #[test]
    fn what_was_sent_stands_above_the_composer_however_it_is_broken() {
        let claude = Patterns::for_agent("claude").unwrap();
        let rule = "─".repeat(40);
        let screen = format!("❯ please think\n  hard\n\n{rule}\n❯ not this\n{rule}");
        let sent = |text| was_sent(&claude, &shown(&screen), text);
        assert!(sent("please think hard"));
        assert!(!sent("please think harder") && !sent("not this"));
    }
}
