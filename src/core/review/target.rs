//! What a new comment is about: the lines that a person points at.

use std::ops::Range;

use super::Comment;
use crate::core::diff::{Changes, CommentedLines, FileDiff, Hunk, Side, Stage, shown};

/// A comment on `rows` of a hunk of `file` (counted from 0 below its heading), without its text;
/// where there are no lines, it is on the file as a whole.
#[must_use]
pub fn target(
    changes: &Changes,
    (stage, file): (Stage, &FileDiff),
    lines: Option<(&Hunk, Range<usize>)>,
) -> Comment {
    let path = file.path();
    let (side, line, quote) = lines.and_then(quoted).unwrap_or((Side::New, 0, Vec::new()));
    let shown = match side {
        Side::New if line > 0 => changes.in_worktree(stage, path, line).1,
        _ => line,
    };
    let place = CommentedLines { path: path.to_vec(), side, line, quote };
    Comment { id: 0, place, shown, text: String::new() }
}

/// The lines of the version after; of the one before where there are no others.
fn quoted((hunk, rows): (&Hunk, Range<usize>)) -> Option<(Side, usize, Vec<String>)> {
    let lines: Vec<_> = hunk.numbered().skip(rows.start).take(rows.len()).collect();
    let of_side = |side| {
        let own = || lines.iter().filter(move |line| line.side == side && line.is_of(side));
        let first = own().next()?.number();
        Some((side, first, own().map(|line| behind_mark(line.text)).collect()))
    };
    of_side(Side::New).or_else(|| of_side(Side::Old))
}

/// A line as it was shown, without what says whether it was added or removed.
fn behind_mark(line: &[u8]) -> String {
    let (text, more) = shown(line);
    text.chars().skip(1).chain(more.iter().flat_map(|more| more.chars())).collect()
}

/// `src/main.rs:12`, or the path alone where no line is meant.
#[must_use]
pub fn location(path: &[u8], line: usize) -> String {
    let path = String::from_utf8_lossy(path);
    if line == 0 { path.into_owned() } else { format!("{path}:{line}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::diff::{CommentPosition, Section, find, parse};

    const DIFF: &str = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -4,3 +4,3 @@\n a\n-x\n+b\n c\n\\ No newline at end of file\n";
    const LATER: &str = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n+0\n 1\n";

    fn changes() -> Changes {
        let section = |stage, diff: &str| {
            let files = parse(diff.as_bytes());
            Section { stage, commits: 0, files, missing: None }
        };
        let sections = vec![section(Stage::Staged, DIFF), section(Stage::Unstaged, LATER)];
        Changes { since: String::new(), sections }
    }

    fn of(rows: Range<usize>) -> Comment {
        let changes = changes();
        let file = &changes.sections[0].files[0];
        target(&changes, (Stage::Staged, file), Some((&file.hunks[0], rows)))
    }

    #[test]
    fn lines_that_are_there_are_quoted_and_those_that_are_gone_only_alone() {
        let both = of(0..3);
        assert_eq!((both.place.side, both.place.line, both.shown), (Side::New, 4, 5));
        assert_eq!(both.place.quote, ["a", "b"]);
        let gone = of(1..2);
        assert_eq!((gone.place.side, gone.place.line, gone.shown), (Side::Old, 5, 5));
        assert_eq!(gone.place.quote, ["x"]);
    }

    #[test]
    fn what_is_no_line_stands_for_the_file() {
        for rows in [4..5, 9..12, 0..0] {
            let comment = of(rows);
            assert_eq!((comment.place.line, comment.shown), (0, 0));
            assert!(comment.place.quote.is_empty());
        }
    }

    #[test]
    fn it_is_found_where_it_was_made_and_named_as_editors_name_it() {
        let comment = of(2..4);
        assert_eq!(find(&changes().sections, &comment.place), CommentPosition::Row(0, 0, 0, 3));
        assert_eq!(location(b"f", 5), "f:5");
        assert_eq!(location(b"f", 0), "f");
    }
}
