//! What an agent says in its pane's title.

use super::description::{Means, TitleSign};
use super::forms;
use super::patterns::Patterns;
use super::rows::{is_braille, normal};

/// How long the name of a task may be, in characters.
const TASK_LIMIT: usize = 200;

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

/// What an agent is working on, as its title names it; `None` where that is a mere state, or a folder.
#[must_use]
pub fn task(patterns: &Patterns, title: &str) -> Option<String> {
    let known = &patterns.known;
    let fits = |name: &str, value: &str| match name {
        "spinner" => value.chars().all(is_braille),
        _ => !known.no_tasks.iter().any(|beginning| value.starts_with(beginning)),
    };
    let found = known.tasks.iter().find_map(|form| forms::read(form, title, &fits))?;
    let (_, task) = found.into_iter().find(|(name, _)| *name == "task")?;
    let task: String = task.chars().filter(|letter| !letter.is_control()).collect();
    Some(task.chars().take(TASK_LIMIT).collect())
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
    fn a_title_names_a_task_where_it_says_more_than_a_state() {
        for (agent, title, expected) in [
            ("claude", "✳ Claude Code", None),
            ("claude", "✳ Fix the build", Some("Fix the build")),
            ("claude", "⠐ Fix the build", Some("Fix the build")),
            ("claude", "vm", None),
            ("codex", "⠋ shop", None),
            ("codex", "shop", None),
            ("codex", "⠙ fix the cart | shop", Some("fix the cart")),
            ("codex", "fix the cart | shop", Some("fix the cart")),
            ("codex", "[ ! ] Action Required | shop", None),
            ("codex", "[ . ] Action Required | shop", None),
            ("gemini", "◇  Ready (shop)         ", None),
            ("gemini", "✦  Working… (shop)", None),
            ("gemini", "✦  Reading the tests (shop)", Some("Reading the tests")),
            ("gemini", "✋  Action Required (shop)", None),
            ("opencode", "OpenCode", None),
            ("opencode", "OC | New session - 2026-11-29T12:00:00Z", None),
            ("opencode", "OC | Fix the cart", Some("Fix the cart")),
            ("cline", "Cline", None),
            ("cline", "> bash: make", Some("bash: make")),
            ("copilot", "GitHub Copilot", None),
            ("copilot", "say hi - GitHub Copilot", Some("say hi")),
            ("qwen", "◐︎ Qwen - shop", None),
            ("vibe", ">> Fix the cart", Some("Fix the cart")),
            ("vibe", "Vibe", None),
        ] {
            let patterns = Patterns::for_agent(agent).unwrap();
            assert_eq!(task(&patterns, title).as_deref(), expected, "{agent}: {title}");
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
