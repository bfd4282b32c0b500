//! The actions on a hunk, and where they apply: in an index, or in the files of a worktree.

use crate::host::error::HostError;
use crate::host::git::hunks::Patch;
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
    /// Put into its files too.
    TakeFiles,
    /// Reverted in the polecat's files.
    Reject,
    /// Reverted in its index too.
    RejectStaged,
}

/// Where an action applies: in the index of a worktree, or in its files; and what is applied there.
pub(in crate::host::git) struct Target {
    git: Git,
    in_index: bool,
    patch: Vec<u8>,
}

impl HunkAction {
    pub(in crate::host::git) const ALL: [Self; 4] =
        [Self::Take, Self::TakeFiles, Self::Reject, Self::RejectStaged];

    pub(in crate::host::git) fn as_str(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::TakeFiles => "take-files",
            Self::Reject => "reject",
            Self::RejectStaged => "reject-staged",
        }
    }

    /// What a person calls it: the names of [`Self::as_str`] are those of the records.
    pub(in crate::host::git) fn named(self) -> &'static str {
        if self.takes() { "stage" } else { "undo" }
    }

    /// What errors say was being done.
    pub(in crate::host::git) fn doing(self) -> &'static str {
        if self.takes() { "staging" } else { "undoing" }
    }

    /// Whether it is done in the main worktree.
    pub(in crate::host::git) fn takes(self) -> bool {
        matches!(self, Self::Take | Self::TakeFiles)
    }

    /// Where it applies in the worktree of `git`: the main one, or the polecat's.
    pub(in crate::host::git) fn targets(self, git: &Git, patch: &Patch) -> Vec<Target> {
        let target =
            |in_index, patch: &[u8]| Target { git: git.clone(), in_index, patch: patch.to_vec() };
        let index = (self != Self::Reject).then(|| target(true, &patch.text));
        let files = match self {
            Self::Take => None,
            Self::TakeFiles => patch.files.as_deref(),
            Self::Reject | Self::RejectStaged => Some(&*patch.text),
        };
        index.into_iter().chain(files.map(|patch| target(false, patch))).collect()
    }

    /// Whether the patch is applied in reverse, to do it or to undo it.
    fn reverses(self, undo: bool) -> bool {
        self.takes() == undo
    }
}

impl Target {
    /// Does or undoes `action`: all of its patch, or nothing.
    pub(in crate::host::git) async fn apply(
        &self,
        doing: &str,
        (action, undo): (HunkAction, bool),
    ) -> Result<(), HostError> {
        let run = self.program(action.reverses(undo), &[]).run().await;
        run.map(drop).map_err(|source| failed(doing, source))
    }

    /// Fails if [`Target::apply`] would.
    pub(in crate::host::git) async fn require(
        &self,
        doing: &str,
        action: HunkAction,
    ) -> Result<(), HostError> {
        let run = self.program(action.reverses(false), CHECK).run().await;
        run.map(drop).map_err(|source| failed(doing, source))
    }

    /// Whether [`Target::apply`] would succeed.
    pub(in crate::host::git) async fn applies(
        &self,
        (action, undo): (HunkAction, bool),
    ) -> Result<bool, HostError> {
        match self.program(action.reverses(undo), CHECK).run().await {
            Ok(_) => Ok(true),
            // Its error for a patch that does not apply.
            Err(RunError::Failed { status, .. }) if status.code() == Some(1) => Ok(false),
            Err(source) => Err(failed("checking whether a hunk applies", source)),
        }
    }

    fn program(&self, reverse: bool, check: &[&str]) -> Program {
        let flags = [(self.in_index, "--cached"), (reverse, "--reverse")];
        let flags = flags.into_iter().filter_map(|(set, flag)| set.then_some(flag));
        let program = self.git.program(APPLY).args(flags).args(check).arg("-");
        program.input(self.patch.clone())
    }
}
