//! A piece of what was changed in a file: all of it, hunks, or single lines of hunks; and the patch
//! of it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{
    Change, Changes, Direction, FileDiff, Hunk, HunkFit, Stage, fit, lines, plain, written,
};

/// A part of a file's changes, as it was shown: it is found only while it says the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartId {
    /// All of it, by [`Section::digests`](super::Section::digests).
    File(String),
    /// Some rows of hunks: each hunk by [`FileDiff::id`], its rows counted from 0 below its heading.
    Rows(Vec<(String, Range<usize>)>),
}

/// A piece of what was changed in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffPart {
    /// The file, with the hunks that any of it is in.
    pub file: FileDiff,
    /// Of each hunk, the rows that belong to it, counted from 0 below its heading; `None` when it
    /// is the file as a whole, with its name and its mode.
    pub rows: Option<Vec<Range<usize>>>,
}

impl Changes {
    /// The part `id` of the file at `path` in `stage`, if it is still as it was shown.
    #[must_use]
    pub fn part(&self, stage: Stage, path: &[u8], id: &PartId) -> Option<DiffPart> {
        match id {
            PartId::Rows(rows) => self.rows(stage, path, rows),
            PartId::File(id) => {
                let section = self.sections.iter().find(|section| section.stage == stage)?;
                let same = section.digests().get(path) == Some(id);
                if same { self.piece(stage, path) } else { None }
            }
        }
    }

    /// The whole file at `path` in `stage`.
    ///
    /// git prints two diffs for some files: one that became a link is deleted and added, and a
    /// conflict is preceded by a note. Such a file is one piece, without hunks.
    #[must_use]
    pub fn piece(&self, stage: Stage, path: &[u8]) -> Option<DiffPart> {
        let mut files = self.files(stage, path);
        let first = files.next()?.clone();
        let file = files.fold(first, |all, file| all.joined(file));
        Some(self.settled(stage, path, file, None))
    }

    fn rows(&self, stage: Stage, path: &[u8], rows: &[(String, Range<usize>)]) -> Option<DiffPart> {
        let (hunk, _) = rows.first()?;
        let of = |file: &&FileDiff| file.hunks.iter().any(|one| file.id(one) == *hunk);
        let file = self.files(stage, path).find(of)?;
        let found = |(id, _): &(String, _)| file.hunks.iter().find(|hunk| file.id(hunk) == *id);
        let hunks = rows.iter().map(|row| found(row).cloned()).collect::<Option<Vec<_>>>()?;
        let rows = rows.iter().map(|(_, rows)| rows.clone()).collect();
        let file = FileDiff { hunks, ..file.clone() };
        Some(self.settled(stage, path, file, Some(rows)))
    }

    fn files<'a>(&'a self, stage: Stage, path: &'a [u8]) -> impl Iterator<Item = &'a FileDiff> {
        let section = self.sections.iter().find(move |section| section.stage == stage);
        let files = section.into_iter().flat_map(|section| &section.files);
        files.filter(move |file| file.path() == path)
    }

    fn settled(
        &self,
        stage: Stage,
        path: &[u8],
        file: FileDiff,
        rows: Option<Vec<Range<usize>>>,
    ) -> DiffPart {
        let in_conflict = self.files(stage, path).any(|file| file.change == Change::Unmerged);
        let change = if in_conflict { Change::Unmerged } else { file.change };
        DiffPart { file: FileDiff { change, ..file }, rows }
    }
}

impl FileDiff {
    /// This diff together with another one of the same file that follows it.
    fn joined(&self, other: &Self) -> Self {
        let head = [self.patch(&self.hunks), other.patch(&other.hunks)].concat();
        let (old, new) = (self.path().to_vec(), other.path().to_vec());
        let (change, binary) = (Change::Modified, self.binary || other.binary);
        Self { change, old, new, binary, head, hunks: Vec::new() }
    }
}

impl DiffPart {
    /// Whether some rows are meant, not the file as a whole.
    #[must_use]
    pub fn is_part(&self) -> bool {
        self.rows.is_some()
    }

    /// What `git apply` reads to make it where nothing of it is made yet, or in reverse to take it
    /// back where all of it is. `name`: the file's name there.
    #[must_use]
    pub fn patch(&self, way: Direction, name: &[u8]) -> Vec<u8> {
        let Some(rows) = &self.rows else { return self.file.patch(&self.file.hunks) };
        let hunks = plain(&self.file.hunks, rows, way);
        let there = match way {
            Direction::Do => self.file.change != Change::Added,
            Direction::Undo => self.file.change != Change::Deleted,
        };
        self.with(way, name, there, &hunks)
    }

    /// The same for the file `name` as it is now, where some lines may be done already. `None` when
    /// that cannot be told, and an empty patch when there is nothing left to do.
    #[must_use]
    pub fn patch_for(&self, way: Direction, name: &[u8], text: &[u8]) -> Option<Vec<u8>> {
        let FileDiff { change, hunks, head, .. } = &self.file;
        let renames = matches!(change, Change::Renamed | Change::Copied | Change::Unmerged);
        if hunks.is_empty() || (renames && !self.is_part()) {
            return None;
        }
        let whole = || hunks.iter().map(|hunk| 0..hunk.text.len()).collect();
        let rows = self.rows.clone().unwrap_or_else(whole);
        match fit(hunks, &rows, way, text) {
            HunkFit::Nowhere => None,
            HunkFit::Hunks(left) if self.is_part() || *change != Change::Modified => {
                Some(self.with(way, name, true, &left))
            }
            HunkFit::Hunks(left) => Some(self.file.patch(&left)),
            // Its mode may still be another one.
            HunkFit::Done
                if !self.is_part() && lines(head).any(|line| line.starts_with(b"old mode ")) =>
            {
                None
            }
            HunkFit::Done => Some(Vec::new()),
        }
    }

    /// The patch of `hunks`, for a file that is `there` or not.
    fn with(&self, way: Direction, name: &[u8], there: bool, hunks: &[Hunk]) -> Vec<u8> {
        if hunks.is_empty() {
            return Vec::new();
        }
        let after = |hunk: &Hunk| if way == Direction::Do { hunk.new.1 } else { hunk.old.1 };
        let (begins, ends) = match way {
            Direction::Do => (Change::Added, Change::Deleted),
            Direction::Undo => (Change::Deleted, Change::Added),
        };
        let change = self.file.change;
        let is_whole = (change == begins && !there)
            || (change == ends && hunks.iter().all(|hunk| after(hunk) == 0));
        if is_whole {
            return self.file.patch(hunks);
        }
        let (a, b) = (written("a/", name), written("b/", name));
        let head = [b"diff --git ", &a[..], b" ", &b, b"\n--- ", &a, b"\n+++ ", &b, b"\n"].concat();
        FileDiff { head, ..self.file.clone() }.patch(hunks)
    }
}
