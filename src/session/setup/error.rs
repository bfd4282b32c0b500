//! Why a worktree was not set up.

use crate::{core::names::shown, host::setup::shown_size};

/// Why a worktree was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The command of the configuration failed.
    #[error("the set-up of `{polecat}` failed: `{}` {how}{}", shown(command), last_lines(tail))]
    Failed {
        /// The polecat.
        polecat: String,
        /// The command.
        command: String,
        /// How it ended.
        how: String,
        /// The end of what it printed.
        tail: Vec<String>,
        /// Whether the worktree is still there.
        kept: bool,
    },
    /// Files could not be copied, or links not made.
    #[error("the set-up of `{polecat}` failed: {why}")]
    NotGiven {
        /// The polecat.
        polecat: String,
        /// Why not.
        why: String,
    },
    /// Copies would cost much room.
    #[error("the set-up would copy {}, which this file system cannot share", shown_size(*size))]
    Large {
        /// In bytes.
        size: u64,
    },
    /// Somebody is at it.
    #[error("`{polecat}` is being set up")]
    UnderWay {
        /// The polecat.
        polecat: String,
    },
    /// A person has ended it.
    #[error("the set-up of `{polecat}` was cancelled")]
    Cancelled {
        /// The polecat.
        polecat: String,
    },
}

impl SetupError {
    /// The stable code, as the help lists it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Failed { .. } | Self::NotGiven { .. } => "setup_failed",
            Self::Large { .. } => "large_copy",
            Self::UnderWay { .. } => "setup_running",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// What the user can do about it, if anything.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Failed { polecat, kept: true, .. } => Some(format!(
                "`:PolecatSetup {polecat}` runs it again, `:PolecatSetup! {polecat}` shows all \
                 that it printed"
            )),
            Self::Failed { polecat, kept: false, .. } => {
                Some(format!("`:PolecatSetup! {polecat}` shows all that it printed"))
            }
            Self::NotGiven { polecat, .. } | Self::Cancelled { polecat } => {
                Some(format!("`:PolecatSetup {polecat}` goes on with it"))
            }
            Self::Large { .. } => Some(
                "name less in `.worktreeinclude`, or link it; in Lua, `large = true` copies it"
                    .to_owned(),
            ),
            Self::UnderWay { polecat } => Some(format!(
                "`:PolecatSetup! {polecat}` shows it, `:PolecatStop {polecat}` ends it"
            )),
        }
    }

    /// The same without what was printed, for who sees that.
    pub(super) fn brief(&self) -> String {
        match self {
            Self::Failed { command, how, .. } => format!("`{}` {how}", shown(command)),
            other => other.to_string(),
        }
    }

    pub(super) fn kept(mut self, stays: bool) -> Self {
        if let Self::Failed { kept, .. } = &mut self {
            *kept = stays;
        }
        self
    }
}

fn last_lines(tail: &[String]) -> String {
    if tail.is_empty() { String::new() } else { format!("; last lines:\n{}", tail.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_tells_the_command_how_it_ended_and_what_it_said_last() {
        let (polecat, command) = ("ash".to_owned(), "npm ci".to_owned());
        let how = "exited with status 3".to_owned();
        let tail = vec!["a".to_owned(), "b".to_owned()];
        let failed = SetupError::Failed { polecat, command, how, tail, kept: false };
        let text = "the set-up of `ash` failed: `npm ci` exited with status 3; last lines:\na\nb";
        assert_eq!(failed.to_string(), text);
        assert_eq!(failed.brief(), "`npm ci` exited with status 3");
        assert!(!failed.hint().unwrap().contains("again"));
        assert!(failed.kept(true).hint().unwrap().contains("`:PolecatSetup ash` runs it again"));
    }
}
