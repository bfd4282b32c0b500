//! Which files these are: what git ignores in the main worktree, and the patterns name.

use std::path::{Path, PathBuf};

use super::SetupPlan;
use super::patterns::Patterns;
use crate::core::names::visible;
use crate::host::files::dir::{Dir, Kind};

/// Folders in folders: each is open while what is in it is looked at.
const DEPTH_LIMIT: usize = 64;

/// The walk through a main worktree.
pub(super) struct Walk<'a> {
    main: &'a Path,
    /// The folders of its polecats, which may be in it.
    polecats: Vec<PathBuf>,
    patterns: &'a Patterns,
    found: SetupPlan,
}

impl<'a> Walk<'a> {
    pub(super) fn of(main: &'a Path, polecats: Vec<PathBuf>, patterns: &'a Patterns) -> Self {
        Self { main, polecats, patterns, found: SetupPlan::default() }
    }

    /// What is named of all that git ignores; a folder that it ignores as a whole ends in a slash.
    pub(super) fn all(mut self, ignored: &[PathBuf]) -> SetupPlan {
        for listed in ignored {
            let (path, is_dir) = (&*listed.components().collect::<PathBuf>(), is_folder(listed));
            let named = self.patterns.name(path, is_dir);
            let reached = is_dir && self.patterns.reach_into(path);
            if !named && !reached {
                continue;
            }
            let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { continue };
            match Dir::open(self.main, &self.main.join(parent)) {
                Ok(Some(dir)) => self.look(&dir, parent, name.as_ref(), named),
                Ok(None) => {}
                Err(error) => self.skip(error.to_string()),
            }
        }
        self.found.files.sort();
        self.found.files.dedup();
        self.found
    }

    /// Looks at what is called `name` in the folder `dir` at `parent`; `named` tells whether the
    /// patterns name it.
    fn look(&mut self, dir: &Dir, parent: &Path, name: &Path, named: bool) {
        let path = parent.join(name);
        match dir.kind(name) {
            Ok(Some(Kind::File { size })) if named => self.add(path, size),
            Ok(Some(Kind::Link)) if named => self.found.files.push(path),
            Ok(Some(Kind::Folder { .. })) => self.enter(dir, &path, name, named),
            // Nobody copies a pipe, a socket or a device.
            Ok(_) => {}
            Err(error) => self.skip(error.to_string()),
        }
    }

    fn add(&mut self, path: PathBuf, size: u64) {
        self.found.size += size;
        if self.found.largest.as_ref().is_none_or(|(largest, _)| size > *largest) {
            self.found.largest = Some((size, path.clone()));
        }
        self.found.files.push(path);
    }

    fn enter(&mut self, parent: &Dir, path: &Path, name: &Path, named: bool) {
        if self.polecats.contains(&self.main.join(path)) {
            return;
        }
        let shown = visible(&path.to_string_lossy());
        if path.components().count() > DEPTH_LIMIT {
            return self.skip(format!("`{shown}` is not copied: it is too deep"));
        }
        let entered = parent.folder(name).and_then(|dir| match dir {
            // A worktree of git's is registered at its own place, and a clone is somebody's.
            Some(dir) if dir.has(".git".as_ref())? => {
                self.skip(format!("`{shown}` is not copied: it is a repository of its own"));
                Ok(None)
            }
            Some(dir) => Ok(Some((dir.names()?, dir))),
            None => Ok(None),
        });
        match entered {
            Ok(Some((entries, dir))) => {
                for name in entries {
                    self.look_inside(&dir, path, name.as_ref(), named);
                }
            }
            Ok(None) => {}
            Err(error) => self.skip(error.to_string()),
        }
    }

    fn look_inside(&mut self, dir: &Dir, parent: &Path, name: &Path, named: bool) {
        let path = parent.join(name);
        let is_dir = matches!(dir.kind(name), Ok(Some(Kind::Folder { .. })));
        let named = named || self.patterns.name(&path, is_dir);
        if named || is_dir && self.patterns.reach_into(&path) {
            self.look(dir, parent, name, named);
        }
    }

    fn skip(&mut self, why: String) {
        self.found.warnings.push(why);
    }
}

/// Whether git lists it as a folder.
fn is_folder(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/")
}
