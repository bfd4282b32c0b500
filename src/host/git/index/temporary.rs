//! git on a worktree with a copy of its index: nothing that is done touches the real one.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
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

/// What the folders of copies are called, inside git's own folder for the worktree.
const PREFIX: &str = "polecat-index-";
/// No use of a copy takes as long: an older one was left by a backend that was killed.
const STALE: Duration = Duration::from_secs(60 * 60);

/// A worktree with a copy of its index; the copy goes with the value.
pub(in crate::host::git) struct TempIndex {
    /// Works on the copy.
    pub(in crate::host::git) git: Git,
    /// What the copy had at first.
    pub(in crate::host::git) entries: IndexEntries,
    /// What `git add` is told besides.
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

    /// A folder whose own `.git` does not count, be it missing. Without an index everything in
    /// there is new.
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
        let run = self.git.program(args).input(input(lines.collect()).await?).run().await;
        run.map(drop).map_err(|source| failed(doing, source))
    }
}

/// A folder in `git_dir` with a copy of the index.
fn copy_index_into(git_dir: &Path, index: Option<PathBuf>) -> Result<TempDir, HostError> {
    sweep(git_dir)?;
    let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(git_dir);
    let dir = dir.map_err(|source| unwritten(git_dir, source))?;
    if let Some(index) = index {
        copy_index(&index, &dir.path().join("index"))?;
    }
    Ok(dir)
}

fn copy_index(from: &Path, to: &Path) -> Result<(), HostError> {
    let Some(mut file) = open_file(from)? else { return Ok(()) };
    let mut copy = || {
        let mut copy = File::create(to)?;
        io::copy(&mut file, &mut copy)?;
        // git takes a file for unchanged without reading it when it is older than the index: a
        // newer copy would hide what was written since.
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
        if is_ours && age.is_some_and(|age| age > STALE) {
            // Whoever else sweeps may have been faster.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}

/// A file without a name, to be read as input.
pub(in crate::host::git) async fn input(bytes: Vec<u8>) -> Result<File, HostError> {
    blocking(move || {
        let write = || {
            let mut file = tempfile::tempfile()?;
            file.write_all(&bytes)?;
            file.seek(SeekFrom::Start(0))?;
            Ok(file)
        };
        write().map_err(|source| unwritten(&std::env::temp_dir(), source))
    })
    .await
}
