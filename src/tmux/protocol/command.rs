//! Commands, built from arguments and never formatted: any byte string arrives as it was given.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::tmux::error::{TmuxError, shown};

/// One tmux command with its arguments.
///
/// Arguments are bytes. What tmux makes of an argument (a target, a format) is up to the caller:
/// text that must not be expanded goes through [`literal`] first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    name: &'static str,
    args: Vec<Vec<u8>>,
    /// Whether tmux announces a command in one of its branches.
    announces: bool,
}

/// What tmux announces to all control clients: a session that comes or goes, since 3.4 also a
/// buffer.
const ANNOUNCED: &[&str] = &[
    "capture-pane",
    "delete-buffer",
    "kill-pane",
    "kill-session",
    "kill-window",
    "load-buffer",
    "new-session",
    "paste-buffer",
    "set-buffer",
];

impl Command {
    /// A command by its full name, such as `kill-session`.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, args: Vec::new(), announces: false }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<[u8]>) -> Self {
        self.args.push(arg.as_ref().to_vec());
        self
    }

    /// Adds several arguments.
    #[must_use]
    pub fn args<A: AsRef<[u8]>>(self, args: impl IntoIterator<Item = A>) -> Self {
        args.into_iter().fold(self, Command::arg)
    }

    /// Runs `yes` if the format `condition`, seen from `target`, is neither empty nor `0`, else
    /// `no`, with nothing in between. What the branch prints becomes the command's own reply.
    ///
    /// # Errors
    /// An argument that no tmux command can take.
    pub fn choose(
        target: impl AsRef<[u8]>,
        condition: &str,
        yes: &[Command],
        no: &[Command],
    ) -> Result<Self, TmuxError> {
        let choice = Self::new("if-shell").arg("-F").arg("-t").arg(target).arg(condition);
        let announces = yes.iter().chain(no).any(Self::needs_lock);
        Ok(Self { announces, ..choice.arg(sequence(yes)?).arg(sequence(no)?) })
    }

    /// Whether it has branches, each of which may hold any number of commands.
    pub(crate) fn branches(&self) -> bool {
        self.name == "if-shell"
    }

    /// Whether it needs the lock: tmux may announce what it does to all control clients.
    pub(crate) fn needs_lock(&self) -> bool {
        // With `-C` it only clears alerts.
        let spares = self.name == "kill-session" && self.args.iter().any(|arg| arg == b"-C");
        self.announces || (ANNOUNCED.contains(&self.name) && !spares)
    }

    /// Whether it is done when tmux has written its block. Commands that wait for something, such
    /// as `run-shell`, get theirs before that.
    pub(crate) fn ends_at_once(&self) -> bool {
        ["list-panes", "display-message"].contains(&self.name)
    }

    /// As a part of a line for tmux's own parser, which reads control mode.
    ///
    /// # Errors
    /// An argument holds a NUL, which would cut it short.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, TmuxError> {
        let mut line = self.name.as_bytes().to_vec();
        for arg in &self.args {
            refuse_nul(arg)?;
            line.extend_from_slice(b" \"");
            for &byte in arg {
                encode_byte(byte, &mut line);
            }
            line.push(b'"');
        }
        Ok(line)
    }

    /// As arguments of the tmux program.
    ///
    /// # Errors
    /// An argument holds a NUL.
    pub(crate) fn argv(&self) -> Result<Vec<OsString>, TmuxError> {
        let mut argv = vec![OsString::from(self.name)];
        for arg in &self.args {
            refuse_nul(arg)?;
            argv.push(unsplit(arg));
        }
        Ok(argv)
    }
}

/// For messages: the name and the arguments, shortened.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [self.name.as_bytes()].into_iter().chain(self.args.iter().map(Vec::as_slice));
        f.write_str(&shown(&words.collect::<Vec<_>>().join(&b' ')))
    }
}

/// Several commands as one line, run as one: nothing else happens in between.
pub(crate) fn sequence(commands: &[Command]) -> Result<Vec<u8>, TmuxError> {
    let encoded: Result<Vec<_>, _> = commands.iter().map(Command::encode).collect();
    Ok(encoded?.join(&b" ; "[..]))
}

/// Escapes text for an argument in which tmux expands formats.
#[must_use]
pub fn literal(text: impl AsRef<OsStr>) -> Vec<u8> {
    let mut escaped = Vec::new();
    let mut rest = text.as_ref().as_bytes();
    while let Some(&byte) = rest.first() {
        let run = rest.iter().take_while(|&&next| next == b'#').count();
        if run == 0 {
            escaped.push(byte);
            rest = &rest[1..];
            continue;
        }
        // tmux leaves `#[`, `##[`, `###[` ... as they are: they are styles.
        let copies = if rest.get(run) == Some(&b'[') { run } else { 2 * run };
        escaped.extend(std::iter::repeat_n(b'#', copies));
        rest = &rest[run..];
    }
    escaped
}

fn refuse_nul(arg: &[u8]) -> Result<(), TmuxError> {
    if arg.contains(&0) {
        return Err(TmuxError::BadArgument { argument: shown(arg), why: "it holds a NUL byte" });
    }
    Ok(())
}

/// Inside double quotes tmux's parser takes these as they are; all others go as `\ooo`. A raw
/// newline would end the command and run the rest as another one; 0xff reads as the end of the
/// file.
fn encode_byte(byte: u8, line: &mut Vec<u8>) {
    if byte.is_ascii_alphanumeric() || b" _./:,=+@%-".contains(&byte) {
        line.push(byte);
    } else {
        line.extend_from_slice(&[b'\\', octal(byte >> 6), octal(byte >> 3), octal(byte)]);
    }
}

/// The last octal digit of `number`.
fn octal(number: u8) -> u8 {
    b'0' + (number & 7)
}

/// tmux takes a `;` at the end of an argument as the end of the command, and `\;` there as `;`.
fn unsplit(arg: &[u8]) -> OsString {
    let mut arg = arg.to_vec();
    if arg.last() == Some(&b';') {
        arg.insert(arg.len() - 1, b'\\');
    }
    OsString::from_vec(arg)
}

/// Printed to find out whether tmux escapes what looks like a variable, as 3.4 does.
pub(crate) const PROBE: &str = "$polecat";

/// Undoes that escaping: `\$name` and `\${` for `$name` and `${`.
pub(crate) fn unescape_variables(body: &[u8]) -> Vec<u8> {
    let variable = |at: usize| {
        let next = body.get(at + 2).copied().unwrap_or_default();
        body[at..].starts_with(b"\\$") && (next.is_ascii_alphabetic() || b"_{".contains(&next))
    };
    let kept = body.iter().enumerate().filter(|&(at, &byte)| byte != b'\\' || !variable(at));
    kept.map(|(_, &byte)| byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newline_never_ends_the_command() {
        let line = Command::new("set-buffer").arg("a\nkill-server").encode().unwrap();
        assert_eq!(line, b"set-buffer \"a\\012kill-server\"");
    }

    #[test]
    fn what_tmux_would_expand_goes_as_octal() {
        let line = Command::new("x").arg("~$A\"\\#{};'").encode().unwrap();
        assert_eq!(line, br#"x "\176\044A\042\134\043\173\175\073\047""#);
    }

    #[test]
    fn a_nul_is_refused_by_name() {
        let error = Command::new("x").arg(b"a\0b").encode().unwrap_err();
        assert_eq!(error.to_string(), "`a\\u{0}b` cannot be given to tmux: it holds a NUL byte");
        assert!(Command::new("x").arg(b"\0").argv().is_err());
    }

    #[test]
    fn a_last_semicolon_stays_part_of_the_argument() {
        let argv = Command::new("x").args(["a;", "a\\;", ";", "a;b"]).argv().unwrap();
        assert_eq!(argv, ["x", "a\\;", "a\\\\;", "\\;", "a;b"]);
    }

    #[test]
    fn what_looks_like_a_variable_is_unescaped() {
        let text = br"\$HOME \${x} $(a) \$1 \\$a \n \$";
        assert_eq!(unescape_variables(text), br"$HOME ${x} $(a) \$1 \$a \n \$");
    }

    #[test]
    fn literal_text_keeps_its_number_signs() {
        for (text, expected) in
            [("a#{pid}", "a##{pid}"), ("#(x)", "##(x)"), ("##", "####"), ("#[x", "#[x"), ("", "")]
        {
            assert_eq!(literal(text), expected.as_bytes(), "{text}");
        }
    }
}
