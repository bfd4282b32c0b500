//! Untracked files, in the form in which `git diff` shows new files.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use crate::core::diff::{Change, FileDiff, Hunk, written};

/// Larger files are only named, in bytes.
const FILE_SIZE_LIMIT: u64 = 2 * 1024 * 1024;
/// At most this many bytes are read in total.
const TOTAL_SIZE_LIMIT: usize = 16 * 1024 * 1024;
/// At most this many files are read: with more, somebody forgot to ignore a folder.
const FILES_LIMIT: usize = 2_000;
/// git treats a file as binary if there is a NUL in this many first bytes (git's
/// `buffer_is_binary`).
const BINARY_CHECK_SIZE: usize = 8_000;

/// The files `listed` by `git ls-files -z`, and a note about what is not shown.
pub(in crate::host::git) fn read(top: &Path, listed: &[u8]) -> (Vec<FileDiff>, Option<String>) {
    let paths = listed.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    let count = paths.clone().count();
    let (mut files, mut size) = (Vec::new(), 0);
    for (index, path) in paths.enumerate() {
        if index == FILES_LIMIT || size > TOTAL_SIZE_LIMIT {
            let rest = count - index;
            return (files, Some(format!("{rest} more files, too many to be shown")));
        }
        // A file that is gone by now is skipped.
        let Some(file) = read_one(top, path) else { continue };
        size += file.hunks.iter().map(|hunk| hunk.text.len()).sum::<usize>();
        files.push(file);
    }
    (files, None)
}

fn read_one(top: &Path, path: &[u8]) -> Option<FileDiff> {
    if let Some(folder) = path.strip_suffix(b"/") {
        return Some(named(folder, "a separate repository"));
    }
    let full = top.join(OsStr::from_bytes(path));
    let found = fs::symlink_metadata(&full).ok()?;
    let content = if found.is_symlink() {
        fs::read_link(&full).map(|target| target.into_os_string().into_encoded_bytes())
    } else if !found.is_file() {
        return Some(named(path, "neither a file nor a link"));
    } else if found.len() > FILE_SIZE_LIMIT {
        return Some(named(path, &format!("{} bytes, too large to be shown", found.len())));
    } else {
        content(&full)
    };
    Some(match content {
        Ok(content) => diff(path, mode(&found), &content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => named(path, &error.to_string()),
    })
}

/// The content of a file, even if it has just become a link, a pipe or larger.
fn content(path: &Path) -> io::Result<Vec<u8>> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    let mut content = Vec::new();
    file.take(FILE_SIZE_LIMIT).read_to_end(&mut content)?;
    Ok(content)
}

pub(in crate::host::git) fn mode(found: &Metadata) -> &'static str {
    match found.permissions().mode() {
        _ if found.is_symlink() => "120000",
        mode if mode & 0o100 != 0 => "100755",
        _ => "100644",
    }
}

pub(in crate::host::git) fn diff(path: &[u8], mode: &str, content: &[u8]) -> FileDiff {
    let binary = content[..content.len().min(BINARY_CHECK_SIZE)].contains(&0);
    let (a, b) = (written("a/", path), written("b/", path));
    let mut head = [b"diff --git ", &a[..], b" ", &b, b"\nnew file mode "].concat();
    head.extend_from_slice(mode.as_bytes());
    head.push(b'\n');
    let mut hunks = Vec::new();
    if binary {
        head.extend([b"Binary files /dev/null and ", &b[..], b" differ\n"].concat());
    } else if !content.is_empty() {
        // As git does: GNU patch accepts a name with a blank only if a tab follows.
        let end = if path.contains(&b' ') { &b"\t\n"[..] } else { b"\n" };
        head.extend([b"--- /dev/null\n+++ ", &b[..], end].concat());
        hunks.push(hunk(content));
    }
    let change = Change::Added;
    FileDiff { change, old: Vec::new(), new: path.to_vec(), binary, head, hunks }
}

fn hunk(content: &[u8]) -> Hunk {
    let lines = content.split_inclusive(|byte| *byte == b'\n');
    let count = lines.clone().count();
    let range = if count == 1 { "1".to_owned() } else { format!("1,{count}") };
    let mut text = format!("@@ -0,0 +{range} @@\n").into_bytes();
    for line in lines {
        text.push(b'+');
        text.extend_from_slice(line);
    }
    if !content.ends_with(b"\n") {
        text.extend_from_slice(b"\n\\ No newline at end of file\n");
    }
    Hunk { old: (0, 0), new: (1, count), text }
}

/// A file shown by its name only, and why.
fn named(path: &[u8], why: &str) -> FileDiff {
    let (a, b) = (written("a/", path), written("b/", path));
    let head = [b"diff --git ", &a[..], b" ", &b, b"\nnew file: ", why.as_bytes(), b"\n"].concat();
    let (change, new) = (Change::Added, path.to_vec());
    FileDiff { change, old: Vec::new(), new, binary: true, head, hunks: Vec::new() }
}
