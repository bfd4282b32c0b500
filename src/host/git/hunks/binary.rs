//! Binary files, staged and reverted as a whole: git applies a binary difference without content if
//! it has both versions and their full hashes (git's `apply_binary`).

use super::super::{Git, failed};
use super::{Patch, shown};
use crate::core::diff::{Change, FileDiff};
use crate::host::error::HostError;
use crate::host::git::command::format::path_from;

/// Begins a file's header.
const DIFF: &[u8] = b"diff --git ";
/// Begins the header line with both hashes.
const INDEX: &[u8] = b"index ";
/// Begins the line that calls them binary.
const DIFFER: &[u8] = b"Binary files ";

impl Git {
    /// The patch of `piece`, a file of this worktree that is not text.
    pub(super) async fn whole(&self, piece: &FileDiff) -> Result<Patch, HostError> {
        let told = BinaryHeader::of(&piece.head);
        // If git prints two parts, as for a file that became a link, it is not a version of one
        // file.
        let counts = [DIFF, DIFFER].map(|begin| lines(&piece.head, begin).count());
        if counts != [1, 1] {
            let message = format!("`{}` can only be staged or undone by hand", shown(piece));
            return Err(HostError::Refused(message));
        }
        let old = self.version(&told.old).await?;
        let new = match self.version(&told.new).await? {
            None if piece.change != Change::Deleted => {
                Some(self.keep_version(piece, &told.new).await?)
            }
            new => new,
        };
        let objects = old.iter().chain(&new).cloned().collect();
        Ok(Patch { text: told.header(&piece.head, old, new), objects, files: None })
    }

    /// The full hash of a version; `None` if there was none, or git does not have it.
    async fn version(&self, name: &str) -> Result<Option<String>, HostError> {
        if name.bytes().all(|byte| byte == b'0') {
            return Ok(None);
        }
        let object = format!("{name}^{{blob}}");
        let args = ["rev-parse", "--verify", "--quiet", &object];
        Ok(self.answer("looking for a version", &args).await?.map(|output| output.text()))
    }

    /// Stores the file in git, which may not have it yet; it must have the hash `name`.
    async fn keep_version(&self, piece: &FileDiff, name: &str) -> Result<String, HostError> {
        let program = self.program(&["hash-object", "-w", "--"]).arg(path_from(&piece.new));
        let kept = program.run().await.map_err(|source| failed("keeping a version", source))?;
        let kept = kept.text();
        if kept.starts_with(name) {
            return Ok(kept);
        }
        let message = format!("`{}` has changed meanwhile: look at it again", shown(piece));
        Err(HostError::Refused(message))
    }
}

/// What a header says about both versions: their abbreviated hashes, and their common mode.
#[derive(Debug, Default, PartialEq, Eq)]
struct BinaryHeader {
    old: String,
    new: String,
    mode: String,
}

impl BinaryHeader {
    /// From `index 1234567..89abcde 100644`; an untracked file has no such line.
    fn of(head: &[u8]) -> Self {
        let line = lines(head, INDEX).next();
        let line = line.and_then(|line| std::str::from_utf8(line).ok()).unwrap_or_default();
        let (names, mode) = line.split_once(' ').unwrap_or((line, ""));
        let (old, new) = names.split_once("..").unwrap_or_default();
        Self { old: old.to_owned(), new: new.to_owned(), mode: mode.to_owned() }
    }

    /// `head` with full hashes.
    fn header(&self, head: &[u8], old: Option<String>, new: Option<String>) -> Vec<u8> {
        let length = old.as_ref().or(new.as_ref()).map_or(40, String::len);
        let full = |name: Option<String>| name.unwrap_or_else(|| "0".repeat(length));
        let mode = if self.mode.is_empty() { String::new() } else { format!(" {}", self.mode) };
        let index = format!("index {}..{}{mode}\n", full(old), full(new)).into_bytes();
        let mut header = Vec::with_capacity(head.len() + index.len());
        for line in head.split_inclusive(|&byte| byte == b'\n') {
            if line.starts_with(DIFFER) {
                header.extend_from_slice(&index);
            }
            if !line.starts_with(INDEX) {
                header.extend_from_slice(line);
            }
        }
        header
    }
}

/// The rest of each line that begins with `begin`.
fn lines<'a>(head: &'a [u8], begin: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    head.split(|&byte| byte == b'\n').filter_map(move |line| line.strip_prefix(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_gets_full_names_and_keeps_the_rest() {
        let (old, new) = ("1".repeat(40), "2".repeat(40));
        for (head, names, expected) in [
            (
                "diff --git a/i b/i\nindex 1111..2222 100644\nBinary files a/i and b/i differ\n",
                (Some(&old), Some(&new)),
                format!(
                    "diff --git a/i b/i\nindex {old}..{new} 100644\nBinary files a/i and b/i differ\n"
                ),
            ),
            (
                "diff --git a/i b/i\nnew file mode 100644\nBinary files /dev/null and b/i differ\n",
                (None, Some(&new)),
                format!(
                    "diff --git a/i b/i\nnew file mode 100644\nindex {}..{new}\nBinary files /dev/null and b/i differ\n",
                    "0".repeat(40)
                ),
            ),
        ] {
            let told = BinaryHeader::of(head.as_bytes());
            let header = told.header(head.as_bytes(), names.0.cloned(), names.1.cloned());
            assert_eq!(String::from_utf8(header).unwrap(), expected);
        }
    }
}
