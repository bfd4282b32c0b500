//! The arguments of each method: what is known, of which type. Anything else is refused by name.

use std::path::PathBuf;

use rmpv::Value;
use serde::{Deserialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;

use super::{config::Written, error::RpcError};
use crate::core::names;
use crate::session::{self, Answer, EditorFacts};

/// Reads the arguments of `method`.
pub(super) fn decode<T: DeserializeOwned>(method: &str, args: Value) -> Result<T, RpcError> {
    read(args).map_err(|why| RpcError::bad_argument(format!("bad arguments to `{method}`: {why}")))
}

/// Reads `value` as a `T`; the error names the place in it.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(table(value)?).map_err(|error| {
        match (error.path().to_string(), why(error.inner())) {
            (path, why) if path == "." => why,
            (path, why) => format!("`{path}`: {why}"),
        }
    })
}

/// What is wrong, without saying at each level that something was decoded.
fn why(error: &rmpv::ext::Error) -> String {
    match error {
        rmpv::ext::Error::Syntax(why) => why.clone(),
    }
}

/// The map that is meant. Lua has one empty table, which arrives as an empty array. serde would take
/// a list, or numbers as keys, for the fields in their order.
fn table(value: Value) -> Result<Value, String> {
    match value {
        Value::Array(items) if items.is_empty() => Ok(Value::Map(Vec::new())),
        Value::Array(_) => Err("invalid type: sequence, expected a map".to_owned()),
        other => match no_name(&other) {
            Some(key) => Err(format!("`{key}`: a key must be a string")),
            None => Ok(other),
        },
    }
}

/// A key in it, however deep, that is no string.
fn no_name(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.iter().find_map(no_name),
        Value::Map(pairs) => pairs.iter().find_map(|(key, value)| match key {
            Value::String(_) => no_name(value),
            other => Some(other),
        }),
        _ => None,
    }
}

/// From where in the editor a call came: the rig is found from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct At {
    /// The folder of the current file, when it has one.
    pub(super) file: Option<PathBuf>,
    /// The working directory.
    pub(super) cwd: PathBuf,
}

/// How a person answered an `untrusted` error.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Trust(pub(super) Answer);

impl TryFrom<String> for Trust {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "once" => Ok(Self(Answer::Once)),
            "always" => Ok(Self(Answer::Always)),
            _ => Err(format!("`{text}`, expected `once` or `always`")),
        }
    }
}

impl Trust {
    /// As it is written in a call.
    pub(super) fn name(self) -> &'static str {
        match self.0 {
            Answer::Once => "once",
            Answer::Always => "always",
        }
    }
}

/// What a person said about others who work in the worktree.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum InUse {
    Ignore,
}

impl TryFrom<String> for InUse {
    type Error = String;

    fn try_from(said: String) -> Result<Self, String> {
        let unknown = || Err(format!("expected `ignore`, got `{}`", names::shown(&said)));
        if said == "ignore" { Ok(Self::Ignore) } else { unknown() }
    }
}

impl InUse {
    /// As it is written in a call.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
        }
    }

    pub(super) fn of(said: Option<Self>) -> session::InUse {
        match said {
            Some(Self::Ignore) => session::InUse::Ignore,
            None => session::InUse::Refuse,
        }
    }
}

macro_rules! arguments {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        $($(#[$doc])* #[derive(Clone, Debug, Deserialize)] #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "what every call carries is checked where it is not used too")]
        pub(super) struct $name { $($(#[$about])* pub(super) $field: $type),* })*
    };
}

impl From<Nvim> for EditorFacts {
    fn from(Nvim { tmux, data, state }: Nvim) -> Self {
        Self { tmux, data, state }
    }
}

arguments! {
    /// A command as it was typed, from where, and what a person has answered since.
    CommandRun {
        at: At,
        /// What relative paths begin at.
        cwd: PathBuf,
        name: String,
        args: ByteBuf,
        bang: Option<bool>,
        count: Option<u32>,
        lines: Option<Lines>,
        /// The polecat that the buffer is about.
        about: Option<String>,
        /// What was written in a buffer for it.
        text: Option<ByteBuf>,
        editor: Option<EditorState>,
        answers: Option<Answers>,
    }
    /// The lines of a range.
    Lines { name: ByteBuf, filetype: String, first: usize, last: usize, text: Vec<ByteBuf> }
    /// What the editor has open and stands in: the backend cannot see it.
    #[derive(Default)]
    EditorState { unsaved: Vec<PathBuf>, dirs: Vec<PathBuf> }
    #[derive(Default)]
    Answers {
        confirmed: Option<bool>,
        /// Which of several it is about.
        polecat: Option<String>,
        in_use: Option<InUse>,
        trust: Option<Trust>,
        trust_id: Option<String>,
    }
    /// `pin` is the rig that the user pinned in a backend before, `known` what that told.
    Hello {
        protocol: u32,
        config: Option<Written>,
        nvim: Option<Nvim>,
        pin: Option<PathBuf>,
        known: Option<Vec<KnownRig>>,
    }
    /// A rig in use, and the `memory` of its last snapshot.
    KnownRig { home: PathBuf, memory: Option<String> }
    /// What the backend must know of the editor's own surroundings.
    #[derive(Default)]
    Nvim { tmux: Option<String>, data: Option<PathBuf>, state: Option<PathBuf> }
    Configure { config: Option<Written> }
    Health { at: Option<At> }
    Here { at: At }
    Polecat { at: At, polecat: String }
    Restore { at: At, polecat: String, in_use: Option<InUse> }
    New { at: At, polecat: Option<String>, issue: Option<String> }
    Remove {
        at: At,
        polecat: String,
        force: Option<bool>,
        unsaved: Option<Vec<PathBuf>>,
        dirs: Option<Vec<PathBuf>>,
        in_use: Option<InUse>,
    }
    Start {
        at: At,
        polecat: String,
        new: Option<bool>,
        issue: Option<String>,
        agent: Option<String>,
        account: Option<String>,
        workdir: Option<PathBuf>,
        config_dir: Option<PathBuf>,
        cmd: Option<String>,
        trust: Option<Trust>,
        trust_id: Option<String>,
        in_use: Option<InUse>,
    }
    Sling {
        at: At,
        issue: String,
        polecat: Option<String>,
        agent: Option<String>,
        account: Option<String>,
        config_dir: Option<PathBuf>,
        cmd: Option<String>,
        trust: Option<Trust>,
        trust_id: Option<String>,
        in_use: Option<InUse>,
    }
    Stop { at: At, polecat: String, force: Option<bool> }
    StopAll { at: At, force: Option<bool> }
    Capture { at: At, polecat: String, lines: Option<u32>, ansi: Option<bool> }
    CaptureSession { at: At, session: String, lines: Option<u32>, ansi: Option<bool> }
    Inject { at: At, polecat: String, text: ByteBuf, take: Option<bool> }
    SideBySide {
        at: At,
        polecat: Option<String>,
        path: Option<ByteBuf>,
        since: Option<String>,
        file: Option<PathBuf>,
        line: Option<usize>,
    }
    Comment {
        at: At,
        polecat: String,
        id: Option<u64>,
        path: ByteBuf,
        side: String,
        line: usize,
        shown: usize,
        quote: Vec<String>,
        text: ByteBuf,
    }
    ViewOpen {
        at: At,
        view: u64,
        kind: String,
        polecat: Option<String>,
        session: Option<String>,
        lines: Option<u32>,
        follow: Option<bool>,
        ansi: Option<bool>,
        since: Option<String>,
        width: Option<usize>,
    }
    ViewSet { at: Option<At>, view: u64, width: Option<usize>, visible: Option<bool> }
    View { at: Option<At>, view: u64 }
    /// A key that was pressed in a view.
    ViewAct {
        at: At,
        /// None of one that has ended, such as a snapshot.
        view: Option<u64>,
        /// What the key does.
        act: String,
        /// What its row stood for, if for anything; of a selection the first.
        id: Option<String>,
        last_id: Option<String>,
        text: Option<ByteBuf>,
        /// The byte of the text's line that the cursor is on, from 0.
        column: Option<usize>,
        count: Option<u32>,
        about: Option<About>,
        /// The person has said yes.
        confirmed: Option<bool>,
    }
    /// What a view is about.
    About { polecat: Option<String>, session: Option<String> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, Value)]) -> Value {
        Value::Map(pairs.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
    }

    fn check(args: Value, expected: &str) {
        let error = decode::<Polecat>("session.status", args).unwrap_err();
        assert_eq!(error.code, "bad_argument");
        assert_eq!(error.message, format!("bad arguments to `session.status`: {expected}"));
    }

    #[test]
    fn a_wrong_argument_is_named() {
        let at = map(&[("cwd", "/".into())]);
        let name = ("polecat", Value::from("ash"));
        check(
            map(&[("at", at.clone()), name.clone(), ("polcat", "x".into())]),
            "`polcat`: unknown field `polcat`, expected `at` or `polecat`",
        );
        check(map(&[("at", at.clone())]), "missing field `polecat`");
        check(
            map(&[("at", at.clone()), ("polecat", 3.into())]),
            "`polecat`: invalid type: integer `3`, expected a string",
        );
        check(
            map(&[("at", map(&[("cwd", 1.into())])), name.clone()]),
            "`at.cwd`: invalid type: integer `1`, expected path string",
        );
        check("ash".into(), "invalid type: string \"ash\", expected struct Polecat");
        check(
            Value::Array(vec![at.clone(), "ash".into()]),
            "invalid type: sequence, expected a map",
        );
        let numbered = vec![(0.into(), at.clone()), (1.into(), "ash".into())];
        check(Value::Map(numbered), "`0`: a key must be a string");
    }

    #[test]
    fn text_is_taken_as_the_bytes_it_is() {
        let bytes = rmpv::decode::read_value(&mut &b"\xa2\xff\x01"[..]).unwrap();
        let args =
            map(&[("at", map(&[("cwd", "/".into())])), ("polecat", "ash".into()), ("text", bytes)]);
        let read: Inject = decode("session.inject", args).unwrap();
        assert_eq!(read.text.as_ref(), b"\xff\x01");
    }
}
