//! The stable codes of errors from below the session core.

use crate::{
    host::{HostError, run::RunError, tracker::TrackerError},
    tmux::TmuxError,
};

pub(super) fn tmux_code(error: &TmuxError) -> &'static str {
    match error {
        TmuxError::Missing { .. } | TmuxError::TooOld { .. } => "tmux_missing",
        TmuxError::NoAnswer { .. } => "timeout",
        TmuxError::BadArgument { .. } => "bad_argument",
        TmuxError::PaneDead { .. } => "session_not_found",
        _ => "tmux_failed",
    }
}

pub(super) fn host_code(error: &HostError) -> &'static str {
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
        HostError::Conflict { .. } => "conflict",
        HostError::NotUndone { cause, .. } => host_code(cause),
        HostError::Merge(error) => error.code(),
        HostError::Push(error) => error.code(),
        _ => "internal",
    }
}

pub(super) fn tracker_code(error: &TrackerError) -> &'static str {
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
