//! Taking parts of a polecat's changes into the main worktree's index, and undoing them in its own.

mod binary;

use std::path::{Path, PathBuf};

use super::hunk_action::{HunkAction, Target};
use super::{Git, failed, words::path_of};
use crate::core::diff::{Change, FileDiff, Stage, written};
use crate::core::{PolecatName, Rig};
use crate::host::dir::Dir;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link, unwritten};
use crate::host::launch::Launch;
use crate::host::locks::{Deeds, Worktrees};

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
    let _list = Deeds::lock(worktree).await?;
    let _turn = Worktrees::lock(&main.repository).await?;
    let name = if part && main.has(&piece.old).await? && !main.has(&piece.new).await? {
        &piece.old
    } else {
        &piece.new
    };
    let patch =
        if piece.binary { own.whole(piece, &main).await? } else { patch(piece, part, name) };
    let doing = format!("taking changes of `{}`", shown(piece));
    let targets = HunkAction::Take.targets(&own, Some(&main));
    own.carry_out(polecat, (HunkAction::Take, piece.path()), &targets, &doing, &patch).await
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
    let _turn = Deeds::lock(worktree).await?;
    if stage == Stage::Untracked {
        return git.remove(polecat, piece).await;
    }
    require_decided(piece)?;
    let patch =
        if piece.binary { git.whole(piece, &git).await? } else { patch(piece, part, &piece.new) };
    let doing = format!("rejecting changes of `{}`", shown(piece));
    let action = if stage == Stage::Staged { HunkAction::RejectStaged } else { HunkAction::Reject };
    let targets = action.targets(&git, None);
    git.carry_out(polecat, (action, piece.path()), &targets, &doing, &patch).await
}

impl Git {
    /// Whether the index has a file.
    async fn has(&self, path: &[u8]) -> Result<bool, HostError> {
        if path.is_empty() {
            return Ok(false);
        }
        let program = self.program(&["--literal-pathspecs", "ls-files", "-z", "--"]);
        let listed = program.arg(path_of(path)).run().await;
        let listed = listed.map_err(|source| failed("looking at the index", source))?;
        Ok(!listed.stdout.is_empty())
    }

    /// Applies `patch` at all `targets`, after noting how that is undone.
    async fn carry_out(
        &self,
        polecat: &PolecatName,
        (action, file): (HunkAction, &[u8]),
        targets: &[Target],
        doing: &str,
        patch: &[u8],
    ) -> Result<(), HostError> {
        for target in targets {
            target.require(doing, patch).await?;
        }
        let trees = foreseen(targets, doing, patch, file).await?;
        let noted = self.remember(polecat, action, file, &trees, patch).await?;
        for (index, target) in targets.iter().enumerate() {
            let Err(error) = target.carry_out(doing, patch).await else { continue };
            // The note stays: what stands there tells what a program that failed has done.
            for done in &targets[..index] {
                done.undo("taking it back", patch).await?;
            }
            return Err(error);
        }
        self.settle(polecat, &noted).await;
        Ok(())
    }

    async fn remove(&self, polecat: &PolecatName, piece: &FileDiff) -> Result<(), HostError> {
        let file = self.repository.join(path_of(&piece.new));
        let found = look(file.clone()).await?;
        let Some((true, stamp)) = found else {
            let message = format!("`{}` is no file: it is left alone", shown(piece));
            return Err(HostError::Refused(message));
        };
        let doing = format!("removing `{}`", shown(piece));
        let trees =
            foreseen(&HunkAction::Remove.targets(self, None), &doing, b"", &piece.new).await?;
        let before = trees.first().map(|(_, tree)| tree.as_str()).unwrap_or_default();
        if self.entries(before, std::slice::from_ref(&piece.new)).await?.is_empty() {
            return Err(HostError::Refused(format!("`{}` could not be kept", shown(piece))));
        }
        let undo = self.remember(polecat, HunkAction::Remove, &piece.new, &trees, b"").await?;
        // What was written since is in no backup.
        if look(file.clone()).await? != Some((true, stamp)) {
            let message = format!("`{}` is being written: it is left alone", shown(piece));
            return Err(self.forget(polecat, &undo, HostError::Refused(message)).await);
        }
        let top = self.repository.clone();
        let removed = blocking(move || {
            let none = || unwritten(&file, std::io::ErrorKind::NotFound.into());
            let (above, name) = file.parent().zip(file.file_name()).ok_or_else(none)?;
            Dir::open(&top, above)?.ok_or_else(none)?.remove(name)
        });
        match removed.await {
            Ok(()) => {
                self.settle(polecat, &undo).await;
                Ok(())
            }
            Err(error) => Err(self.forget(polecat, &undo, error).await),
        }
    }
}

/// What stands at all `targets`, and what will.
async fn foreseen(
    targets: &[Target],
    doing: &str,
    patch: &[u8],
    file: &[u8],
) -> Result<Vec<(&'static str, String)>, HostError> {
    let mut trees = Vec::new();
    for target in targets {
        trees.extend(target.foresee(doing, patch, file).await?);
    }
    Ok(trees)
}

/// Whether it is a file or a link, and when it was changed.
async fn look(path: PathBuf) -> Result<Option<(bool, Option<std::time::SystemTime>)>, HostError> {
    blocking(move || {
        let found = look_at_link(&path)?;
        Ok(found.map(|found| (!found.is_dir(), found.modified().ok())))
    })
    .await
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
    super::words::shown(&path_of(piece.path()))
}
