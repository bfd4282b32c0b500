//! git on a worktree with a copy of its index, so that the real one is never changed.

use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::host::error::HostError;
use crate::host::files::dir::open_file;
use crate::host::files::{blocking, unread, unwritten};
use crate::host::git::index::entries::IndexEntries;
use crate::host::git::{Git, failed};
use crate::host::programs::launch::Launch;

/// The name of the folders of copies, in git's folder for the worktree.
const PREFIX: &str = "polecat-index-";
/// Longer than any use of a copy: an older one was left by a killed backend.
const STALE_AGE: Duration = Duration::from_secs(60 * 60);

/// A worktree with a copy of its index, which is deleted with this value.
pub(in crate::host::git) struct TempIndex {
    /// Works on the copy.
    pub(in crate::host::git) git: Git,
    /// The entries of the copy when it was made.
    pub(in crate::host::git) entries: IndexEntries,
    /// Further arguments for `git add`.
    pub(in crate::host::git) how: Vec<String>,
    _dir: TempDir,
}

impl TempIndex {
    /// The worktree that `git` is in.
    pub(in crate::host::git) async fn of(git: &Git) -> Result<Self, HostError> {
        let none = || HostError::NoWorktree { path: git.repository.clone() };
        let git_dir = git.git_dir().ok_or_else(none)?;
        Self::with(git_dir, Some(git_dir.join("index")), &git.repository, &git.launch).await
    }

    /// For a folder whose own `.git` is ignored or missing. Without an index, everything in it is
    /// new.
    pub(in crate::host::git) async fn with(
        git_dir: &Path,
        index: Option<PathBuf>,
        worktree: &Path,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        let inside = git_dir.to_owned();
        let dir = blocking(move || copy_index_into(&inside, index)).await?;
        let mut git = Git::on(worktree, git_dir, launch);
        git.env.push(("GIT_INDEX_FILE", dir.path().join("index")));
        let entries = git.index_entries().await?;
        Ok(Self { git, entries, how: Vec::new(), _dir: dir })
    }

    /// Runs git with paths as its input.
    pub(in crate::host::git) async fn feed(
        &self,
        doing: &str,
        args: &[&str],
        paths: Vec<PathBuf>,
    ) -> Result<(), HostError> {
        let lines = paths.iter().flat_map(|path| [path.as_os_str().as_bytes(), b"\0"].concat());
        let run = self.git.program(args).input(lines.collect::<Vec<_>>()).run().await;
        run.map(drop).map_err(|source| failed(doing, source))
    }
}

/// A folder in `git_dir` with a copy of the index.
fn copy_index_into(git_dir: &Path, index: Option<PathBuf>) -> Result<TempDir, HostError> {
    let dir = scratch(git_dir)?;
    if let Some(index) = index {
        copy_index(&index, &dir.path().join("index"))?;
    }
    Ok(dir)
}

/// An empty folder in `git_dir`, which is deleted with the value.
pub(in crate::host::git) fn scratch(git_dir: &Path) -> Result<TempDir, HostError> {
    sweep(git_dir)?;
    let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(git_dir);
    dir.map_err(|source| unwritten(git_dir, source))
}

fn copy_index(from: &Path, to: &Path) -> Result<(), HostError> {
    let Some(mut file) = open_file(from)? else { return Ok(()) };
    let mut copy = || {
        let mut copy = File::create(to)?;
        io::copy(&mut file, &mut copy)?;
        // git does not read files older than the index and treats them as unchanged: a copy with a
        // newer time would hide later writes.
        copy.set_modified(file.metadata()?.modified()?)
    };
    copy().map_err(|source| unwritten(to, source))
}

/// Removes the copies that killed backends left.
fn sweep(git_dir: &Path) -> Result<(), HostError> {
    let entries = fs::read_dir(git_dir).map_err(|source| unread(git_dir, source))?;
    for entry in entries.filter_map(Result::ok) {
        let is_ours = entry.file_name().as_bytes().starts_with(PREFIX.as_bytes());
        let modified = entry.metadata().and_then(|found| found.modified());
        let age = modified.ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        if is_ours && age.is_some_and(|age| age > STALE_AGE) {
            // Another process may have removed it first.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}
