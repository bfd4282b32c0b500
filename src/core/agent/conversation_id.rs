//! The ids of agents' conversations.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::core::names::shown;

/// The longest id, in bytes.
const ID_LIMIT: usize = 80;

/// The id of an agent's conversation: short, nothing but letters, digits, `_` and `-`, and no option.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConversationId(String);

/// A text that is no id of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the id of a conversation: expected up to 80 letters, digits, `_` and `-`, not \
     beginning with `-`"
)]
pub struct BadConversationId(String);

impl ConversationId {
    /// A new one, as a UUID of version 4 with these random bytes.
    #[must_use]
    pub fn random(mut bytes: [u8; 16]) -> Self {
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = format!("{:032x}", u128::from_be_bytes(bytes));
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        Self(parts.join("-"))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConversationId {
    type Err = BadConversationId;

    fn from_str(text: &str) -> Result<Self, BadConversationId> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let is_id = (1..=ID_LIMIT).contains(&text.len())
            && !text.starts_with('-')
            && text.bytes().all(plain);
        if is_id { Ok(Self(text.to_owned())) } else { Err(BadConversationId(shown(text))) }
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ConversationId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ConversationId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_no_option_no_path_and_short() {
        for id in ["1795919774096_plynm", "01a22511-512b", "ses_1", "T-7"] {
            assert_eq!(id.parse::<ConversationId>().map(|id| id.to_string()), Ok(id.to_owned()));
        }
        let long = "x".repeat(ID_LIMIT + 1);
        for other in ["", "-x", "--yolo", "a b", "../x", "a.b", "a/b", "é", "a\n", &long] {
            assert!(other.parse::<ConversationId>().is_err(), "{other}");
        }
    }

    #[test]
    fn a_new_one_is_a_uuid_of_version_4() {
        let id = ConversationId::random([0xff; 16]);
        assert_eq!(id.as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        let id = ConversationId::random(
            *b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f",
        );
        assert_eq!(id.as_str(), "00010203-0405-4607-8809-0a0b0c0d0e0f");
    }
}
