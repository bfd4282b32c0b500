//! The undo list of hunk actions: each is a commit on top of the previous one, in
//! `refs/polecat/undo/<polecat>`.
//!
//! A commit's tree holds `patch`, what was applied, and the objects that it names. Its subject says
//! what was done to which file, and begins with `maybe` until that is certain, and again while it is
//! undone: if the backend is killed midway, whether the patch applies, or applies in reverse, tells
//! whether it was done.

use std::path::Path;

use crate::core::diff::{unquoted, written};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::git::command::format::printable;
use crate::host::git::hunks::Patch;
use crate::host::git::hunks::action::{HunkAction, Target};
use crate::host::git::{Git, failed};
use crate::host::locks::{Hunks, Worktrees};
use crate::host::programs::launch::Launch;

/// Begins the subject of an action that may or may not have been done.
const MAYBE: &str = "maybe ";

/// A recorded action.
pub(in crate::host::git) struct UndoEntry {
    commit: String,
    tree: String,
    /// The previous action.
    parent: Option<String>,
    /// Whether it was certainly done.
    sure: bool,
    action: HunkAction,
    path: Vec<u8>,
}

/// Undoes the last staging or reverting of a part of `polecat`'s changes, and says what that was.
/// Skips what was recorded and never done because its backend was killed.
///
/// # Errors
/// There is nothing to undo, or the files have changed since; then nothing was changed.
pub async fn undo(
    rig: &Rig,
    polecat: &PolecatName,
    worktree: &Path,
    launch: &Launch,
) -> Result<String, HostError> {
    let own = Git::in_worktree(rig, worktree, launch).await?;
    let _turn = Hunks::lock(worktree).await?;
    let mut passed = String::new();
    while let Some(done) = own.last_done(polecat).await? {
        let main = match done.action {
            HunkAction::Take => Some(Git::main(rig, launch).await?),
            _ => None,
        };
        let _turn = match &main {
            Some(main) => Some(Worktrees::lock(&main.repository).await?),
            None => None,
        };
        let targets = done.action.targets(&own, main.as_ref());
        match own.undo_one(polecat, &done, &targets).await {
            Ok(true) => return Ok(done.undone() + &passed),
            Ok(false) => {
                let (action, file) = (done.action.as_str(), done.file());
                let more =
                    ["; the `", action, "` of `", &file, "` is not there: it is passed over"];
                passed.extend(more);
            }
            Err(HostError::Refused(why)) => return Err(HostError::Refused(why + &passed)),
            Err(error) => return Err(error),
        }
    }
    Err(HostError::Refused(format!("nothing to undo for `{polecat}`{passed}")))
}

impl UndoEntry {
    fn file(&self) -> String {
        printable(&String::from_utf8_lossy(&self.path))
    }

    fn undone(&self) -> String {
        let place = match self.action {
            HunkAction::Take => "the main worktree's index",
            _ => "the worktree",
        };
        format!("`{}` in {place} is as it was", self.file())
    }

    fn subject(&self, sure: bool) -> String {
        let file = String::from_utf8_lossy(&written("", &self.path)).into_owned();
        format!("{}{} {file}", if sure { "" } else { MAYBE }, self.action.as_str())
    }

    /// Why it cannot be undone, and how to go on without it.
    fn changed(&self, polecat: &PolecatName) -> HostError {
        let (reference, commit, file) = (reference(polecat), &self.commit, self.file());
        let pass = match &self.parent {
            Some(parent) => format!("git update-ref {reference} {parent}"),
            None => format!("git update-ref -d {reference}"),
        };
        HostError::Refused(format!(
            "`{file}` has changed since: it cannot be undone; `git show {commit}:patch` shows what \
             was done, `{pass}` passes over it"
        ))
    }
}

impl Git {
    /// Whether there was something to undo; if not, it is skipped from now on.
    async fn undo_one(
        &self,
        polecat: &PolecatName,
        done: &UndoEntry,
        targets: &[Target],
    ) -> Result<bool, HostError> {
        let patch = self.patch_of(done).await?;
        let mut left = Vec::new();
        for target in targets {
            let undoes = target.applies((done.action, true), &patch).await?;
            let does = target.applies((done.action, false), &patch).await?;
            match (undoes, does) {
                (true, false) => left.push(target),
                // With repeated lines the patch may apply in several places.
                (true, true) if done.sure => left.push(target),
                // It was never done, or has been undone.
                (false, true) => {}
                _ => return Err(done.changed(polecat)),
            }
        }
        let doing = format!("undoing the `{}` of `{}`", done.action.as_str(), done.file());
        let mut last = done.commit.clone();
        if !left.is_empty() {
            last = self.mark(polecat, done, false).await?;
        }
        for target in &left {
            target.apply(&doing, (done.action, true), &patch).await?;
        }
        self.set_undo(polecat, done.parent.as_deref(), Some(&last)).await?;
        Ok(!left.is_empty())
    }

    /// Records what is about to be done.
    pub(in crate::host::git) async fn remember(
        &self,
        polecat: &PolecatName,
        action: HunkAction,
        file: &[u8],
        patch: &Patch,
    ) -> Result<UndoEntry, HostError> {
        let doing = "keeping the undo";
        let text = patch.text.clone();
        let blob = self.store(doing, &["hash-object", "-w", "--stdin"], text).await?;
        let mut lines = format!("100644 blob {blob}\tpatch\n");
        for (number, object) in patch.objects.iter().enumerate() {
            lines = format!("100644 blob {object}\t{number}\n{lines}");
        }
        let tree = self.store(doing, &["mktree"], lines.into_bytes()).await?;
        let parent = self.commit(&reference(polecat)).await?;
        let commit = String::new();
        let done = UndoEntry { commit, tree, parent, sure: false, action, path: file.to_vec() };
        let commit = self.note(&done, false).await?;
        self.set_undo(polecat, Some(&commit), done.parent.as_deref()).await?;
        Ok(UndoEntry { commit, ..done })
    }

    /// A commit of the action.
    async fn note(&self, done: &UndoEntry, sure: bool) -> Result<String, HostError> {
        let parents: Vec<&str> = done.parent.as_deref().into_iter().collect();
        self.commit_tree(&done.tree, &parents, &done.subject(sure)).await
    }

    /// Records whether it was certainly done; returns the new commit.
    async fn mark(
        &self,
        polecat: &PolecatName,
        done: &UndoEntry,
        sure: bool,
    ) -> Result<String, HostError> {
        if done.sure == sure {
            return Ok(done.commit.clone());
        }
        let commit = self.note(done, sure).await?;
        self.set_undo(polecat, Some(&commit), Some(&done.commit)).await?;
        Ok(commit)
    }

    /// Records that it was done. If that fails, it was done all the same, as the files tell.
    pub(in crate::host::git) async fn settle(&self, polecat: &PolecatName, done: &UndoEntry) {
        if let Err(error) = self.mark(polecat, done, true).await {
            tracing::warn!(%error, %polecat, "a hunk that was taken or rejected is noted as in doubt");
        }
    }

    /// Deletes the list.
    pub(in crate::host::git) async fn delete_undo(
        &self,
        polecat: &PolecatName,
    ) -> Result<(), HostError> {
        if self.commit(&reference(polecat)).await?.is_some() {
            self.run("deleting the undo", &["update-ref", "-d", &reference(polecat)]).await?;
        }
        Ok(())
    }

    async fn last_done(&self, polecat: &PolecatName) -> Result<Option<UndoEntry>, HostError> {
        let Some(commit) = self.commit(&reference(polecat)).await? else { return Ok(None) };
        let args = [
            "show",
            "--no-patch",
            "--no-show-signature",
            "--format=%T %P%n%B",
            "--encoding=UTF-8",
            &commit,
            "--",
        ];
        let told = self.run("looking for what was done last", &args).await?.text();
        let (objects, message) = told.split_once('\n').unwrap_or((&told, ""));
        let (tree, parent) = objects.split_once(' ').unwrap_or((objects, ""));
        let certain = message.strip_prefix(MAYBE);
        let (action, path) =
            certain.unwrap_or(message).trim_end().split_once(' ').unwrap_or_default();
        let action = HunkAction::ALL.into_iter().find(|known| known.as_str() == action);
        let Some(action) = action else {
            let message =
                format!("`{}` was not made by polecat.nvim: {message}", reference(polecat));
            return Err(HostError::Refused(message));
        };
        let parent = (!parent.is_empty()).then(|| parent.to_owned());
        let (tree, path) = (tree.to_owned(), unquoted(path.as_bytes()));
        Ok(Some(UndoEntry { commit, tree, parent, sure: certain.is_none(), action, path }))
    }

    async fn patch_of(&self, done: &UndoEntry) -> Result<Vec<u8>, HostError> {
        let object = format!("{}:patch", done.commit);
        Ok(self.run("reading what was done", &["cat-file", "blob", &object]).await?.stdout)
    }

    /// Points the reference to `to`, if it still stands at `from`.
    async fn set_undo(
        &self,
        polecat: &PolecatName,
        to: Option<&str>,
        from: Option<&str>,
    ) -> Result<(), HostError> {
        let reference = reference(polecat);
        // Git's word for "there was none".
        let from = from.unwrap_or("");
        let args = match to {
            Some(to) => vec!["update-ref", &reference, to, from],
            None => vec!["update-ref", "-d", &reference, from],
        };
        self.run("keeping the undo", &args).await.map(drop)
    }

    /// The hash that git prints for `args` with `text` as its input.
    pub(in crate::host::git) async fn store(
        &self,
        doing: &str,
        args: &[&str],
        text: Vec<u8>,
    ) -> Result<String, HostError> {
        let run = self.program(args).input(text).run().await;
        run.map(|output| output.text()).map_err(|source| failed(doing, source))
    }
}

fn reference(polecat: &PolecatName) -> String {
    format!("refs/polecat/undo/{polecat}")
}
