//! The texts of a host: an agent there may have got hold of what sends them. Each is one line, without
//! what a terminal or an editor would take for more than text. What is bytes, such as what an agent
//! prints, is shown as bytes are.

use rmpv::Value;

use crate::core::names::visible;

/// The longest text, in characters.
pub(super) const TEXT_LIMIT: usize = 16_000;

/// The same with all texts in it as they can be shown; `room` is how much those may have, in bytes:
/// there a byte may be six.
///
/// # Errors
/// They have more.
pub(super) fn cleaned(value: Value, room: &mut usize) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => {
            let text = String::from_utf8_lossy(text.as_bytes());
            let text = visible(&text.chars().take(TEXT_LIMIT).collect::<String>());
            let left = room.checked_sub(text.len());
            *room = left.ok_or("more text than a message has")?;
            text.into()
        }
        Value::Array(items) => {
            let items = items.into_iter().map(|item| cleaned(item, room));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Map(pairs) => {
            let pairs = pairs.into_iter();
            let pairs = pairs.map(|(key, value)| Ok((cleaned(key, room)?, cleaned(value, room)?)));
            Value::Map(pairs.collect::<Result<_, String>>()?)
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_has_a_line_break_or_an_escape_however_deep_it_lies() {
        let bad = || Value::from("a\nb\x1b[2J");
        let value = Value::Map(vec![(bad(), Value::Array(vec![bad(), 7.into()]))]);
        let good = || Value::from("a\\nb\\u{1b}[2J");
        let expected = Value::Map(vec![(good(), Value::Array(vec![good(), 7.into()]))]);
        assert_eq!(cleaned(value.clone(), &mut 26), Ok(expected));
        assert!(cleaned(value, &mut 25).is_err(), "two texts of 13 bytes");
    }

    #[test]
    fn a_text_without_end_has_one_and_bytes_stay_as_they_are() {
        let text = cleaned("x".repeat(100_000).into(), &mut TEXT_LIMIT.clone());
        let Ok(Value::String(text)) = text else { panic!("a text") };
        assert_eq!(text.as_bytes().len(), TEXT_LIMIT);
        let bytes = Value::Binary(b"a\n\x1b[1mb".to_vec());
        assert_eq!(cleaned(bytes.clone(), &mut 0), Ok(bytes));
    }
}
