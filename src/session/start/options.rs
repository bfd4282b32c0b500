//! What a person says of a start.

use std::path::PathBuf;

use crate::{core::trust::Allowed, session::polecats::presence::InUse};

/// How a session is to be started; what is absent is found out.
#[derive(Clone, Debug, Default)]
pub struct StartOptions {
    /// Create the polecat first, when it does not exist.
    pub new: bool,
    /// The issue it is to work on.
    pub issue: Option<String>,
    /// The agent's name.
    pub agent: Option<String>,
    /// The account's handle.
    pub account: Option<String>,
    /// Where it works, in place of its worktree.
    pub workdir: Option<PathBuf>,
    /// The agent's configuration folder.
    pub config_dir: Option<PathBuf>,
    /// A command line in place of the agent's.
    pub command: Option<String>,
    /// What a person allowed that files of the project want run.
    pub allowed: Option<Allowed>,
    /// What is done about others who work in its worktree.
    pub in_use: InUse,
}
