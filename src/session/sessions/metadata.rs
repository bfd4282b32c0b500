//! The metadata we write on an agent's pane, so that any backend recognises it wherever it is moved.
//!
//! Older versions wrote it on the session, where it appears on each of its panes and stays behind when a
//! pane is moved. We still write a [`Metadata`] without an agent on the session: it identifies the
//! session as ours when the agent's pane is gone.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    core::{agent::ConversationId, session::attempt::Attempt},
    session::sessions::{
        event_source::EVENTS,
        pending::{OWED, PASTED, QUEUE, SENT},
    },
};

/// The user option of tmux that holds a [`Metadata`].
pub(in crate::session) const OPTION: &str = "@polecat";
/// The pane option that says when a stop began, in Unix seconds: an agent that exits right after it was
/// stopped, and did not die.
pub(in crate::session) const STOPPING: &str = "@polecat_stopping";
/// The pane option that holds the [`HookWord`](crate::core::agent::events::HookWord) of its agent.
pub(in crate::session) const SAID: &str = "@polecat_said";
/// How much of a task is kept, in characters.
const TASK_LIMIT: usize = 120;
/// The pane option that holds the id of the conversation that its agent is in, by its own word.
pub(in crate::session) const CONVERSATION: &str = "@polecat_conversation";
/// The format in which that is written.
const CONVERSATION_FORMAT: &str = "1 ";
/// Stands for "no pane": no pane id of tmux looks like this.
const NO_PANE: &str = "-";
/// The options to read for displaying a session.
pub(in crate::session) const FACTS: &[&str] = &[OPTION, STOPPING];
/// The options to read for an operation on a session.
pub(in crate::session) const OPTIONS: &[&str] =
    &[OPTION, STOPPING, OWED, PASTED, EVENTS, SAID, QUEUE, SENT, CONVERSATION];

/// Facts about an agent that tmux does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::session) struct Metadata {
    /// The home of its rig: the names of two rigs can give the same session name.
    pub(in crate::session) home: PathBuf,
    /// Its polecat. Set only on the agent's own pane.
    pub(in crate::session) polecat: Option<String>,
    /// The agent's pane; the user may have added others.
    pub(in crate::session) pane: Option<String>,
    /// The process that its start left in the pane. If the pane has another one, it was respawned.
    pub(in crate::session) pid: Option<u32>,
    pub(in crate::session) agent: Option<String>,
    pub(in crate::session) command: String,
    pub(in crate::session) workdir: PathBuf,
    pub(in crate::session) branch: Option<String>,
    pub(in crate::session) issue: Option<String>,
    /// The first line of what it was given to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::session) task: Option<String>,
    /// Which of several attempts at one task it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::session) attempt: Option<Attempt>,
    /// When its start began, in Unix milliseconds.
    pub(in crate::session) started_ms: i64,
    /// Whether its start is in progress.
    pub(in crate::session) starting: bool,
    /// The name of the file of settings that it was given for this session, which ends with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::session) settings: Option<String>,
}

/// Encodes the id of a conversation as the option's value.
pub(in crate::session) fn encode_conversation(id: &ConversationId) -> String {
    format!("{CONVERSATION_FORMAT}{id}")
}

/// Decodes an option's value; `None` if it is not ours, or of a later format.
pub(in crate::session) fn decode_conversation(value: &str) -> Option<ConversationId> {
    value.strip_prefix(CONVERSATION_FORMAT)?.parse().ok()
}

impl Metadata {
    /// For a session of the rig at `home`. It identifies none of its panes as the agent's.
    pub(in crate::session) fn of_session(home: &Path) -> Self {
        Self { home: home.to_owned(), pane: Some(NO_PANE.to_owned()), ..Self::default() }
    }

    /// Encodes it as the option's value, without any `#`: tmux 3.8 expands option values.
    pub(in crate::session) fn encode(&self) -> Result<String, serde_json::Error> {
        // In JSON a `#` occurs only in strings, where this escape means the same.
        Ok(serde_json::to_string(self)?.replace('#', "\\u0023"))
    }

    /// Decodes an option's value; `None` if it is not ours.
    pub(in crate::session) fn decode(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }

    pub(in crate::session) fn is_of(&self, home: &Path) -> bool {
        self.home == home
    }
}

/// The first line of `text` that says something, of limited length, as it can be shown.
pub(in crate::session) fn first_line(text: &str) -> Option<String> {
    let says = |line: &&str| line.chars().any(char::is_alphanumeric);
    let line = text.lines().map(str::trim).find(says)?;
    let line = line.trim_start_matches(['#', '-', '*', ' ']);
    Some(line.chars().filter(|letter| !letter.is_control()).take(TASK_LIMIT).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_called_after_the_first_line_that_says_something() {
        for (text, line) in [
            ("\n---\n# Fix the cart\nnow", Some("Fix the cart")),
            ("  a\tb\u{1b}[1m", Some("ab[1m")),
            ("---", None),
            ("", None),
        ] {
            assert_eq!(first_line(text).as_deref(), line, "{text:?}");
        }
        assert_eq!(first_line(&"x".repeat(500)).unwrap().len(), TASK_LIMIT);
    }

    #[test]
    fn a_mark_comes_back_as_it_was_and_holds_nothing_that_tmux_expands() {
        let mark = Metadata {
            home: "/tmp/#{pid}/a\tb\nc".into(),
            command: "sh -c '#(touch x)'".to_owned(),
            ..Metadata::default()
        };
        let written = mark.encode().unwrap();
        assert!(!written.contains(['#', '\n', '\t']), "{written}");
        assert_eq!(Metadata::decode(&written), Some(mark));
    }

    #[test]
    fn what_others_wrote_is_no_mark() {
        assert_eq!(Metadata::decode(""), None);
        assert_eq!(Metadata::decode("yes"), None);
    }
}
