//! Values as Lua reads them. A field without a value is absent: nil arrives in Lua as `vim.NIL`,
//! which is true.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::Path,
};

use rmpv::Value;
use serde::Serialize;
use tracing::error;

use crate::{
    core::{
        hosts::HostName,
        session::SessionInfo,
        trust::{Content, TrustRequest},
    },
    session::{AttachPlan, Files},
};

/// A map under construction.
#[derive(Default)]
pub(super) struct Map(Vec<(Value, Value)>);

impl Map {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn put(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    /// Leaves the key out where there is no value.
    pub(super) fn some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    /// Puts all of `other` to it.
    pub(super) fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Leaves the key out where it is false.
    pub(super) fn flag(self, key: &str, set: bool) -> Self {
        self.some(key, set.then_some(true))
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map.0)
    }
}

/// A list of texts.
pub(super) fn texts<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Value {
    Value::Array(texts.into_iter().map(|text| text.as_ref().into()).collect())
}

/// What may be any bytes, such as a path.
pub(super) fn word(word: &OsStr) -> Value {
    match word.to_str() {
        Some(text) => text.into(),
        None => Value::Binary(word.as_bytes().to_vec()),
    }
}

/// Bytes as one string; those that are no UTF-8 reach Lua as they are.
pub(super) fn bytes(bytes: Vec<u8>) -> Value {
    String::from_utf8(bytes).map_or_else(|error| Value::Binary(error.into_bytes()), Value::from)
}

/// `of` with structs as maps. By way of bytes, because rmpv's own serializer makes arrays of them.
///
/// # Errors
/// What serde cannot write, such as a path that is not UTF-8.
pub(super) fn value(of: &impl Serialize) -> Result<Value, String> {
    let bytes = rmp_serde::to_vec_named(of).map_err(|why| why.to_string())?;
    let value = rmpv::decode::read_value(&mut &bytes[..]).map_err(|why| why.to_string())?;
    Ok(without_nil(value))
}

/// The same of what is told without being asked for: nobody waits for an error.
pub(super) fn told(of: &(impl Serialize + ?Sized)) -> Value {
    value(&of).unwrap_or_else(|why| {
        error!(why, "this cannot be encoded");
        Value::Nil
    })
}

/// The fields of a struct.
pub(super) fn fields(of: &impl Serialize) -> Map {
    match told(of) {
        Value::Map(fields) => Map(fields),
        _ => Map::new(),
    }
}

/// A polecat beside those of other rigs: what names it from anywhere, and its rig's folder.
pub(super) fn addressed(info: &SessionInfo, address: &str, rig: &Path) -> Map {
    fields(info).put("address", address).put("rig_path", rig.display().to_string())
}

fn without_nil(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(without_nil).collect()),
        Value::Map(pairs) => {
            let some = pairs.into_iter().filter(|(_, value)| !value.is_nil());
            Value::Map(some.map(|(key, value)| (key, without_nil(value))).collect())
        }
        other => other,
    }
}

/// What can be the answer to a call.
pub(super) trait Encode {
    /// As Lua reads it.
    ///
    /// # Errors
    /// As [`value`].
    fn encode(self) -> Result<Value, String>;
}

/// Lua reads these as serde writes them.
macro_rules! encoded_by_serde {
    ($($answer:ty),* $(,)?) => {$(
        impl $crate::rpc::encode::Encode for $answer {
            fn encode(self) -> Result<rmpv::Value, String> {
                $crate::rpc::encode::value(&self)
            }
        }
    )*};
}
pub(super) use encoded_by_serde;

/// Files that were changed in the worktree of whoever is called `polecat`.
pub(super) fn files(files: &Files, polecat: &str) -> Map {
    let paths = files.paths.iter().map(|path| word(path.as_os_str())).collect();
    Map::new()
        .put("polecat", polecat)
        .some("host", files.host.as_ref().map(HostName::as_str))
        .put("worktree", word(files.worktree.as_os_str()))
        .put("paths", Value::Array(paths))
        .put("whole", files.whole)
}

/// How to attach; the words may be any bytes.
pub(super) fn attach(plan: AttachPlan) -> Map {
    let words = |words: Vec<OsString>| Value::Array(words.iter().map(|one| word(one)).collect());
    Map::new().put("argv", words(plan.argv)).some("switch", plan.switch.map(words))
}

/// What files of a project want run.
pub(super) fn request(request: &TrustRequest) -> Map {
    let paths = request.files.iter().map(|file| word(file.as_os_str())).collect();
    let env = request.env.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into()));
    let content = |content: &Content| -> Value {
        Map::new()
            .put("path", word(content.path.as_os_str()))
            .some("text", content.text.as_deref())
            .into()
    };
    Map::new()
        .put("id", request.id())
        .put("files", Value::Array(paths))
        .put("argv", texts(&request.argv))
        .put("env", Value::Map(env.collect()))
        .put("contents", Value::Array(request.contents.iter().map(content).collect()))
        .put("lines", texts(request.lines()))
        .put("lasting", request.lasting)
}

/// What went wrong without being in the way.
pub(super) fn warning(text: &str) -> Map {
    Map::new().put("level", "warn").put("text", text)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::core::{
        names::PolecatName,
        session::{Exit, ExitHow, Waiting},
    };

    #[test]
    fn a_session_is_a_map_of_what_is_known() {
        let polecat = PolecatName::parse("ash").unwrap();
        let session = "gt-shop-ash".to_owned();
        let mut info = SessionInfo::stopped(polecat, session, "shop".to_owned());
        let stopped = Map::new()
            .put("polecat", "ash")
            .put("session_id", "gt-shop-ash")
            .put("running", false)
            .put("rig_name", "shop")
            .put("attached", false)
            .put("state", "stopped")
            .put("state_source", "none");
        assert_eq!(value(&info), Ok(stopped.into()));

        info.state_since = Timestamp::from_millisecond(1_500).ok();
        info.workdir = Some("/shop".into());
        let (reason, text) = ("question".to_owned(), "Go on?".to_owned());
        info.waiting = Some(Waiting { reason, text, ..Waiting::default() });
        let Ok(Value::Map(pairs)) = value(&info) else { panic!("a map") };
        let waiting = Map::new().put("reason", "question").put("text", "Go on?");
        for pair in [
            ("state_since".into(), "1970-01-01T00:00:01Z".into()),
            ("workdir".into(), "/shop".into()),
            ("waiting".into(), waiting.into()),
        ] {
            assert!(pairs.contains(&pair), "{pair:?} is not in {pairs:?}");
        }
    }

    #[test]
    fn an_ending_has_its_status_or_its_signal_if_that_is_known() {
        let known = Map::new()
            .put("at", "1970-01-01T00:00:00Z")
            .put("lived_ms", 5)
            .put("command", "claude")
            .put("tail", texts(["bye"]));
        for (how, field) in [
            (ExitHow::Status(3), Some(("status", 3))),
            (ExitHow::Signal(9), Some(("signal", 9))),
            (ExitHow::Unknown, None),
            (ExitHow::Gone, None),
        ] {
            let (at, command) = (Timestamp::UNIX_EPOCH, "claude".to_owned());
            let exit = Exit { how, at, lived_ms: 5, command, tail: vec!["bye".to_owned()] };
            let mut expected = field.map(|(key, value)| (key.into(), value.into())).into_iter();
            let expected = expected.by_ref().chain(known.0.clone()).collect();
            assert_eq!(value(&exit), Ok(Value::Map(expected)));
        }
    }

    #[test]
    fn a_field_without_a_value_is_absent() {
        let map: Value = Map::new().put("a", 1).some("b", None::<u8>).into();
        assert_eq!(map, Value::Map(vec![("a".into(), 1.into())]));
    }
}
