//! What a person has allowed to run, kept outside of all projects, and the files of a project that
//! are a part of what would run.

mod agreements;
mod store;

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use super::error::HostError;
use super::files::{blocking, broken, unread};
use crate::core::{
    Rig, RigKind,
    trust::{Content, hex},
};

pub use agreements::Agreements;
pub use store::{Grant, Store};

/// A file of a project that is larger is no part of an agent, in bytes.
const FILE_SIZE_LIMIT: u64 = 512 * 1024 * 1024;
/// The same of a file that a person is shown, in bytes.
const TEXT_SIZE_LIMIT: u64 = 4 * 1024 * 1024;
/// How much of it is shown, in bytes.
const SHOWN_SIZE: usize = 64 * 1024;

/// The files inside the project of `rig` that `words` name by absolute paths.
///
/// # Errors
/// One of them cannot be read.
pub async fn contents(rig: &Rig, words: Vec<String>) -> Result<Vec<Content>, HostError> {
    let roots = roots(rig);
    blocking(move || {
        let mut contents: Vec<Content> = Vec::new();
        for word in words {
            let path = PathBuf::from(word);
            if path.is_absolute()
                && is_inside(&roots, &path)
                && !contents.iter().any(|content| content.path == path)
            {
                contents.extend(hash_of(&path)?);
            }
        }
        Ok(contents)
    })
    .await
}

/// Whether one of `paths` leads into the project of `rig`, as it is written or in truth.
///
/// # Errors
/// Only where the looking stopped.
pub async fn any_inside(rig: &Rig, paths: Vec<PathBuf>) -> Result<bool, HostError> {
    let roots = roots(rig);
    blocking(move || Ok(paths.iter().any(|path| is_inside(&roots, path)))).await
}

/// The file `below` the folder `dir`, known by what is in it and not by where the folder is; none
/// where there is none.
///
/// # Errors
/// It cannot be read.
pub async fn content_below(dir: &Path, below: &Path) -> Result<Option<Content>, HostError> {
    let (path, below) = (dir.join(below), below.to_owned());
    let content = blocking(move || text_of(&path)).await?;
    Ok(content.map(|content| Content { path: below, ..content }))
}

/// The file at `path` with its text; none where there is none.
pub(super) fn text_of(path: &Path) -> Result<Option<Content>, HostError> {
    let Some(file) = open(path)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(TEXT_SIZE_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| unread(path, source))?;
    if bytes.len() as u64 > TEXT_SIZE_LIMIT {
        return Err(broken(path, "it is too large"));
    }
    let hash = hex(Sha256::new_with_prefix(&bytes));
    Ok(Some(Content { path: path.to_owned(), hash, text: Some(shown(&bytes)) }))
}

fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN_SIZE)]).into_owned();
    match bytes.len().saturating_sub(SHOWN_SIZE) {
        0 => text,
        more => format!("{text}\n… and {more} more bytes, which are not shown here"),
    }
}

fn hash_of(path: &Path) -> Result<Option<Content>, HostError> {
    let Some(mut file) = open(path)? else { return Ok(None) };
    let (mut hash, mut buffer, mut length) = (Sha256::new(), vec![0; 64 * 1024], 0);
    loop {
        let count = file.read(&mut buffer).map_err(|source| unread(path, source))?;
        if count == 0 {
            break;
        }
        length += count as u64;
        if length > FILE_SIZE_LIMIT {
            return Err(broken(path, "it is too large"));
        }
        hash.update(&buffer[..count]);
    }
    Ok(Some(Content { path: path.to_owned(), hash: hex(hash), text: None }))
}

/// The file to read; none where there is none, or a folder.
fn open(path: &Path) -> Result<Option<File>, HostError> {
    // A pipe would be waited for until somebody writes to it.
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = match File::options().read(true).custom_flags(flags).open(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        opened => opened.map_err(|source| unread(path, source))?,
    };
    let found = file.metadata().map_err(|source| unread(path, source))?;
    match found.is_file() {
        true => Ok(Some(file)),
        false if found.is_dir() => Ok(None),
        false => Err(broken(path, "it is not a file")),
    }
}

/// The folders that are the project's: its town, its own, and where its polecats are.
fn roots(rig: &Rig) -> Vec<PathBuf> {
    let town = match &rig.kind {
        RigKind::Town(town) => Some(town.root.clone()),
        RigKind::Repository { .. } | RigKind::Folder => None,
    };
    let lexical: Vec<_> = town.into_iter().chain([rig.path.clone(), rig.home.clone()]).collect();
    let real: Vec<_> = lexical.iter().filter_map(|root| fs::canonicalize(root).ok()).collect();
    lexical.into_iter().chain(real).collect()
}

/// Whether the path leads into one of them, as it is written or in truth.
fn is_inside(roots: &[PathBuf], path: &Path) -> bool {
    let real = fs::canonicalize(path).ok();
    let paths = [Some(path), real.as_deref()];
    paths.into_iter().flatten().any(|path| roots.iter().any(|root| path.starts_with(root)))
}
