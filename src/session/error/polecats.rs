//! What is wrong with what is wanted of a polecat.

use super::SessionError;
use crate::{
    core::{
        names::{PolecatName, visible},
        trust::TrustRequest,
    },
    host::{HostError, MergeError},
};

impl SessionError {
    /// Where to begin was said of a polecat that exists.
    pub(in crate::session) fn begun(polecat: &PolecatName) -> Self {
        let why = "`base`, `branch` and `changes` are only for a new polecat";
        Self::BadArgument(format!("{why}: `{polecat}` exists"))
    }
}

impl From<MergeError> for SessionError {
    fn from(error: MergeError) -> Self {
        HostError::from(error).into()
    }
}

/// What project files would decide.
pub(super) fn unasked(request: &TrustRequest) -> String {
    let files: Vec<_> = request.files.iter().map(|file| format!("`{}`", file.display())).collect();
    let files = visible(&files.join(" and "));
    let what = match request.command() {
        own if own.is_empty() => "how your command is run".to_owned(),
        command => format!("what is run (`{command}`)"),
    };
    format!("{files} would decide {what}, and you have not allowed that")
}
