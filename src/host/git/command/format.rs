//! Paths and lists as git prints them, and as a person reads them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// How many of a kind are named.
const NAMED_LIMIT: usize = 5;

/// A path of any bytes.
pub(in crate::host::git) fn path_from(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// A path in a message of one line.
pub(in crate::host::git) fn display_path(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// Text of others in a message of one line.
pub(in crate::host::git) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// The first few, and how many more there are.
pub(in crate::host::git) fn list_first<T>(all: &[T], show: impl Fn(&T) -> String) -> String {
    let named: Vec<String> = all.iter().take(NAMED_LIMIT).map(show).collect();
    let more = all.len().saturating_sub(NAMED_LIMIT);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    named.join(", ") + &more
}

/// `1 file is`, `2 files are`.
pub(in crate::host::git) fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one} is") } else { format!("{number} {one}s are") }
}
