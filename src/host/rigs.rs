//! Which rig a folder belongs to.

pub mod folders;
pub(super) mod layouts;
pub mod polecats;

use std::path::{Path, PathBuf};

use super::error::HostError;
use super::files::{blocking, is_dir, is_file, real};
use super::repository::{self, Repository};
use crate::core::{Gastown, Rig, RigKind, RigName, Template, Town};
use crate::host::gastown::towns;

/// Folders of a town that are the town's own.
const TOWNS_OWN: &[&str] = &["mayor", "deacon", "settings", "daemon", "logs", "plugins"];

/// What is wanted of a rig.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Its folder, wherever one starts.
    pub pinned: Option<PathBuf>,
    /// Its name, in place of its folder's.
    pub name: Option<String>,
    /// Where a plain repository has the worktrees of its polecats.
    pub worktrees: Template,
    /// Which gastown runs its town; else the town's files tell.
    pub gastown: Option<Gastown>,
    /// tmux's folder of sockets, in which a town may have one of its own.
    pub sockets: Option<PathBuf>,
}

/// The rig that is wanted: the pinned one, else that of the first start folder that belongs to one.
///
/// # Errors
/// None of them belongs to a rig, the pinned folder is gone, or something on the way could not
/// be read.
pub async fn find(start_dirs: &[PathBuf], wanted: &Wanted) -> Result<Rig, HostError> {
    let (starts, wanted) = (start_dirs.to_vec(), wanted.clone());
    let name = wanted.name.as_deref().map(RigName::parse).transpose()?;
    blocking(move || {
        let rig = match &wanted.pinned {
            Some(path) => pinned_rig(path)?,
            None => first_rig(&starts)?,
        };
        let rig = with_town(rig, &wanted)?;
        let rig = match name {
            Some(name) => Rig { layout: Rig::inside(&rig.home, &name), name, ..rig },
            None => rig,
        };
        layouts::settle(rig, &wanted.worktrees)
    })
    .await
}

/// The rig with what its town says of itself.
fn with_town(rig: Rig, wanted: &Wanted) -> Result<Rig, HostError> {
    let RigKind::Town(town) = &rig.kind else { return Ok(rig) };
    let folder = rig.path.file_name().unwrap_or_default().to_string_lossy();
    let town = towns::town(&town.root, &folder, wanted.gastown, wanted.sockets.as_deref())?;
    Ok(Rig { kind: RigKind::Town(town), ..rig })
}

fn pinned_rig(path: &Path) -> Result<Rig, HostError> {
    let folder = match real(path)? {
        Some(folder) if is_dir(&folder)? => folder,
        _ => return Err(HostError::RigGone { path: path.to_owned() }),
    };
    match rig_of(&folder)? {
        Some(rig) => Ok(rig),
        None => rig(&folder, folder.clone(), RigKind::Folder, &folder),
    }
}

/// The first start folder with a rig decides. A town's own folder is a reason to look on: the
/// working directory may be in a rig.
fn first_rig(starts: &[PathBuf]) -> Result<Rig, HostError> {
    let mut refused = None;
    for start in starts {
        match rig_of(&nearest(start)?) {
            Ok(Some(rig)) => return Ok(rig),
            Ok(None) => {}
            Err(err @ HostError::NotARig { .. }) => refused = refused.or(Some(err)),
            Err(err) => return Err(err),
        }
    }
    Err(refused.unwrap_or_else(|| HostError::NoRig { looked: starts.to_vec() }))
}

/// The folder itself, or what is left of it: a new file's folder may not be there yet.
fn nearest(start: &Path) -> Result<PathBuf, HostError> {
    for folder in start.ancestors() {
        if let Some(folder) = real(folder)? {
            return Ok(folder);
        }
    }
    Ok(start.to_owned())
}

fn rig_of(folder: &Path) -> Result<Option<Rig>, HostError> {
    match town_rig(folder)? {
        Some(rig) => Ok(Some(rig)),
        None => repository_rig(folder),
    }
}

/// Walks up to a town; the folder just below it on the way is the rig.
fn town_rig(folder: &Path) -> Result<Option<Rig>, HostError> {
    let mut below = None;
    for root in folder.ancestors() {
        if is_file(&root.join("mayor/town.json"))? {
            return match below {
                Some(path) => rig_below(root, path).map(Some),
                None => Err(not_a_rig(root, "it is the town itself")),
            };
        }
        below = Some(root);
    }
    Ok(None)
}

fn rig_below(root: &Path, path: &Path) -> Result<Rig, HostError> {
    let folder = path.file_name().unwrap_or_default().to_string_lossy();
    if TOWNS_OWN.contains(&&*folder) || folder.starts_with('.') {
        return Err(not_a_rig(path, "it is a folder of the town itself"));
    }
    if !is_dir(path)? {
        return Err(not_a_rig(path, "it is not a folder"));
    }
    rig(path, path.to_owned(), RigKind::Town(Town::before_0_6(root.to_owned())), path)
}

fn repository_rig(folder: &Path) -> Result<Option<Rig>, HostError> {
    let Some(Repository { common_dir, top, named }) = repository::around(folder)? else {
        return Ok(None);
    };
    let home = common_dir.join("polecat");
    rig(&top, home, RigKind::Repository { common_dir }, &named).map(Some)
}

/// Puts a rig together; `named` is the folder that gives the name. Paths must be UTF-8: they go
/// into environment variables, tmux options and the editor.
fn rig(path: &Path, home: PathBuf, kind: RigKind, named: &Path) -> Result<Rig, HostError> {
    let folder = named.file_name().and_then(|folder| folder.to_str());
    match (folder, home.to_str()) {
        (Some(folder), Some(_)) => {
            let name = RigName::from_folder(folder)?;
            let layout = Rig::inside(&home, &name);
            Ok(Rig { name, path: path.to_owned(), home, layout, former: Vec::new(), kind })
        }
        (None, Some(_)) => Err(not_a_rig(path, "its folder has no name")),
        _ => Err(not_a_rig(path, "its path is not UTF-8")),
    }
}

fn not_a_rig(path: &Path, why: &'static str) -> HostError {
    HostError::NotARig { path: path.to_owned(), why }
}
