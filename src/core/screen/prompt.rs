//! Finds a prompt by its first characters alone, for agents whose screen has no known structure.

use super::menu::is_choice;
use super::rows::normal;

/// How many of the last lines with text may hold the prompt: below it agents draw a rule, a
/// footer and up to two rows of status.
const PROMPT_ROWS: usize = 6;

/// Whether the agent is at its prompt: a line near the end of the screen that begins with `prompt`.
/// A menu (`❯ 1. Yes`) begins with the same mark but is a question. Public for fuzzing.
///
/// Agents also draw the prompt while they work: it shows only that one can type.
#[must_use]
pub fn shows_prompt(lines: &[String], prompt: &str) -> bool {
    prompt_row(lines, prompt).is_some()
}

/// The row of that prompt.
pub(super) fn prompt_row(lines: &[String], prompt: &str) -> Option<usize> {
    let prompt = prompt.replace('\u{a0}', " ");
    let mark = prompt.trim();
    if mark.is_empty() {
        return None;
    }
    // A mark given with a blank behind it needs one: `>` must not be seen in `>>> python`.
    let apart = prompt.ends_with(' ');
    let texts = lines.iter().map(|line| normal(line)).enumerate().rev();
    texts
        .filter(|(_, line)| !line.is_empty())
        .take(PROMPT_ROWS)
        .find(|(_, line)| is_prompt(without_box(line), mark, apart))
        .map(|(row, _)| row)
}

fn is_prompt(line: &str, mark: &str, apart: bool) -> bool {
    let Some(rest) = line.strip_prefix(mark) else { return false };
    let ends = rest.is_empty() || rest.starts_with(' ');
    (ends || !apart) && !is_choice(rest.trim_start())
}

/// The line without the box some agents draw around their prompt.
fn without_box(line: &str) -> &str {
    line.trim_start_matches([' ', '│', '┃', '|'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shows(screen: &str, prompt: &str) -> bool {
        let lines: Vec<String> = screen.lines().map(str::to_owned).collect();
        shows_prompt(&lines, prompt)
    }

    #[test]
    fn a_prompt_is_seen_above_its_footer_and_with_an_nbsp_behind_it() {
        for (screen, prompt) in [
            ("hello\n────\n❯\u{a0}\n────\n  ? for shortcuts\n\n\n", "❯ "),
            ("────\n❯ please explain\n────\n   high", "❯ "),
            ("╭──╮\n│ ❯    │\n╰──╯", "❯ "),
            ("› Ask Codex to do anything\n\n  model · ~/shop\n  ? for shortcuts", "› "),
            (" >   Type your message or @path\n workspace\n ~/shop", ">   Type your message"),
            ("$ ready> \n", "$ ready>"),
        ] {
            assert!(shows(screen, prompt), "{screen}");
        }
    }

    #[test]
    fn a_menu_a_quote_or_old_text_is_no_prompt() {
        for (screen, prompt) in [
            ("", "❯ "),
            (" Do you want to proceed?\n ❯ 1. Yes\n   2. No\n Esc to cancel", "❯ "),
            ("› 1. Trust and continue\n  2. Back", "› "),
            ("the prompt is ❯ \n", "❯ "),
            ("❯ \n1\n2\n3\n4\n5\n6", "❯ "),
            (">>> python", "> "),
            ("anything", "  "),
        ] {
            assert!(!shows(screen, prompt), "{screen}");
        }
    }
}
