//! What a polecat ran last, as it is written down: enough to run it again, and to go on with its
//! conversation.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::agent::ConversationId;
use crate::core::session::{ExitHow, attempt::Attempt};
use crate::core::unknown_fields::UnknownFields;

/// What this version writes. A newer record is only read.
const FORMAT: u32 = 1;

/// What a polecat ran last. Nothing of its environment is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRecord {
    format: u32,
    /// The agent's name; `None` if only the command was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The account's handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The agent's configuration folder, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_dir: Option<PathBuf>,
    /// The command line that a person gave in place of the agent's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The working directory that a person gave in place of the worktree, absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workdir: Option<PathBuf>,
    /// The conversation that it was in last, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// Which of several attempts at one task the polecat is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Attempt>,
    /// When it was started, in whole milliseconds: no two of a polecat's starts are the same.
    pub started: Timestamp,
    /// Where it ran.
    #[serde(default)]
    pub server: RecordedServer,
    /// How it ended; `None` while it runs, and when nobody saw it end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    #[serde(flatten)]
    more: UnknownFields,
}

/// The tmux server that a session was in, and where in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordedServer {
    /// The machine, where that is known: several may share a home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// Where it listens, in words.
    pub socket: String,
    /// The server's process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// When it was started, in s since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<i64>,
    /// The agent's pane in it, `%7`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pane: Option<String>,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How.
    pub how: Ending,
    /// When, or when that was first seen.
    pub at: Timestamp,
}

/// The ways in which a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// A person stopped it.
    Stopped,
    /// Its agent exited with this status.
    Status(i32),
    /// This signal killed its agent.
    Signal(i32),
    /// Its agent ended, and tmux lost how.
    Unknown,
}

impl SessionRecord {
    /// Of a session that is started now, with nothing known of it yet.
    #[must_use]
    pub fn started(at: Timestamp) -> Self {
        Self {
            format: FORMAT,
            agent: None,
            account: None,
            config_dir: None,
            command: None,
            workdir: None,
            conversation: None,
            attempt: None,
            started: at,
            server: RecordedServer::default(),
            ended: None,
            more: UnknownFields::new(),
        }
    }

    /// Whether it can be changed: a newer version may mean something else by it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.format <= FORMAT
    }

    /// Whether a person meant it to end: they stopped it, or their agent exited with status 0.
    #[must_use]
    pub fn was_ended(&self) -> bool {
        matches!(self.ended, Some(Ended { how: Ending::Stopped | Ending::Status(0), .. }))
    }
}

impl Ended {
    /// How an agent ended that exited at `at`.
    #[must_use]
    pub fn by_itself(how: ExitHow, at: Timestamp) -> Self {
        let how = match how {
            ExitHow::Status(status) => Ending::Status(status),
            ExitHow::Signal(signal) => Ending::Signal(signal),
            ExitHow::Unknown | ExitHow::Gone | ExitHow::Job => Ending::Unknown,
        };
        Self { how, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was_and_a_later_field_survives() {
        let text = r#"{"format":2,"agent":"claude","command":"claude -x","conversation":"7",
            "started":"2026-11-29T12:00:00.123Z","server":{"pid":7,"started":8},
            "ended":{"how":{"status":3},"at":"2026-11-29T12:01:00Z"},"weather":{"rain":[1,null]}}"#;
        let record: SessionRecord = serde_json::from_str(text).unwrap();
        assert!(!record.is_known() && !record.was_ended());
        assert_eq!(record.conversation.as_ref().map(ConversationId::as_str), Some("7"));
        let written = serde_json::to_string(&record).unwrap();
        assert!(written.contains(r#""weather":{"rain":[1,null]}"#), "{written}");
        assert_eq!(serde_json::from_str::<SessionRecord>(&written).unwrap(), record);
    }

    #[test]
    fn what_is_cut_off_or_names_no_conversation_is_no_record() {
        let started = r#""started":"2026-11-29T12:00:00Z""#;
        for text in [
            "",
            r#"{"format":1"#,
            r#"{"format":1}"#,
            &format!(r#"{{"format":1,{started},"conversation":"--yolo"}}"#),
            &format!(r#"{{"format":1,{started},"conversation":"../x"}}"#),
            &format!(r#"{{"format":1,{started},"ended":{{"how":"melted","at":"x"}}}}"#),
        ] {
            assert!(serde_json::from_str::<SessionRecord>(text).is_err(), "{text}");
        }
    }
}
