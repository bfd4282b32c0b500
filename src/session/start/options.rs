//! The options of a start.

use std::path::PathBuf;

use crate::{core::trust::Allowed, session::polecats::presence::InUse};

/// The options of a start. What is absent gets its default.
#[derive(Clone, Debug, Default)]
pub struct StartOptions {
    /// Create the polecat if it does not exist.
    pub new: bool,
    /// The issue to work on.
    pub issue: Option<String>,
    /// What the agent is told first, behind the issue.
    pub prompt: Option<String>,
    /// The agent's name.
    pub agent: Option<String>,
    /// The account's handle.
    pub account: Option<String>,
    /// The working directory, instead of the worktree.
    pub workdir: Option<PathBuf>,
    /// The agent's configuration folder.
    pub config_dir: Option<PathBuf>,
    /// A command line, instead of the agent's.
    pub command: Option<String>,
    /// What the user has allowed project files to run.
    pub allowed: Option<Allowed>,
    /// What to do if other programs are running in the worktree.
    pub in_use: InUse,
}
