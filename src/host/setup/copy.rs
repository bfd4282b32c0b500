//! The copies, file by file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::SetupReport;
use crate::core::names::visible;
use crate::host::error::{HostError, broken};
use crate::host::files::dir::{Copied, Dir, Kind};

/// How many files a message names.
const NAMED_LIMIT: usize = 3;

/// How far a copy is, and whether it goes on. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct CopyProgress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    files: AtomicU64,
    ended: AtomicBool,
}

impl CopyProgress {
    /// How many files have been looked at.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.0.files.load(Ordering::Relaxed)
    }

    /// Whether it was ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.0.ended.load(Ordering::Relaxed)
    }

    /// Ends it behind the file that is being copied.
    pub fn end(&self) {
        self.0.ended.store(true, Ordering::Relaxed);
    }
}

/// Those of `files` that `worktree` has not, and has room for: no link or file of its own is in the
/// way of a folder.
pub(super) fn lacking(worktree: &Path, files: Vec<PathBuf>) -> Result<Vec<PathBuf>, HostError> {
    // git would answer about none of them.
    let mut folders = Folders { worktree, known: BTreeMap::new() };
    let mut lacking = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default();
        match folders.there(file.parent().unwrap_or(Path::new("")))? {
            There::Blocked => {}
            There::Missing => lacking.push(file),
            There::Open(dir) => {
                dir.remove_part()?;
                if !dir.has(name.as_ref())? {
                    lacking.push(file);
                }
            }
        }
    }
    Ok(lacking)
}

/// What is told of those of `lacking` that git does not ignore in the new worktree.
pub(super) fn unignored(lacking: &[PathBuf], kept: &[PathBuf]) -> Option<String> {
    let kept: BTreeSet<_> = kept.iter().collect();
    let left: Vec<_> = lacking.iter().filter(|file| !kept.contains(file)).collect();
    let quoted = |file: &&PathBuf| format!("`{}`", visible(&file.to_string_lossy()));
    let names: Vec<_> = left.iter().take(NAMED_LIMIT).map(quoted).collect();
    let more = match left.len().saturating_sub(NAMED_LIMIT) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (is, them) = if left.len() == 1 { ("is", "it") } else { ("are", "them") };
    (!left.is_empty()).then(|| {
        let names = names.join(", ");
        format!("{names}{more} {is} not copied: git does not ignore {them} on this branch")
    })
}

/// Copies `files` of `main` into `worktree`.
pub(super) fn all(
    main: &Path,
    worktree: &Path,
    files: &[PathBuf],
    progress: &CopyProgress,
) -> Result<SetupReport, HostError> {
    let mut given = SetupReport::default();
    let mut at: Option<(PathBuf, Dir, Dir)> = None;
    for file in files {
        if progress.is_ended() {
            return Err(HostError::Refused("it was cancelled".to_owned()));
        }
        progress.0.files.fetch_add(1, Ordering::Relaxed);
        let parent = file.parent().unwrap_or(Path::new(""));
        if at.as_ref().is_none_or(|(of, ..)| of != parent) {
            at = both(main, worktree, parent)?.map(|(from, to)| (parent.to_owned(), from, to));
        }
        let Some((_, from, to)) = &at else { continue };
        let name = Path::new(file.file_name().unwrap_or_default());
        // One file that cannot be read is no reason to have none.
        match copy(from, to, name) {
            Ok(written) => {
                given.files += 1;
                given.written += written;
            }
            Err(error @ HostError::Write { .. }) => return Err(error),
            Err(error) => given.warnings.push(format!("not copied: {error}")),
        }
    }
    Ok(given)
}

/// The folder `path` of both; made in the second with the modes of the first.
fn both(main: &Path, worktree: &Path, path: &Path) -> Result<Option<(Dir, Dir)>, HostError> {
    let gone = |path: &Path| broken(path, "it is gone");
    let mut from = Dir::open(main, main)?.ok_or_else(|| gone(main))?;
    let mut to = Dir::open(worktree, worktree)?.ok_or_else(|| gone(worktree))?;
    for part in path.iter().map(Path::new) {
        let Some(Kind::Folder { mode }) = from.kind(part)? else { return Ok(None) };
        let Some(below) = from.folder(part)? else { return Ok(None) };
        (from, to) = (below, to.folder_made(part, mode)?);
    }
    Ok(Some((from, to)))
}

/// How many bytes it cost.
fn copy(from: &Dir, to: &Dir, name: &Path) -> Result<u64, HostError> {
    match from.kind(name)? {
        Some(Kind::File { size }) => {
            let copied = from.copy(name, to)?;
            Ok(if copied == Copied::Written { size } else { 0 })
        }
        Some(Kind::Link) => to.make_link(name, &from.link_target(name)?).map(|_| 0),
        _ => Ok(0),
    }
}

/// Folders of a worktree, each looked up once.
struct Folders<'a> {
    worktree: &'a Path,
    known: BTreeMap<PathBuf, bool>,
}

enum There {
    Open(Dir),
    Missing,
    /// Something that is no folder is in its place.
    Blocked,
}

impl Folders<'_> {
    fn there(&mut self, path: &Path) -> Result<There, HostError> {
        if self.is_blocked(path)? {
            return Ok(There::Blocked);
        }
        let dir = Dir::open(self.worktree, &self.worktree.join(path))?;
        Ok(dir.map_or(There::Missing, There::Open))
    }

    /// Whether something on the way to `path` is no folder.
    fn is_blocked(&mut self, path: &Path) -> Result<bool, HostError> {
        if let Some(known) = self.known.get(path) {
            return Ok(*known);
        }
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(false);
        };
        let blocked = self.is_blocked(parent)? || {
            let dir = Dir::open(self.worktree, &self.worktree.join(parent))?;
            let kind = dir.map(|dir| dir.kind(name.as_ref())).transpose()?.flatten();
            !matches!(kind, None | Some(Kind::Folder { .. }))
        };
        self.known.insert(path.to_owned(), blocked);
        Ok(blocked)
    }
}
