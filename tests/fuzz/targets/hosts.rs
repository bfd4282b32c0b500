//! What a host sends: input is one message, without the length that stands in front of it.

use polecat::{core::names::visible, fleet::taken};
use rmpv::Value;

pub fn check(bytes: &[u8]) {
    let Ok(taken_once) = taken(bytes) else { return };
    assert_eq!(taken(&taken_once).as_ref(), Ok(&taken_once), "it is read as it was written");
    let value = rmpv::decode::read_value(&mut &taken_once[..]).expect("a message");
    every_text_can_be_shown(&value);
}

/// On one line, without what a terminal or an editor would take for more than text.
fn every_text_can_be_shown(value: &Value) {
    match value {
        Value::String(text) => {
            let text = text.as_str().expect("what was written is UTF-8");
            assert_eq!(visible(text), text);
        }
        Value::Array(items) => items.iter().for_each(every_text_can_be_shown),
        Value::Map(pairs) => pairs.iter().for_each(|(key, value)| {
            every_text_can_be_shown(key);
            every_text_can_be_shown(value);
        }),
        _ => {}
    }
}
