//! Which worktree a file lies in.

use std::path::{Path, PathBuf};

use crate::core::{Rig, RigKind};
use crate::host::error::HostError;
use crate::host::files::{blocking, real};
use crate::host::repository::{all, common_dir, git_dir_of};

/// The top of the worktree that `path` lies in, and where in it; `None` when it is in none of the
/// rig's. In a town, clones within the rig are the rig's too. What is at `path` may not be there yet.
///
/// # Errors
/// A folder on the way cannot be read.
pub async fn worktree_around(
    rig: &Rig,
    path: &Path,
) -> Result<Option<(PathBuf, PathBuf)>, HostError> {
    let (rig, path) = (rig.clone(), path.to_owned());
    blocking(move || {
        let Some(path) = without_links(&path)? else { return Ok(None) };
        for top in path.ancestors() {
            let Some(git_dir) = git_dir_of(top)? else { continue };
            let below = path.strip_prefix(top).unwrap_or(&path).to_owned();
            return Ok(is_of(&rig, top, &git_dir)?.then(|| (top.to_owned(), below)));
        }
        Ok(None)
    })
    .await
}

/// `path`, with the links of what of it is there resolved.
fn without_links(path: &Path) -> Result<Option<PathBuf>, HostError> {
    for above in path.ancestors() {
        if let Some(found) = real(above)? {
            let below = path.strip_prefix(above).unwrap_or(path);
            return Ok(Some(found.join(below).components().collect()));
        }
    }
    Ok(None)
}

fn is_of(rig: &Rig, top: &Path, git_dir: &Path) -> Result<bool, HostError> {
    let home = real(&rig.home)?;
    if matches!(rig.kind, RigKind::Town(_)) && home.is_some_and(|home| top.starts_with(home)) {
        return Ok(true);
    }
    let shared = real(&common_dir(git_dir)?)?;
    for found in all(rig)? {
        if real(&common_dir(&found.git_dir)?)? == shared {
            return Ok(true);
        }
    }
    Ok(false)
}
