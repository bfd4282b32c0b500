//! Looking at and changing files without losing the difference of "absent" and "unknown", and
//! without leaving the rig.

pub(super) mod dir;
pub(super) mod state;

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::error::HostError;
pub(super) use super::error::{broken, unread, unwritten};
use dir::{Dir, open_file, text};

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

/// The text of a file, links followed; `None` when there is none. For what is ours see [`Dir`].
pub(super) fn read_text(path: &Path) -> Result<Option<String>, HostError> {
    open_file(path)?.map(|file| text(file, path)).transpose()
}

/// The path with all links resolved; `None` when there is nothing.
pub(super) fn real(path: &Path) -> Result<Option<PathBuf>, HostError> {
    known(path, fs::canonicalize(path))
}

/// Makes the folders from `anchor` down to `dir`, and says which are new, outermost first.
/// Refuses links on the way, and an anchor that is gone.
pub(super) fn make_inside(anchor: &Path, dir: &Path) -> Result<Vec<PathBuf>, HostError> {
    Dir::make(anchor, dir).map(|(_, made)| made)
}

/// What stands in a folder; nothing where there is none.
pub(super) fn entries(dir: &Path) -> Result<Vec<fs::DirEntry>, HostError> {
    match fs::read_dir(dir).and_then(Iterator::collect) {
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries.map_err(|source| unread(dir, source)),
    }
}

/// Replaces a file of git's own as a whole.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), HostError> {
    let gone = || unwritten(path, ErrorKind::NotFound.into());
    let (dir, name) =
        path.parent().zip(path.file_name().and_then(|name| name.to_str())).ok_or_else(gone)?;
    Dir::open(dir, dir)?.ok_or_else(gone)?.replace(name, text)
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
