//! The repositories of a rig, and which of git's folders is that of a worktree.

use std::path::{Path, PathBuf};

use super::{common_dir, git_dir_of, is_git_dir, named_by, registered_in};
use crate::core::{Rig, RigKind};
use crate::host::error::HostError;
use crate::host::files::dir::Dir;
use crate::host::files::{blocking, broken, is_dir, look_at_link, real};

/// A repository of a rig.
pub(in crate::host) struct Found {
    /// Where it was looked for.
    pub(in crate::host) path: PathBuf,
    pub(in crate::host) git_dir: PathBuf,
    /// It has no `.git`, which a clone cannot bring along.
    pub(in crate::host) by_its_looks: bool,
}

/// The folder in which git keeps what is a worktree's own.
///
/// # Errors
/// It is none, or cannot be read.
pub(in crate::host) async fn git_dir(rig: &Rig, worktree: &Path) -> Result<PathBuf, HostError> {
    let (rig, path) = (rig.clone(), worktree.to_owned());
    blocking(move || git_dir_now(&rig, &path)?.ok_or(HostError::NoWorktree { path })).await
}

/// git's folder for the worktree of a polecat; `None` where there is no worktree. What the `.git`
/// file of a worktree says counts only where git has noted the same: an agent can write it.
pub(in crate::host) fn git_dir_now(
    rig: &Rig,
    worktree: &Path,
) -> Result<Option<PathBuf>, HostError> {
    let Some(own) = git_dir_of(worktree)? else { return Ok(None) };
    let mut of_polecats = rig.layouts().map(|layout| &layout.dir).chain([&rig.home]);
    // Whoever starts an agent elsewhere has chosen that place.
    if !of_polecats.any(|dir| worktree.starts_with(dir)) {
        return Ok(Some(own));
    }
    let (dot_git, worktrees) = (worktree.join(".git"), worktrees(rig)?);
    let noted = worktrees.iter().find_map(|dir| registered_in(dir, worktree).transpose());
    let noted = noted.transpose()?;
    let is_link = look_at_link(&dot_git)?.is_some_and(|found| found.is_symlink());
    let is_inside = real(&dot_git)?.as_ref() == Some(&own) && !is_link;
    let stands = match noted {
        Some(noted) => noted == own,
        // A clone of its own, a worktree of what is no repository of the rig's, or one that was
        // moved by hand.
        None => is_inside || worktrees.is_empty() || is_free(&own, &worktrees)?,
    };
    if stands {
        return Ok(Some(own));
    }
    let why = format!("it leads to `{}`, which git has not made for it", own.display());
    Err(broken(&dot_git, why))
}

/// The folders in which git has what is a worktree's own, of all repositories of a rig.
pub(in crate::host) fn worktrees(rig: &Rig) -> Result<Vec<PathBuf>, HostError> {
    let common =
        |found: Found| Ok(real(&common_dir(&found.git_dir)?)?.map(|dir| dir.join("worktrees")));
    all(rig)?.into_iter().filter_map(|found| common(found).transpose()).collect()
}

/// Whether git's folder `own` is one in `worktrees` whose worktree is not where git has noted it.
fn is_free(own: &Path, worktrees: &[PathBuf]) -> Result<bool, HostError> {
    if !worktrees.iter().any(|dir| own.parent() == Some(dir)) {
        return Ok(false);
    }
    Ok(match named_by(own)? {
        Some(there) => look_at_link(&there)?.is_none(),
        None => false,
    })
}

pub(in crate::host) fn places(rig: &Rig) -> Vec<PathBuf> {
    match &rig.kind {
        RigKind::Repository { common_dir } => vec![common_dir.clone()],
        _ => vec![rig.home.join(".repo.git"), rig.home.join("mayor/rig")],
    }
}

/// The repositories of a rig; the first is that of new worktrees.
pub(in crate::host) fn all(rig: &Rig) -> Result<Vec<Found>, HostError> {
    let found = places(rig).into_iter().map(|path| found_at(rig, path));
    found.filter_map(Result::transpose).collect()
}

fn found_at(rig: &Rig, path: PathBuf) -> Result<Option<Found>, HostError> {
    if let RigKind::Repository { .. } = rig.kind {
        let by_its_looks = !path.ends_with(".git");
        let git_dir = path.clone();
        return Ok(is_dir(&path)?.then_some(Found { path, git_dir, by_its_looks }));
    }
    // A link could lead into another project.
    if Dir::open(&rig.home, &path)?.is_none() {
        return Ok(None);
    }
    Ok(match git_dir_of(&path)? {
        Some(git_dir) => Some(Found { path, git_dir, by_its_looks: false }),
        None if is_git_dir(&path)? => {
            Some(Found { git_dir: path.clone(), path, by_its_looks: true })
        }
        None => None,
    })
}
