//! Links to files and folders of the main worktree, as a person's configuration names them.

use std::path::{Path, PathBuf};

use crate::host::error::HostError;
use crate::host::files::dir::Dir;

/// The links of a worktree.
#[derive(Default)]
pub(super) struct Linked {
    /// Those that stand there now.
    pub(super) all: Vec<PathBuf>,
    /// Those of them that are new.
    pub(super) made: Vec<PathBuf>,
    pub(super) warnings: Vec<String>,
}

/// Makes `links` in `worktree`, each to what is at the same place in `main`.
pub(super) fn all(main: &Path, worktree: &Path, links: &[PathBuf]) -> Result<Linked, HostError> {
    let mut linked = Linked::default();
    for link in links {
        match make(main, worktree, link) {
            Ok(Made::New) => {
                linked.made.push(link.clone());
                linked.all.push(link.clone());
            }
            Ok(Made::Before) => linked.all.push(link.clone()),
            Ok(Made::Not(why)) => {
                linked.warnings.push(format!("`{}` is not linked: {why}", link.display()));
            }
            Err(error @ HostError::Write { .. }) => return Err(error),
            Err(error) => linked.warnings.push(format!("not linked: {error}")),
        }
    }
    Ok(linked)
}

enum Made {
    New,
    /// It stands there already.
    Before,
    Not(&'static str),
}

fn make(main: &Path, worktree: &Path, link: &Path) -> Result<Made, HostError> {
    let (parent, name) = (link.parent().unwrap_or(Path::new("")), link.file_name());
    let Some(name) = name.map(Path::new) else { return Ok(Made::Not("it has no name")) };
    let there = Dir::open(main, &main.join(parent))?.map(|dir| dir.has(name)).transpose()?;
    if there != Some(true) {
        return Ok(Made::Not("the main worktree does not have it"));
    }
    let (dir, _) = Dir::make(worktree, &worktree.join(parent))?;
    let target = main.join(link);
    if dir.make_link(name, &target)? {
        return Ok(Made::New);
    }
    let is_ours = dir.link_target(name).is_ok_and(|found| found == target);
    Ok(if is_ours { Made::Before } else { Made::Not("something else is there") })
}
