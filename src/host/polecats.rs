//! The polecats of a rig: the folders of `polecats/`.
//!
//! A polecat is a real folder in a real folder. A symbolic link in its place, in that of
//! `polecats/` or of its worktree is none: whoever can write one there, a repository that was
//! cloned for one, could otherwise have an agent run, or a removal happen, anywhere.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::dir::Dir;
use super::error::HostError;
use super::files::{blocking, entries, is_dir, look_at_link, make_inside, real, unread};
use super::lock::lock;
use crate::core::{PolecatName, Rig};

/// No session's id is longer.
const ID_MAX: usize = 128;

/// The names of a rig's polecats, sorted, whichever layout they have.
///
/// # Errors
/// The rig is gone, or `polecats/` cannot be read.
pub async fn names(rig: &Rig) -> Result<Vec<PolecatName>, HostError> {
    let rig = rig.clone();
    blocking(move || names_now(&rig)).await
}

/// [`names`] on a thread that may wait.
pub(super) fn names_now(rig: &Rig) -> Result<Vec<PolecatName>, HostError> {
    there(rig)?;
    read_names(&rig.polecats_dir())
}

/// Refuses a name that is no polecat of the rig.
///
/// # Errors
/// There is none, a link is in its place, or that cannot be read.
pub async fn require(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    if exists(rig, polecat).await? {
        return Ok(());
    }
    Err(HostError::PolecatNotFound { polecat: polecat.clone(), dir: rig.polecats_dir() })
}

/// Whether the rig has this polecat.
///
/// # Errors
/// The rig is gone, a link is in the polecat's place, or that cannot be read.
pub async fn exists(rig: &Rig, polecat: &PolecatName) -> Result<bool, HostError> {
    let (rig, dir) = (rig.clone(), rig.polecat_dir(polecat));
    blocking(move || {
        there(&rig)?;
        is_real(&dir)
    })
    .await
}

/// Where a polecat works, as gastown chooses: its new worktree when that is there; else the old
/// one, `polecats/<name>/` itself, when it holds `.git`; else where the new one would be.
///
/// # Errors
/// It leads out of the rig, or cannot be read.
pub async fn workdir(rig: &Rig, polecat: &PolecatName) -> Result<PathBuf, HostError> {
    let (rig, polecat) = (rig.clone(), polecat.clone());
    blocking(move || workdir_now(&rig, &polecat)).await
}

/// [`workdir`] on a thread that may wait.
pub(super) fn workdir_now(rig: &Rig, polecat: &PolecatName) -> Result<PathBuf, HostError> {
    there(rig)?;
    let (new, old) = (rig.new_worktree(polecat), rig.old_worktree(polecat));
    let is_old = is_real(&old)? && !is_real(&new)? && look_at_link(&old.join(".git"))?.is_some();
    Ok(if is_old { old } else { new })
}

/// The id that an agent's hooks have noted of its session in `workdir`, if it is one: the file may
/// be the project's own, and what it says is typed.
pub async fn session_id(workdir: &Path) -> Option<String> {
    let workdir = workdir.to_owned();
    let read = blocking(move || {
        let dir = Dir::open(&workdir, &workdir.join(".runtime"))?;
        Ok(dir.map(|dir| dir.read("session_id")).transpose()?.flatten())
    });
    let id = read.await.ok().flatten()?.trim().to_owned();
    let is_id = (1..=ID_MAX).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    is_id.then_some(id)
}

/// The turn of those who choose a polecat for some work, or make one for it: within `patience`, and
/// for as long as the value lasts. Not on `polecats/`, where sessions pass: this one may take as
/// long as a checkout.
///
/// # Errors
/// The rig is gone, its `.runtime/` cannot be made, or somebody has the turn for longer.
pub async fn turn(rig: &Rig, patience: Duration) -> Result<Option<File>, HostError> {
    let (of, dir) = (rig.clone(), rig.runtime_dir());
    // There is one folder to lock, also for those who are about to make the first polecat.
    blocking(move || make_inside(of.anchor(), &of.runtime_dir()).map(drop)).await?;
    lock(&dir, patience).await
}

/// Those of `paths` that are in the folder `dir`, links resolved, part by part: `/a/bc` is not in
/// `/a/b`. A file that is not there yet is where its folder is.
///
/// # Errors
/// One of them cannot be looked at.
pub async fn inside(dir: &Path, paths: &[PathBuf]) -> Result<Vec<PathBuf>, HostError> {
    let (dir, paths) = (dir.to_owned(), paths.to_owned());
    blocking(move || {
        let Some(dir) = real(&dir)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for path in paths {
            if nearest(&path)?.starts_with(&dir) && !found.contains(&path) {
                found.push(path);
            }
        }
        Ok(found)
    })
    .await
}

/// A path with the links resolved of what is there of it.
fn nearest(path: &Path) -> Result<PathBuf, HostError> {
    for above in path.ancestors() {
        if let Some(real) = real(above)? {
            let below = path.strip_prefix(above).unwrap_or(Path::new(""));
            return Ok(if below.as_os_str().is_empty() { real } else { real.join(below) });
        }
    }
    Ok(path.to_owned())
}

/// Refuses a rig that is gone, and one whose `polecats/` is behind a link.
pub(super) fn there(rig: &Rig) -> Result<(), HostError> {
    let (anchor, polecats) = (rig.anchor(), rig.polecats_dir());
    if !is_dir(anchor)? {
        return Err(HostError::RigGone { path: anchor.to_owned() });
    }
    let from = if polecats.starts_with(anchor) { Some(anchor) } else { polecats.parent() };
    Dir::open(from.unwrap_or(anchor), &polecats).map(drop)
}

/// Whether a folder is there, and not a link to one, which is refused.
fn is_real(dir: &Path) -> Result<bool, HostError> {
    match look_at_link(dir)? {
        Some(found) if found.is_symlink() => Err(HostError::Link { path: dir.to_owned() }),
        found => Ok(found.is_some_and(|found| found.is_dir())),
    }
}

fn read_names(dir: &Path) -> Result<Vec<PolecatName>, HostError> {
    let mut names = Vec::new();
    for entry in entries(dir)? {
        // The entry's own type: links are not followed.
        let is_dir = entry.file_type().map_err(|source| unread(&entry.path(), source))?.is_dir();
        // Hidden folders (`.claude`) and strangers' are no polecats, and no mistake either.
        let name = entry.file_name().to_str().and_then(|name| PolecatName::parse(name).ok());
        names.extend(name.filter(|_| is_dir));
    }
    names.sort();
    Ok(names)
}
