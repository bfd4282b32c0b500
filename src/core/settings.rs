//! gastown's settings files, typed, and what they decide: which agent a polecat runs, and with
//! which account.
//!
//! Read as gastown reads them: a key that is null or an empty string counts as not set, and unknown
//! keys are ignored, so that newer towns work too. An undefined name is a warning, and gastown's
//! replacement is used. Unlike gastown, which ignores a file that it cannot read, we report invalid
//! JSON, a wrong type or a later version as an error that names file and key.

mod accounts;
mod files;
mod lookup;
mod merge_queue;
mod origin;
mod resolve;
#[cfg(test)]
mod tests;
mod values;

pub use accounts::{Account, Accounts, BadAccount, WhoAsked, expanded};
pub use files::{
    AgentEntry, NamePoolSettings, Registry, RigIdentity, RigSettings, RuntimeSettings, TownSettings,
};
pub use lookup::Sources;
pub use resolve::{OnPath, Resolved, Unresolved};

use std::path::{Path, PathBuf};

/// The role whose agent is looked up.
pub const ROLE: &str = "polecat";

/// A file's content, with its path.
#[derive(Clone, Debug)]
pub struct File<T> {
    /// Its path.
    pub path: PathBuf,
    /// Its content.
    pub content: T,
}

/// An invalid value in a settings file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is broken: `{key}`: {why}", path.display())]
pub struct BadSetting {
    /// The file.
    pub path: PathBuf,
    /// The key, with its parents: `agents.mine.args`.
    pub key: String,
    /// What is wrong, and what was expected.
    pub why: String,
}

impl BadSetting {
    fn new(path: &Path, key: impl Into<String>, why: impl Into<String>) -> Self {
        Self { path: path.to_owned(), key: key.into(), why: why.into() }
    }
}

/// A text that is not set if absent, null or empty.
fn said(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}
