//! What a polecat changed: the differences of files, as git prints them, and where each belongs.
//!
//! Crates that read unified diffs (diffy, unidiff) take them for text to be applied: they know no
//! conflicts, lose the bytes that `git apply` must be given again, or want UTF-8.

mod find;
mod lines;
mod parse;
mod quoted;

pub use find::{Found, Place, Side, find};
pub use lines::DiffLine;
pub use parse::parse;
pub use quoted::{whole as unquoted, written};

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A longer line is cut: an editor is slow with lines that no person reads.
const LONGEST: usize = 4_000;

/// All that was changed since some beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Since when, as a person reads it: `main (1a2b3c4)`.
    pub since: String,
    /// In the order in which work comes about; those that hold nothing are left out.
    pub sections: Vec<Section>,
}

/// The changes that have come equally far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// How far they have come.
    pub stage: Stage,
    /// How many commits they are in; 0 where they are in none.
    pub commits: usize,
    /// What they change.
    pub files: Vec<FileDiff>,
    /// What is not shown, and why.
    pub missing: Option<String>,
}

/// A part of a file's changes, as it was shown: it is found only while it says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartId {
    /// One hunk, by [`FileDiff::id`].
    Hunk(String),
    /// All of it, by [`Section::digests`].
    File(String),
}

/// How far a change has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// In a commit.
    Committed,
    /// In the index.
    Staged,
    /// In a file that git knows.
    Unstaged,
    /// In a file that git does not know.
    Untracked,
    /// Since the last review, wherever it is.
    Reviewed,
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
        }
    }

    /// The stage of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Committed, Self::Staged, Self::Unstaged, Self::Untracked, Self::Reviewed];
        all.into_iter().find(|stage| stage.as_str() == name)
    }
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiff {
    /// What kind of change it is.
    pub change: Change,
    /// Its path before, from the top of the worktree; empty where it was not there.
    pub old: Vec<u8>,
    /// Its path after; empty where it is gone.
    pub new: Vec<u8>,
    /// Its content is no text, so that there are no hunks.
    pub binary: bool,
    /// All that stands above the first hunk, to the byte.
    pub head: Vec<u8>,
    /// The stretches that differ, in order.
    pub hunks: Vec<Hunk>,
}

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The file is new.
    Added,
    /// The file is gone.
    Deleted,
    /// Its content or its mode is another one.
    Modified,
    /// It has another path, and perhaps another content.
    Renamed,
    /// It was made from another file, which is still there.
    Copied,
    /// A merge has left it in conflict.
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

/// A stretch of lines that differ, with some around them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hunk {
    /// Its first line before, from 1; and how many lines it has there.
    pub old: (usize, usize),
    /// The same after.
    pub new: (usize, usize),
    /// The line that begins with `@@`, and all below it, to the byte.
    pub text: Vec<u8>,
}

impl FileDiff {
    /// The path a person knows it by: the one it has now, else the last it had.
    #[must_use]
    pub fn path(&self) -> &[u8] {
        if self.new.is_empty() { &self.old } else { &self.new }
    }

    /// How many lines were added and how many removed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let starts = |mark: u8| {
            let hunks = self.hunks.iter().filter(|hunk| hunk.parents() == 1);
            hunks.flat_map(Hunk::rows).filter(|row| row.first() == Some(&mark)).count()
        };
        (starts(b'+'), starts(b'-'))
    }

    /// What tells this hunk from all others, also from what it becomes when it changes.
    #[must_use]
    pub fn id(&self, hunk: &Hunk) -> String {
        let mut hasher = DefaultHasher::new();
        (&self.old, &self.new, &hunk.text).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    /// Itself with the hunk `id` only.
    fn with(&self, id: &str) -> Option<Self> {
        let hunks = self.hunks.iter().filter(|hunk| self.id(hunk) == id);
        let hunks: Vec<_> = hunks.cloned().collect();
        (!hunks.is_empty()).then(|| Self { hunks, ..self.clone() })
    }

    /// Itself and what git tells of the same file behind it.
    fn joined(&self, other: &Self) -> Self {
        let head = [self.patch(&self.hunks), other.patch(&other.hunks)].concat();
        let (old, new) = (self.path().to_vec(), other.path().to_vec());
        let (change, binary) = (Change::Modified, self.binary || other.binary);
        Self { change, old, new, binary, head, hunks: Vec::new() }
    }

    /// Itself as `git apply` reads it, with the `hunks` only.
    #[must_use]
    pub fn patch<'a>(&self, hunks: impl IntoIterator<Item = &'a Hunk>) -> Vec<u8> {
        let mut patch = self.head.clone();
        hunks.into_iter().for_each(|hunk| patch.extend_from_slice(&hunk.text));
        patch
    }
}

impl Hunk {
    /// Its lines below the heading, without their line ends.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        lines(&self.text).skip(1)
    }

    /// How many versions it was made from: more than one in a conflict.
    #[must_use]
    pub fn parents(&self) -> usize {
        self.text.iter().take_while(|byte| **byte == b'@').count().saturating_sub(1)
    }
}

impl Section {
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

impl Changes {
    /// The part `id` of the file at `path` in `stage`, if it is still as it was shown.
    #[must_use]
    pub fn part(&self, stage: Stage, path: &[u8], id: &PartId) -> Option<FileDiff> {
        match id {
            PartId::Hunk(id) => self.piece(stage, path, Some(id)),
            PartId::File(id) => {
                let section = self.sections.iter().find(|section| section.stage == stage)?;
                let same = section.digests().get(path) == Some(id);
                if same { self.piece(stage, path, None) } else { None }
            }
        }
    }

    /// The file at `path` in `stage`, with the hunk `id` only, or with all of them.
    ///
    /// git tells some files in two: one that became a link is deleted and added, and in front of
    /// a conflict stands that it is one. All of such a file is one piece, without hunks.
    #[must_use]
    pub fn piece(&self, stage: Stage, path: &[u8], id: Option<&str>) -> Option<FileDiff> {
        let section = self.sections.iter().find(|section| section.stage == stage)?;
        let files = || section.files.iter().filter(|file| file.path() == path);
        let piece = if let Some(id) = id {
            files().find_map(|file| file.with(id))?
        } else {
            let first = files().next()?.clone();
            files().skip(1).fold(first, |all, file| all.joined(file))
        };
        let in_conflict = files().any(|file| file.change == Change::Unmerged);
        let change = if in_conflict { Change::Unmerged } else { piece.change };
        Some(FileDiff { change, ..piece })
    }
}

/// A line of a difference as a person is shown it: its text, and of what is cut, how much that is.
#[must_use]
pub fn shown(line: &[u8]) -> (Cow<'_, str>, Option<String>) {
    if line.len() <= LONGEST {
        return (String::from_utf8_lossy(line), None);
    }
    // Not in the middle of a character: its last byte would be shown as another one.
    let begins = |at: &usize| line[*at] & 0xc0 != 0x80;
    let end = (LONGEST - 3..=LONGEST).rev().find(begins).unwrap_or(LONGEST);
    let more = format!(" ┄┄ {} more bytes", line.len() - end);
    (String::from_utf8_lossy(&line[..end]), Some(more))
}

/// The lines of `text`, without their ends.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}
