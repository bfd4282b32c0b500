//! The polecats of a rig: the folders of `polecats/`.
//!
//! A polecat is a real folder. A symbolic link in its place is none: whoever can write one there
//! could otherwise have an agent run, or a removal happen, anywhere.

use std::path::{Path, PathBuf};

use super::error::HostError;
use super::files::{blocking, entries, is_dir, look, look_at_link, real, unread};
use crate::core::{PolecatName, Rig};

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
        match look_at_link(&dir)? {
            Some(found) if found.is_symlink() => Err(HostError::Link { path: dir }),
            found => Ok(found.is_some_and(|found| found.is_dir())),
        }
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
    let (new, old) = (rig.new_worktree(polecat), rig.old_worktree(polecat));
    let chosen = if !is_dir(&new)? && look(&old.join(".git"))?.is_some() { old } else { new };
    stays_inside(&rig.polecats_dir(), &chosen)?;
    Ok(chosen)
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

fn there(rig: &Rig) -> Result<(), HostError> {
    if is_dir(rig.anchor())? {
        return Ok(());
    }
    Err(HostError::RigGone { path: rig.anchor().to_owned() })
}

fn stays_inside(polecats: &Path, dir: &Path) -> Result<(), HostError> {
    match (real(polecats)?, real(dir)?) {
        (Some(polecats), Some(target)) if !target.starts_with(&polecats) => {
            Err(HostError::Outside { path: dir.to_owned(), target })
        }
        _ => Ok(()),
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
