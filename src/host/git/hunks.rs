//! Taking parts of a polecat's changes into the main worktree's index, and undoing them in its own.

use std::fs;
use std::path::{Path, PathBuf};

use super::beside::input;
use super::{Git, PATIENCE, failed, snapshot::snapshot, words::path_of};
use crate::core::diff::{Change, FileDiff, Stage, written};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link, unwritten};
use crate::host::launch::Launch;
use crate::host::lock::lock;

/// What a patch is applied with: nothing of the user's configuration may change what it says.
const APPLY: &[&str] = &["apply", "--whitespace=nowarn", "--no-ignore-whitespace"];
/// To the index only.
pub(super) const INDEX: &[&str] = &["--cached"];
/// To the files only.
pub(super) const FILES: &[&str] = &[];

/// What was done, as the undo has it in its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Put into the main worktree's index.
    Take,
    /// Undone in the polecat's files.
    Reject,
    /// Undone in its index too.
    RejectStaged,
    /// A file that git did not know, removed.
    Remove,
}

impl Deed {
    pub(super) const ALL: [Self; 4] = [Self::Take, Self::Reject, Self::RejectStaged, Self::Remove];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::Reject => "reject",
            Self::RejectStaged => "reject-staged",
            Self::Remove => "remove",
        }
    }
}

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
    require_text(piece)?;
    let own = Git::in_worktree(worktree, launch).await?;
    let main = Git::main(rig, launch).await?;
    let _turn = lock(&main.repository, PATIENCE).await?;
    let name = if part && main.has(&piece.old).await? && !main.has(&piece.new).await? {
        &piece.old
    } else {
        &piece.new
    };
    let patch = patch(piece, part, name);
    let doing = format!("taking changes of `{}`", shown(piece));
    main.apply(&doing, &[INDEX, &["--check"]].concat(), &patch).await?;
    let before = main.run("looking at the index", &["write-tree"]).await?.text();
    let undo = own.remember(polecat, Deed::Take, piece.path(), Some(&before), &patch).await?;
    match main.apply(&doing, INDEX, &patch).await {
        Ok(()) => Ok(()),
        Err(error) => Err(own.forget(polecat, &undo, error).await),
    }
}

/// Undoes `piece` in the worktree of `polecat`; what is staged there in the index too, and a file
/// that git does not know is removed.
///
/// # Errors
/// It does not apply any more, or cannot be kept for an undo; then nothing was changed.
pub async fn reject(
    polecat: &PolecatName,
    worktree: &Path,
    stage: Stage,
    (piece, part): (&FileDiff, bool),
    launch: &Launch,
) -> Result<(), HostError> {
    let git = Git::in_worktree(worktree, launch).await?;
    let _turn = lock(worktree, PATIENCE).await?;
    if stage == Stage::Untracked {
        return git.remove(polecat, piece).await;
    }
    require_text(piece)?;
    let patch = patch(piece, part, &piece.new);
    let doing = format!("rejecting changes of `{}`", shown(piece));
    let staged = stage == Stage::Staged;
    let places: &[&[&str]] = if staged { &[INDEX, FILES] } else { &[FILES] };
    for place in places {
        git.apply(&doing, &[place, &["--reverse", "--check"][..]].concat(), &patch).await?;
    }
    let before = snapshot(worktree, "before a hunk was rejected", launch).await?.tree;
    let deed = if staged { Deed::RejectStaged } else { Deed::Reject };
    let undo = git.remember(polecat, deed, piece.path(), Some(&before), &patch).await?;
    for (index, place) in places.iter().enumerate() {
        let args = [place, &["--reverse"][..]].concat();
        let Err(error) = git.apply(&doing, &args, &patch).await else { continue };
        for done in &places[..index] {
            git.apply("taking it back", done, &patch).await?;
        }
        return Err(git.forget(polecat, &undo, error).await);
    }
    Ok(())
}

impl Git {
    /// git in the worktree that a person works in.
    pub(super) async fn main(rig: &Rig, launch: &Launch) -> Result<Self, HostError> {
        let (of, with) = (rig.clone(), launch.clone());
        let git = blocking(move || Self::of(&of, &with)).await?;
        let args = ["worktree", "list", "--porcelain", "-z"];
        let listed = git.run("looking for the main worktree", &args).await?.stdout;
        // The first record is the main worktree's; each ends with an empty line.
        let first = listed.split(|byte| *byte == 0).take_while(|line| !line.is_empty());
        let lines: Vec<_> = first.collect();
        let top = lines.first().and_then(|line| line.strip_prefix(b"worktree ")).map(path_of);
        match top {
            Some(top) if !lines.contains(&&b"bare"[..]) => Ok(Self::at(&top, launch)),
            _ => Err(HostError::Refused(format!(
                "`{}` is a bare repository: it has no index to take changes into",
                git.repository.display()
            ))),
        }
    }

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

    /// Applies `patch`, all of it or nothing.
    pub(super) async fn apply(
        &self,
        doing: &str,
        args: &[&str],
        patch: &[u8],
    ) -> Result<(), HostError> {
        let input = input(patch.to_vec()).await?;
        let run = self.program(APPLY).args(args).arg("-").input(input).run().await;
        run.map(drop).map_err(|source| failed(doing, source))
    }

    async fn remove(&self, polecat: &PolecatName, piece: &FileDiff) -> Result<(), HostError> {
        let file = self.repository.join(path_of(&piece.new));
        let found = look(file.clone()).await?;
        let Some((true, stamp)) = found else {
            let message = format!("`{}` is no file: it is left alone", shown(piece));
            return Err(HostError::Refused(message));
        };
        let before = snapshot(&self.repository, "before a file was removed", &self.launch).await?;
        let args = ["ls-tree", "-z", "--full-tree", "--name-only", &before.tree, "--"];
        let kept = self.program(&args).arg(path_of(&piece.new)).run().await;
        let kept = kept.map_err(|source| failed("looking for the file in its backup", source))?;
        if kept.stdout.is_empty() {
            return Err(HostError::Refused(format!("`{}` could not be kept", shown(piece))));
        }
        let tree = Some(&*before.tree);
        let undo = self.remember(polecat, Deed::Remove, &piece.new, tree, b"").await?;
        // What was written since is in no backup.
        if look(file.clone()).await? != Some((true, stamp)) {
            let message = format!("`{}` is being written: it is left alone", shown(piece));
            return Err(self.forget(polecat, &undo, HostError::Refused(message)).await);
        }
        let removed = blocking(move || fs::remove_file(&file).map_err(|err| unwritten(&file, err)));
        match removed.await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.forget(polecat, &undo, error).await),
        }
    }
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

fn require_text(piece: &FileDiff) -> Result<(), HostError> {
    let why = match piece.change {
        Change::Unmerged => "is in conflict: that is for a person to decide",
        _ if piece.binary => {
            "is not shown as text: its changes can only be taken as a whole, by git"
        }
        _ => return Ok(()),
    };
    Err(HostError::Refused(format!("`{}` {why}", shown(piece))))
}

pub(super) fn shown(piece: &FileDiff) -> String {
    super::words::shown(&path_of(piece.path()))
}
