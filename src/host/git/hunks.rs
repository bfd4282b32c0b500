//! Taking parts of a polecat's changes into the main worktree's index, and undoing them in its own.

mod action;
mod binary;
pub(super) mod undo;

use std::path::Path;

use super::{Git, failed};
use crate::core::diff::{Change, FileDiff, Stage, written};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::command::format::path_from;
use crate::host::git::diff::untracked;
use crate::host::locks::{Hunks, Worktrees};
use crate::host::programs::launch::Launch;
use action::HunkAction;

/// Applies `piece`, a part of what `polecat` changed, to the index of the main worktree; its files
/// stay as they are, and so does what is staged there already. `part`: not the whole file is meant.
///
/// # Errors
/// There is no main worktree, or it does not apply there; then nothing was changed.
pub async fn take(
    rig: &Rig,
    polecat: &PolecatName,
    worktree: &Path,
    (piece, part): (&FileDiff, bool),
    launch: &Launch,
) -> Result<(), HostError> {
    require_decided(piece)?;
    let own = Git::in_worktree(rig, worktree, launch).await?;
    let main = Git::main(rig, launch).await?;
    let _list = Hunks::lock(worktree).await?;
    let _turn = Worktrees::lock(&main.repository).await?;
    let name = if part && main.has(&piece.old).await? && !main.has(&piece.new).await? {
        &piece.old
    } else {
        &piece.new
    };
    let patch = if piece.binary {
        own.whole(piece).await?
    } else {
        Patch::of_lines(patch(piece, part, name))
    };
    own.carry_out(polecat, HunkAction::Take, Some(&main), piece, &patch).await
}

/// Undoes `piece` in the worktree of `polecat`; what is staged there in the index too, and a file
/// that git does not know is removed.
///
/// # Errors
/// It does not apply any more, or cannot be kept for an undo; then nothing was changed.
pub async fn reject(
    rig: &Rig,
    polecat: &PolecatName,
    worktree: &Path,
    stage: Stage,
    (piece, part): (&FileDiff, bool),
    launch: &Launch,
) -> Result<(), HostError> {
    let git = Git::in_worktree(rig, worktree, launch).await?;
    let _turn = Hunks::lock(worktree).await?;
    let untracked;
    let piece = if stage == Stage::Untracked {
        untracked = git.untracked_file(piece).await?;
        &untracked
    } else {
        require_decided(piece)?;
        piece
    };
    let patch = if piece.binary {
        git.whole(piece).await?
    } else {
        Patch::of_lines(patch(piece, part, &piece.new))
    };
    let action = if stage == Stage::Staged { HunkAction::RejectStaged } else { HunkAction::Reject };
    git.carry_out(polecat, action, None, piece, &patch).await
}

/// What `git apply` is given.
pub(super) struct Patch {
    pub(super) text: Vec<u8>,
    /// The objects that it needs, which it names and does not contain.
    pub(super) objects: Vec<String>,
}

impl Patch {
    fn of_lines(text: Vec<u8>) -> Self {
        Self { text, objects: Vec::new() }
    }
}

impl Git {
    /// Whether the index has a file.
    async fn has(&self, path: &[u8]) -> Result<bool, HostError> {
        if path.is_empty() {
            return Ok(false);
        }
        let program = self.program(&["--literal-pathspecs", "ls-files", "-z", "--"]);
        let listed = program.arg(path_from(path)).run().await;
        let listed = listed.map_err(|source| failed("looking at the index", source))?;
        Ok(!listed.stdout.is_empty())
    }

    /// Applies `patch` wherever `action` is done, after noting how that is undone.
    async fn carry_out(
        &self,
        polecat: &PolecatName,
        action: HunkAction,
        main: Option<&Git>,
        piece: &FileDiff,
        patch: &Patch,
    ) -> Result<(), HostError> {
        let doing = format!("{} changes of `{}`", action.doing(), shown(piece));
        let targets = action.targets(self, main);
        for target in &targets {
            target.require(&doing, action, &patch.text).await?;
        }
        let noted = self.remember(polecat, action, piece.path(), patch).await?;
        for (index, target) in targets.iter().enumerate() {
            let Err(error) = target.apply(&doing, (action, false), &patch.text).await else {
                continue;
            };
            // The note stays: what is there tells what a program that failed has done.
            for done in &targets[..index] {
                done.apply("rolling back", (action, true), &patch.text).await?;
            }
            return Err(error);
        }
        self.settle(polecat, &noted).await;
        Ok(())
    }

    /// A file that git does not know, as a change; one that is not shown as lines, as a whole.
    async fn untracked_file(&self, piece: &FileDiff) -> Result<FileDiff, HostError> {
        let file = self.repository.join(path_from(&piece.new));
        let found = blocking(move || look_at_link(&file)).await?;
        let Some(found) = found.filter(|found| found.is_file() || found.is_symlink()) else {
            let message = format!("`{}` is not a file: it is left alone", shown(piece));
            return Err(HostError::Refused(message));
        };
        let mode = untracked::mode(&found);
        Ok(if piece.binary { untracked::diff(&piece.new, mode, b"\0") } else { piece.clone() })
    }
}

/// The patch of `piece`. A part of a file is not its new name, nor its new mode.
pub(super) fn patch(piece: &FileDiff, part: bool, name: &[u8]) -> Vec<u8> {
    if !part || matches!(piece.change, Change::Added | Change::Deleted) {
        return piece.patch(&piece.hunks);
    }
    let (a, b) = (written("a/", name), written("b/", name));
    let head = [b"diff --git ", &a[..], b" ", &b, b"\n--- ", &a, b"\n+++ ", &b, b"\n"].concat();
    FileDiff { head, ..piece.clone() }.patch(&piece.hunks)
}

fn require_decided(piece: &FileDiff) -> Result<(), HostError> {
    if piece.change != Change::Unmerged {
        return Ok(());
    }
    let why = "is in conflict: that is for a person to decide";
    Err(HostError::Refused(format!("`{}` {why}", shown(piece))))
}

pub(super) fn shown(piece: &FileDiff) -> String {
    crate::host::git::command::format::display_path(&path_from(piece.path()))
}
