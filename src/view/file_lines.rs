//! What the rows of a file in a diff are lines of, and which words in them differ: for an editor that
//! highlights what it shows.

use std::ops::Range;

use super::changes::{FileRow, Picture};
use crate::core::diff::{Changes, Side, changed_words};

/// Of a file with more rows nothing is highlighted.
const ROWS_LIMIT: usize = 50_000;

/// The rows of a file, counted from 0 at its first one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileLines {
    /// Of each row the number of its line in the version after, from 1; of a removed one, the
    /// negative of that in the version before; 0 of a row that is no line.
    pub lines: Vec<i64>,
    /// Rows, and the bytes in them that differ from the line that they replace, or that replaces
    /// them.
    pub words: Vec<(usize, Range<usize>)>,
}

impl Picture {
    /// The lines of `file`.
    #[must_use]
    pub fn file_lines(&self, changes: &Changes, file: &FileRow) -> FileLines {
        let mut found = FileLines { lines: vec![0; file.rows.1], words: Vec::new() };
        let Some(diff) = file.content(changes).filter(|_| file.rows.1 <= ROWS_LIMIT) else {
            return FileLines::default();
        };
        // Below the heading.
        let of_file = self.hunks.iter().filter(|row| self.files.get(row.file) == Some(file));
        let firsts: Vec<_> = of_file.map(|row| row.rows.0 + 1 - file.rows.0).collect();
        for (first, hunk) in firsts.iter().zip(&diff.hunks).filter(|(_, hunk)| hunk.parents() == 1)
        {
            let number = |number: usize| i64::try_from(number).unwrap_or_default();
            for (row, line) in hunk.numbered().enumerate() {
                let Some(at) = found.lines.get_mut(first + row) else { break };
                *at = match (line.text.first(), line.side) {
                    (Some(b'\\'), _) => 0,
                    (_, Side::New) => number(line.new),
                    (_, Side::Old) => -number(line.old),
                };
            }
        }
        let words = changed_words(&diff.hunks).into_iter();
        found.words = words
            .filter_map(|words| Some((firsts.get(words.hunk)? + words.row, words.bytes)))
            .collect();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::diff::{Section, Stage, parse};
    use crate::view::changes;

    #[test]
    fn each_row_is_told_its_line_and_the_words_that_differ() {
        let diff = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-x = 1\n+x = 2\n@@ -9 +9,2 @@\n b\n+c\n\\ No newline at end of file\n";
        let files = parse(diff.as_bytes());
        let section = Section { stage: Stage::Unstaged, commits: 0, files, missing: None };
        let changes_ = Changes { since: String::new(), sections: vec![section] };
        let picture = changes("ash", &changes_);
        let found = picture.file_lines(&changes_, &picture.files[0]);
        assert_eq!(found.lines, [0, 0, 0, 0, 1, -2, 2, 0, 9, 10, 0]);
        assert_eq!(found.words, [(5, 5..6), (6, 5..6)]);
    }
}
