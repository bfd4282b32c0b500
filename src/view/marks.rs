//! What the rows of a diff mean, for an editor to use without knowing what a diff is: the ids of
//! rows, the texts of closed folds, where the cursor stops, and notes between the lines.

use std::{
    collections::HashSet,
    ops::{Range, RangeInclusive},
};

use super::{
    changes::{FileRow, HunkRow, Picture, TreeRow},
    frame::{Group, Line},
};
use crate::core::{
    diff::{self, Changes, FileDiff, Hunk, find},
    review::{Comment, location},
};

/// What the rows of a buffer mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// In order; rows in none of them stand for nothing.
    pub ranges: Vec<RowRange>,
    /// The rows of hunks, and of files that have none.
    pub hunks: Vec<usize>,
    /// The rows of files.
    pub files: Vec<usize>,
    /// What is shown below rows.
    pub notes: Vec<Note>,
}

/// Rows that follow each other and belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowRange {
    /// The first one, from 0.
    pub row: usize,
    /// How many.
    pub rows: usize,
    /// `file#part`: another one as soon as what the rows show has changed. A row of it is
    /// `file#part+3`, counted from 0.
    pub id: String,
    /// What stands there when the fold that begins here is closed.
    pub text: Line,
    /// The row that it leads to; its own where it is there to be folded.
    pub leads: Option<usize>,
}

/// Lines that are shown below a row without being lines of the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The row, from 0.
    pub row: usize,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A row of a diff, or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot<'a> {
    /// The file that it belongs to.
    pub file: &'a FileRow,
    /// The hunk; none in the head of a file.
    pub hunk: Option<&'a HunkRow>,
    /// The row, from 0.
    pub row: usize,
    /// It stands for a whole folder, in which this file is the first.
    pub folder: bool,
}

impl Marks {
    /// Takes out what they say of the rows above `row`.
    #[must_use]
    pub fn take_above(&mut self, row: usize) -> Self {
        let stops = |all: &mut Vec<usize>| front(all, |stop| *stop < row);
        let (mine, notes) =
            std::mem::take(&mut self.notes).into_iter().partition(|note| note.row < row);
        self.notes = notes;
        Self {
            ranges: front(&mut self.ranges, |range| range.row < row),
            hunks: stops(&mut self.hunks),
            files: stops(&mut self.files),
            notes: mine,
        }
    }
}

/// Takes the first ones out, for which it holds.
fn front<T>(all: &mut Vec<T>, holds: impl Fn(&T) -> bool) -> Vec<T> {
    let rest = all.split_off(all.partition_point(holds));
    std::mem::replace(all, rest)
}

impl FileRow {
    /// What is drawn in it.
    #[must_use]
    pub fn content<'a>(&self, changes: &'a Changes) -> Option<&'a FileDiff> {
        let (section, file) = self.at;
        changes.sections.get(section)?.files.get(file)
    }
}

impl Picture {
    /// What its rows mean, with `comments` below the lines that they are about.
    #[must_use]
    pub fn marks(&self, changes: &Changes, comments: &[Comment]) -> Marks {
        let notes =
            comments.iter().map(|comment| note(self.comment_row(changes, comment), comment));
        Marks {
            ranges: self.ranges(changes),
            hunks: self.stops(),
            files: self.files.iter().map(|file| file.rows.0).collect(),
            notes: notes.collect(),
        }
    }

    /// The row below which a comment is shown, and whether its lines are gone.
    #[must_use]
    pub fn comment_row(&self, changes: &Changes, comment: &Comment) -> (usize, bool) {
        let (row, gone) = self.row_of(find(&changes.sections, &comment.place));
        // A file as a whole has no lines that could be gone.
        (row, gone && !comment.place.quote.is_empty())
    }

    /// The row that has this id; none when what it showed is not shown any more.
    #[must_use]
    pub fn spot(&self, id: &str) -> Option<Spot<'_>> {
        if let Some(of) = self.tree_row(id) {
            let file = of.files.first().and_then(|index| self.files.get(*index))?;
            return Some(Spot { file, hunk: None, row: of.row, folder: of.folder });
        }
        let (range, offset) = id.rsplit_once('+')?;
        let (of_file, part) = range.split_once('#')?;
        let offset: usize = offset.parse().ok()?;
        let is_hunk = |hunk: &&HunkRow| hunk.id == part && self.files[hunk.file].id == of_file;
        let (file, hunk, rows) = if let Some(hunk) = self.hunks.iter().find(is_hunk) {
            (&self.files[hunk.file], Some(hunk), hunk.rows)
        } else {
            let file = self.files.iter().find(|file| file.id == of_file && file.digest == part)?;
            (file, None, (file.rows.0, file.rows.1))
        };
        let row = rows.0 + offset;
        (offset < rows.1).then_some(Spot { file, hunk, row, folder: false })
    }

    /// What a row shows; none where no file is.
    #[must_use]
    pub fn at(&self, row: usize) -> Option<Spot<'_>> {
        let shows = |rows: (usize, usize)| (rows.0..rows.0 + rows.1).contains(&row);
        let file = self.files.iter().find(|file| shows(file.rows))?;
        let hunk = self.hunks.iter().find(|hunk| shows(hunk.rows));
        Some(Spot { file, hunk, row, folder: false })
    }

    /// Those of the rows that are lines of `hunk`, counted from 0 below its heading.
    #[must_use]
    pub fn lines_in(hunk: &HunkRow, rows: &RangeInclusive<usize>) -> Range<usize> {
        let first = hunk.rows.0 + 1;
        let end = (rows.end() + 1).min(hunk.rows.0 + hunk.rows.1).max(first);
        (*rows.start()).clamp(first, end) - first..end - first
    }

    /// The hunk of `changes` that is drawn as `row`.
    #[must_use]
    pub fn hunk<'a>(&self, changes: &'a Changes, row: &HunkRow) -> Option<&'a Hunk> {
        self.files.get(row.file)?.content(changes)?.hunks.get(row.index)
    }

    fn ranges(&self, changes: &Changes) -> Vec<RowRange> {
        let mut hunks = self.hunks.iter().peekable();
        let mut ranges: Vec<_> = self.tree.iter().map(|row| self.tree_range(row)).collect();
        for (index, file) in self.files.iter().enumerate() {
            let own: Vec<_> =
                std::iter::from_fn(|| hunks.next_if(|hunk| hunk.file == index)).collect();
            let of_hunks: usize = own.iter().map(|hunk| hunk.rows.1).sum();
            let id = |part: &str| format!("{}#{part}", file.id);
            let (row, rows) = (file.rows.0, file.rows.1 - of_hunks);
            let (id_, text) = (id(&file.digest), file_text(file));
            ranges.push(RowRange { row, rows, id: id_, text, leads: None });
            ranges.extend(own.into_iter().map(|hunk| RowRange {
                row: hunk.rows.0,
                rows: hunk.rows.1,
                id: id(&hunk.id),
                text: hunk_text(hunk, self.hunk(changes, hunk)),
                leads: None,
            }));
        }
        ranges
    }

    fn tree_range(&self, of: &TreeRow) -> RowRange {
        let file = of.files.first().and_then(|index| self.files.get(*index));
        RowRange {
            row: of.row,
            rows: 1,
            id: format!("{}#{}", of.id, of.digest),
            text: of.closed.clone(),
            leads: if of.folder { Some(of.row) } else { file.map(|file| file.rows.0) },
        }
    }

    fn stops(&self) -> Vec<usize> {
        let with: HashSet<_> = self.hunks.iter().map(|hunk| hunk.file).collect();
        let alone = self.files.iter().enumerate().filter(|(index, _)| !with.contains(index));
        let hunks = self.hunks.iter().map(|hunk| hunk.rows.0);
        let mut stops: Vec<_> = hunks.chain(alone.map(|(_, file)| file.rows.0)).collect();
        stops.sort_unstable();
        stops
    }
}

/// `modified  src/main.rs  +12 -3`
fn file_text(file: &FileRow) -> Line {
    let named = |name| Some(Group::Named(name));
    let path = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    let old = file.old.as_ref().map(|old| format!("{} → ", path(old))).unwrap_or_default();
    let mut line = Line::default();
    line.push(&format!("{:<9} ", file.change), named("PolecatMuted"));
    line.push(&format!("{old}{}", path(&file.path)), named("Directory"));
    for (count, mark, group) in
        [(file.counts.0, '+', "PolecatAdded"), (file.counts.1, '-', "PolecatRemoved")]
    {
        if count > 0 {
            line.push(&format!("  {mark}{count}"), named(group));
        }
    }
    if file.binary {
        line.push("  binary", named("PolecatMuted"));
    }
    line
}

/// `@@ -1,2 +1,3 @@  4 lines`
fn hunk_text(row: &HunkRow, hunk: Option<&Hunk>) -> Line {
    let heading = hunk.and_then(|hunk| diff::lines(&hunk.text).next()).unwrap_or_default();
    let mut line = Line::default();
    line.push(&diff::shown(heading).0, Some(Group::Named("diffLine")));
    line.push(&format!("  {} lines", row.rows.1 - 1), Some(Group::Named("PolecatMuted")));
    line
}

fn note((row, outdated): (usize, bool), comment: &Comment) -> Note {
    let named = |text: &str, group| {
        let mut line = Line::default();
        line.push(&format!("  ┃ {text}"), Some(Group::Named(group)));
        line
    };
    let about = location(&comment.place.path, comment.shown);
    let gone = outdated.then(|| named(&format!("outdated comment on {about}:"), "PolecatMuted"));
    let group = if outdated { "PolecatMuted" } else { "PolecatComment" };
    let text = comment.text.split('\n').map(|text| named(text, group));
    Note { row, lines: gone.into_iter().chain(text).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        diff::{CommentedLines, Section, Side, Stage, parse},
        review::target,
    };
    use crate::view::changes;

    const DIFF: &str =
        "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-x\n+b\n@@ -9 +9 @@\n-b\n+c\n";
    const RENAME: &str = "diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n";

    fn drawn(unstaged: &str) -> (Changes, Picture) {
        let section = |stage, diff: &str| {
            let files = parse(diff.as_bytes());
            Section { stage, commits: 0, files, missing: None }
        };
        let sections = vec![section(Stage::Staged, RENAME), section(Stage::Unstaged, unstaged)];
        let changes = Changes { since: "main".to_owned(), sections };
        let picture = changes_of(&changes);
        (changes, picture)
    }

    fn changes_of(all: &Changes) -> Picture {
        changes("ash", all)
    }

    #[test]
    fn files_and_hunks_are_ranges_stops_and_folds_with_a_text() {
        let (changes, picture) = drawn(DIFF);
        let marks = picture.marks(&changes, &[]);
        let ranges: Vec<_> =
            marks.ranges.iter().map(|range| (range.row, range.rows, &*range.text.text)).collect();
        let expected = [
            (3, 4, "renamed   o → n"),
            (9, 3, "modified  f  +2  -2"),
            (12, 4, "@@ -1,2 +1,2 @@  3 lines"),
            (16, 3, "@@ -9 +9 @@  2 lines"),
        ];
        assert_eq!(ranges, expected);
        assert_eq!((marks.files, marks.hunks), (vec![3, 9], vec![3, 12, 16]));
    }

    #[test]
    fn marks_are_taken_from_above_piece_by_piece() {
        let (changes, picture) = drawn(DIFF);
        let comment = target(&changes, (Stage::Unstaged, &changes.sections[1].files[0]), None);
        let all = picture.marks(&changes, &[comment]);
        let mut left = all.clone();
        assert_eq!(left.take_above(3), Marks::default());
        let first = left.take_above(12);
        assert_eq!((first.files, first.hunks, first.notes.len()), (vec![3, 9], vec![3], 1));
        assert_eq!(first.ranges, all.ranges[..2]);
        assert_eq!(left.take_above(usize::MAX).ranges, all.ranges[2..]);
        assert_eq!(left, Marks::default());
    }

    #[test]
    fn an_id_is_of_what_was_shown_and_of_nothing_else() {
        let (changes, picture) = drawn(DIFF);
        let ranges = picture.marks(&changes, &[]).ranges;
        let id = |at: usize, row: usize| format!("{}+{row}", ranges[at].id);
        let spot = picture.spot(&id(3, 2)).unwrap();
        let name = |spot| picture.whole(spot).name;
        assert_eq!((spot.row, name(spot)), (18, "the hunk -9,1 +9,1 of `f`".to_owned()));
        assert_eq!(name(picture.spot(&id(1, 0)).unwrap()), "all of `f`");
        assert_eq!(picture.spot(&id(3, 3)), None, "it has no such row");
        for id in ["", "+1", "a#b+0", "a+0", "#+18446744073709551616"] {
            assert_eq!(picture.spot(id), None, "{id}");
        }
        let (_, later) = drawn(&DIFF.replace("+c", "+d"));
        assert_eq!(later.spot(&id(3, 2)), None, "the hunk says something else");
        assert_eq!(later.spot(&id(1, 0)), None, "so does the file");
        assert_eq!(later.spot(&id(2, 1)).unwrap().row, 13, "this one is as it was");
    }

    #[test]
    fn a_comment_stands_below_its_lines_or_says_that_they_are_gone() {
        let (changes, picture) = drawn(DIFF);
        let spot = |at: usize, row: usize| {
            let id = format!("{}+{row}", picture.marks(&changes, &[]).ranges[at].id);
            picture.spot(&id).unwrap().row
        };
        let hunk = &picture.hunks[0];
        let rows = Picture::lines_in(hunk, &(spot(2, 2)..=spot(2, 3)));
        assert_eq!(rows, 1..3);
        let file = picture.files[1].content(&changes).unwrap();
        let lines = picture.hunk(&changes, hunk).map(|hunk| (hunk, rows));
        let mut comment = target(&changes, (Stage::Unstaged, file), lines);
        assert_eq!((comment.place.side, comment.place.line), (Side::New, 2));
        comment.text = "Why?\nPlease.".to_owned();
        let texts =
            |note: &Note| note.lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
        let note = &picture.marks(&changes, &[comment.clone()]).notes[0];
        assert_eq!(
            (note.row, texts(note)),
            (15, vec!["  ┃ Why?".to_owned(), "  ┃ Please.".into()])
        );
        let place = CommentedLines { quote: vec!["gone".to_owned()], ..comment.place.clone() };
        let note = &picture.marks(&changes, &[Comment { place, ..comment }]).notes[0];
        assert_eq!((note.row, &*texts(note)[0]), (9, "  ┃ outdated comment on f:2:"));
    }

    #[test]
    fn rows_outside_a_hunk_are_none_of_its_lines() {
        let (_, picture) = drawn(DIFF);
        let lines = |rows| Picture::lines_in(&picture.hunks[0], &rows);
        assert_eq!((lines(0..=3), lines(12..=12), lines(18..=20)), (0..0, 0..0, 3..3));
        assert_eq!((lines(0..=13), lines(14..=90)), (0..1, 1..3));
    }
}
