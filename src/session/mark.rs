//! What we write on a session of ours, so that any backend knows it again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::owed::{OWED, PASTED};

/// The user option of tmux that holds a [`Mark`].
pub(super) const OPTION: &str = "@polecat";
/// The user option that says when a stop began, in s since 1970: an agent that ends right after it
/// does not die, it is ended.
pub(super) const STOPPING: &str = "@polecat_stopping";
/// What is read of a session that is only told of.
pub(super) const FACTS: &[&str] = &[OPTION, STOPPING];
/// What is read of every session that may be worked on.
pub(super) const OPTIONS: &[&str] = &[OPTION, STOPPING, OWED, PASTED];

/// The facts about a session that tmux itself cannot tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Mark {
    /// The home of its rig: two rigs can have names that make the same session name.
    pub(super) home: PathBuf,
    /// The pane of its agent; a person may have added others.
    pub(super) pane: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) command: String,
    pub(super) workdir: PathBuf,
    pub(super) branch: Option<String>,
    pub(super) issue: Option<String>,
    /// When its start began, in Unix milliseconds.
    pub(super) started_ms: i64,
    /// Whether its start is still under way.
    pub(super) starting: bool,
}

impl Mark {
    /// As the option's value. It holds no `#`, because tmux 3.8 expands the values of options.
    pub(super) fn encode(&self) -> Result<String, serde_json::Error> {
        // Inside JSON a `#` can only stand in a string, where this is the same character.
        Ok(serde_json::to_string(self)?.replace('#', "\\u0023"))
    }

    /// Reads an option's value. Anything but a mark of ours is none.
    pub(super) fn decode(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }

    pub(super) fn is_of(&self, home: &Path) -> bool {
        self.home == home
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back_as_it_was_and_holds_nothing_that_tmux_expands() {
        let mark = Mark {
            home: "/tmp/#{pid}/a\tb\nc".into(),
            command: "sh -c '#(touch x)'".to_owned(),
            ..Mark::default()
        };
        let written = mark.encode().unwrap();
        assert!(!written.contains(['#', '\n', '\t']), "{written}");
        assert_eq!(Mark::decode(&written), Some(mark));
    }

    #[test]
    fn what_others_wrote_is_no_mark() {
        assert_eq!(Mark::decode(""), None);
        assert_eq!(Mark::decode("yes"), None);
    }
}
