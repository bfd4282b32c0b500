//! One task for several agents: which of the attempts at it a polecat is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SessionInfo;

/// The most agents that one task is given to at once.
pub const AGENTS_LIMIT: usize = 16;

/// One of several attempts at the same task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What all attempts at this task have in common, and no others.
    pub task: String,
    /// Which of them it is, from 1.
    pub number: u32,
    /// How many were begun.
    pub of: u32,
}

impl Attempt {
    /// `1/3`
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}/{}", self.number, self.of)
    }
}

/// Those of `all` that are attempts at the same task as the polecat at `key`, which is none of them,
/// in the order in which they were begun. In two rigs no task is the same.
#[must_use]
pub fn others<'a>(all: &'a [SessionInfo], of: &SessionInfo) -> Vec<&'a SessionInfo> {
    let Some(attempt) = &of.attempt else { return Vec::new() };
    let is_other = |one: &&SessionInfo| {
        let task = one.attempt.as_ref().map(|other| &other.task);
        one.polecat != of.polecat && task == Some(&attempt.task)
    };
    let mut others: Vec<_> = all.iter().filter(is_other).collect();
    others.sort_by_key(|one| one.attempt.as_ref().map(|attempt| attempt.number));
    others
}

/// How many of `all` are attempts at each task.
#[must_use]
pub fn counts<'a>(all: impl IntoIterator<Item = &'a SessionInfo>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for attempt in all.into_iter().filter_map(|one| one.attempt.as_ref()) {
        *counts.entry(attempt.task.as_str()).or_default() += 1;
    }
    counts
}
