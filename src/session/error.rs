//! Errors of the session core, with their stable codes and hints.

mod codes;
mod detail;
mod polecats;

use std::{path::PathBuf, time::Duration};

use self::codes::{host_code, tmux_code, tracker_code};
pub use self::detail::ErrorDetail;
pub use crate::session::{
    addresses::error::AddressError,
    answers::error::AnswerError,
    messages::{error::MessageError, interrupt::error::InterruptError, queue::error::QueueError},
    setup::error::SetupError,
    start::conversation::error::ResumeError,
};
use crate::{
    core::{
        names::{BadName, visible},
        session::{Exit, describe},
        trust::TrustRequest,
    },
    host::{HostError, processes::ProcessError, tracker::TrackerError},
    tmux::TmuxError,
};

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The rig has no such polecat.
    #[error("polecat not found: `{polecat}` in rig `{rig}`")]
    PolecatNotFound {
        /// The polecat.
        polecat: String,
        /// The rig.
        rig: String,
    },
    /// A live session is never replaced.
    #[error("session already running: `{session}`")]
    SessionRunning {
        /// The tmux session.
        session: String,
    },
    /// The agent is running, in a session of another name.
    #[error("the agent of `{polecat}` is already running in session `{session}` (pane {pane})")]
    AgentElsewhere {
        /// The polecat.
        polecat: String,
        /// The tmux session of its pane.
        session: String,
        /// Its pane.
        pane: String,
    },
    /// An agent outside our sessions is running in the worktree.
    #[error("{} in the worktree of `{polecat}`", working(agents))]
    AgentAtWork {
        /// The polecat.
        polecat: String,
        /// Each with its process id.
        agents: Vec<String>,
    },
    /// Other processes are running in the worktree.
    #[error("{} in the worktree of `{polecat}`", working(processes))]
    InUse {
        /// The polecat.
        polecat: String,
        /// Each with its process id.
        processes: Vec<String>,
    },
    /// There is no such session, or its agent has exited.
    #[error("session not found: `{session}`{why}")]
    SessionNotFound {
        /// The tmux session.
        session: String,
        /// More detail, with its separator; may be empty.
        why: String,
    },
    /// A session of this name exists, and nothing identifies it as ours.
    #[error("session `{session}` does not belong to rig `{rig}`, so it is left alone")]
    NotOurs {
        /// The tmux session.
        session: String,
        /// The rig that asked.
        rig: String,
    },
    /// The agent's pane is gone, but another pane keeps the session alive.
    #[error("session `{session}` lives on without its agent, whose pane was closed or replaced")]
    AgentGone {
        /// The tmux session.
        session: String,
        /// The shell command that ends it.
        end: String,
    },
    /// The agent exited before it was ready.
    #[error("session `{session}` died during startup: {}", last_words(exit))]
    DiedDuringStartup {
        /// The tmux session.
        session: String,
        /// How it ended.
        exit: Box<Exit>,
    },
    /// The working directory does not exist.
    #[error("working directory `{path}` does not exist")]
    WorkdirMissing {
        /// The directory.
        path: PathBuf,
    },
    /// The agent's program was not found.
    #[error("`{program}` is not on PATH")]
    CommandNotFound {
        /// The program.
        program: String,
    },
    /// Project files name a command that the user has not trusted. Nothing was done.
    #[error("{}", polecats::unasked(.0))]
    Untrusted(Box<TrustRequest>),
    /// An invalid argument.
    #[error("{0}")]
    BadArgument(String),
    /// The configuration names something that does not exist.
    #[error("{0}")]
    ConfigInvalid(String),
    /// The session was stopped while it was being started.
    #[error("the start of `{session}` was cancelled: the session was stopped meanwhile")]
    Cancelled {
        /// The tmux session.
        session: String,
    },
    /// Something did not happen in time.
    #[error("{what} within {waited:?}")]
    TooSlow {
        /// What did not happen, and what was last seen.
        what: String,
        /// How long we waited.
        waited: Duration,
    },
    /// An issue that cannot be assigned.
    #[error("issue `{issue}` {why}")]
    IssueTaken {
        /// The issue.
        issue: String,
        /// Why not.
        why: String,
        /// Its assignee, if that is a polecat of the rig.
        polecat: Option<String>,
    },
    /// The polecat has work that may exist nowhere else.
    #[error("polecat `{polecat}` is not free: {}", reasons.join("; "))]
    NotFree {
        /// The polecat.
        polecat: String,
        /// What prevents it.
        reasons: Vec<String>,
    },
    /// One of several agents was not started, and so none of them.
    #[error("none was started: `{agent}` ({number} of {of}) failed: {cause}")]
    OneOfSeveral {
        /// Its name.
        agent: String,
        /// Which of them it is, from 1.
        number: u32,
        /// How many there are.
        of: u32,
        /// Why it was not.
        cause: Box<SessionError>,
    },
    /// An operation failed, and its rollback was incomplete.
    #[error("{cause}; not rolled back: {}", left.join("; "))]
    NotUndone {
        /// Why it failed.
        cause: Box<SessionError>,
        /// What remains, and why.
        left: Vec<String>,
    },
    /// A polecat was not removed, for these reasons.
    #[error("`{polecat}` was not removed: {}", reasons.join("; "))]
    NotRemoved {
        /// The polecat.
        polecat: String,
        /// Whether its agent is running.
        running: bool,
        /// What prevents it.
        reasons: Vec<String>,
        /// What to do.
        hint: String,
    },
    /// Several operations failed; each is named.
    #[error("{}", several(.0))]
    Several(Vec<(String, SessionError)>),
    /// A conversation was not gone on with.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// A worktree was not set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A message was not delivered.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// An agent was not interrupted.
    #[error(transparent)]
    Interrupt(#[from] InterruptError),
    /// A queue was not changed.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// It is not known who is meant.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A question was not answered.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// A text that is not a valid name.
    #[error(transparent)]
    Name(#[from] BadName),
    /// tmux failed.
    #[error(transparent)]
    Tmux(#[from] TmuxError),
    /// A file operation or git failed.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The tracker failed.
    #[error(transparent)]
    Tracker(#[from] TrackerError),
    /// A process could not be ended.
    #[error(transparent)]
    Process(#[from] ProcessError),
}

impl SessionError {
    /// The stable code, as the help lists it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PolecatNotFound { .. } => "polecat_not_found",
            Self::SessionRunning { .. }
            | Self::AgentElsewhere { .. }
            | Self::AgentAtWork { .. }
            | Self::AgentGone { .. }
            | Self::NotRemoved { running: true, .. } => "session_running",
            Self::InUse { .. } => "in_use",
            Self::SessionNotFound { .. } | Self::NotOurs { .. } => "session_not_found",
            Self::DiedDuringStartup { .. } => "died_during_startup",
            Self::WorkdirMissing { .. } => "workdir_missing",
            Self::CommandNotFound { .. } => "command_not_found",
            Self::Untrusted(_) => "untrusted",
            Self::BadArgument(_) => "bad_argument",
            Self::ConfigInvalid(_) => "config_invalid",
            Self::Resume(error) => error.code(),
            Self::Setup(error) => error.code(),
            Self::Cancelled { .. } => "cancelled",
            Self::TooSlow { .. } => "timeout",
            Self::Message(error) => error.code(),
            Self::Interrupt(error) => error.code(),
            Self::Queue(error) => error.code(),
            Self::Answer(error) => error.code(),
            Self::Address(error) => error.code(),
            Self::IssueTaken { .. } => "issue_invalid",
            Self::NotFree { .. } | Self::NotRemoved { .. } => "dirty",
            Self::NotUndone { cause, .. } | Self::OneOfSeveral { cause, .. } => cause.code(),
            Self::Several(failed) => failed.first().map_or("internal", |(_, first)| first.code()),
            Self::Name(bad) if bad.what == "issue id" => "issue_invalid",
            Self::Name(_) => "bad_name",
            Self::Tmux(error) => tmux_code(error),
            Self::Host(error) => host_code(error),
            Self::Tracker(error) => tracker_code(error),
            Self::Process(_) => "internal",
        }
    }

    /// Whether the session to be created has a name that is taken.
    pub(in crate::session) fn is_duplicate_session(&self) -> bool {
        matches!(self, Self::Tmux(error) if error.is_duplicate_session())
    }

    /// Whether a message could not be typed yet, but may be later.
    pub(in crate::session) fn is_in_the_way(&self) -> bool {
        matches!(self, Self::Message(error) if error.is_in_the_way())
    }

    /// Whether it is transient, so that asking again makes sense: a server that does not answer has
    /// not lost its sessions. One of another version never answers us.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Tmux(error) if !matches!(error, TmuxError::OtherVersion { .. }))
            && matches!(self.code(), "timeout" | "tmux_failed")
    }

    /// What the user can do about it, if anything.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::PolecatNotFound { polecat, .. } => {
                Some(format!("`:PolecatStart! {polecat}` or `:PolecatNew {polecat}` creates it"))
            }
            Self::SessionRunning { .. } | Self::AgentElsewhere { .. } => {
                Some("see it with `:PolecatCapture`, or stop it with `:PolecatStop`".to_owned())
            }
            Self::Resume(error) => Some(error.hint()),
            Self::Setup(error) => error.hint(),
            Self::Message(error) => error.hint(),
            Self::Interrupt(error) => error.hint().map(str::to_owned),
            Self::Queue(error) => error.hint().map(str::to_owned),
            Self::Answer(error) => error.hint(),
            Self::Address(error) => error.hint(),
            Self::AgentAtWork { .. } => Some("stop it first, or use another polecat".to_owned()),
            Self::InUse { .. } => {
                Some("stop them first; in Lua, `in_use = 'ignore'` skips this check".to_owned())
            }
            Self::AgentGone { end, .. } => Some(format!("`{end}` removes what is left of it")),
            Self::CommandNotFound { .. } => {
                Some("install it, or choose another agent with `agent=` or `cmd=`".to_owned())
            }
            Self::Untrusted(_) => Some(
                "the command asks you; a script repeats the call with `trust` and `trust_id`: see \
                 `:help polecat-trust`"
                    .to_owned(),
            ),
            Self::IssueTaken { issue, polecat: Some(polecat), .. } => Some(format!(
                "`:PolecatSling {issue} {polecat}` continues it there; to use another polecat, set \
                the issue to `open` in the tracker"
            )),
            Self::IssueTaken { .. } => {
                Some("to assign it to a polecat, set it to `open` in the tracker".to_owned())
            }
            Self::NotFree { .. } => {
                Some("without a polecat's name, a free or new one is used".to_owned())
            }
            Self::NotUndone { cause, .. } | Self::OneOfSeveral { cause, .. } => cause.hint(),
            Self::NotRemoved { hint, .. } => Some(hint.clone()),
            Self::Host(error) => error.hint(),
            Self::Tracker(error) => error.hint(),
            Self::Tmux(TmuxError::NoStart { start, .. }) => Some(format!("`{start}` starts it")),
            Self::Tmux(TmuxError::Missing { .. }) => {
                Some("install tmux 3.2 or later, or set `tmux.command`".to_owned())
            }
            Self::Tmux(TmuxError::OtherVersion { .. }) => Some(
                "set `tmux.command` to the tmux that started it, or end it when its sessions are done"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// How it ended, the command, and its last output.
fn last_words(exit: &Exit) -> String {
    let mut words = format!("{}; command: `{}`", describe(exit), visible(&exit.command));
    if !exit.tail.is_empty() {
        words.push_str("; last lines:\n");
        words.push_str(&exit.tail.join("\n"));
    }
    words
}

fn several(failed: &[(String, SessionError)]) -> String {
    failed.iter().map(|(name, error)| format!("`{name}`: {error}")).collect::<Vec<_>>().join("; ")
}

/// `` `make` (pid 812) is running ``
pub(in crate::session) fn working(who: &[String]) -> String {
    format!("{} {}", who.join(", "), if who.len() == 1 { "is running" } else { "are running" })
}
