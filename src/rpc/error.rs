//! What Lua gets in place of an answer.

use rmpv::Value;

use super::encode::{self, Map};
use crate::{core::names::shown, session::SessionError};

/// A refusal: a stable code, what is wrong with what, and often what to do about it.
#[derive(Clone, Debug)]
pub(super) struct RpcError {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// What is to be allowed, where that is missing.
    pub(super) untrusted: Option<Value>,
    /// What is asked instead, where another question was answered.
    pub(super) waiting: Option<Box<Value>>,
}

impl RpcError {
    pub(super) fn of(code: &'static str, message: impl Into<String>) -> Self {
        let (message, hint, untrusted, waiting) = (message.into(), None, None, None);
        Self { code, message, hint, untrusted, waiting }
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

    /// A key was pressed on what is not there any more.
    pub(super) fn stale(what: &str) -> Self {
        let message = format!("`{}` is no longer shown here, nothing was done", shown(what));
        let hint = Some("`r` shows what is there".to_owned());
        Self { hint, ..Self::of("stale", message) }
    }

    /// As Lua reads it: `{ code, message, hint, untrusted, waiting }`.
    pub(super) fn encode(self) -> Value {
        Map::new()
            .put("code", self.code)
            .put("message", self.message)
            .some("hint", self.hint)
            .some("untrusted", self.untrusted)
            .some("waiting", self.waiting.map(|waiting| *waiting))
            .into()
    }
}

impl From<SessionError> for RpcError {
    fn from(error: SessionError) -> Self {
        let untrusted = match &error {
            SessionError::Untrusted(request) => Some(encode::request(request).into()),
            _ => None,
        };
        let waiting = match &error {
            SessionError::Answer(error) => error.asked_now(),
            _ => None,
        };
        Self {
            code: error.code(),
            message: error.to_string(),
            hint: error.hint(),
            untrusted,
            waiting: waiting.and_then(|waiting| encode::value(waiting).ok()).map(Box::new),
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

impl From<Refusal> for RpcError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Session(error) => error.into(),
            Refusal::Call(error) => error,
        }
    }
}
