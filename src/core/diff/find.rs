//! Finds lines again after their file has changed.

use serde::{Deserialize, Serialize};

use super::{FileDiff, Section, shown};
use crate::core::as_bytes;

/// The version of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Side {
    /// The old version.
    Old,
    /// The new version.
    #[default]
    New,
}

impl Side {
    /// The name on the wire and in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }

    /// The side of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Old, Self::New].into_iter().find(|side| side.as_str() == name)
    }
}

/// Lines of a file, as they were when a comment was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommentedLines {
    /// The file's path.
    #[serde(with = "serde_bytes")]
    pub path: Vec<u8>,
    /// The version.
    pub side: Side,
    /// The first line, from 1; 0 means the whole file.
    pub line: usize,
    /// Their text.
    #[serde(with = "as_bytes::texts")]
    pub quote: Vec<String>,
}

/// Where lines are now: the indices of section, file, hunk and row in the hunk (from 0 below its
/// heading).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommentPosition {
    /// The row of the last line.
    Row(usize, usize, usize, usize),
    /// Only the file still exists.
    File(usize, usize),
    /// Not even the file.
    Nowhere,
}

/// A line of a version, and its place in the diff.
struct FileLine<'a> {
    line: usize,
    row: &'a [u8],
    at: (usize, usize, usize, usize),
}

/// Finds `place` in `sections`: at its line if the text is unchanged there, else at the nearest lines
/// of the file with the same text.
#[must_use]
pub fn find(sections: &[Section], place: &CommentedLines) -> CommentPosition {
    let mut file_at: Option<(usize, usize)> = None;
    let mut nearest: Option<(usize, CommentPosition)> = None;
    for (section_at, section) in sections.iter().enumerate() {
        for (index, file) in section.files.iter().enumerate() {
            if !is_of(file, place) {
                continue;
            }
            file_at.get_or_insert((section_at, index));
            for (away, found) in stretches(file, (section_at, index), place) {
                if nearest.is_none_or(|(least, _)| away < least) {
                    nearest = Some((away, found));
                }
            }
        }
    }
    match (nearest, file_at) {
        (Some((_, found)), _) => found,
        (None, Some((section, file))) => CommentPosition::File(section, file),
        (None, None) => CommentPosition::Nowhere,
    }
}

/// A renamed file still counts as the same.
fn is_of(file: &FileDiff, place: &CommentedLines) -> bool {
    file.new == place.path || file.old == place.path
}

/// All runs of lines in `file` with the text of `place`, with their distances from its line.
fn stretches(
    file: &FileDiff,
    at: (usize, usize),
    place: &CommentedLines,
) -> impl Iterator<Item = (usize, CommentPosition)> {
    let seen = seen(file, at, place.side);
    let wanted = place.quote.len();
    let begins = if wanted == 0 { 0 } else { (seen.len() + 1).saturating_sub(wanted) };
    let fits = |from: &usize| {
        let lines = &seen[*from..*from + wanted];
        let follow = lines.windows(2).all(|pair| pair[0].line + 1 == pair[1].line);
        follow && lines.iter().zip(&place.quote).all(|(seen, said)| says(seen.row, said))
    };
    let found = |from: usize| {
        let (section, file, hunk, row) = seen[from + wanted - 1].at;
        (seen[from].line.abs_diff(place.line), CommentPosition::Row(section, file, hunk, row))
    };
    (0..begins).filter(fits).map(found).collect::<Vec<_>>().into_iter()
}

/// Whether `said` is the text of `row` after its mark, as it was displayed.
fn says(row: &[u8], said: &str) -> bool {
    let (text, more) = shown(row);
    let mut behind = text.chars();
    behind.next();
    said.strip_prefix(behind.as_str()) == Some(more.as_deref().unwrap_or_default())
}

/// The lines of one version of `file` that are in its hunks.
fn seen(file: &FileDiff, at: (usize, usize), side: Side) -> Vec<FileLine<'_>> {
    let mut seen = Vec::new();
    for (hunk_at, hunk) in file.hunks.iter().enumerate().filter(|(_, hunk)| hunk.parents() == 1) {
        let lines = hunk.numbered().enumerate().filter(|(_, line)| line.is_of(side));
        seen.extend(lines.map(|(index, line)| FileLine {
            line: if side == Side::Old { line.old } else { line.new },
            row: line.text,
            at: (at.0, at.1, hunk_at, index),
        }));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::super::{Stage, parse};
    use super::*;

    fn sections(diff: &str) -> Vec<Section> {
        let files = parse(diff.as_bytes());
        vec![Section { stage: Stage::Unstaged, commits: 0, files, missing: None }]
    }

    fn place(line: usize, quote: &[&str]) -> CommentedLines {
        let quote = quote.iter().map(|line| (*line).to_owned()).collect();
        CommentedLines { path: b"f".to_vec(), side: Side::New, line, quote }
    }

    const DIFF: &str = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-x\n+b\n+c\n@@ -9 +10,2 @@\n+b\n+c\n";

    #[test]
    fn lines_are_found_where_they_were_else_where_they_are_nearest() {
        let sections = sections(DIFF);
        let at = |line| find(&sections, &place(line, &["b", "c"]));
        assert_eq!(at(2), CommentPosition::Row(0, 0, 0, 3));
        assert_eq!(at(5), CommentPosition::Row(0, 0, 0, 3));
        assert_eq!(at(9), CommentPosition::Row(0, 0, 1, 1));
    }

    #[test]
    fn lines_that_are_gone_leave_their_file_and_a_file_that_is_gone_nothing() {
        let sections = sections(DIFF);
        assert_eq!(find(&sections, &place(2, &["b", "d"])), CommentPosition::File(0, 0));
        assert_eq!(
            find(&sections, &place(3, &["c", "b"])),
            CommentPosition::File(0, 0),
            "not one stretch"
        );
        let other = CommentedLines { path: b"g".to_vec(), ..place(2, &["b"]) };
        assert_eq!(find(&sections, &other), CommentPosition::Nowhere);
        assert_eq!(find(&sections, &place(0, &[])), CommentPosition::File(0, 0));
    }

    #[test]
    fn a_line_that_is_cut_where_it_is_shown_is_found_by_what_was_shown() {
        let long = "ä".repeat(3_000);
        let diff = format!("diff --git a/f b/f\n@@ -0,0 +1,2 @@\n+b\n+{long}\n");
        let row = format!("+{long}");
        let (text, more) = shown(row.as_bytes());
        let said = format!("{}{}", &text[1..], more.expect("it is cut"));
        assert_eq!(find(&sections(&diff), &place(2, &[&said])), CommentPosition::Row(0, 0, 0, 1));
        assert_eq!(find(&sections(&diff), &place(2, &[&text[1..]])), CommentPosition::File(0, 0));
    }

    #[test]
    fn a_removed_line_is_found_on_its_own_side_only() {
        let old = CommentedLines { side: Side::Old, ..place(2, &["x"]) };
        assert_eq!(find(&sections(DIFF), &old), CommentPosition::Row(0, 0, 0, 1));
        assert_eq!(find(&sections(DIFF), &place(2, &["x"])), CommentPosition::File(0, 0));
    }
}
