//! Reads what Lua sent. What is missing, unknown or of the wrong type is refused by name.

use rmpv::Value;
use serde::de::DeserializeOwned;

use super::error::RpcError;

/// Reads the arguments of `method`.
pub(super) fn decode<T: DeserializeOwned>(method: &str, args: Value) -> Result<T, RpcError> {
    read(args).map_err(|why| RpcError::bad_argument(format!("bad arguments to `{method}`: {why}")))
}

/// Reads `value` as a `T`; the error names the place in it.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(table(value)?).map_err(|error| {
        let place = error.path().to_string();
        let rmpv::ext::Error::Syntax(why) = error.inner();
        refusal(Some(&*place).filter(|place| *place != "."), why)
    })
}

/// The map that is meant. Lua has one empty table, which arrives as an empty array. serde would take
/// a list, or numbers as keys, for the fields in their order.
fn table(value: Value) -> Result<Value, String> {
    match value {
        Value::Array(items) if items.is_empty() => Ok(Value::Map(Vec::new())),
        Value::Array(_) => Err("expected a table, got a list".to_owned()),
        other => match other_key(&other) {
            Some(key) => Err(format!("`{key}`: a key must be a string")),
            None => Ok(other),
        },
    }
}

/// A key in it, however deep, that is not a string.
fn other_key(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.iter().find_map(other_key),
        Value::Map(pairs) => pairs.iter().find_map(|(key, value)| match key {
            Value::String(_) => other_key(value),
            other => Some(other),
        }),
        _ => None,
    }
}

/// What serde refuses, in a user's words.
fn refusal(place: Option<&str>, why: &str) -> String {
    if let Some(field) = why.strip_prefix("missing field ") {
        let inside = place.map(|place| format!("{place}.")).unwrap_or_default();
        return format!("`{inside}{} is missing", field.trim_start_matches('`'));
    }
    let place = place.map(|place| format!("`{place}`"));
    if let Some(rest) = why.strip_prefix("unknown field ") {
        let (field, known) = rest.split_once(", ").unwrap_or((rest, ""));
        let name = place.unwrap_or_else(|| field.to_owned());
        // It goes along by itself.
        let known: Vec<_> =
            known.split('`').skip(1).step_by(2).filter(|name| *name != "at").collect();
        return format!("{name} is not known; known here: {}", known.join(", "));
    }
    let why = match why.strip_prefix("invalid type: ").or(why.strip_prefix("invalid value: ")) {
        Some(rest) => mismatch(rest),
        None => why.to_owned(),
    };
    place.map_or(why.clone(), |place| format!("{place}: {why}"))
}

/// `expected a string, got 3`
fn mismatch(text: &str) -> String {
    let (got, expected) = text.rsplit_once(", expected ").unwrap_or((text, "something else"));
    let got = match (got, got.find('`')) {
        (text, _) if text.starts_with("string ") => &text["string ".len()..],
        (number, Some(at)) => &number[at..],
        ("unit value", _) => "nothing",
        ("byte array", _) => "text that is not UTF-8",
        ("map", _) => "a table",
        ("sequence", _) => "a list",
        _ => got,
    };
    let expected = match expected {
        "path string" => "a path",
        "a sequence" | "sequence" => "a list",
        "u32" | "u64" | "usize" => "a whole number",
        "byte array" => "a string",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    format!("expected {expected}, got {got}")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only what is refused is looked at")]
    struct Given {
        at: Option<Inside>,
        polecat: String,
        lines: Option<u32>,
        new: Option<bool>,
        dirs: Option<Vec<PathBuf>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only what is refused is looked at")]
    struct Inside {
        cwd: PathBuf,
    }

    fn map(pairs: Vec<(&str, Value)>) -> Value {
        Value::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    fn refused(args: Value) -> String {
        read::<Given>(args).unwrap_err()
    }

    #[test]
    fn what_is_missing_or_unknown_is_named_with_its_place() {
        let known = "known here: polecat, lines, new, dirs";
        assert_eq!(refused(Value::Array(Vec::new())), "`polecat` is missing");
        let unknown = map(vec![("polcat", "ash".into())]);
        assert_eq!(refused(unknown), format!("`polcat` is not known; {known}"));
        assert_eq!(refused(map(vec![("at", map(vec![]))])), "`at.cwd` is missing");
        let inside = map(vec![("at", map(vec![("cwdd", "/".into())]))]);
        assert_eq!(refused(inside), "`at.cwdd` is not known; known here: cwd");
    }

    #[test]
    fn what_is_of_the_wrong_type_is_shown_with_what_was_expected() {
        for (key, value, expected) in [
            ("polecat", 3.into(), "expected a string, got `3`"),
            ("polecat", true.into(), "expected a string, got `true`"),
            ("polecat", map(vec![]), "expected a string, got a table"),
            ("polecat", Value::Nil, "expected a string, got nothing"),
            ("polecat", Value::Binary(vec![0xff]), "expected a string, got text that is not UTF-8"),
            ("lines", 1.5.into(), "expected a whole number, got `1.5`"),
            ("lines", (-1).into(), "expected a whole number, got `-1`"),
            ("lines", "x\n".into(), "expected a whole number, got \"x\\n\""),
            ("new", "yes".into(), "expected a boolean, got \"yes\""),
            ("dirs", "/".into(), "expected a list, got \"/\""),
        ] {
            assert_eq!(refused(map(vec![(key, value)])), format!("`{key}`: {expected}"));
        }
        let dirs = Value::Array(vec![3.into()]);
        assert_eq!(refused(map(vec![("dirs", dirs)])), "`dirs[0]`: expected a path, got `3`");
        assert_eq!(refused("ash".into()), "expected a table, got \"ash\"");
    }

    #[test]
    fn a_list_is_not_taken_for_the_fields_in_their_order() {
        let list = Value::Array(vec![Value::Nil, "ash".into()]);
        assert_eq!(refused(list), "expected a table, got a list");
        let numbered = Value::Map(vec![(0.into(), Value::Nil), (1.into(), "ash".into())]);
        assert_eq!(refused(numbered), "`0`: a key must be a string");
    }

    #[test]
    fn text_is_taken_as_the_bytes_it_is() {
        let bytes = rmpv::decode::read_value(&mut &b"\xa2\xff\x01"[..]).unwrap();
        let args = map(vec![("text", bytes)]);
        let read: std::collections::BTreeMap<String, serde_bytes::ByteBuf> = read(args).unwrap();
        assert_eq!(read["text"].as_ref(), b"\xff\x01");
    }
}
