//! Puts parts of a polecat's changes into the main worktree, and reverts parts in its own worktree.

mod action;
mod binary;
mod clean;
mod fitted;
pub(super) mod undo;

use std::collections::HashMap;
use std::path::Path;

use super::Git;
use crate::core::diff::{Change, DiffPart, FileDiff, Stage};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::command::format::path_from;
use crate::host::git::diff::untracked;
use crate::host::locks::{Hunks, Worktrees};
use crate::host::programs::launch::Launch;
use action::HunkAction;

/// Applies `pieces` of what `polecat` changed to the index of the main worktree, and to its files
/// where these are as the index has them. What is staged already stays as it is. Gives the files
/// that have other changes there, and were left alone.
///
/// # Errors
/// There is no main worktree, or a piece does not apply there; then nothing was changed.
pub async fn take(
    rig: &Rig,
    polecat: &PolecatName,
    worktree: &Path,
    pieces: &[DiffPart],
    launch: &Launch,
) -> Result<Vec<Vec<u8>>, HostError> {
    pieces.iter().try_for_each(|piece| require_decided(&piece.file))?;
    require_apart(pieces)?;
    let own = Git::in_worktree(rig, worktree, launch).await?;
    let main = Git::main(rig, launch).await?;
    let _list = Hunks::lock(worktree).await?;
    let _turn = Worktrees::lock(&main.repository).await?;
    let parts = main.parts_to_take(&own, pieces).await?;
    let (clean, others) = main.told_apart(&parts).await?;
    let paths = parts.iter().map(|part| part.path.clone()).collect();
    let mut patch = Patch::of(parts.iter());
    let action = if clean.is_empty() { HunkAction::Take } else { HunkAction::TakeFiles };
    patch.files = (!clean.is_empty()).then(|| Patch::of(clean.into_iter()).text);
    own.carry_out(polecat, action, &main, paths, &patch).await?;
    Ok(others)
}

/// Reverts `pieces` in the worktree of `polecat`, in its index too if staged; an untracked file is
/// removed.
///
/// # Errors
/// One no longer applies, or cannot be saved for an undo; then nothing was changed.
pub async fn reject(
    rig: &Rig,
    polecat: &PolecatName,
    worktree: &Path,
    stage: Stage,
    pieces: &[DiffPart],
    launch: &Launch,
) -> Result<(), HostError> {
    let git = Git::in_worktree(rig, worktree, launch).await?;
    let _turn = Hunks::lock(worktree).await?;
    let parts = git.parts_to_reject(stage, pieces).await?;
    let action = if stage == Stage::Staged { HunkAction::RejectStaged } else { HunkAction::Reject };
    let paths = parts.iter().map(|part| part.path.clone()).collect();
    git.carry_out(polecat, action, &git, paths, &Patch::of(parts.iter())).await
}

/// The patch of one file.
pub(super) struct PatchPart {
    /// The file, as it is called where it is applied.
    path: Vec<u8>,
    /// All paths that it is about: two when it gives a file another name.
    touched: Vec<Vec<u8>>,
    text: Vec<u8>,
    /// The objects that it names and does not contain.
    objects: Vec<String>,
    /// It is of a submodule, which is no file.
    submodule: bool,
}

/// The input of `git apply`.
pub(super) struct Patch {
    pub(super) text: Vec<u8>,
    /// The objects that it names and does not contain.
    pub(super) objects: Vec<String>,
    /// What is applied to files, where the text is for the index alone.
    pub(super) files: Option<Vec<u8>>,
}

impl Patch {
    fn of<'a>(parts: impl Iterator<Item = &'a PatchPart> + Clone) -> Self {
        let text = parts.clone().flat_map(|part| part.text.iter().copied()).collect();
        let objects = parts.flat_map(|part| part.objects.iter().cloned()).collect();
        Self { text, objects, files: None }
    }
}

impl PatchPart {
    fn new(piece: &DiffPart, path: &[u8], text: Vec<u8>, objects: Vec<String>) -> Self {
        let submodule = [&b" 160000\n"[..], b"mode 160000\n"];
        let head = &piece.file.head;
        let submodule = submodule.iter().any(|mode| head.windows(mode.len()).any(|at| at == *mode));
        let FileDiff { old, new, .. } = &piece.file;
        let touched = if piece.is_part() { vec![path] } else { vec![&**old, &**new] };
        let touched = touched.into_iter().filter(|path| !path.is_empty());
        let mut touched: Vec<_> = touched.map(<[u8]>::to_vec).collect();
        touched.dedup();
        Self { path: path.to_vec(), touched, text, objects, submodule }
    }
}

impl Git {
    /// Applies `patch` as `action` says in the worktree of `place`, after recording it for an undo.
    async fn carry_out(
        &self,
        polecat: &PolecatName,
        action: HunkAction,
        place: &Git,
        paths: Vec<Vec<u8>>,
        patch: &Patch,
    ) -> Result<(), HostError> {
        let doing = format!("{} changes of {}", action.doing(), undo::files(&paths));
        let targets = action.targets(place, patch);
        for target in &targets {
            target.require(&doing, action).await?;
        }
        let noted = self.remember(polecat, action, paths, patch).await?;
        for (index, target) in targets.iter().enumerate() {
            let Err(error) = target.apply(&doing, (action, false)).await else {
                continue;
            };
            // The record stays: the files tell what a program that failed has done.
            for done in &targets[..index] {
                done.apply("rolling back", (action, true)).await?;
            }
            return Err(error);
        }
        self.settle(polecat, &noted).await;
        Ok(())
    }

    /// An untracked file as a change; as a whole if it is not shown as lines.
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

fn require_decided(piece: &FileDiff) -> Result<(), HostError> {
    if piece.change != Change::Unmerged {
        return Ok(());
    }
    let why = "is in conflict: resolve it first";
    Err(HostError::Refused(format!("`{}` {why}", shown(piece))))
}

/// Refuses a file that comes, goes or gets another name and is changed besides: `git apply` removes
/// files before it writes any, so that the undo of both would leave it.
fn require_apart(pieces: &[DiffPart]) -> Result<(), HostError> {
    let mut changes: HashMap<&[u8], usize> = HashMap::new();
    for piece in pieces {
        for path in paths(piece) {
            *changes.entry(path).or_default() += 1;
        }
    }
    let again = |piece: &&DiffPart| paths(piece).any(|path| changes.get(path) > Some(&1));
    let lasts = |piece: &&DiffPart| piece.file.change == Change::Modified;
    let Some(piece) = pieces.iter().filter(again).find(|piece| !lasts(piece)) else {
        return Ok(());
    };
    let (path, change) = (shown(&piece.file), piece.file.change.as_str());
    Err(HostError::Refused(format!(
        "`{path}` is {change} in one section and changed in another: stage the sections one after \
         the other"
    )))
}

/// Its path, and where that is another one, the one before.
fn paths(piece: &DiffPart) -> impl Iterator<Item = &[u8]> {
    let FileDiff { old, new, .. } = &piece.file;
    let before = (old != new).then_some(&**old);
    before.into_iter().chain([&**new]).filter(|path| !path.is_empty())
}

pub(super) fn shown(piece: &FileDiff) -> String {
    crate::host::git::command::format::display_path(&path_from(piece.path()))
}
