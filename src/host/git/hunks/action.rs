//! The actions on a hunk, and where they apply: in an index, or in the files of a worktree.

use crate::host::error::HostError;
use crate::host::git::{Git, failed};
use crate::host::programs::run::{Program, RunError};

/// How a patch is applied, independent of the user's configuration.
const APPLY: &[&str] = &["apply", "--whitespace=nowarn", "--no-ignore-whitespace"];
const CHECK: &[&str] = &["--check"];

/// An action; the undo list has its name in the subject of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host::git) enum HunkAction {
    /// Put into the main worktree's index.
    Take,
    /// Reverted in the polecat's files.
    Reject,
    /// Reverted in its index too.
    RejectStaged,
}

/// Where an action applies: in the index of a worktree, or in its files.
pub(in crate::host::git) struct Target {
    git: Git,
    in_index: bool,
}

impl HunkAction {
    pub(in crate::host::git) const ALL: [Self; 3] = [Self::Take, Self::Reject, Self::RejectStaged];

    pub(in crate::host::git) fn as_str(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Reject => "reject",
            Self::RejectStaged => "reject-staged",
        }
    }

    /// What errors say was being done.
    pub(in crate::host::git) fn doing(self) -> &'static str {
        if self == Self::Take { "taking" } else { "rejecting" }
    }

    /// Where it applies: `own` is the polecat's worktree, `main` the main one.
    pub(in crate::host::git) fn targets(self, own: &Git, main: Option<&Git>) -> Vec<Target> {
        let target = |git: &Git, in_index| Target { git: git.clone(), in_index };
        match self {
            Self::Take => vec![target(main.unwrap_or(own), true)],
            Self::Reject => vec![target(own, false)],
            Self::RejectStaged => vec![target(own, true), target(own, false)],
        }
    }

    /// Whether the patch is applied in reverse, to do it or to undo it.
    fn reverses(self, undo: bool) -> bool {
        (self == Self::Take) == undo
    }
}

impl Target {
    /// Does or undoes `action`: all of `patch`, or nothing.
    pub(in crate::host::git) async fn apply(
        &self,
        doing: &str,
        (action, undo): (HunkAction, bool),
        patch: &[u8],
    ) -> Result<(), HostError> {
        let run = self.program(action.reverses(undo), &[], patch).run().await;
        run.map(drop).map_err(|source| failed(doing, source))
    }

    /// Fails if [`Target::apply`] would.
    pub(in crate::host::git) async fn require(
        &self,
        doing: &str,
        action: HunkAction,
        patch: &[u8],
    ) -> Result<(), HostError> {
        let run = self.program(action.reverses(false), CHECK, patch).run().await;
        run.map(drop).map_err(|source| failed(doing, source))
    }

    /// Whether [`Target::apply`] would succeed.
    pub(in crate::host::git) async fn applies(
        &self,
        (action, undo): (HunkAction, bool),
        patch: &[u8],
    ) -> Result<bool, HostError> {
        match self.program(action.reverses(undo), CHECK, patch).run().await {
            Ok(_) => Ok(true),
            // Its error for a patch that does not apply.
            Err(RunError::Failed { status, .. }) if status.code() == Some(1) => Ok(false),
            Err(source) => Err(failed("checking whether a hunk applies", source)),
        }
    }

    fn program(&self, reverse: bool, check: &[&str], patch: &[u8]) -> Program {
        let flags = [(self.in_index, "--cached"), (reverse, "--reverse")];
        let flags = flags.into_iter().filter_map(|(set, flag)| set.then_some(flag));
        let program = self.git.program(APPLY).args(flags).args(check).arg("-");
        program.input(patch)
    }
}
