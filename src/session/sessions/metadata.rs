//! What we write on an agent's pane, so that any backend knows it again wherever a person moves it.
//!
//! Versions before wrote it on the session, which any of its panes seems to have then, and which
//! stays behind when a pane is moved. The session has a [`Metadata`] that names no agent still: it
//! tells whose session it is when the agent's pane is gone.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::session::sessions::pending::{OWED, PASTED};

/// The user option of tmux that holds a [`Metadata`].
pub(in crate::session) const OPTION: &str = "@polecat";
/// The user option of a pane that says when a stop began, in s since 1970: an agent that ends right after it
/// does not die, it is ended.
pub(in crate::session) const STOPPING: &str = "@polecat_stopping";
/// The pane of a mark that is nobody's: no pane of tmux is called so.
const NO_PANE: &str = "-";
/// What is read of a session that is only told of.
pub(in crate::session) const FACTS: &[&str] = &[OPTION, STOPPING];
/// What is read of every session that may be worked on.
pub(in crate::session) const OPTIONS: &[&str] = &[OPTION, STOPPING, OWED, PASTED];

/// The facts about an agent that tmux itself cannot tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::session) struct Metadata {
    /// The home of its rig: two rigs can have names that make the same session name.
    pub(in crate::session) home: PathBuf,
    /// Whose agent it is. Only what is written on the agent's own pane has it.
    pub(in crate::session) polecat: Option<String>,
    /// The pane of its agent; a person may have added others.
    pub(in crate::session) pane: Option<String>,
    /// The process that its start ended with. Another one was put in its place since, by a
    /// person perhaps.
    pub(in crate::session) pid: Option<u32>,
    pub(in crate::session) agent: Option<String>,
    pub(in crate::session) command: String,
    pub(in crate::session) workdir: PathBuf,
    pub(in crate::session) branch: Option<String>,
    pub(in crate::session) issue: Option<String>,
    /// When its start began, in Unix milliseconds.
    pub(in crate::session) started_ms: i64,
    /// Whether its start is still under way.
    pub(in crate::session) starting: bool,
}

impl Metadata {
    /// For a session of the rig at `home`: none of its panes has the agent by this mark.
    pub(in crate::session) fn of_session(home: &Path) -> Self {
        Self { home: home.to_owned(), pane: Some(NO_PANE.to_owned()), ..Self::default() }
    }

    /// As the option's value. It holds no `#`, because tmux 3.8 expands the values of options.
    pub(in crate::session) fn encode(&self) -> Result<String, serde_json::Error> {
        // Inside JSON a `#` can only stand in a string, where this is the same character.
        Ok(serde_json::to_string(self)?.replace('#', "\\u0023"))
    }

    /// Reads an option's value. Anything but a mark of ours is none.
    pub(in crate::session) fn decode(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }

    pub(in crate::session) fn is_of(&self, home: &Path) -> bool {
        self.home == home
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
