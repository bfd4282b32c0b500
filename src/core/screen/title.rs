//! What an agent says in its pane's title.

use super::description::{Means, TitleSign};
use super::patterns::Patterns;
use super::rows::{is_braille, normal};

/// The meaning of `title`; `None` if the agent did not set it.
pub(super) fn means(patterns: &Patterns, title: &str) -> Option<Means> {
    let title = normal(title);
    let ready = patterns.ready_title.as_deref().is_some_and(|ready| title.starts_with(ready));
    let known = patterns.known.titles.iter().find(|(sign, _)| fits(*sign, &title));
    match known.map(|(_, means)| *means) {
        Some(Means::Idle) | None if ready => Some(Means::Ready),
        means => means,
    }
}

fn fits(sign: TitleSign, title: &str) -> bool {
    match sign {
        TitleSign::Begins(beginning) => title.starts_with(beginning),
        TitleSign::Spinner => {
            let mut letters = title.chars();
            letters.next().is_some_and(is_braille) && letters.next() == Some(' ')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_the_word_of_the_agent_that_sets_them() {
        for (agent, title, expected) in [
            ("claude", "✳ Claude Code", Some(Means::Quiet)),
            ("claude", "⠐ Fix the build", Some(Means::Working)),
            ("claude", "vm", None),
            ("codex", "⠋ shop", Some(Means::Working)),
            ("codex", "⠋shop", None),
            ("codex", "✳ shop", None),
            ("codex", "[ ! ] Action Required | shop", Some(Means::Waiting)),
            ("codex", "[ . ] Action Required | shop", Some(Means::Waiting)),
            ("codex", "◇  Ready (shop)", None),
            ("gemini", "◇  Ready (shop)         ", Some(Means::Idle)),
            ("gemini", "✦  Reading the tests (shop)", Some(Means::Working)),
            ("gemini", "⏲  Working… (shop)", Some(Means::Working)),
            ("gemini", "✋  Action Required (shop)", Some(Means::Waiting)),
            ("gemini", "⠋ shop", None),
        ] {
            let patterns = Patterns::for_agent(agent).unwrap();
            assert_eq!(means(&patterns, title), expected, "{agent}: {title}");
        }
    }

    #[test]
    fn a_configured_title_makes_ready_and_a_busy_one_still_wins() {
        let custom = Patterns::generic().with_ready_title("READY");
        assert_eq!(means(&custom, "READY now"), Some(Means::Ready));
        assert_eq!(means(&custom, "⠋ READY"), None);
        let codex = Patterns::for_agent("codex").unwrap().with_ready_title("⠋");
        assert_eq!(means(&codex, "⠋ shop"), Some(Means::Working));
    }
}
