//! The polecats of a rig: the folders of the places where it has them.
//!
//! A polecat is a real folder in a real folder. A symbolic link in its place, in that of
//! `polecats/` or of its worktree is none: whoever can write one there, a repository that was
//! cloned for one, could otherwise have an agent run, or a removal happen, anywhere. Outside of the
//! rig's home a folder is one only if git knows the worktree that is, or was, just there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::layouts::{self, without_links};
use crate::core::{Layout, PolecatName, Rig, RigKind};
use crate::host::error::HostError;
use crate::host::files::dir::Dir;
use crate::host::files::{blocking, entries, is_dir, look_at_link, real, unread};
use crate::host::gastown::pending;
use crate::host::repository::{self, Registration};

/// No session's id is longer.
const ID_LIMIT: usize = 128;

/// The names of a rig's polecats, sorted, whichever layout they have.
///
/// # Errors
/// The rig is gone, or `polecats/` cannot be read.
pub async fn names(rig: &Rig) -> Result<Vec<PolecatName>, HostError> {
    let rig = rig.clone();
    blocking(move || names_now(&rig)).await
}

/// [`names`] on a thread that may wait.
fn names_now(rig: &Rig) -> Result<Vec<PolecatName>, HostError> {
    Ok(places_now(rig)?.into_keys().collect())
}

/// The rig's polecats, each with the layout that it stands in.
pub(in crate::host) fn places_now(rig: &Rig) -> Result<BTreeMap<PolecatName, &Layout>, HostError> {
    there(rig)?;
    let mut places = BTreeMap::new();
    for layout in rig.layouts() {
        if !layouts::is_there(rig, layout)? {
            continue;
        }
        for name in read_names(&layout.dir)? {
            // What cannot be told to be one is named to whoever asks for it.
            if matches!(stands(rig, layout, &name), Ok(true)) {
                places.entry(name).or_insert(layout);
            }
        }
    }
    Ok(places)
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
/// The rig is gone, a link or somebody else's folder is in the polecat's place, or that cannot be
/// read.
pub async fn exists(rig: &Rig, polecat: &PolecatName) -> Result<bool, HostError> {
    Ok(place(rig, polecat).await?.is_some())
}

/// The layout that a polecat stands in; none where the rig has no such polecat.
///
/// # Errors
/// As [`exists`].
pub async fn place(rig: &Rig, polecat: &PolecatName) -> Result<Option<Layout>, HostError> {
    let (rig, polecat) = (rig.clone(), polecat.clone());
    blocking(move || place_now(&rig, &polecat)).await
}

/// [`place`] on a thread that may wait.
pub(in crate::host) fn place_now(
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<Option<Layout>, HostError> {
    there(rig)?;
    let mut refused = None;
    for layout in rig.layouts() {
        match stands(rig, layout, polecat) {
            Ok(true) => return Ok(Some(layout.clone())),
            Ok(false) => {}
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    refused.map_or(Ok(None), Err)
}

/// The folder of a polecat, or where it would be made.
///
/// # Errors
/// As [`exists`].
pub async fn dir(rig: &Rig, polecat: &PolecatName) -> Result<PathBuf, HostError> {
    let place = place(rig, polecat).await?;
    Ok(place.as_ref().unwrap_or(&rig.layout).polecat_dir(polecat))
}

/// The polecats that still have their worktree inside of git's folder, and that worktree.
///
/// # Errors
/// As [`names`].
pub async fn inside_git(rig: &Rig) -> Result<Vec<(PolecatName, PathBuf)>, HostError> {
    let rig = rig.clone();
    blocking(move || {
        let mut found = Vec::new();
        for (name, place) in places_now(&rig)? {
            if rig.former.contains(place) && rig.owns(place) {
                let workdir = workdir_in(&rig, place, &name)?;
                found.push((name, workdir));
            }
        }
        Ok(found)
    })
    .await
}

/// Whether a polecat of this name stands in a layout.
fn stands(rig: &Rig, layout: &Layout, polecat: &PolecatName) -> Result<bool, HostError> {
    let dir = layout.polecat_dir(polecat);
    match look_at_link(&dir)? {
        Some(found) if found.is_symlink() => return Err(HostError::Link { path: dir }),
        Some(found) if found.is_dir() => {}
        _ => return Ok(false),
    }
    if rig.owns(layout) {
        return Ok(true);
    }
    registered_in(rig, layout, polecat)?;
    Ok(true)
}

/// Refuses a folder outside of the rig that is no worktree of its repository. One whose `.git` is
/// lost is one where the configuration has them, since git knows it to be just there; where it had
/// them earlier the folder must say so too.
fn registered_in(rig: &Rig, layout: &Layout, polecat: &PolecatName) -> Result<(), HostError> {
    let stranger = |why: &str| {
        let path = layout.polecat_dir(polecat);
        Err(HostError::Stranger { path, why: why.to_owned() })
    };
    let RigKind::Repository { common_dir } = &rig.kind else {
        return stranger("its rig has no repository");
    };
    let dir = layout.polecat_dir(polecat);
    if real(&dir)?.as_ref() != Some(&dir) || links_below(layout, polecat)? {
        return stranger("a symbolic link leads there");
    }
    let worktree = layout.worktree(polecat);
    match repository::registration(common_dir, &worktree)? {
        Registration::Both => Ok(()),
        Registration::Git if *layout == rig.layout => Ok(()),
        Registration::Git | Registration::None => {
            let text =
                format!("`{}` is not a worktree of `{}`", worktree.display(), rig.path.display());
            stranger(&text)
        }
        Registration::Other(repository) => {
            stranger(&format!("it is of the repository `{}`", repository.display()))
        }
    }
}

/// Whether the worktree of a polecat that is to be taken back may be removed from a layout.
pub(in crate::host) fn is_ours_to_remove(
    rig: &Rig,
    layout: &Layout,
    polecat: &PolecatName,
) -> Result<bool, HostError> {
    match stands(rig, layout, polecat) {
        Err(HostError::Stranger { .. }) if !rig.owns(layout) => Ok(false),
        other => other,
    }
}

/// Whether a link is on the way from a polecat's folder to its worktree, or is that.
fn links_below(layout: &Layout, polecat: &PolecatName) -> Result<bool, HostError> {
    let mut at = layout.polecat_dir(polecat);
    for part in &layout.inner {
        at.push(part);
        if look_at_link(&at)?.is_some_and(|found| found.is_symlink()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where a polecat works, as gastown chooses: its new worktree when that is there; else the old
/// one, `polecats/<name>/` itself, when it holds `.git`; else where the new one would be.
///
/// # Errors
/// It leads out of the rig, somebody else's folder is in its place, or that cannot be read.
pub async fn workdir(rig: &Rig, polecat: &PolecatName) -> Result<PathBuf, HostError> {
    let (rig, polecat) = (rig.clone(), polecat.clone());
    blocking(move || workdir_now(&rig, &polecat)).await
}

/// [`workdir`] on a thread that may wait.
pub(in crate::host) fn workdir_now(rig: &Rig, polecat: &PolecatName) -> Result<PathBuf, HostError> {
    match place_now(rig, polecat)? {
        Some(place) => workdir_in(rig, &place, polecat),
        None => Ok(rig.new_worktree(polecat)),
    }
}

/// [`workdir`] of a polecat that stands in `place`.
pub(in crate::host) fn workdir_in(
    rig: &Rig,
    place: &Layout,
    polecat: &PolecatName,
) -> Result<PathBuf, HostError> {
    let (new, old) = (place.worktree(polecat), place.polecat_dir(polecat));
    if !rig.owns(place) {
        return Ok(new);
    }
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
    // gastown writes when that was below it.
    let id = read.await.ok().flatten()?.lines().next()?.trim().to_owned();
    let is_id = (1..=ID_LIMIT).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    is_id.then_some(id)
}

/// Whether anything stands in the place of a polecat, or of one that is made now, or somebody is
/// about to put one there.
pub(in crate::host) fn in_the_way(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    if let Some(marker) = pending::marker_now(rig, polecat)? {
        return Err(HostError::Pending { polecat: polecat.clone(), marker });
    }
    for layout in rig.layouts() {
        let dir = layout.polecat_dir(polecat);
        match look_at_link(&dir)? {
            None => {}
            Some(found) if found.is_symlink() => return Err(HostError::Link { path: dir }),
            Some(_) => {
                let exists = HostError::PolecatExists { polecat: polecat.clone(), dir };
                return Err(stands(rig, layout, polecat).err().unwrap_or(exists));
            }
        }
    }
    Ok(())
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
            if without_links(&path)?.starts_with(&dir) && !found.contains(&path) {
                found.push(path);
            }
        }
        Ok(found)
    })
    .await
}

/// Refuses a rig that is gone, and one with a link on the way to its own folders of polecats.
pub(in crate::host) fn there(rig: &Rig) -> Result<(), HostError> {
    let anchor = rig.anchor();
    if !is_dir(anchor)? {
        return Err(HostError::RigGone { path: anchor.to_owned() });
    }
    for Layout { dir, .. } in rig.layouts().filter(|layout| rig.owns(layout)) {
        let from = if dir.starts_with(anchor) { Some(anchor) } else { dir.parent() };
        Dir::open(from.unwrap_or(anchor), dir)?;
    }
    Ok(())
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
    Ok(names)
}
