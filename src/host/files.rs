//! Looking at and changing files without losing the difference of "absent" and "unknown", and
//! without leaving the rig.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

use super::error::HostError;

/// Larger than any file that we read as a whole.
const TEXT_MAX: u64 = 4 * 1024 * 1024;

/// Runs file work where it does not hold up the other tasks.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|stopped| Err(HostError::Internal(stopped.to_string())))
}

/// What is at `path`, links followed; `None` when certainly nothing is.
pub(super) fn look(path: &Path) -> Result<Option<Metadata>, HostError> {
    known(path, fs::metadata(path))
}

/// What is at `path` itself, be it a link.
pub(super) fn look_at_link(path: &Path) -> Result<Option<Metadata>, HostError> {
    known(path, fs::symlink_metadata(path))
}

/// Whether a folder is there.
pub(super) fn is_dir(path: &Path) -> Result<bool, HostError> {
    Ok(look(path)?.is_some_and(|found| found.is_dir()))
}

/// Whether a file is there.
pub(super) fn is_file(path: &Path) -> Result<bool, HostError> {
    Ok(look(path)?.is_some_and(|found| found.is_file()))
}

/// The text of a file; `None` when there is none.
pub(super) fn read_text(path: &Path) -> Result<Option<String>, HostError> {
    let Some(file) = known(path, fs::File::open(path))? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(TEXT_MAX + 1).read_to_end(&mut bytes).map_err(|source| unread(path, source))?;
    if bytes.len() as u64 > TEXT_MAX {
        return Err(broken(path, "it is too large"));
    }
    let text = String::from_utf8(bytes).map_err(|_| broken(path, "it is not UTF-8"))?;
    Ok(Some(text))
}

/// The path with all links resolved; `None` when there is nothing.
pub(super) fn real(path: &Path) -> Result<Option<PathBuf>, HostError> {
    known(path, fs::canonicalize(path))
}

/// Makes the folders from `anchor` down to `dir`, and says which are new, outermost first.
/// Refuses links on the way, and an anchor that is gone.
pub(super) fn make_inside(anchor: &Path, dir: &Path) -> Result<Vec<PathBuf>, HostError> {
    if !is_dir(anchor)? {
        return Err(HostError::RigGone { path: anchor.to_owned() });
    }
    let below = dir
        .strip_prefix(anchor)
        .map_err(|_| HostError::Outside { path: dir.to_owned(), target: anchor.to_owned() })?;
    let (mut at, mut made) = (anchor.to_owned(), Vec::new());
    for part in below.components() {
        let Component::Normal(part) = part else {
            return Err(HostError::Outside { path: dir.to_owned(), target: at });
        };
        at.push(part);
        if make_one(&at)? {
            made.push(at.clone());
        }
    }
    Ok(made)
}

/// What stands in a folder; nothing where there is none.
pub(super) fn entries(dir: &Path) -> Result<Vec<fs::DirEntry>, HostError> {
    match fs::read_dir(dir).and_then(Iterator::collect) {
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries.map_err(|source| unread(dir, source)),
    }
}

/// Makes one folder unless it is there; true when it is new.
fn make_one(dir: &Path) -> Result<bool, HostError> {
    match fs::create_dir(dir) {
        Ok(()) => return Ok(true),
        Err(source) if source.kind() == ErrorKind::AlreadyExists => {}
        Err(source) => return Err(unwritten(dir, source)),
    }
    match look_at_link(dir)? {
        Some(found) if found.is_symlink() => Err(HostError::Link { path: dir.to_owned() }),
        Some(found) if !found.is_dir() => {
            Err(unwritten(dir, io::Error::new(ErrorKind::NotADirectory, "it is no folder")))
        }
        _ => Ok(false),
    }
}

/// Replaces a file as a whole, readable by its owner only: a reader, or a crash at any moment,
/// finds the old text or the new one.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), HostError> {
    let dir = path.parent().unwrap_or(path);
    let write = || {
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        fs::File::open(dir)?.sync_all()
    };
    write().map_err(|source| unwritten(path, source))
}

fn known<T>(path: &Path, result: io::Result<T>) -> Result<Option<T>, HostError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(err) if matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(source) => Err(unread(path, source)),
    }
}

pub(super) fn unread(path: &Path, source: io::Error) -> HostError {
    HostError::Read { path: path.to_owned(), source }
}

pub(super) fn unwritten(path: &Path, source: io::Error) -> HostError {
    HostError::Write { path: path.to_owned(), source }
}

pub(super) fn broken(path: &Path, why: impl Into<String>) -> HostError {
    HostError::Broken { path: path.to_owned(), why: why.into() }
}
