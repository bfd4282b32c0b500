//! gastown's settings files, typed, and what follows from them: which agent a polecat runs, and
//! with whose account.
//!
//! As gastown reads them: a key that is null or an empty string says nothing, and keys that we do
//! not know are passed over, so that a newer town is served as well. A name that nothing defines is
//! a warning, and what gastown takes in its place is taken. Unlike gastown, which goes on without a
//! file that it cannot read, what is no JSON, of a wrong type or of a later version is an error that
//! names file and key.

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

/// The role whose agent is looked for.
pub const ROLE: &str = "polecat";

/// The content of a file, and which file it is.
#[derive(Clone, Debug)]
pub struct File<T> {
    /// Where it stands.
    pub path: PathBuf,
    /// What it says.
    pub content: T,
}

/// Something in a settings file that cannot be.
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

/// What an absent, null or empty text says: nothing.
fn said(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}
