//! What was done to hunks, each as a commit on the one before in `refs/polecat/undo/<polecat>`.
//!
//! A commit's tree holds `before`, what stood there, and `patch`, what was applied; its subject
//! says what was done to which file.

use std::path::Path;

use super::beside::input;
use super::hunks::{Deed, FILES, INDEX};
use super::words::path_of;
use super::{Git, PATIENCE, failed};
use crate::core::diff::{unquoted, written};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::launch::Launch;
use crate::host::lock::lock;

/// Something that was done and can be undone.
struct Done {
    commit: String,
    /// What was done before it.
    parent: Option<String>,
    deed: Deed,
    path: Vec<u8>,
}

/// Undoes what was taken or rejected last of what `polecat` changed, and says what that was.
///
/// # Errors
/// There is nothing to undo, or it does not apply any more; then nothing was changed.
pub async fn undo(
    rig: &Rig,
    polecat: &PolecatName,
    worktree: &Path,
    launch: &Launch,
) -> Result<String, HostError> {
    let own = Git::in_worktree(worktree, launch).await?;
    let _turn = lock(worktree, PATIENCE).await?;
    let Some(done) = own.last_done(polecat).await? else {
        return Err(HostError::Refused(format!("nothing to undo for `{polecat}`")));
    };
    let file = String::from_utf8_lossy(&done.path).into_owned();
    let doing = format!("undoing the `{}` of `{file}`", done.deed.as_str());
    match done.deed {
        Deed::Take => {
            let patch = own.patch_of(&done).await?;
            let args = [INDEX, &["--reverse"]].concat();
            Git::main(rig, launch).await?.apply(&doing, &args, &patch).await?;
        }
        Deed::Reject => own.apply(&doing, FILES, &own.patch_of(&done).await?).await?,
        Deed::RejectStaged => {
            let patch = own.patch_of(&done).await?;
            own.apply(&doing, &["--check"], &patch).await?;
            own.apply(&doing, INDEX, &patch).await?;
            own.apply(&doing, FILES, &patch).await?;
        }
        Deed::Remove => own.bring_back(&doing, &done).await?,
    }
    own.set_undo(polecat, done.parent.as_deref(), Some(&done.commit)).await?;
    Ok(match done.deed {
        Deed::Take => format!("`{file}` in the main worktree's index is as it was"),
        _ => format!("`{file}` in the worktree is as it was"),
    })
}

impl Git {
    /// Keeps what is about to be done. `before` is left out where this repository does not have
    /// it: a polecat may be a clone.
    pub(super) async fn remember(
        &self,
        polecat: &PolecatName,
        deed: Deed,
        file: &[u8],
        before: Option<&str>,
        patch: &[u8],
    ) -> Result<String, HostError> {
        let patch = self.store(&["hash-object", "-w", "--stdin"], patch.to_vec()).await?;
        let mut tree = format!("100644 blob {patch}\tpatch\n");
        if let Some(before) = self.which_is_here(before).await? {
            tree = format!("040000 tree {before}\tbefore\n{tree}");
        }
        let tree = self.store(&["mktree"], tree.into_bytes()).await?;
        let last = self.commit(&reference(polecat)).await?;
        let file = String::from_utf8_lossy(&written("", file)).into_owned();
        let parents: Vec<&str> = last.as_deref().into_iter().collect();
        let message = format!("{} {file}", deed.as_str());
        let commit = self.commit_tree(&tree, &parents, &message).await?;
        self.set_undo(polecat, Some(&commit), last.as_deref()).await?;
        Ok(commit)
    }

    async fn which_is_here<'a>(&self, tree: Option<&'a str>) -> Result<Option<&'a str>, HostError> {
        let Some(tree) = tree else { return Ok(None) };
        let object = format!("{tree}^{{tree}}");
        let args = ["rev-parse", "--verify", "--quiet", &object];
        Ok(self.answer("looking for a tree", &args).await?.map(|_| tree))
    }

    /// Drops `commit` again, because what it was to undo failed for `error`.
    pub(super) async fn forget(
        &self,
        polecat: &PolecatName,
        commit: &str,
        error: HostError,
    ) -> HostError {
        let parent = self.commit(&format!("{commit}^")).await;
        // An undo too many refuses by itself; what went wrong first is what matters.
        if let Ok(parent) = parent {
            drop(self.set_undo(polecat, parent.as_deref(), Some(commit)).await);
        }
        error
    }

    async fn last_done(&self, polecat: &PolecatName) -> Result<Option<Done>, HostError> {
        let Some(commit) = self.commit(&reference(polecat)).await? else { return Ok(None) };
        let args = [
            "show",
            "--no-patch",
            "--no-show-signature",
            "--format=%P%n%B",
            "--encoding=UTF-8",
            &commit,
            "--",
        ];
        let told = self.run("looking for what was done last", &args).await?.text();
        let (parent, message) = told.split_once('\n').unwrap_or((&told, ""));
        let (deed, path) = message.trim_end().split_once(' ').unwrap_or((message, ""));
        let deed = Deed::ALL.into_iter().find(|known| known.as_str() == deed);
        let Some(deed) = deed else {
            let message = format!("`{}` is none of ours: {message}", reference(polecat));
            return Err(HostError::Refused(message));
        };
        let parent = (!parent.is_empty()).then(|| parent.to_owned());
        Ok(Some(Done { commit, parent, deed, path: unquoted(path.as_bytes()) }))
    }

    async fn patch_of(&self, done: &Done) -> Result<Vec<u8>, HostError> {
        let object = format!("{}:patch", done.commit);
        Ok(self.run("reading what was done", &["cat-file", "blob", &object]).await?.stdout)
    }

    /// Brings a removed file back, unless something has taken its place.
    async fn bring_back(&self, doing: &str, done: &Done) -> Result<(), HostError> {
        let file = self.repository.join(path_of(&done.path));
        let at = file.clone();
        if blocking(move || look_at_link(&at)).await?.is_some() {
            let message = format!("`{}` is there again: it is left alone", file.display());
            return Err(HostError::Refused(message));
        }
        let source = format!("--source={}:before", done.commit);
        let args = ["--literal-pathspecs", "restore", &source, "--worktree", "--"];
        let run = self.program(&args).arg(path_of(&done.path)).run().await;
        run.map(drop).map_err(|source| failed(doing, source))
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

    /// What git answers to `args` with `text` as its input: the name of an object.
    async fn store(&self, args: &[&str], text: Vec<u8>) -> Result<String, HostError> {
        let input = input(text).await?;
        let run = self.program(args).input(input).run().await;
        run.map(|output| output.text()).map_err(|source| failed("keeping the undo", source))
    }
}

fn reference(polecat: &PolecatName) -> String {
    format!("refs/polecat/undo/{polecat}")
}
