//! The options of a start.

use std::path::PathBuf;

use crate::{
    core::{
        agent::ConversationId, names::PolecatName, rig::beginning::StartPoint,
        session::attempt::Attempt, trust::Allowed,
    },
    session::polecats::presence::InUse,
};

/// The options of a start. What is absent gets its default.
#[derive(Clone, Debug, Default)]
pub struct StartOptions {
    /// Create the polecat if it does not exist.
    pub new: bool,
    /// Where the polecat begins that is created.
    pub begin: StartPoint,
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
    /// Whether the set-up of a new worktree may copy what costs much room.
    pub large: bool,
    /// The conversation to go on with; without, it begins a new one.
    pub conversation: Option<Resuming>,
    /// Which of several attempts at one task it is.
    pub attempt: Option<Attempt>,
    /// The polecat whose last session says what is not said here, if not its own: one to be forked.
    pub like: Option<PolecatName>,
}

/// Which conversation a start goes on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resuming {
    /// That of its last session, by the record of it.
    Last,
    /// This one.
    Earlier(ConversationId),
    /// A copy of that of the last session.
    Fork,
}

/// What the record of an earlier session says of a start in place of the person. The file may have come with the project, so
/// a person must have allowed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::session) struct Recorded {
    /// The record.
    pub(in crate::session) file: PathBuf,
    /// Whether it says the command line.
    pub(in crate::session) command: bool,
    /// Whether it says the agent's configuration folder.
    pub(in crate::session) config_dir: bool,
    /// Whether it says the working directory.
    pub(in crate::session) workdir: bool,
}
