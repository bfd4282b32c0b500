//! A command line given as text (`cmd=`): split into words if it is plain, else run by a shell.

use crate::core::names::shown;

/// The command of a pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    text: String,
    argv: Vec<String>,
    shell: bool,
}

/// Text that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad command `{given}`: {why}")]
pub struct BadCommand {
    /// The text, safe to show.
    pub given: String,
    /// What is wrong.
    pub why: &'static str,
}

impl CommandLine {
    /// Splits plain words as a shell does; anything else is run by `/bin/sh`.
    ///
    /// # Errors
    /// It is empty, has an unclosed quote, or contains a NUL.
    pub fn parse(text: &str) -> Result<Self, BadCommand> {
        let bad = |why| BadCommand { given: shown(text), why };
        if text.contains('\0') {
            return Err(bad("it holds a NUL byte"));
        }
        let words = shlex::split(text).ok_or_else(|| bad("a quote is left open"))?;
        if words.first().is_none_or(String::is_empty) {
            return Err(bad("it is empty"));
        }
        let shell = needs_shell(text);
        let argv = if shell { vec!["/bin/sh".into(), "-c".into(), text.to_owned()] } else { words };
        Ok(Self { text: text.to_owned(), argv, shell })
    }

    /// The command line, to be run without another shell.
    #[must_use]
    pub fn argv(&self) -> &[String] {
        &self.argv
    }

    /// The original text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words from the program on; `None` if only a shell can tell which program that is.
    #[must_use]
    pub fn words(&self) -> Option<Vec<String>> {
        if !self.shell {
            return Some(self.argv.clone());
        }
        let words = shlex::split(&self.text).filter(|_| !has_syntax(&self.text))?;
        Some(words.into_iter().skip_while(|word| sets_a_variable(word)).collect())
    }

    /// The program that must exist before anything is created; unknown if a shell runs it.
    #[must_use]
    pub fn program(&self) -> Option<&str> {
        if self.shell { None } else { self.argv.first().map(String::as_str) }
    }
}

/// Whether it means more than words to a shell.
fn needs_shell(text: &str) -> bool {
    has_syntax(text) || sets_a_variable(text)
}

/// Whether it holds what a shell would do something about: quoted text is plain, but double quotes
/// still expand `$` and backticks.
fn has_syntax(text: &str) -> bool {
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None | Some('"'), '\\') => _ = chars.next(),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, c) if "|&;<>()$`*?[~#{!\n\r".contains(c) => return true,
            (Some('"'), '$' | '`') => return true,
            _ => {}
        }
    }
    false
}

/// `KEY=value cmd`, which only a shell reads as an assignment.
fn sets_a_variable(text: &str) -> bool {
    let Some((key, _)) = text.trim_start().split_once('=') else { return false };
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(text: &str) -> Vec<String> {
        CommandLine::parse(text).unwrap().argv
    }

    #[test]
    fn plain_words_are_started_without_a_shell() {
        for (text, words) in [
            ("cat", &["cat"][..]),
            ("claude --model opus", &["claude", "--model", "opus"]),
            ("  '/opt/my agent/run' \"a  b\" c\\ d", &["/opt/my agent/run", "a  b", "c d"]),
            ("x 'really? $HOME; `no`' ''", &["x", "really? $HOME; `no`", ""]),
            ("x --key=value", &["x", "--key=value"]),
            ("x \\$HOME \"\\$HOME\"", &["x", "$HOME", "$HOME"]),
        ] {
            assert_eq!(argv(text), words);
            assert_eq!(CommandLine::parse(text).unwrap().program(), Some(words[0]));
        }
    }

    #[test]
    fn what_only_a_shell_can_do_goes_to_a_shell_unchanged() {
        for text in [
            "a | b",
            "a; b",
            "a && b",
            "a > f",
            "a < f",
            "(a)",
            "echo $HOME",
            "echo \"$HOME\"",
            "echo `a`",
            "echo \"`a`\"",
            "ls *",
            "ls ?",
            "ls [a]",
            "cat ~/x",
            "a # b",
            "a {b,c}",
            "! a",
            "a\nb",
            "KEY=1 a",
            " K_2='x y' a",
        ] {
            assert_eq!(argv(text), ["/bin/sh", "-c", text]);
            assert_eq!(CommandLine::parse(text).unwrap().program(), None);
        }
    }

    #[test]
    fn the_program_is_known_behind_variables_and_not_behind_what_only_a_shell_can_do() {
        let words = |text| CommandLine::parse(text).unwrap().words().map(|words| words.join("|"));
        assert_eq!(words("A=1 B='x y' claude -p").as_deref(), Some("claude|-p"));
        assert_eq!(words("claude A=1").as_deref(), Some("claude|A=1"));
        assert_eq!(words("cd x && claude"), None);
        assert_eq!(words("A=$B claude"), None);
    }

    #[test]
    fn text_that_cannot_be_run_says_why() {
        for (text, expected) in [
            ("", "bad command ``: it is empty"),
            (" \t", "bad command ` \\t`: it is empty"),
            ("''", "bad command `''`: it is empty"),
            ("cat 'x", "bad command `cat 'x`: a quote is left open"),
            ("cat \0", "bad command `cat \\u{0}`: it holds a NUL byte"),
        ] {
            assert_eq!(
                CommandLine::parse(text).map_err(|err| err.to_string()),
                Err(expected.into())
            );
        }
    }
}
