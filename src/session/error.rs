//! What an operation on sessions refuses, and under which stable code.

use std::{path::PathBuf, time::Duration};

pub use crate::session::messages::error::MessageError;
use crate::{
    core::{
        names::{BadName, visible},
        session::{Exit, describe},
        trust::Request,
    },
    host::{HostError, processes::ProcessError, run::RunError, tracker::TrackerError},
    tmux::TmuxError,
};

/// Why an operation did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The rig has no such polecat.
    #[error("polecat not found: `{polecat}` in rig `{rig}`")]
    PolecatNotFound {
        /// The polecat.
        polecat: String,
        /// The rig that was looked in.
        rig: String,
    },
    /// A live session is never replaced.
    #[error("session already running: `{session}`")]
    SessionRunning {
        /// The tmux session.
        session: String,
    },
    /// The agent lives, in a session that has another name than the polecat's.
    #[error("the agent of `{polecat}` already runs, in session `{session}` (pane {pane})")]
    AgentElsewhere {
        /// The polecat.
        polecat: String,
        /// The tmux session that its pane is in.
        session: String,
        /// Its pane.
        pane: String,
    },
    /// An agent that no session of ours has works in the worktree.
    #[error("{} in the worktree of `{polecat}`", working(agents))]
    AgentAtWork {
        /// The polecat.
        polecat: String,
        /// Each with its process.
        agents: Vec<String>,
    },
    /// Processes of a person's work in the worktree.
    #[error("{} in the worktree of `{polecat}`", working(processes))]
    InUse {
        /// The polecat.
        polecat: String,
        /// Each with its id.
        processes: Vec<String>,
    },
    /// There is no such session, or its agent has ended.
    #[error("session not found: `{session}`{why}")]
    SessionNotFound {
        /// The tmux session.
        session: String,
        /// More about it, with its own separator, or nothing.
        why: String,
    },
    /// A session of this name exists, and nothing shows that it is ours.
    #[error("session `{session}` does not belong to rig `{rig}`: it is left alone")]
    NotOurs {
        /// The tmux session.
        session: String,
        /// The rig that asked.
        rig: String,
    },
    /// The session's agent is gone with its pane, and somebody works on in another one.
    #[error("session `{session}` lives on without its agent, whose pane was closed or taken")]
    AgentGone {
        /// The tmux session.
        session: String,
    },
    /// The agent ended before it was ready.
    #[error("session `{session}` died during startup: {}", last_words(exit))]
    DiedDuringStartup {
        /// The tmux session.
        session: String,
        /// How it ended.
        exit: Box<Exit>,
    },
    /// The folder to work in is not there.
    #[error("working directory `{path}` does not exist")]
    WorkdirMissing {
        /// The folder.
        path: PathBuf,
    },
    /// The agent's program is not to be found.
    #[error("`{program}` is not on PATH")]
    CommandNotFound {
        /// The program.
        program: String,
    },
    /// Files of the project want something run that nobody has allowed. Nothing was done.
    #[error("{}", unasked(.0))]
    Untrusted(Box<Request>),
    /// An argument that means nothing here.
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
    /// Something that was waited for did not come.
    #[error("{what} within {waited:?}")]
    TooSlow {
        /// What did not happen, and what was seen last.
        what: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// An issue that is not to be given to anybody.
    #[error("issue `{issue}` {why}")]
    IssueTaken {
        /// The issue.
        issue: String,
        /// What it is instead.
        why: String,
        /// Whose it is, where that is a polecat of the rig.
        polecat: Option<String>,
    },
    /// The polecat has work that is not shown to be safe elsewhere.
    #[error("polecat `{polecat}` is not free: {}", reasons.join("; "))]
    NotFree {
        /// The polecat.
        polecat: String,
        /// What is in the way.
        reasons: Vec<String>,
    },
    /// An operation failed, and not all that it had done could be taken back.
    #[error("{cause}; not taken back: {}", left.join("; "))]
    NotUndone {
        /// Why it failed.
        cause: Box<SessionError>,
        /// What is left, and why.
        left: Vec<String>,
    },
    /// A polecat stays, for each of these reasons.
    #[error("`{polecat}` is not removed: {}", reasons.join("; "))]
    NotRemoved {
        /// The polecat.
        polecat: String,
        /// Whether its agent lives.
        running: bool,
        /// What is in the way.
        reasons: Vec<String>,
        /// What to do about it.
        hint: String,
    },
    /// Some of several failed; each is named.
    #[error("{}", several(.0))]
    Several(Vec<(String, SessionError)>),
    /// A message was not delivered.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// A text that is no name.
    #[error(transparent)]
    Name(#[from] BadName),
    /// tmux did not do its part.
    #[error(transparent)]
    Tmux(#[from] TmuxError),
    /// A file or git did not do its part.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The tracker did not do its part.
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
            Self::Cancelled { .. } => "cancelled",
            Self::TooSlow { .. } => "timeout",
            Self::Message(error) => error.code(),
            Self::IssueTaken { .. } => "issue_invalid",
            Self::NotFree { .. } | Self::NotRemoved { .. } => "dirty",
            Self::NotUndone { cause, .. } => cause.code(),
            Self::Several(failed) => failed.first().map_or("internal", |(_, first)| first.code()),
            Self::Name(bad) if bad.what == "issue id" => "issue_invalid",
            Self::Name(_) => "bad_name",
            Self::Tmux(error) => tmux_code(error),
            Self::Host(error) => host_code(error),
            Self::Tracker(error) => tracker_code(error),
            Self::Process(_) => "internal",
        }
    }

    /// Whether another session has the name of the one that was to be created.
    pub(in crate::session) fn is_duplicate_session(&self) -> bool {
        matches!(self, Self::Tmux(error) if error.is_duplicate_session())
    }

    /// Whether a message could not be typed yet, and may be later.
    pub(in crate::session) fn is_in_the_way(&self) -> bool {
        matches!(self, Self::Message(error) if error.is_in_the_way())
    }

    /// Whether it says nothing about what was asked for, so that asking again makes sense: a
    /// server that does not answer has not lost its sessions.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Tmux(_)) && matches!(self.code(), "timeout" | "tmux_failed")
    }

    /// What a person can do about it, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::PolecatNotFound { polecat, .. } => {
                Some(format!("`:PolecatStart! {polecat}` or `:PolecatNew {polecat}` creates it"))
            }
            Self::SessionRunning { .. } | Self::AgentElsewhere { .. } => {
                Some("look at it with `:PolecatCapture`, or stop it with `:PolecatStop`".to_owned())
            }
            Self::Message(error) => error.hint(),
            Self::AgentAtWork { .. } => Some("end it first, or take another polecat".to_owned()),
            Self::InUse { .. } => {
                Some("end them first; in Lua, `in_use = 'ignore'` goes on all the same".to_owned())
            }
            Self::AgentGone { session } => {
                Some(format!("`tmux kill-session -t '={session}'` ends what is left of it"))
            }
            Self::CommandNotFound { .. } => {
                Some("install it, or name another agent with `agent=` or `cmd=`".to_owned())
            }
            Self::Untrusted(_) => Some(
                "the command asks you; a script repeats the call with `trust` and `trust_id`, see \
                 `:help polecat-trust`"
                    .to_owned(),
            ),
            Self::IssueTaken { issue, polecat: Some(polecat), .. } => Some(format!(
                "`:PolecatSling {issue} {polecat}` goes on with it there; for another polecat, set \
                 it to `open` in the tracker"
            )),
            Self::IssueTaken { .. } => {
                Some("to give it to a polecat, set it to `open` in the tracker".to_owned())
            }
            Self::NotFree { .. } => {
                Some("leave the polecat out, and a free or new one is taken".to_owned())
            }
            Self::NotUndone { cause, .. } => cause.hint(),
            Self::NotRemoved { hint, .. } => Some(hint.clone()),
            Self::Host(error) => error.hint(),
            Self::Tracker(error) => error.hint(),
            Self::Tmux(TmuxError::Missing { .. }) => {
                Some("install tmux 3.2 or later, or set `tmux.command`".to_owned())
            }
            _ => None,
        }
    }
}

fn tmux_code(error: &TmuxError) -> &'static str {
    match error {
        TmuxError::Missing { .. } | TmuxError::TooOld { .. } => "tmux_missing",
        TmuxError::NoAnswer { .. } => "timeout",
        TmuxError::BadArgument { .. } => "bad_argument",
        TmuxError::PaneDead { .. } => "session_not_found",
        _ => "tmux_failed",
    }
}

fn host_code(error: &HostError) -> &'static str {
    match error {
        HostError::Name(_) => "bad_name",
        HostError::NoRig { .. }
        | HostError::NotARig { .. }
        | HostError::RigGone { .. }
        | HostError::Refused(_)
        | HostError::Stranger { .. }
        | HostError::PolecatExists { .. }
        | HostError::CutOff { .. }
        | HostError::Pending { .. } => "bad_argument",
        HostError::PolecatNotFound { .. } | HostError::NoBackup { .. } => "polecat_not_found",
        HostError::WorktreesUnwritable { .. } => "worktrees_unwritable",
        HostError::Changing { .. } | HostError::WorkedIn { .. } => "dirty",
        HostError::Git { source: RunError::TimedOut { .. }, .. } | HostError::Busy { .. } => {
            "timeout"
        }
        HostError::NoRepository { .. }
        | HostError::NoWorktree { .. }
        | HostError::NoCommits { .. }
        | HostError::Git { .. } => "git_failed",
        HostError::Broken { .. } => "config_invalid",
        HostError::Tracked { .. } | HostError::Link { .. } | HostError::Outside { .. } => {
            "unsafe_path"
        }
        HostError::NotUndone { cause, .. } => host_code(cause),
        _ => "internal",
    }
}

fn tracker_code(error: &TrackerError) -> &'static str {
    match error {
        TrackerError::Unknown { .. }
        | TrackerError::NotShown { .. }
        | TrackerError::Tombstone { .. } => "issue_invalid",
        TrackerError::Run(RunError::TimedOut { .. }) => "timeout",
        TrackerError::Unreadable { .. } | TrackerError::Unlisted { .. } | TrackerError::Run(_) => {
            "tracker_failed"
        }
    }
}

/// How it ended, what ran, and the end of what it printed.
fn last_words(exit: &Exit) -> String {
    let mut words = format!("{}; command: `{}`", describe(exit), visible(&exit.command));
    if !exit.tail.is_empty() {
        words.push_str("; last lines:\n");
        words.push_str(&exit.tail.join("\n"));
    }
    words
}

fn unasked(request: &Request) -> String {
    let files: Vec<_> = request.files.iter().map(|file| format!("`{}`", file.display())).collect();
    let files = visible(&files.join(" and "));
    let what = match request.command() {
        own if own.is_empty() => "how your command is run".to_owned(),
        command => format!("what is run (`{command}`)"),
    };
    format!("{files} would decide {what}, which nobody has allowed")
}

fn several(failed: &[(String, SessionError)]) -> String {
    failed.iter().map(|(name, error)| format!("`{name}`: {error}")).collect::<Vec<_>>().join("; ")
}

/// `make` (pid 812) works, `make` (pid 812), `bash` (pid 9) work
pub(in crate::session) fn working(who: &[String]) -> String {
    format!("{} {}", who.join(", "), if who.len() == 1 { "works" } else { "work" })
}
