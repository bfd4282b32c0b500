//! What is still to be done for an agent, written on its session: a backend may be killed at any
//! moment, and whoever watches the session next takes it up from there.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{host::processes::ProcessId, session::sessions::list::Session, tmux::PaneOption};

/// The user option that holds a [`PendingPrompts`]; empty when a start is over.
pub(in crate::session) const OWED: &str = "@polecat_owed";
/// The user option that holds a [`UnsubmittedPaste`] between a paste and the key that submits it.
pub(in crate::session) const PASTED: &str = "@polecat_pasted";

/// The longest value that is written, in bytes: tmux takes no line above 64 KiB.
const LONGEST: usize = 32 << 10;

/// What a start owes its agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::session) struct PendingPrompts {
    /// The first words that are typed, all of them.
    pub(in crate::session) words: Vec<String>,
    /// How many of them were submitted.
    pub(in crate::session) done: usize,
    /// Who sees to it; nobody, while the agent waits for a person.
    pub(in crate::session) by: Option<ProcessId>,
}

/// A text that stands in the composer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::session) struct UnsubmittedPaste {
    /// Who pasted it, and is about to submit it.
    pub(in crate::session) by: ProcessId,
    /// Whether it is the next of the first words.
    #[serde(default)]
    pub(in crate::session) first_words: bool,
    /// The end of it, by which it is known again.
    #[serde(default)]
    pub(in crate::session) tail: String,
    /// Whether its sender was told that it was not submitted: then nobody does that later, and the
    /// next message looks whether it stands there by now.
    #[serde(default)]
    pub(in crate::session) told: bool,
}

impl PendingPrompts {
    /// What a start of ours will tell its agent.
    pub(in crate::session) fn by_us(words: &[String]) -> Self {
        Self { words: words.to_vec(), done: 0, by: Some(ProcessId::this()) }
    }

    /// Whether some of the words were not submitted yet.
    pub(in crate::session) fn is_open(&self) -> bool {
        self.done < self.words.len()
    }

    /// As the option's value. Words too long to be kept there are left out: those who are killed
    /// before they sent them are the only ones who knew them.
    pub(in crate::session) fn encode(&self) -> String {
        let whole = encode(self);
        if whole.len() <= LONGEST {
            return whole;
        }
        encode(&Self { words: Vec::new(), done: 0, by: self.by })
    }
}

impl UnsubmittedPaste {
    pub(in crate::session) fn note(&self, session: &Session) -> PaneOption {
        note(session, PASTED, encode(self))
    }
}

/// To be set on the pane of `session` in one step with something else.
pub(in crate::session) fn note(
    session: &Session,
    option: &'static str,
    value: String,
) -> PaneOption {
    PaneOption { pane: session.pane.pane_id, option, value }
}

/// It holds no `#`, because tmux 3.8 expands the values of options; inside JSON a `#` can only
/// stand in a string, where this is the same character.
fn encode(value: &impl Serialize) -> String {
    // Strings and numbers are always JSON.
    serde_json::to_string(value).unwrap_or_default().replace('#', "\\u0023")
}

/// Reads an option's value. Anything but what we write is none.
pub(in crate::session) fn decode<T: DeserializeOwned>(value: Option<&String>) -> Option<T> {
    serde_json::from_str(value?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_comes_back_as_it_was_and_holds_nothing_that_tmux_expands() {
        let owed = PendingPrompts {
            done: 1,
            ..PendingPrompts::by_us(&["a #{pid}\n'b'".to_owned(), "c".to_owned()])
        };
        let written = owed.encode();
        assert!(!written.contains(['#', '\n']), "{written}");
        assert_eq!(decode(Some(&written)), Some(owed));
        assert_eq!(decode::<PendingPrompts>(Some(&String::new())), None);
        assert_eq!(decode::<UnsubmittedPaste>(Some(&"yes".to_owned())), None);
    }

    #[test]
    fn words_that_tmux_could_not_hold_are_not_kept() {
        let long = PendingPrompts::by_us(&["x".repeat(LONGEST)]);
        assert!(long.is_open());
        let kept: PendingPrompts = decode(Some(&long.encode())).unwrap();
        assert!(!kept.is_open() && kept.by == long.by);
    }
}
