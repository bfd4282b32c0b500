//! Values between a test, which speaks JSON, and Neovim, which speaks msgpack.

#![allow(dead_code, reason = "each test uses its own part")]

use rmpv::Value;
use serde_json::Value as Json;

/// What a callback of the plugin was given as `err`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// What is to be allowed, of the code `untrusted`.
    pub(crate) untrusted: Json,
}

/// The answer of an operation of the plugin.
pub(crate) type Answer = Result<Json, Failure>;

/// What the callback of an operation was called with.
pub(crate) fn answer(error: Value, result: Value) -> Answer {
    match plain(error) {
        Json::Null => Ok(plain(result)),
        error => Err(failure(&error)),
    }
}

fn failure(error: &Json) -> Failure {
    let text = |key: &str| error[key].as_str().map(str::to_owned);
    Failure {
        code: text("code").unwrap_or_else(|| format!("an error with no code: {error}")),
        message: text("message").unwrap_or_default(),
        hint: text("hint"),
        untrusted: error["untrusted"].clone(),
    }
}

/// `value` as msgpack.
pub(crate) fn wire(value: Json) -> Value {
    rmpv::ext::to_value(value).expect("JSON fits into msgpack")
}

/// As JSON, for `value["key"]` and for comparing. Bytes that are no text are shown as U+FFFD.
pub(crate) fn plain(value: Value) -> Json {
    match value {
        Value::Boolean(flag) => flag.into(),
        Value::Integer(number) => number.as_i64().map_or(Json::Null, Json::from),
        Value::F32(number) => f64::from(number).into(),
        Value::F64(number) => number.into(),
        Value::String(text) => String::from_utf8_lossy(text.as_bytes()).into(),
        Value::Binary(bytes) => String::from_utf8_lossy(&bytes).into(),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Map(pairs) => pairs.into_iter().map(pair).collect(),
        Value::Nil | Value::Ext(..) => Json::Null,
    }
}

fn pair((key, value): (Value, Value)) -> (String, Json) {
    let key = plain(key);
    (key.as_str().map_or_else(|| key.to_string(), str::to_owned), plain(value))
}
