//! The words behind a command, read by its row in the table: names, `key=value` pairs, and text
//! that takes all that follows. `\ ` is a blank in a word, `\\` a backslash.

use std::collections::BTreeMap;

use super::table::{Kind, NamedWord, Spec};
use crate::rpc::{calls::Bring, error::RpcError};
use crate::session::BringMode;

/// What was typed behind a command.
#[derive(Clone, Debug, Default)]
pub(super) struct CommandWords {
    values: BTreeMap<&'static str, Vec<u8>>,
}

impl CommandWords {
    /// Reads `text` as `spec` has it; what is missing, unknown or too much is refused by name.
    pub(super) fn read(spec: &Spec, text: &[u8]) -> Result<Self, RpcError> {
        let mut words = Self::default();
        let rest = words.names(spec, text).and_then(|rest| words.pairs(spec, rest));
        let named = |mut error: RpcError| {
            error.hint = Some(format!("`{}`", spec.usage()));
            error
        };
        rest.map_err(|why| named(RpcError::bad_argument(why)))?;
        Ok(words)
    }

    /// Puts another value in place of that of the word `name`.
    pub(super) fn set(&mut self, name: &'static str, value: &str) {
        self.values.insert(name, value.as_bytes().to_vec());
    }

    /// The value of the word or key `name` as text.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, RpcError> {
        let wrong = |_| RpcError::bad_argument(format!("`{name}` is not UTF-8"));
        self.values.get(name).map(|raw| String::from_utf8(raw.clone()).map_err(wrong)).transpose()
    }

    /// The same of one that [`CommandWords::read`] would have missed.
    pub(super) fn needed(&self, name: &str) -> Result<String, RpcError> {
        self.text(name)?.ok_or_else(|| RpcError::bad_argument(format!("`{name}` is missing")))
    }

    /// What `changes=` says.
    pub(super) fn changes(&self) -> Result<Option<Bring>, RpcError> {
        let Some(name) = self.text("changes")? else { return Ok(None) };
        let wrong =
            || RpcError::bad_argument(format!("`changes`: expected copy or move, got `{name}`"));
        BringMode::named(&name).ok_or_else(wrong).map(|changes| Some(Bring(changes)))
    }

    /// The value as the bytes that it is.
    pub(super) fn raw(&self, name: &str) -> Option<&[u8]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// The value as a whole number from 1.
    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, RpcError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let number =
            text.parse().ok().filter(|number| (1..=i32::MAX.cast_unsigned()).contains(number));
        let wrong = || format!("`{name}`: expected a whole number from 1, got `{text}`");
        number.map(Some).ok_or_else(|| RpcError::bad_argument(wrong()))
    }

    /// Takes the words in front.
    fn names<'a>(&mut self, spec: &Spec, text: &'a [u8]) -> Result<&'a [u8], String> {
        let mut rest = text.trim_ascii_start();
        for word in spec.words {
            let (value, behind) = match word.kind {
                Kind::Message | Kind::Rest => (rest.to_vec(), &rest[rest.len()..]),
                Kind::RestFolder => (unescaped(rest), &rest[rest.len()..]),
                _ => first(rest),
            };
            // No name of ours holds a `=`.
            let may_be_pair = !spec.keys.is_empty() && word.kind != Kind::Session;
            let is_pair = may_be_pair && value.contains(&b'=');
            if !value.is_empty() && !is_pair {
                self.values.insert(word.name, value);
                rest = behind;
            } else if word.needed {
                return Err(format!("`{}` is missing", word.name));
            }
        }
        Ok(rest)
    }

    /// Takes the pairs behind them.
    fn pairs(&mut self, spec: &Spec, mut rest: &[u8]) -> Result<(), String> {
        while !rest.is_empty() {
            let (key, value, behind) = pair(spec, rest)?;
            if self.values.insert(key.name, value).is_some() {
                return Err(format!("`{}=` is given twice", key.name));
            }
            rest = behind;
        }
        Ok(())
    }
}

/// The pair that `rest` begins with, and what follows it.
fn pair<'a>(
    spec: &Spec,
    rest: &'a [u8],
) -> Result<(&'static NamedWord, Vec<u8>, &'a [u8]), String> {
    let (word, behind) = first(rest);
    let shown = String::from_utf8_lossy(&word).into_owned();
    if spec.keys.is_empty() {
        return Err(format!("unexpected `{shown}`"));
    }
    let alone = |key: &&NamedWord| key.kind.stands_alone() && key.name.as_bytes() == word;
    if let Some(key) = spec.keys.iter().find(alone) {
        return Ok((key, Vec::new(), behind));
    }
    let Some(at) = word.iter().position(|byte| *byte == b'=') else {
        return Err(format!("`{shown}`: expected key=value with one of {}", list(spec.keys)));
    };
    let (name, value) = (&word[..at], word[at + 1..].to_vec());
    let empty = || format!("`{}=` has no value", String::from_utf8_lossy(name));
    let Some(key) = spec.keys.iter().find(|key| key.name.as_bytes() == name) else {
        let name = String::from_utf8_lossy(name);
        return Err(format!("`{name}=` is not known; known here: {}", list(spec.keys)));
    };
    // As it stands: its quotes and backslashes are another program's.
    let (value, behind) = if key.kind.takes_the_rest() {
        (rest[at + 1..].to_vec(), &rest[rest.len()..])
    } else {
        (value, behind)
    };
    if value.is_empty() { Err(empty()) } else { Ok((key, value, behind)) }
}

/// `text` as one word of a command.
pub(super) fn word(text: &str) -> String {
    text.replace('\\', "\\\\").replace(' ', "\\ ")
}

/// The first word of `text`, which does not begin with a blank, and what follows the blanks behind
/// it.
fn first(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let (mut word, mut at) = (Vec::new(), 0);
    while let Some(byte) = text.get(at).filter(|byte| !byte.is_ascii_whitespace()) {
        let following =
            text.get(at + 1).filter(|next| **next == b'\\' || next.is_ascii_whitespace());
        let escaped = following.filter(|_| *byte == b'\\');
        word.push(*escaped.unwrap_or(byte));
        at += 1 + usize::from(escaped.is_some());
    }
    (word, text[at..].trim_ascii_start())
}

/// A path in which blanks may have backslashes in front, and need none.
fn unescaped(path: &[u8]) -> Vec<u8> {
    let escaped = |at: usize| path[at] == b'\\' && path.get(at + 1) == Some(&b' ');
    (0..path.len()).filter(|at| !escaped(*at)).map(|at| path[at]).collect()
}

fn list(keys: &[NamedWord]) -> String {
    keys.iter().map(|key| format!("`{}=`", key.name)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<CommandWords, RpcError> {
        CommandWords::read(Spec::named(name).unwrap(), text.as_bytes())
    }

    fn values(name: &str, text: &str) -> Vec<(&'static str, String)> {
        let words = read(name, text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let text = |raw: Vec<u8>| String::from_utf8(raw).unwrap();
        words.values.into_iter().map(|(name, raw)| (name, text(raw))).collect()
    }

    fn refused(name: &str, text: &str) -> (String, String) {
        let error = read(name, text).expect_err(text);
        assert_eq!(error.code, "bad_argument");
        (error.message, error.hint.unwrap_or_default())
    }

    #[test]
    fn words_and_pairs_are_told_apart() {
        let pair = |name, value: &str| (name, value.to_owned());
        assert_eq!(
            values("Start", " ash  agent=my\\ own\\\\ issue=shop-1"),
            [pair("agent", "my own\\"), pair("issue", "shop-1"), pair("polecat", "ash")]
        );
        assert_eq!(values("New", "issue=x"), [pair("issue", "x")]);
        for (text, id) in [("ash resume prompt=go on", ""), ("ash resume=7 prompt=go on", "7")] {
            let expected = [pair("polecat", "ash"), pair("prompt", "go on"), pair("resume", id)];
            assert_eq!(values("Start", text), expected);
        }
        assert_eq!(
            values("Sling", "x cmd=sh -c 'a  b' | \\ "),
            [pair("cmd", "sh -c 'a  b' | \\ "), pair("issue", "x")]
        );
        assert_eq!(
            values("Inject", "ash  look=at | this\\ "),
            [pair("message", "look=at | this\\ "), pair("polecat", "ash")]
        );
        for path in ["/a folder", "/a\\ folder"] {
            assert_eq!(values("Rig", path), [pair("path", "/a folder")]);
        }
        assert_eq!(
            values("CaptureSession", "a=b size=30"),
            [pair("session", "a=b"), pair("size", "30")]
        );
        assert_eq!(
            values("CaptureSession", "a\\ b=c 3"),
            [pair("lines", "3"), pair("session", "a b=c")]
        );
        assert!(values("Status", " ").is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_with_how_it_is_written() {
        let start = "`:PolecatStart {polecat} [key=value ...]`";
        let keys = "`issue=`, `base=`, `branch=`, `changes=`, `agent=`, `account=`, \
                    `workdir=`, `config_dir=`, `resume=`, `prompt=`, `cmd=`";
        let cases = [
            ("Start", "", "`polecat` is missing".to_owned(), start),
            ("Start", "agent=x", "`polecat` is missing".to_owned(), start),
            ("Start", "ash x", format!("`x`: expected key=value with one of {keys}"), start),
            ("Start", "ash isue=x", format!("`isue=` is not known; known here: {keys}"), start),
            ("Start", "ash issue=x issue=y", "`issue=` is given twice".to_owned(), start),
            ("Start", "ash issue=", "`issue=` has no value".to_owned(), start),
            ("Start", "ash resume=", "`resume=` has no value".to_owned(), start),
            ("Stop", "ash birch", "unexpected `birch`".to_owned(), "`:PolecatStop {polecat}`"),
            ("List", "ash", "unexpected `ash`".to_owned(), "`:PolecatList`"),
            ("Restore", "", "`polecat` is missing".to_owned(), "`:PolecatRestore {polecat}`"),
        ];
        for (name, text, message, hint) in cases {
            assert_eq!(refused(name, text), (message, hint.to_owned()), "{name} {text}");
        }
    }

    #[test]
    fn a_number_is_one_from_1_that_lua_can_hold() {
        assert_eq!(read("Capture", "ash 20").unwrap().number("lines").unwrap(), Some(20));
        assert_eq!(read("Capture", "ash").unwrap().number("lines").unwrap(), None);
        for wrong in ["0", "-1", "1.5", "x", "2147483648", "99999999999"] {
            let words = read("Capture", &format!("ash {wrong}")).unwrap();
            let error = words.number("lines").unwrap_err();
            let expected = format!("`lines`: expected a whole number from 1, got `{wrong}`");
            assert_eq!(error.message, expected);
        }
    }
}
