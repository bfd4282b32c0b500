//! Where a new polecat begins, if not where they usually do.

use serde::{Deserialize, Serialize};

use super::branch::{Base, branch_name, branch_name_after};
use crate::core::names::{IssueId, PolecatName};

/// Where a new polecat begins. What is absent is as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartPoint {
    /// The branch, tag or commit that its own branch begins at.
    pub base: Option<String>,
    /// What that was when it was looked up, once for several.
    #[serde(skip)]
    pub at: Option<Base>,
    /// The branch that it works on, instead of one of its own: `x`, or `origin/x`.
    pub branch: Option<String>,
    /// What is done with what is not committed in the main worktree, besides nothing.
    pub changes: Option<BringMode>,
    /// What its own branch is called after, where it has no issue: of [`topic`].
    #[serde(skip)]
    pub topic: Option<String>,
}

/// What is done with what is not committed in the main worktree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BringMode {
    /// It goes to the new polecat.
    Move,
    /// It stands in both.
    Copy,
}

impl BringMode {
    /// All of them by their names, in the order in which they are offered.
    pub const ALL: [(&str, Self); 2] = [("copy", Self::Copy), ("move", Self::Move)];

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, changes)| changes)
    }
}

impl StartPoint {
    /// The name of a branch of its own.
    #[must_use]
    pub fn branch_name(&self, polecat: &PolecatName, issue: Option<&IssueId>, ms: u64) -> String {
        match (issue, &self.topic) {
            (None, Some(topic)) => branch_name_after(polecat, topic, ms),
            _ => branch_name(polecat, issue, ms),
        }
    }

    /// Whether only a new polecat can begin so.
    #[must_use]
    pub fn needs_new(&self) -> bool {
        self.branch.is_some() || self.changes.is_some()
    }

    /// Whether it is as usual.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        self.base.is_none() && self.branch.is_none() && self.changes.is_none()
    }
}

/// The longest name after a text, in characters.
const TOPIC_LIMIT: usize = 40;

/// What a branch for the task `text` is called after: the words of its first line that says something,
/// as far as they fit.
#[must_use]
pub fn topic(text: &str) -> Option<String> {
    let says = |line: &&str| line.chars().any(char::is_alphanumeric);
    let line = text.lines().find(says)?.to_lowercase();
    let mut topic = String::new();
    for word in line.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
    {
        let length = topic.chars().count() + word.chars().count() + 1;
        if length > TOPIC_LIMIT && !topic.is_empty() {
            break;
        }
        if !topic.is_empty() {
            topic.push('-');
        }
        topic.extend(word.chars().take(TOPIC_LIMIT));
    }
    Some(topic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rig::branch::{is_branch, is_own};

    #[test]
    fn a_branch_is_called_after_the_first_words_of_its_task() {
        let ash = PolecatName::parse("ash").unwrap();
        for (text, expected) in [
            ("Fix the login form!", Some("fix-the-login-form")),
            ("\n---\n# 1. Größe: ändern\nand more", Some("1-größe-ändern")),
            ("a..b @{x} ~^:?*[\\ c", Some("a-b-x-c")),
            ("  \n--", None),
        ] {
            assert_eq!(topic(text).as_deref(), expected, "{text:?}");
        }
        let long = topic(&"word ".repeat(100)).unwrap();
        assert!(long.len() <= TOPIC_LIMIT && long.ends_with("word"), "{long}");
        let wanted = StartPoint { topic: topic(&"ü".repeat(100)), ..StartPoint::default() };
        let name = wanted.branch_name(&ash, None, 36);
        assert!(is_branch(&name) && is_own(&name, &ash), "{name}");
    }
}
