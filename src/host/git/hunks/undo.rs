//! The undo list of hunk actions: each is a commit on top of the previous one, in
//! `refs/polecat/undo/<polecat>`.
//!
//! A commit's tree holds `patch`, what was applied, and the objects that it names; `files` is what was
//! applied to files, where that is something else than to the index. Its subject says what was done to
//! which file, the lines below it to which others; it begins with `maybe` until that is certain, and
//! again while it is undone: if the backend is killed midway, whether the patch applies, or applies in
//! reverse, tells whether it was done.

use std::collections::HashSet;
use std::path::Path;

use crate::core::diff::{unquoted, written};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::git::command::LISTING_LIMIT;
use crate::host::git::command::format::printable;
use crate::host::git::hunks::Patch;
use crate::host::git::hunks::action::{HunkAction, Target};
use crate::host::git::{Git, failed};
use crate::host::locks::{Hunks, Worktrees};
use crate::host::programs::launch::Launch;

/// Begins the subject of an action that may or may not have been done.
const MAYBE: &str = "maybe ";
/// What was applied, in a commit's tree.
const PATCH: &str = "patch";
/// What was applied to files.
const FILES: &str = "files";

/// A recorded action.
pub(in crate::host::git) struct UndoEntry {
    commit: String,
    tree: String,
    /// The previous action.
    parent: Option<String>,
    /// Whether it was certainly done.
    sure: bool,
    action: HunkAction,
    /// The files.
    paths: Vec<Vec<u8>>,
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
        let main = if done.action.takes() { Some(Git::main(rig, launch).await?) } else { None };
        let _turn = match &main {
            Some(main) => Some(Worktrees::lock(&main.repository).await?),
            None => None,
        };
        let patch = own.patch_of(&done).await?;
        let targets = done.action.targets(main.as_ref().unwrap_or(&own), &patch);
        match own.undo_one(polecat, &done, &targets).await {
            Ok(true) => return Ok(done.undone() + &passed),
            Ok(false) => {
                let (action, files) = (done.action.named(), done.files());
                passed.extend(["; skipped the ", action, " of ", &files, ", which is not there"]);
            }
            Err(HostError::Refused(why)) => return Err(HostError::Refused(why + &passed)),
            Err(error) => return Err(error),
        }
    }
    Err(HostError::Refused(format!("nothing to undo for `{polecat}`{passed}")))
}

impl UndoEntry {
    fn files(&self) -> String {
        files(&self.paths)
    }

    fn undone(&self) -> String {
        let place = match self.action {
            HunkAction::Take => "the main worktree's index",
            HunkAction::TakeFiles => "the main worktree and its index",
            HunkAction::Reject | HunkAction::RejectStaged => "the worktree",
        };
        let are = if self.paths.len() > 1 { "are as they were" } else { "is as it was" };
        format!("{} in {place} {are}", self.files())
    }

    fn subject(&self, sure: bool) -> String {
        let maybe = if sure { "" } else { MAYBE };
        let paths = self.paths.iter().map(|path| written("", path));
        let paths: Vec<_> = paths.map(|path| String::from_utf8_lossy(&path).into_owned()).collect();
        let (first, more) =
            paths.split_first().map(|(first, more)| (first.as_str(), more)).unwrap_or_default();
        let more: Vec<_> = more.iter().map(|path| format!("\n{path}")).collect();
        let more = if more.is_empty() { String::new() } else { format!("\n{}", more.concat()) };
        format!("{maybe}{} {first}{more}", self.action.as_str())
    }

    /// Why it cannot be undone, and how to go on without it.
    fn changed(&self, polecat: &PolecatName) -> HostError {
        let (reference, commit, files) = (reference(polecat), &self.commit, self.files());
        let have = if self.paths.len() > 1 { "have" } else { "has" };
        let pass = match &self.parent {
            Some(parent) => format!("git update-ref {reference} {parent}"),
            None => format!("git update-ref -d {reference}"),
        };
        HostError::Refused(format!(
            "{files} {have} changed since: it cannot be undone; `git show {commit}:patch` shows what \
             was done, `{pass}` skips it"
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
        let mut left = Vec::new();
        for target in targets {
            let undoes = target.applies((done.action, true)).await?;
            let does = target.applies((done.action, false)).await?;
            match (undoes, does) {
                (true, false) => left.push(target),
                // With repeated lines the patch may apply in several places.
                (true, true) if done.sure => left.push(target),
                // It was never done, or has been undone.
                (false, true) => {}
                _ => return Err(done.changed(polecat)),
            }
        }
        let doing = format!("undoing the {} of {}", done.action.named(), done.files());
        let mut last = done.commit.clone();
        if !left.is_empty() {
            last = self.mark(polecat, done, false).await?;
        }
        for target in &left {
            target.apply(&doing, (done.action, true)).await?;
        }
        self.set_undo(polecat, done.parent.as_deref(), Some(&last)).await?;
        Ok(!left.is_empty())
    }

    /// Records what is about to be done.
    pub(in crate::host::git) async fn remember(
        &self,
        polecat: &PolecatName,
        action: HunkAction,
        paths: Vec<Vec<u8>>,
        patch: &Patch,
    ) -> Result<UndoEntry, HostError> {
        let tree = self.keep_patch(patch).await?;
        let parent = self.commit(&reference(polecat)).await?;
        let commit = String::new();
        let done = UndoEntry { commit, tree, parent, sure: false, action, paths };
        let commit = self.note(&done, false).await?;
        self.set_undo(polecat, Some(&commit), done.parent.as_deref()).await?;
        Ok(UndoEntry { commit, ..done })
    }

    /// A tree that holds it.
    async fn keep_patch(&self, patch: &Patch) -> Result<String, HostError> {
        let (doing, args) = ("keeping the undo", ["hash-object", "-w", "--stdin"]);
        let mut lines = String::new();
        for (number, object) in patch.objects.iter().enumerate() {
            lines = format!("100644 blob {object}\t{number}\n{lines}");
        }
        let texts = [(FILES, patch.files.as_ref()), (PATCH, Some(&patch.text))];
        for (name, text) in texts {
            let Some(text) = text else { continue };
            let blob = self.store(doing, &args, text.clone()).await?;
            lines = format!("{lines}100644 blob {blob}\t{name}\n");
        }
        self.store(doing, &["mktree"], lines.into_bytes()).await
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
        let (action, paths) =
            certain.unwrap_or(message).trim_end().split_once(' ').unwrap_or_default();
        let action = HunkAction::ALL.into_iter().find(|known| known.as_str() == action);
        let Some(action) = action else {
            let message =
                format!("`{}` was not made by polecat.nvim: {message}", reference(polecat));
            return Err(HostError::Refused(message));
        };
        let parent = (!parent.is_empty()).then(|| parent.to_owned());
        let paths = paths.lines().filter(|path| !path.is_empty());
        let paths = paths.map(|path| unquoted(path.as_bytes())).collect();
        let tree = tree.to_owned();
        Ok(Some(UndoEntry { commit, tree, parent, sure: certain.is_none(), action, paths }))
    }

    async fn patch_of(&self, done: &UndoEntry) -> Result<Patch, HostError> {
        let read = async |name| {
            let object = format!("{}:{name}", done.commit);
            let program = self.program(&["cat-file", "blob", &object]).up_to(LISTING_LIMIT);
            let read = program.run().await;
            read.map(|read| read.stdout).map_err(|source| failed("reading what was done", source))
        };
        let text = read(PATCH).await?;
        let files = done.action == HunkAction::TakeFiles;
        let files = if files { Some(read(FILES).await?) } else { None };
        Ok(Patch { text, objects: Vec::new(), files })
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

/// `` `a` and 2 other files ``; one may be there several times.
pub(super) fn files(paths: &[Vec<u8>]) -> String {
    let first = paths.first().map(Vec::as_slice).unwrap_or_default();
    let others: HashSet<_> = paths.iter().filter(|path| *path != first).collect();
    let first = printable(&String::from_utf8_lossy(first));
    match others.len() {
        0 => format!("`{first}`"),
        1 => format!("`{first}` and 1 other file"),
        more => format!("`{first}` and {more} other files"),
    }
}
