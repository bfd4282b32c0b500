//! Texts that a person keeps for messages: `@name` at the beginning of one.

use std::{borrow::Cow, collections::BTreeMap};

/// `message` with the prompt in place of the `@name` that it begins with. Any other `@` is for the
/// agents: `@src/main.rs` names a file to many.
#[must_use]
pub fn with_prompt<'a>(message: &'a [u8], prompts: &BTreeMap<String, String>) -> Cow<'a, [u8]> {
    let found = message.strip_prefix(b"@").and_then(|named| {
        let end = named.iter().position(u8::is_ascii_whitespace).unwrap_or(named.len());
        let prompt = prompts.get(std::str::from_utf8(&named[..end]).ok()?)?;
        Some([prompt.trim_end().as_bytes(), &named[end..]].concat().into())
    });
    found.unwrap_or(message.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(message: &str) -> String {
        let prompt = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let prompts = [prompt("src", "Explain {file}.\n"), prompt("a/b", "@src")];
        let filled = with_prompt(message.as_bytes(), &prompts.into());
        String::from_utf8(filled.into_owned()).unwrap()
    }

    #[test]
    fn a_message_begins_with_a_prompt_by_its_whole_name() {
        assert_eq!(filled("@src"), "Explain {file}.");
        assert_eq!(filled("@src\nBe brief."), "Explain {file}.\nBe brief.");
        assert_eq!(filled("@src Be brief."), "Explain {file}. Be brief.");
        assert_eq!(filled("@a/b"), "@src", "it is not looked at again");
    }

    #[test]
    fn any_other_at_is_left_as_it_is() {
        for message in ["@src/main.rs", "@source", "see @src", " @src", "@", "", "@@src"] {
            assert_eq!(filled(message), message);
        }
    }
}
