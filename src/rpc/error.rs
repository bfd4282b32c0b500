//! What Lua gets in place of an answer.

use rmpv::Value;

use super::encode::{self, Map};
use crate::{
    core::{names::shown, rig::address::in_commands},
    session::{ErrorDetail, SessionError},
};

/// All codes there are, as `:help polecat-errors` lists them.
pub(super) const CODES: &[&str] = &[
    "agent_not_ready",
    "agent_waiting",
    "ambiguous_choice",
    "ambiguous_name",
    "bad_argument",
    "bad_name",
    "cancelled",
    "cannot_fork",
    "cannot_resume",
    "command_not_found",
    "config_invalid",
    "conflict",
    "conflicts",
    "conversation_unknown",
    "died_during_startup",
    "dirty",
    "draft",
    "empty_context",
    "git_failed",
    "host_unreachable",
    "in_use",
    "internal",
    "issue_invalid",
    "large_copy",
    "not_answerable",
    "not_interruptible",
    "not_shown",
    "not_working",
    "nothing_asked",
    "nothing_to_merge",
    "pane_input_off",
    "pane_synchronized",
    "polecat_not_found",
    "push_rejected",
    "question_changed",
    "question_cut",
    "queue_full",
    "queue_newer",
    "rig_not_found",
    "session_not_found",
    "session_running",
    "setup_failed",
    "setup_running",
    "stale",
    "timeout",
    "tmux_failed",
    "tmux_missing",
    "tracker_failed",
    "unknown_choice",
    "unsafe_path",
    "untrusted",
    "words_needed",
    "workdir_missing",
    "worktrees_unwritable",
    "would_run_shell",
];

const UNREACHABLE: &str = "host_unreachable";

/// A refusal: a stable code, what is wrong with what, and often what to do about it.
#[derive(Clone, Debug)]
pub(super) struct RpcError {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// What it is about, where a person may be asked how to go on.
    pub(super) detail: Option<Box<ErrorDetail>>,
}

impl RpcError {
    pub(super) fn of(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, detail: None }
    }

    pub(super) fn bad_argument(message: impl Into<String>) -> Self {
        Self::of("bad_argument", message)
    }

    pub(super) fn config_invalid(message: impl Into<String>) -> Self {
        let hint = "see `:checkhealth polecat`".to_owned();
        Self { hint: Some(hint), ..Self::of("config_invalid", message) }
    }

    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self::of("internal", message)
    }

    /// A host cannot be reached.
    pub(super) fn unreachable(message: impl Into<String>) -> Self {
        Self::of(UNREACHABLE, message)
    }

    /// `code` if it is one of ours: a host can say anything.
    pub(super) fn known(code: &str) -> &'static str {
        CODES.iter().find(|known| **known == code).unwrap_or(&"internal")
    }

    /// Whether asking again makes sense: what could not be seen just now is not gone.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self.code, "timeout" | "tmux_failed" | UNREACHABLE)
    }

    /// Whether nothing is known because its host cannot be reached.
    pub(super) fn is_unreachable(&self) -> bool {
        self.code == UNREACHABLE
    }

    /// A key was pressed on what is not there any more.
    pub(super) fn stale(what: &str) -> Self {
        let message = format!("`{}` is no longer shown here, nothing was done", shown(what));
        let hint = Some("`r` refreshes".to_owned());
        Self { hint, ..Self::of("stale", message) }
    }

    /// The same with the polecat in its commands named as it was `said`.
    pub(super) fn about(self, said: &str) -> Self {
        let hint = self.hint.map(|hint| in_commands(&hint, said));
        Self { message: in_commands(&self.message, said), hint, ..self }
    }

    /// As Lua reads it: `{ code, message, hint, untrusted, waiting }`.
    pub(super) fn encode(self) -> Value {
        let about = match self.detail.as_deref() {
            Some(ErrorDetail::Untrusted(request)) => {
                Map::new().put("untrusted", encode::request(request))
            }
            Some(ErrorDetail::AskedNow(waiting)) => {
                Map::new().put("waiting", encode::told(waiting))
            }
            Some(ErrorDetail::WordsNeeded { .. } | ErrorDetail::Cut { .. }) | None => Map::new(),
        };
        Map::new()
            .put("code", self.code)
            .put("message", self.message)
            .some("hint", self.hint)
            .with(about)
            .into()
    }
}

impl From<SessionError> for RpcError {
    fn from(error: SessionError) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
            hint: error.hint(),
            detail: error.detail().map(Box::new),
        }
    }
}

/// Why a call was not carried out; a command can ask a person about some of it.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The session core refused.
    Session(SessionError),
    /// It was refused before that.
    Call(RpcError),
}

impl From<SessionError> for Refusal {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl From<RpcError> for Refusal {
    fn from(error: RpcError) -> Self {
        Self::Call(error)
    }
}

impl Refusal {
    /// As [`RpcError::about`].
    pub(super) fn about(self, said: &str) -> Self {
        Self::Call(RpcError::from(self).about(said))
    }
}

impl From<Refusal> for RpcError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Session(error) => error.into(),
            Refusal::Call(error) => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_all_codes() {
        let help = include_str!("../../doc/polecat.txt");
        let (_, section) = help.split_once("*polecat-errors*").unwrap();
        let (section, _) = section.split_once("*polecat-in-use*").unwrap();
        let mut listed: Vec<_> = section
            .lines()
            .filter(|line| line.starts_with("    "))
            .flat_map(str::split_whitespace)
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, CODES);
    }
}
