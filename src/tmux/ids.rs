//! tmux's own ids, a type for each kind.

use std::fmt;
use std::str::FromStr;

/// Text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a tmux id that starts with `{sigil}`")]
pub struct BadId {
    sigil: char,
    given: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $sigil:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u32);

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                // `u32::from_str` alone would take `%+7` as well.
                text.strip_prefix($sigil)
                    .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
                    .and_then(|digits| digits.parse().ok())
                    .map(Self)
                    .ok_or_else(|| BadId { sigil: $sigil, given: text.to_owned() })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $sigil, self.0)
            }
        }
    };
}

id! {
    /// A pane, as tmux names it: `%7`. Unique for the life of the server, and no longer: a new
    /// server counts from `%0` again.
    PaneId, '%'
}
id! {
    /// A window, as tmux names it: `@7`. Unique for the life of the server.
    WindowId, '@'
}
id! {
    /// A session, as tmux names it: `$7`. Unique for the life of the server; unlike a session's
    /// name it is never matched by its beginning.
    SessionId, '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        assert_eq!("%7".parse::<PaneId>().unwrap().to_string(), "%7");
        assert_eq!("@0".parse::<WindowId>().unwrap().to_string(), "@0");
        assert_eq!("$4294967295".parse::<SessionId>().unwrap().to_string(), "$4294967295");
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for text in ["", "%", "7", "@7", "%+7", "%7 ", "%-1", "%99999999999", "%%7"] {
            assert!(text.parse::<PaneId>().is_err(), "{text:?}");
        }
    }
}
