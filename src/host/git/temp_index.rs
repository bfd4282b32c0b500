//! git on a worktree with a copy of its index: looks see what git was told not to look at, and
//! nothing that is done touches the real index.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::words::path_of;
use super::{Git, failed};
use crate::host::dir::open_file;
use crate::host::error::HostError;
use crate::host::files::{blocking, look, look_at_link, unread, unwritten};
use crate::host::launch::Launch;

/// What the folders of copies are called, inside git's own folder for the worktree.
const PREFIX: &str = "polecat-index-";
/// No use of a copy takes as long: an older one was left by a backend that was killed.
const STALE: Duration = Duration::from_secs(60 * 60);
/// A listing has a line for each file of the repository.
pub(super) const LISTING: usize = 512 * 1024 * 1024;

/// A worktree with a copy of its index; the copy goes with the value.
pub(super) struct TempIndex {
    /// Works on the copy.
    pub(super) git: Git,
    /// What other repositories are recorded at.
    pub(super) submodules: Vec<PathBuf>,
    /// What a merge or the like left for a person to decide.
    pub(super) conflicts: Vec<PathBuf>,
    /// What `git add` is told besides.
    pub(super) how: Vec<String>,
    _dir: TempDir,
    /// When the index was written, and how long it is.
    index: Option<(PathBuf, Stamp)>,
}

type Stamp = (SystemTime, u64);

/// An entry of the index.
pub(super) struct Entry {
    pub(super) tag: u8,
    pub(super) is_submodule: bool,
    pub(super) is_conflict: bool,
    pub(super) path: PathBuf,
}

impl TempIndex {
    /// The worktree that `git` is in.
    pub(super) async fn of(git: &Git) -> Result<Self, HostError> {
        let none = || HostError::NoWorktree { path: git.repository.clone() };
        let git_dir = git.git_dir().ok_or_else(none)?;
        Self::with(git_dir, Some(git_dir.join("index")), &git.repository, &git.launch).await
    }

    /// A folder whose own `.git` does not count, be it missing. Without an index everything in
    /// there is new.
    pub(super) async fn with(
        git_dir: &Path,
        index: Option<PathBuf>,
        worktree: &Path,
        launch: &Launch,
    ) -> Result<Self, HostError> {
        let inside = git_dir.to_owned();
        let (dir, index) = blocking(move || copy_index_into(&inside, index)).await?;
        let mut git = Git::on(worktree, git_dir, launch);
        git.env.push(("GIT_INDEX_FILE", dir.path().join("index")));
        let (submodules, conflicts) = (Vec::new(), Vec::new());
        let mut made = Self { git, submodules, conflicts, how: Vec::new(), _dir: dir, index };
        made.look().await?;
        Ok(made)
    }

    /// Reads what the copy has, and takes from it every "do not look": a change that git was told
    /// not to see is a change all the same.
    async fn look(&mut self) -> Result<(), HostError> {
        let doing = "listing the files of the index";
        let listed = self.git.program(&["ls-files", "-v", "--stage", "-z"]).up_to(LISTING).run();
        let listed = listed.await.map_err(|source| failed(doing, source))?;
        let worktree = self.git.repository.clone();
        let entries = blocking(move || {
            let entries = listed.stdout.split(|&byte| byte == 0).filter_map(Entry::parse);
            let mut kept = Vec::new();
            for entry in entries {
                // Left out of a sparse checkout, unless it was written all the same.
                let skipped = entry.is_skipped();
                let absent = skipped && look_at_link(&worktree.join(&entry.path))?.is_none();
                if !absent && (skipped || entry.is_assumed() || entry.is_rare()) {
                    kept.push(entry);
                }
            }
            Ok(kept)
        });
        let entries = entries.await?;
        self.unhide("--no-assume-unchanged", entries.iter().filter(|e| e.is_assumed())).await?;
        self.unhide("--no-skip-worktree", entries.iter().filter(|e| e.is_skipped())).await?;
        let (mut submodules, mut conflicts) = (Vec::new(), Vec::new());
        for entry in entries {
            if entry.is_conflict {
                conflicts.push(entry.path);
            } else if entry.is_submodule {
                submodules.push(entry.path);
            }
        }
        conflicts.dedup();
        (self.submodules, self.conflicts) = (submodules, conflicts);
        Ok(())
    }

    async fn unhide<'a>(
        &self,
        how: &str,
        entries: impl Iterator<Item = &'a Entry>,
    ) -> Result<(), HostError> {
        let paths: Vec<_> = entries.map(|entry| entry.path.clone()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        self.feed("looking at all files", &["update-index", "-z", how, "--stdin"], paths).await
    }

    /// The same worktree after the folder `from` was moved to `to`.
    pub(super) fn moved(&mut self, from: &Path, to: &Path) {
        let moved = |path: &PathBuf| match path.strip_prefix(from) {
            Ok(below) if below.as_os_str().is_empty() => to.to_owned(),
            Ok(below) => to.join(below),
            Err(_) => path.clone(),
        };
        self.git.repository = moved(&self.git.repository);
        for (_, value) in &mut self.git.env {
            *value = moved(value);
        }
        if let Some((index, _)) = &mut self.index {
            *index = moved(index);
        }
    }

    /// Whether the index itself is as it was copied.
    pub(super) async fn index_stands(&self) -> Result<bool, HostError> {
        let Some((index, stamp)) = self.index.clone() else { return Ok(true) };
        blocking(move || {
            let Some(found) = look(&index)? else { return Ok(false) };
            let modified = found.modified().map_err(|source| unread(&index, source))?;
            Ok((modified, found.len()) == stamp)
        })
        .await
    }

    /// Runs git with paths as its input.
    pub(super) async fn feed(
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

impl Entry {
    /// `<tag> <mode> <object> <stage>\t<path>`
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let tab = line.iter().position(|&byte| byte == b'\t')?;
        let (words, path) = (&line[..tab], &line[tab + 1..]);
        Some(Self {
            tag: *words.first()?,
            is_submodule: words.get(2..).is_some_and(|mode| mode.starts_with(b"160000 ")),
            is_conflict: !words.ends_with(b" 0"),
            path: path_of(path),
        })
    }

    fn is_assumed(&self) -> bool {
        self.tag.is_ascii_lowercase()
    }

    fn is_skipped(&self) -> bool {
        self.tag.eq_ignore_ascii_case(&b'S')
    }

    fn is_rare(&self) -> bool {
        self.is_submodule || self.is_conflict
    }
}

/// A folder in `git_dir` for an index that is needed once.
pub(super) fn scratch(git_dir: &Path) -> Result<TempDir, HostError> {
    copy_index_into(git_dir, None).map(|(dir, _)| dir)
}

/// A folder in `git_dir` with a copy of the index.
fn copy_index_into(
    git_dir: &Path,
    index: Option<PathBuf>,
) -> Result<(TempDir, Option<(PathBuf, Stamp)>), HostError> {
    sweep(git_dir)?;
    let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(git_dir);
    let dir = dir.map_err(|source| unwritten(git_dir, source))?;
    let Some(index) = index else { return Ok((dir, None)) };
    let stamp = copy_index(&index, &dir.path().join("index"))?;
    Ok((dir, stamp.map(|stamp| (index, stamp))))
}

fn copy_index(from: &Path, to: &Path) -> Result<Option<Stamp>, HostError> {
    let Some(mut file) = open_file(from)? else { return Ok(None) };
    let mut copy = || {
        let mut copy = File::create(to)?;
        io::copy(&mut file, &mut copy)?;
        // git takes a file for unchanged without reading it when it is older than the index: a
        // newer copy would hide what was written since.
        let found = file.metadata()?;
        let stamp = (found.modified()?, found.len());
        copy.set_modified(stamp.0)?;
        Ok(Some(stamp))
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
pub(super) async fn input(bytes: Vec<u8>) -> Result<File, HostError> {
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
