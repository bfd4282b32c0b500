//! Which folders of a worktree to watch, and which of git's files.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::host::error::HostError;
use crate::host::files::dir::TEXT_LIMIT;
use crate::host::files::is_dir;
use crate::host::repository::{self, head::branch_now};

/// A folder, and the names of files in it.
pub(super) type Files = (PathBuf, Vec<OsString>);

/// The folder `below` in the worktree `root`, and all folders in it that git does not ignore.
pub(super) fn of_worktree(root: &Path, below: &Path) -> impl Iterator<Item = PathBuf> {
    let wanted = below.to_owned();
    // From the root on: what ignores a folder is written above it.
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .ignore(false)
        .parents(false)
        .git_ignore(can_be_read(root))
        .git_exclude(can_be_read(root))
        .follow_links(false)
        .filter_entry(move |entry| {
            let path = entry.path();
            entry.file_name() != ".git"
                && (path.starts_with(&wanted) || wanted.starts_with(path))
                && (!entry.file_type().is_some_and(|found| found.is_dir()) || can_be_read(path))
        })
        .build();
    let below = below.to_owned();
    walk.flatten()
        .filter(|entry| entry.file_type().is_some_and(|found| found.is_dir()))
        .map(ignore::DirEntry::into_path)
        .filter(move |path| path.starts_with(&below))
}

/// Whether everything in the folder `dir` that may say what git ignores is a small regular file, or
/// absent: the walk reads whatever it finds, and would wait for a pipe for ever.
fn can_be_read(dir: &Path) -> bool {
    let plain = |path: &Path| match fs::metadata(path) {
        Ok(found) => found.is_file() && found.len() <= TEXT_LIMIT,
        Err(_) => true,
    };
    let (git_dir, common) = match repository::git_dir_of(dir) {
        Ok(Some(git_dir)) => match repository::common_dir(&git_dir) {
            Ok(common) => (git_dir, common),
            Err(_) => return false,
        },
        Ok(None) => (dir.join(".git"), dir.join(".git")),
        Err(_) => return false,
    };
    plain(&dir.join(".gitignore"))
        && plain(&git_dir.join("commondir"))
        && plain(&common.join("info/exclude"))
}

/// The files of git's own, by folder, that change when something is committed, staged or checked
/// out in the worktree `root`; `None` if that is not a worktree.
pub(super) fn of_git(root: &Path) -> Result<Option<Vec<Files>>, HostError> {
    let Some(git_dir) = repository::git_dir_of(root)? else { return Ok(None) };
    let common = repository::around(root)?.map(|found| found.common_dir);
    let mut files = vec![
        (git_dir.clone(), vec!["HEAD".into(), "index".into()]),
        (git_dir.join("logs"), vec!["HEAD".into()]),
        (git_dir.join("reftable"), vec!["tables.list".into()]),
    ];
    if let Some(common) = common {
        files.push((common.join("reftable"), vec!["tables.list".into()]));
        // The branch that it is meant for moves with the main worktree, or is fetched.
        if common != git_dir {
            files.push((common.clone(), vec!["HEAD".into(), "FETCH_HEAD".into()]));
            files.push((common.join("logs"), vec!["HEAD".into()]));
        }
        let branch = branch_now(root)?.map(|branch| common.join("refs/heads").join(branch));
        if let Some((dir, name)) =
            branch.as_deref().and_then(|file| Some((file.parent()?, file.file_name()?)))
        {
            files.push((dir.to_owned(), vec![name.to_owned()]));
        }
    }
    let mut there = Vec::new();
    for (dir, names) in files {
        if is_dir(&dir)? {
            there.push((dir, names));
        }
    }
    Ok(Some(there))
}
