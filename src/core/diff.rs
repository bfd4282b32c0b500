//! A polecat's changes: file diffs as git prints them, and the stage of each.
//!
//! Crates for unified diffs (diffy, unidiff) are made for applying text: they do not know conflicts, lose
//! bytes that `git apply` needs, or require UTF-8.

mod apply;
mod find;
mod fit;
mod hunk_bytes;
mod lines;
mod parse;
mod piece;
mod quoted;
mod words;

pub use apply::apply;
pub use find::{CommentPosition, CommentedLines, Side, find};
pub use fit::{Direction, HunkFit, fit, plain};
pub use lines::DiffLine;
pub use parse::parse;
pub use piece::{DiffPart, PartId};
pub use quoted::{whole as unquoted, written};
pub use words::{ChangedWords, changed_words};

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

/// Longer lines are cut: they make an editor slow, and nobody reads them.
const LINE_LIMIT: usize = 4_000;

/// All changes since some base.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// The base, for display: `main (1a2b3c4)`.
    pub since: String,
    /// From committed to untracked; empty sections are left out.
    pub sections: Vec<Section>,
}

/// The changes of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The stage.
    pub stage: Stage,
    /// The number of commits they are in; 0 if not committed.
    pub commits: usize,
    /// The changed files.
    pub files: Vec<FileDiff>,
    /// What is left out, and why.
    pub missing: Option<String>,
}

/// The stage of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// Committed.
    Committed,
    /// Staged.
    Staged,
    /// Unstaged, in a tracked file.
    Unstaged,
    /// In an untracked file.
    Untracked,
    /// Since the last review, in any stage.
    Reviewed,
    /// From another polecat's work, in any stage.
    Compared,
}

impl Stage {
    /// The name on the wire and in headings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Staged => "staged",
            Self::Unstaged => "unstaged",
            Self::Untracked => "untracked",
            Self::Reviewed => "reviewed",
            Self::Compared => "compared",
        }
    }

    /// The stage of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let uncommitted = [Self::Staged, Self::Unstaged, Self::Untracked];
        let all = [Self::Committed, Self::Reviewed, Self::Compared].into_iter().chain(uncommitted);
        all.into_iter().find(|stage| stage.as_str() == name)
    }
}

/// The change of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDiff {
    /// The kind of change.
    pub change: Change,
    /// Its old path, relative to the worktree; empty if it is new.
    #[serde(with = "serde_bytes")]
    pub old: Vec<u8>,
    /// Its new path; empty if it was deleted.
    #[serde(with = "serde_bytes")]
    pub new: Vec<u8>,
    /// Whether it is binary, and so has no hunks.
    pub binary: bool,
    /// Everything above the first hunk, byte for byte.
    #[serde(with = "serde_bytes")]
    pub head: Vec<u8>,
    /// The hunks, in order.
    #[serde(with = "hunk_bytes")]
    pub hunks: Vec<Hunk>,
}

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The file is new.
    Added,
    /// The file was deleted.
    Deleted,
    /// Its content or mode changed.
    Modified,
    /// It was renamed, and perhaps changed.
    Renamed,
    /// It was copied from another file.
    Copied,
    /// It has merge conflicts.
    Unmerged,
}

impl Change {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Deleted => "deleted",
            Self::Modified => "modified",
            Self::Renamed => "renamed",
            Self::Copied => "copied",
            Self::Unmerged => "unmerged",
        }
    }
}

/// A run of changed lines, with context.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hunk {
    /// Its first old line, from 1, and the number of old lines.
    pub old: (usize, usize),
    /// The same for new lines.
    pub new: (usize, usize),
    /// The `@@` line and everything below it, byte for byte.
    pub text: Vec<u8>,
}

impl FileDiff {
    /// The path to display: the new one, or the old one if it was deleted.
    #[must_use]
    pub fn path(&self) -> &[u8] {
        if self.new.is_empty() { &self.old } else { &self.new }
    }

    /// The numbers of added and removed lines.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let starts = |mark: u8| {
            let hunks = self.hunks.iter().filter(|hunk| hunk.parents() == 1);
            hunks.flat_map(Hunk::rows).filter(|row| row.first() == Some(&mark)).count()
        };
        (starts(b'+'), starts(b'-'))
    }

    /// An id that distinguishes this hunk from all others, also from itself after a change.
    #[must_use]
    pub fn id(&self, hunk: &Hunk) -> String {
        let mut hasher = DefaultHasher::new();
        (&self.old, &self.new, &hunk.text).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// The diff as `git apply` reads it, with these `hunks` only.
    #[must_use]
    pub fn patch<'a>(&self, hunks: impl IntoIterator<Item = &'a Hunk>) -> Vec<u8> {
        let mut patch = self.head.clone();
        hunks.into_iter().for_each(|hunk| patch.extend_from_slice(&hunk.text));
        patch
    }
}

impl Hunk {
    /// Its lines below the heading, without line ends.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        lines(&self.text).skip(1)
    }

    /// The number of old versions: more than one in a conflict.
    #[must_use]
    pub fn parents(&self) -> usize {
        self.text.iter().take_while(|byte| **byte == b'@').count().saturating_sub(1)
    }
}

impl Section {
    /// About how many bytes it has.
    #[must_use]
    pub fn size(&self) -> usize {
        let of = |file: &FileDiff| {
            let hunks = file.hunks.iter().map(|hunk| hunk.text.len());
            file.old.len() + file.new.len() + file.head.len() + hunks.sum::<usize>() + 100
        };
        self.files.iter().map(of).sum()
    }

    /// What tells all that changed at each path from what it becomes when any of it changes.
    #[must_use]
    pub fn digests(&self) -> HashMap<&[u8], String> {
        let mut hashers: HashMap<&[u8], DefaultHasher> = HashMap::new();
        for file in &self.files {
            let hasher = hashers.entry(file.path()).or_default();
            (&file.old, &file.new, &file.head, &file.hunks).hash(hasher);
        }
        let digest = |hasher: DefaultHasher| format!("{:016x}", hasher.finish());
        hashers.into_iter().map(|(path, hasher)| (path, digest(hasher))).collect()
    }
}

/// A line of a diff for display: its text, and how much was cut.
#[must_use]
pub fn shown(line: &[u8]) -> (Cow<'_, str>, Option<String>) {
    if line.len() <= LINE_LIMIT {
        return (String::from_utf8_lossy(line), None);
    }
    // Not in the middle of a character.
    let begins = |at: &usize| line[*at] & 0xc0 != 0x80;
    let end = (LINE_LIMIT - 3..=LINE_LIMIT).rev().find(begins).unwrap_or(LINE_LIMIT);
    let more = format!(" ┄┄ {} more bytes", line.len() - end);
    (String::from_utf8_lossy(&line[..end]), Some(more))
}

/// The lines of `text`, without their ends.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}
