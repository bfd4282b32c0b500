//! The end of a removal, by the backend that began it or, if that was killed, by the next one.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Removed, rollback};
use crate::core::{Layout, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, broken, look_at_link, read_text, unread, unwritten};
use crate::host::git::command::format::{display_path, printable};
use crate::host::git::operations::WorktreeList;
use crate::host::git::{Backup, Git, squashed};
use crate::host::programs::launch::Launch;
use crate::host::records::{self, Removing};
use crate::host::records::{queues, reviews, sessions};
use crate::host::repository::{common_dir, worktrees};
use crate::host::rigs::layouts;

/// Ends a removal that was cut off: rolls it back if not everything was backed up, else finishes
/// it. `None` if it was rolled back. The caller holds the locks.
pub(in crate::host::git) async fn recover(
    rig: &Rig,
    polecat: &PolecatName,
    record: Removing,
    launch: &Launch,
) -> Result<Option<Removed>, HostError> {
    if !record.settled {
        tracing::info!(%polecat, "taking back a removal that was cut off");
        rollback(rig, polecat, &record).await?;
        return Ok(None);
    }
    tracing::info!(%polecat, "ending a removal that was cut off");
    finish(rig, polecat, record, launch).await.map(Some)
}

/// Finishes a removal. Each step may have been done before.
pub(super) async fn finish(
    rig: &Rig,
    polecat: &PolecatName,
    record: Removing,
    launch: &Launch,
) -> Result<Removed, HostError> {
    let layout = delete_folders(rig, polecat, &record).await?;
    let mut removed = Removed {
        branches: Vec::new(),
        kept: record.kept.into_iter().map(|(branch, why)| (branch, printable(&why))).collect(),
        backup: record.backup.map(|(reference, commit)| Backup { reference, commit }),
        stashes: record.stashes,
        comments: 0,
        queued: 0,
    };
    remove_branches(rig, &record.branches, &mut removed, launch).await?;
    // A later polecat of that name must not inherit its undo list, comments, queue and conversation.
    if let Some(git) = Git::find(rig, launch).await? {
        git.delete_undo(polecat).await?;
        squashed::forget(&git, polecat).await?;
    }
    removed.comments = reviews::delete(rig, polecat).await?;
    removed.queued = queues::delete(rig, polecat).await?;
    sessions::delete(rig, polecat).await?;
    records::delete_base(rig, polecat).await?;
    let (of, name) = (rig.clone(), polecat.clone());
    blocking(move || {
        layouts::tidy(&of, &layout, &name);
        Ok(())
    })
    .await?;
    records::clear::<Removing>(rig, polecat).await?;
    Ok(removed)
}

/// Deletes the folder that was set aside and what git has of its worktree; gives the layout that the
/// folder had.
async fn delete_folders(
    rig: &Rig,
    polecat: &PolecatName,
    record: &Removing,
) -> Result<Layout, HostError> {
    let half = |left: &Path, why: HostError| HostError::HalfRemoved {
        polecat: polecat.clone(),
        left: left.to_owned(),
        why: why.to_string(),
        backup: record.backup.as_ref().map(|(reference, _)| reference.clone()),
    };
    if let Some(git_dir) = &record.git_dir {
        require_ours(rig, polecat, git_dir).await?;
    }
    let (of, name, recorded) = (rig.clone(), polecat.clone(), record.aside.clone());
    let deleted = blocking(move || {
        let Some((layout, aside)) = layouts::aside(&of, "removing", &name, &recorded)? else {
            return Ok(of.layout);
        };
        delete(&aside).map(|()| layout)
    });
    let layout = deleted.await.map_err(|error| half(Path::new(&record.aside), error))?;
    if let Some(path) = &record.git_dir {
        let git_dir = path.clone();
        let forgotten = blocking(move || unregister_worktree(&git_dir)).await;
        forgotten.map_err(|error| half(path, error))?;
    }
    Ok(layout)
}

/// Refuses a record whose `git_dir` does not belong to a worktree of the rig's repository.
async fn require_ours(rig: &Rig, polecat: &PolecatName, git_dir: &Path) -> Result<(), HostError> {
    let (rig, polecat, git_dir) = (rig.clone(), polecat.clone(), git_dir.to_owned());
    blocking(move || {
        let above = git_dir.parent().unwrap_or(&git_dir);
        if git_dir.file_name().is_some() && worktrees(&rig)?.iter().any(|dir| dir == above) {
            return Ok(());
        }
        let why = format!(
            "`git_dir`: `{}` does not belong to the rig's repository",
            display_path(&git_dir)
        );
        Err(broken(&records::path::<Removing>(&rig, &polecat), why))
    })
    .await
}

/// Removes a folder, even if folders in it are read-only.
fn delete(dir: &Path) -> Result<(), HostError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => open_up(dir)?,
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritten(dir, error)),
        _ => return Ok(()),
    }
    fs::remove_dir_all(dir).map_err(|source| unwritten(dir, source))
}

fn open_up(dir: &Path) -> Result<(), HostError> {
    fs::set_permissions(dir, Permissions::from_mode(0o700))
        .map_err(|source| unwritten(dir, source))?;
    for entry in fs::read_dir(dir).map_err(|source| unread(dir, source))? {
        let entry = entry.map_err(|source| unread(dir, source))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}

/// Makes git forget a worktree whose folder is gone, as `git worktree remove` would. That would
/// also remove a folder that somebody has put in its place since.
pub(in crate::host::git) fn unregister_worktree(git_dir: &Path) -> Result<(), HostError> {
    if look_at_link(git_dir)?.is_none() {
        return Ok(());
    }
    if let Some(text) = read_text(&git_dir.join("gitdir"))?
        && look_at_link(&git_dir.join(text.trim_end()))?.is_some()
    {
        return Ok(());
    }
    let worktrees = match common_dir(git_dir) {
        Ok(common) => common.join("worktrees"),
        // This was cut off midway before.
        Err(_) => git_dir.parent().unwrap_or(git_dir).to_owned(),
    };
    // A folder elsewhere is not a worktree's.
    if git_dir.parent() == Some(&worktrees) && worktrees.ends_with("worktrees") {
        fs::remove_dir_all(git_dir).map_err(|source| unwritten(git_dir, source))?;
        // git also removes it with the last one.
        let _ = fs::remove_dir(&worktrees);
    }
    Ok(())
}

/// Deletes branches that have not moved since they were backed up; others stay, and are named.
async fn remove_branches(
    rig: &Rig,
    branches: &[(String, String)],
    removed: &mut Removed,
    launch: &Launch,
) -> Result<(), HostError> {
    if branches.is_empty() {
        return Ok(());
    }
    let git = Git::of(rig, launch).await?;
    let listed = WorktreeList::read(&git).await?;
    for (commit, branch) in branches {
        let reference = format!("refs/heads/{branch}");
        let now = git.commit(&reference).await?;
        let why = match now {
            None => {
                removed.branches.push(branch.clone());
                continue;
            }
            Some(_) if listed.has_branch(branch) => "it is checked out elsewhere".to_owned(),
            Some(now) if now != *commit => "it was moved meanwhile".to_owned(),
            Some(_) => {
                let args = ["update-ref", "-d", &reference, commit];
                match git.act("removing the branch", &args).await {
                    Ok(_) => {
                        removed.branches.push(branch.clone());
                        continue;
                    }
                    Err(error) => error.to_string(),
                }
            }
        };
        removed.kept.push((branch.clone(), why));
    }
    Ok(())
}
