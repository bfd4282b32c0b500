//! What of a diff a key is about: the file or the hunk on a row, or the changed lines of a selection.

use std::{
    collections::HashSet,
    ops::{Range, RangeInclusive},
};

use super::changes::{FileRow, HunkRow, Picture, TreeRow, several};
use super::marks::Spot;
use crate::core::diff::{Changes, PartId};

/// Parts of what was changed, and what the user calls them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection<'a> {
    /// The parts, in order, with their files.
    pub parts: Vec<(&'a FileRow, PartId)>,
    /// ``the hunk -1,2 +1,3 of `a` ``
    pub name: String,
    /// Whether the name is of several things.
    pub several: bool,
}

impl Picture {
    /// All that a row stands for: the hunk, or in the head of a file all of the file.
    #[must_use]
    pub fn whole<'a>(&self, spot: Spot<'a>) -> Selection<'a> {
        let path = String::from_utf8_lossy(&spot.file.path);
        let (id, name) = match spot.hunk {
            None => (PartId::File(spot.file.digest.clone()), format!("all of `{path}`")),
            Some(hunk) => {
                let HunkRow { old, new, rows, .. } = hunk;
                let of = format!("-{},{} +{},{}", old.0, old.1, new.0, new.1);
                let rows = vec![(hunk.id.clone(), 0..rows.1 - 1)];
                (PartId::Rows(rows), format!("the hunk {of} of `{path}`"))
            }
        };
        Selection { parts: vec![(spot.file, id)], name, several: false }
    }

    /// What the rows of the tree from one to another stand for: one row for a file with all of its
    /// stages, or for all files of its folder; several for the files among them. `None` where they
    /// are not all in the tree.
    #[must_use]
    pub fn in_tree(&self, rows: &RangeInclusive<usize>) -> Option<Selection<'_>> {
        let is_in = |row: usize| self.tree.iter().any(|of| of.row == row);
        if !is_in(*rows.start()) || !is_in(*rows.end()) {
            return None;
        }
        let of: Vec<_> = self.tree.iter().filter(|of| rows.contains(&of.row)).collect();
        let alone = of.len() == 1;
        let of: Vec<_> = of.into_iter().filter(|of| alone || !of.folder).collect();
        let mut parts: Vec<(&FileRow, PartId)> = Vec::new();
        for file in of.iter().flat_map(|of| &of.files).filter_map(|index| self.files.get(*index)) {
            let part = (file, PartId::File(file.digest.clone()));
            // git tells some files in two.
            if !parts.iter().any(|(of, id)| of.id == file.id && *id == part.1) {
                parts.push(part);
            }
        }
        let path = |of: &TreeRow| String::from_utf8_lossy(&of.path).into_owned();
        let paths: HashSet<_> = parts.iter().map(|(file, _)| &file.path).collect();
        let files = several(paths.len(), "file");
        let name = match &of[..] {
            [one] if one.folder => format!("all of `{}` ({files})", path(one)),
            [one] => format!("all of `{}`", path(one)),
            _ => files,
        };
        Some(Selection { several: of.len() != 1, parts, name })
    }

    /// The changed lines in `rows`; of a file that is all in there, the file. In a heading alone it
    /// is what that stands for. `None` where nothing of it was changed.
    #[must_use]
    pub fn selected(
        &self,
        changes: &Changes,
        rows: &RangeInclusive<usize>,
    ) -> Option<Selection<'_>> {
        if let Some(spot) = self.heading(rows) {
            return Some(self.whole(spot));
        }
        let mut parts: Vec<(&FileRow, PartId)> = Vec::new();
        let mut count = 0;
        for (index, file) in self.files.iter().enumerate() {
            let Some((id, lines)) = self.of_file(changes, (index, file), rows) else { continue };
            // git tells some files in two.
            if parts.last().is_some_and(|(of, last)| of.path == file.path && *last == id) {
                continue;
            }
            count += lines;
            parts.push((file, id));
        }
        let (first, _) = parts.first()?;
        let lines = several(count, "line");
        let path = String::from_utf8_lossy(&first.path);
        let name = match &parts[..] {
            [(_, PartId::File(_))] => format!("all of `{path}`"),
            [_] => format!("{lines} of `{path}`"),
            _ => format!("{lines} of {} files", parts.len()),
        };
        let several = count != 1 && !name.starts_with("all");
        Some(Selection { parts, name, several })
    }

    /// The heading that all of `rows` are in: the head of a file, or the first row of a hunk.
    fn heading(&self, rows: &RangeInclusive<usize>) -> Option<Spot<'_>> {
        let spot = self.at(*rows.start())?;
        let last = self.at(*rows.end())?;
        let same = last.file == spot.file && last.hunk == spot.hunk;
        let is_heading = spot.hunk.is_none_or(|hunk| hunk.rows.0 == *rows.end());
        (same && is_heading).then_some(spot)
    }

    /// What of a file is in `rows`, and how many changed lines that are.
    fn of_file(
        &self,
        changes: &Changes,
        (index, file): (usize, &FileRow),
        rows: &RangeInclusive<usize>,
    ) -> Option<(PartId, usize)> {
        let (first, all) = file.rows;
        if *rows.start() <= first && first + all <= rows.end() + 1 {
            return Some((PartId::File(file.digest.clone()), file.counts.0 + file.counts.1));
        }
        let hunks = self.hunks.iter().filter(|hunk| hunk.file == index);
        let mut lines = 0;
        let mut chosen = Vec::new();
        for hunk in hunks {
            let of_hunk = Self::lines_in(hunk, rows);
            let count = self.changed(changes, hunk, &of_hunk);
            if count > 0 {
                chosen.push((hunk.id.clone(), of_hunk));
            }
            lines += count;
        }
        (!chosen.is_empty()).then_some((PartId::Rows(chosen), lines))
    }

    /// How many of the rows were changed.
    fn changed(&self, changes: &Changes, hunk: &HunkRow, rows: &Range<usize>) -> usize {
        let Some(hunk) = self.hunk(changes, hunk) else { return 0 };
        let chosen = hunk.rows().skip(rows.start).take(rows.len());
        chosen.filter(|row| matches!(row.first(), Some(b'+' | b'-'))).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::diff::{Section, Stage, parse};
    use crate::view::changes;

    const DIFF: &str = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-x\n+b\n+c\n@@ -9 +10 @@\n-b\n+c\ndiff --git a/g b/g\n--- a/g\n+++ b/g\n@@ -1 +1,2 @@\n a\n+b\n";

    fn drawn() -> (Changes, Picture) {
        let files = parse(DIFF.as_bytes());
        let section = Section { stage: Stage::Unstaged, commits: 0, files, missing: None };
        let changes = Changes { since: "main".to_owned(), sections: vec![section] };
        let picture = changes_of(&changes);
        (changes, picture)
    }

    fn changes_of(all: &Changes) -> Picture {
        changes("ash", all)
    }

    /// The name of what is selected, and the rows of each part; none of a whole file.
    fn told(rows: RangeInclusive<usize>) -> Option<(String, Vec<Vec<Range<usize>>>)> {
        let (changes, picture) = drawn();
        let selection = picture.selected(&changes, &rows)?;
        let rows = |id: &PartId| match id {
            PartId::File(_) => Vec::new(),
            PartId::Rows(rows) => rows.iter().map(|(_, rows)| rows.clone()).collect(),
        };
        let parts = selection.parts.iter().map(|(_, id)| rows(id)).collect();
        Some((selection.name, parts))
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "each is what one hunk has")]
    fn a_selection_is_its_changed_lines_or_what_its_heading_stands_for() {
        // f: head 3-5, hunks 6-10 and 11-13; g: head 14-16, hunk 17-19.
        let own = |name: &str, parts: &[&[Range<usize>]]| {
            Some((name.to_owned(), parts.iter().map(|rows| rows.to_vec()).collect()))
        };
        assert_eq!(told(8..=8), own("1 line of `f`", &[&[1..2]]));
        assert_eq!(told(7..=9), own("2 lines of `f`", &[&[0..3]]));
        assert_eq!(told(7..=7), None, "context alone");
        assert_eq!(told(10..=12), own("2 lines of `f`", &[&[3..4, 0..1]]));
        assert_eq!(told(13..=19), own("2 lines of 2 files", &[&[1..2], &[]]));
        assert_eq!(told(0..=13), own("all of `f`", &[&[]]));
        assert_eq!(told(0..=99), own("6 lines of 2 files", &[&[], &[]]));
        assert_eq!(told(4..=5), own("all of `f`", &[&[]]), "its head");
        assert_eq!(told(6..=6), own("the hunk -1,2 +1,3 of `f`", &[&[0..4]]), "its heading");
        assert_eq!(told(5..=8), own("1 line of `f`", &[&[0..2]]));
        assert_eq!(told(0..=2), None, "headings of sections");
    }

    #[test]
    fn what_was_selected_is_found_in_the_changes_while_it_is_the_same() {
        let (changes, picture) = drawn();
        let later = DIFF.replace("+b\n+c", "+b\n+d");
        let mut other = changes.clone();
        other.sections[0].files = parse(later.as_bytes());
        for (rows, same) in [(8..=8, false), (12..=12, true), (4..=4, false), (14..=14, true)] {
            let selection = picture.selected(&changes, &rows).unwrap();
            let (file, id) = &selection.parts[0];
            assert!(changes.part(Stage::Unstaged, &file.path, id).is_some(), "{rows:?}");
            let found = other.part(Stage::Unstaged, &file.path, id).is_some();
            assert_eq!(found, same, "{rows:?}");
        }
    }
}
