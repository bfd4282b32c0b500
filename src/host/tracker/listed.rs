//! Lists of issues, as trackers answer them.

use serde::Deserialize;

use super::Issue;

/// What trackers answer to `list`: `bd` the issues, `br` a page of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum IssueListing {
    Plain(Vec<Issue>),
    Page { issues: Vec<Issue> },
}

impl IssueListing {
    /// The issues in an answer. Of none, some versions of `bd` say nothing, or so in a sentence.
    pub(super) fn read(answer: &[u8]) -> Result<Vec<Issue>, String> {
        let answer = answer.trim_ascii();
        if answer.is_empty() || answer.starts_with(b"No issues") {
            return Ok(Vec::new());
        }
        match serde_json::from_slice(answer).map_err(|err| err.to_string())? {
            Self::Plain(issues) | Self::Page { issues } => Ok(issues),
        }
    }
}
