//! Keeps an interrupted merge that reached its commit, else rolls it back. What a person has made of it
//! since is left alone.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::restore::restore;
use super::sides::Side;
use crate::core::rig::merge::MergeHow;
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link, read_text, unwritten};
use crate::host::git::index::temporary::TempIndex;
use crate::host::git::operations::orphans::orphan_ended;
use crate::host::git::unsaved_work::status::status;
use crate::host::git::{Git, failed, squashed};
use crate::host::programs::launch::Launch;
use crate::host::records::{self, Merging};

/// Ends a merge that was cut off. The caller holds the locks.
pub(in crate::host::git) async fn recover(
    rig: &Rig,
    polecat: &PolecatName,
    record: &Merging,
    launch: &Launch,
) -> Result<(), HostError> {
    let main = Side::main(rig, launch).await?;
    orphan_ended([main.worktree()]).await?;
    let main = Side::main(rig, launch).await?;
    if !record.conflicts {
        match record.how {
            MergeHow::Rebase => give_up_rebase(rig, polecat, record, launch).await?,
            MergeHow::Merge | MergeHow::Squash if main.head == record.before => {
                take_back(&main, polecat, record).await?;
            }
            MergeHow::Squash => finish_squash(&main, polecat, record).await?,
            MergeHow::Merge => {}
        }
    }
    records::clear::<Merging>(rig, polecat).await
}

/// The commit of the squash is made: it only has to be recorded. What is no such commit does no harm
/// as a record.
async fn finish_squash(
    main: &Side,
    polecat: &PolecatName,
    record: &Merging,
) -> Result<(), HostError> {
    let parent = main.git.commit(&format!("{}^", main.head)).await?;
    if parent.as_ref() == Some(&record.before) {
        squashed::record(&main.git, polecat, &main.head).await?;
    }
    Ok(())
}

async fn take_back(main: &Side, polecat: &PolecatName, record: &Merging) -> Result<(), HostError> {
    let index = TempIndex::of(&main.git).await?;
    // Unmerged entries cannot be a tree.
    let staged =
        if index.entries.conflicts.is_empty() { Some(index.git.write_tree().await?) } else { None };
    let (head, squash) = (main.git_dir.join("MERGE_HEAD"), main.git_dir.join("SQUASH_MSG"));
    let (head, squashing) =
        blocking(move || Ok((read_text(&head)?, look_at_link(&squash)?.is_some()))).await?;
    let merging = head.is_some_and(|head| head.trim() == record.commit);
    let squashing = squashing && record.how == MergeHow::Squash;
    let ours = staged.as_ref() == Some(&record.tree);
    if ours || ((merging || squashing) && staged.is_none()) {
        tracing::info!(%polecat, "taking back a merge that was cut off");
        if !status_is(main, &record.tree).await? {
            main.git.keep_all(polecat).await?;
        }
        return restore(main, polecat, &record.before).await.map(drop);
    }
    take_back_files(main, polecat, record).await
}

/// Whether the files are those of a tree.
async fn status_is(main: &Side, tree: &str) -> Result<bool, HostError> {
    let whole = TempIndex::of(&main.git).await?.whole_tree().await?;
    Ok(whole == tree)
}

/// A git that was killed itself has written files and not the index: those that are as the merge
/// made them are put back.
async fn take_back_files(
    main: &Side,
    polecat: &PolecatName,
    record: &Merging,
) -> Result<(), HostError> {
    let git = &main.git;
    let is_known = git.answer("looking for the merge", &["cat-file", "-e", &record.tree]).await;
    if !matches!(is_known, Ok(Some(_))) || status(git).await?.changed.is_empty() {
        return Ok(());
    }
    let whole = TempIndex::of(git).await?.whole_tree().await?;
    let changed = git.changed_paths(&record.before, &whole, None).await?;
    let other: BTreeSet<_> =
        git.changed_paths(&record.tree, &whole, None).await?.into_iter().collect();
    let ours: Vec<PathBuf> = changed.into_iter().filter(|file| !other.contains(file)).collect();
    if ours.is_empty() {
        return Ok(());
    }
    let kept = git.keep_all(polecat).await?;
    tracing::info!(%polecat, kept, "taking back files of a merge that was cut off");
    let added: BTreeSet<_> =
        git.changed_paths(&record.before, &record.tree, Some("A")).await?.into_iter().collect();
    let (added, old): (Vec<_>, Vec<_>) = ours.into_iter().partition(|file| added.contains(file));
    let top = main.worktree();
    blocking(move || {
        added.iter().map(|file| top.join(file)).try_for_each(|file| {
            std::fs::remove_file(&file).map_err(|source| unwritten(&file, source))
        })
    })
    .await?;
    git.put_back(&record.before, old).await
}

impl Git {
    /// Puts files back as they are in a commit.
    async fn put_back(&self, commit: &str, files: Vec<PathBuf>) -> Result<(), HostError> {
        if files.is_empty() {
            return Ok(());
        }
        let names = files.iter().flat_map(|file| [file.as_os_str().as_bytes(), b"\0"].concat());
        let args = ["--literal-pathspecs", "checkout", "--quiet", commit];
        let args = [&args[..], &["--pathspec-from-file=-", "--pathspec-file-nul"]].concat();
        let run = self.acting(&args).input(names.collect::<Vec<_>>()).run().await;
        run.map(drop).map_err(|source| failed("putting files back", source))
    }
}

async fn give_up_rebase(
    rig: &Rig,
    polecat: &PolecatName,
    record: &Merging,
    launch: &Launch,
) -> Result<(), HostError> {
    let own = Side::own(rig, polecat, launch).await?;
    orphan_ended([own.worktree()]).await?;
    let begun = own.git_dir.join("rebase-merge/orig-head");
    let begun = blocking(move || read_text(&begun)).await?;
    if begun.is_none_or(|begun| begun.trim() != record.commit) {
        return Ok(());
    }
    // An agent may have gone on in it.
    own.git.keep_all(polecat).await?;
    tracing::info!(%polecat, "giving up a rebase that was cut off");
    own.git.act("giving up the rebase", &["rebase", "--abort"]).await.map(drop)
}
