//! Arguments of calls: input is the method's name, a line feed, and the arguments in msgpack.

use polecat::rpc::{Refused, check as understood};
use rmpv::Value;

/// A key that no method takes.
const UNKNOWN: &str = "no_such_key";

pub fn check(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let Ok(method) = std::str::from_utf8(parts.next().unwrap_or_default()) else { return };
    let Ok(args) = rmpv::decode::read_value(&mut parts.next().unwrap_or_default()) else { return };
    let Some(answer) = understood(method, args.clone()) else { return };
    it_is_the_same_after_another_journey(method, &args, &answer);
    match answer {
        Ok(_) => an_unknown_key_is_named(method, args),
        Err(refused) => a_refusal_is_of_use(method, &args, &refused),
    }
}

fn it_is_the_same_after_another_journey(
    method: &str,
    args: &Value,
    answer: &Result<String, Refused>,
) {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, args).expect("memory takes what is written");
    let again = rmpv::decode::read_value(&mut &bytes[..]).expect("it was a value");
    // rmpv writes a string that is no UTF-8 as bytes.
    if again == *args {
        assert_eq!(understood(method, again).as_ref(), Some(answer));
    }
}

fn an_unknown_key_is_named(method: &str, args: Value) {
    let mut pairs = match args {
        Value::Map(pairs) => pairs,
        // Lua's empty table.
        Value::Array(items) if items.is_empty() => Vec::new(),
        other => panic!("`{method}` takes {other} for a map"),
    };
    pairs.push((UNKNOWN.into(), Value::Nil));
    let Some(Err(refused)) = understood(method, Value::Map(pairs)) else {
        panic!("`{method}` takes a key that it does not know")
    };
    assert_eq!(refused.code, "bad_argument");
    assert!(refused.message.contains(&format!("`{UNKNOWN}`")), "{}", refused.message);
}

fn a_refusal_is_of_use(method: &str, args: &Value, refused: &Refused) {
    let Refused { code, message } = refused;
    assert!(["bad_argument", "config_invalid"].contains(code), "{code}");
    let named = *code == "config_invalid" || message.contains(&format!("`{method}`"));
    assert!(named, "{message}");
    if let Value::Map(pairs) = args {
        let keys = pairs.iter().filter_map(|(key, _)| match key {
            Value::String(key) => Some(String::from_utf8_lossy(key.as_bytes())),
            _ => None,
        });
        let words = ["is missing", "expected", "duplicate field", "a key must be"].map(Into::into);
        let named = keys.chain(words).any(|word| message.contains(&*word));
        assert!(named, "{message} names nothing of {args}");
    }
}
