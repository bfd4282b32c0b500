//! Work that is pending for an agent, recorded on its pane: a backend may be killed at any moment, and
//! the next one that watches the session continues from there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{core::session::queue::Queue, host::processes::ProcessId, tmux::encoded_length};

/// The pane option that holds [`PendingPrompts`]; empty when a start is over.
pub(in crate::session) const OWED: &str = "@polecat_owed";
/// The pane option that holds an [`UnsubmittedPaste`] between a paste and the key that submits it.
pub(in crate::session) const PASTED: &str = "@polecat_pasted";
/// The pane option that counts the answers that its agent was given from here.
pub(in crate::session) const ANSWERS: &str = "@polecat_answers";

/// The pane option that holds the [`Queue`] of its agent.
pub(in crate::session) const QUEUE: &str = "@polecat_queue";
/// The pane option that is another one after each message that was submitted from here, and holds the
/// first line of the last one that was no command.
pub(in crate::session) const SENT: &str = "@polecat_sent";

/// The longest value we write, in bytes of a line of tmux's, which takes 64 KiB with all else.
const BYTES_LIMIT: usize = 32 << 10;

/// The prompts of a start that its agent has yet to get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::session) struct PendingPrompts {
    /// All prompts that are typed.
    pub(in crate::session) words: Vec<String>,
    /// How many of them have been submitted.
    pub(in crate::session) done: usize,
    /// The process that sends them; `None` while the agent waits for the user.
    pub(in crate::session) by: Option<ProcessId>,
}

/// A text that was pasted into the composer and not submitted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::session) struct UnsubmittedPaste {
    /// The process that pasted it and will submit it.
    pub(in crate::session) by: ProcessId,
    /// Whether it is the next of the first prompts.
    #[serde(default)]
    pub(in crate::session) first_words: bool,
    /// The message of the queue that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) queued: Option<u64>,
    /// Its end, by which it is recognised.
    #[serde(default)]
    pub(in crate::session) tail: String,
    /// Whether its sender was told that it was not submitted. Then nobody submits it later, and the
    /// next message checks whether it shows by then.
    #[serde(default)]
    pub(in crate::session) told: bool,
}

impl PendingPrompts {
    /// The prompts that a start of this process will send.
    pub(in crate::session) fn by_us(words: &[String]) -> Self {
        Self { words: words.to_vec(), done: 0, by: Some(ProcessId::this()) }
    }

    /// Whether some prompts have not been submitted yet.
    pub(in crate::session) fn is_open(&self) -> bool {
        self.done < self.words.len()
    }

    /// Encodes it as the option's value. Prompts that are too long are left out, and lost if this
    /// process is killed before it sends them.
    pub(in crate::session) fn encode(&self) -> String {
        let whole = encode(self);
        if encoded_length(&whole) <= BYTES_LIMIT {
            return whole;
        }
        encode(&Self { words: Vec::new(), done: 0, by: self.by })
    }
}

impl UnsubmittedPaste {
    /// Encodes it as the option's value.
    pub(in crate::session) fn encode(&self) -> String {
        encode(self)
    }
}

/// Encodes a queue as the option's value; `None` if tmux could not hold it.
pub(in crate::session) fn encode_queue(queue: &Queue) -> Option<String> {
    Some(encode(queue)).filter(|whole| encoded_length(whole) <= BYTES_LIMIT)
}

/// Decodes it; one that cannot be read is a newer version's.
pub(in crate::session) fn decode_queue(value: Option<&String>) -> Option<Queue> {
    let value = value.filter(|value| !value.is_empty())?;
    Some(decode(Some(value)).unwrap_or_else(Queue::unreadable))
}

/// The value of [`SENT`] after a message that begins with `line`.
pub(in crate::session) fn encode_sent(line: Option<&str>) -> String {
    let line = line.map(|line| format!(" {}", encode(&line)));
    token() + &line.unwrap_or_default()
}

/// The line that a value of [`SENT`] holds.
pub(in crate::session) fn sent_line(sent: &str) -> Option<String> {
    serde_json::from_str(sent.split_once(' ')?.1).ok()
}

/// A value for [`SENT`] that no other message has.
fn token() -> String {
    format!("{}-{}", Timestamp::now().as_nanosecond(), std::process::id())
}

/// Without any `#`, because tmux 3.8 expands option values; in JSON it occurs only in strings, where
/// the escape means the same.
fn encode(value: &impl Serialize) -> String {
    // Strings and numbers always serialize.
    serde_json::to_string(value).unwrap_or_default().replace('#', "\\u0023")
}

/// Decodes an option's value; `None` if it is not ours.
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
        let long = PendingPrompts::by_us(&["x".repeat(BYTES_LIMIT)]);
        assert!(long.is_open());
        let kept: PendingPrompts = decode(Some(&long.encode())).unwrap();
        assert!(!kept.is_open() && kept.by == long.by);
        // Each of these is seven bytes of a line.
        let odd = PendingPrompts::by_us(&["é".repeat(BYTES_LIMIT / 8)]);
        assert!(!decode::<PendingPrompts>(Some(&odd.encode())).unwrap().is_open());
    }
}
