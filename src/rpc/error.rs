//! What Lua gets in place of an answer.

use rmpv::Value;

use super::encode::Map;
use crate::session::SessionError;

/// A refusal: a stable code, what is wrong with what, and often what to do about it.
#[derive(Clone, Debug)]
pub(super) struct RpcError {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl RpcError {
    pub(super) fn bad_argument(message: impl Into<String>) -> Self {
        Self { code: "bad_argument", message: message.into(), hint: None }
    }

    pub(super) fn config_invalid(message: impl Into<String>) -> Self {
        let hint = "see `:checkhealth polecat`".to_owned();
        Self { code: "config_invalid", message: message.into(), hint: Some(hint) }
    }

    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self { code: "internal", message: message.into(), hint: None }
    }

    /// As Lua reads it: `{ code, message, hint }`.
    pub(super) fn encode(self) -> Value {
        Map::new()
            .put("code", self.code)
            .put("message", self.message)
            .some("hint", self.hint)
            .into()
    }
}

impl From<SessionError> for RpcError {
    fn from(error: SessionError) -> Self {
        Self { code: error.code(), message: error.to_string(), hint: error.hint() }
    }
}
