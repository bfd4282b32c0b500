//! Our small JSON files in the user's state folder: objects, of which keys that a later version has
//! written stay.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use serde_json::{Map, Value};

use super::{broken, is_file, look, read_text, replace, unwritten};
use crate::host::error::HostError;

/// Makes the folder of such a file, which only the user may enter.
pub(in crate::host) fn make(folder: &Path) -> Result<(), HostError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| unwritten(folder, source))
}

/// Its keys; none where there is no file.
pub(in crate::host) fn read(path: &Path) -> Result<Map<String, Value>, HostError> {
    if look(path)?.is_some() && !is_file(path)? {
        return Err(broken(path, "it is not a file"));
    }
    let Some(text) = read_text(path)? else { return Ok(Map::new()) };
    serde_json::from_str(&text).map_err(|error| broken(path, error.to_string()))
}

/// Writes it as a whole, as what this version calls `format`.
pub(in crate::host) fn write(
    path: &Path,
    mut keys: Map<String, Value>,
    format: u64,
) -> Result<(), HostError> {
    keys.insert("format".to_owned(), format.into());
    let text = serde_json::to_string_pretty(&keys);
    let text = text.map_err(|error| HostError::Internal(error.to_string()))?;
    replace(path, &(text + "\n"))
}

/// Refuses a file that a newer version than `format` wrote: it is only read.
pub(in crate::host) fn check_format(
    path: &Path,
    keys: &Map<String, Value>,
    format: u64,
) -> Result<(), HostError> {
    match keys.get("format").map(|found| found.as_u64().ok_or(found)) {
        Some(Ok(found)) if found > format => {
            let why = format!("a newer version wrote it (format {found}); it is only read");
            Err(HostError::Newer { path: path.to_owned(), why })
        }
        Some(Err(found)) => Err(broken(path, format!("`format`: `{found}`, expected a number"))),
        _ => Ok(()),
    }
}
