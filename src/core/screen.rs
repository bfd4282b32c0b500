//! Reading an agent's state off its screen: guesses, kept in this one place.

/// How many of the last lines with text may hold the prompt: below it agents draw a rule, a
/// footer and up to two rows of status.
const PROMPT_ZONE: usize = 6;

/// A line as patterns want it: plain blanks for U+00A0, none at the end.
#[must_use]
pub fn normal(line: &str) -> String {
    line.replace('\u{a0}', " ").trim_end().to_owned()
}

/// Whether the agent stands at its prompt, a line that begins with `prompt` near the end of the
/// screen. A menu (`❯ 1. Yes`) begins with the same mark and is a question, not a prompt.
///
/// Agents draw the prompt while they work as well: this tells that one can be typed to.
#[must_use]
pub fn shows_prompt(lines: &[String], prompt: &str) -> bool {
    let prompt = prompt.replace('\u{a0}', " ");
    let mark = prompt.trim();
    if mark.is_empty() {
        return false;
    }
    // A mark given with a blank behind it needs one: `>` must not be seen in `>>> python`.
    let apart = prompt.ends_with(' ');
    let texts = lines.iter().rev().map(|line| normal(line)).filter(|line| !line.is_empty());
    texts.take(PROMPT_ZONE).any(|line| is_prompt(without_box(&line), mark, apart))
}

fn is_prompt(line: &str, mark: &str, apart: bool) -> bool {
    let Some(rest) = line.strip_prefix(mark) else { return false };
    let ends = rest.is_empty() || rest.starts_with(' ');
    (ends || !apart) && !is_choice(rest.trim_start())
}

/// `1. Yes`
fn is_choice(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(". ")
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
