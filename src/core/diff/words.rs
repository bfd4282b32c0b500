//! Which words of a changed line differ from the line that it replaces.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Hunk, lines};

/// Longer lines are not compared, in bytes.
const LINE_LIMIT: usize = 500;
/// Longer runs of removed or added lines are not paired.
const RUN_LIMIT: usize = 50;
/// No more pairs are compared of all hunks together.
const PAIRS_LIMIT: usize = 1_000;
/// Lines that have less than one part of so many in common are different lines: to mark all of both
/// would say nothing.
const COMMON_DIVISOR: usize = 3;

/// Of a row, in bytes.
type Stretches = Vec<Range<usize>>;

/// A stretch of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedWords {
    /// The index of its hunk.
    pub hunk: usize,
    /// The row, from 0 below the heading.
    pub row: usize,
    /// In bytes, with the mark in front.
    pub bytes: Range<usize>,
}

/// What differs between the removed lines of `hunks` and the added ones that follow them at once.
#[must_use]
pub fn changed_words(hunks: &[Hunk]) -> Vec<ChangedWords> {
    let (mut found, mut left) = (Vec::new(), PAIRS_LIMIT);
    for (index, hunk) in hunks.iter().enumerate().filter(|(_, hunk)| hunk.parents() == 1) {
        let rows: Vec<_> = lines(&hunk.text).skip(1).collect();
        for (old, new) in pairs(&rows) {
            let Some(less) = left.checked_sub(1) else { return found };
            left = less;
            let Some((in_old, in_new)) = differing(rows[old], rows[new]) else { continue };
            let of = |row: usize, all: Stretches| {
                all.into_iter().map(move |bytes| ChangedWords { hunk: index, row, bytes })
            };
            found.extend(of(old, in_old).chain(of(new, in_new)));
        }
    }
    found
}

/// The rows of removed lines with those of the lines that replace them: the first with the first.
fn pairs(rows: &[&[u8]]) -> Vec<(usize, usize)> {
    let is = |row: usize, mark: u8| rows.get(row).is_some_and(|row| row.first() == Some(&mark));
    // What git says about the line above is no line.
    let run = |from: usize, mark: u8| {
        let rows = (from..rows.len()).take_while(|row| is(*row, mark) || is(*row, b'\\'));
        let rows: Vec<_> = rows.collect();
        let next = from + rows.len();
        (rows.into_iter().filter(|row| is(*row, mark)).collect::<Vec<_>>(), next)
    };
    let (mut found, mut row) = (Vec::new(), 0);
    while row < rows.len() {
        let (old, next) = run(row, b'-');
        let (new, next) = run(next, b'+');
        if old.len().max(new.len()) <= RUN_LIMIT {
            found.extend(old.into_iter().zip(new));
        }
        row = next.max(row + 1);
    }
    found
}

/// The stretches in which both rows differ; `None` where they have too little in common.
fn differing(old: &[u8], new: &[u8]) -> Option<(Stretches, Stretches)> {
    if old.len().max(new.len()) > LINE_LIMIT {
        return None;
    }
    let (old, new) = (std::str::from_utf8(old).ok()?, std::str::from_utf8(new).ok()?);
    let (old, new) = (tokens(old), tokens(new));
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let size = |tokens: &[&str]| tokens.iter().map(|token| token.trim().len()).sum::<usize>();
    let same = ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. }));
    let common: usize = same.map(|op| size(&old[op.old_range()])).sum();
    if common * COMMON_DIVISOR < size(&old).max(size(&new)) {
        return None;
    }
    let changed = ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
    let of = |tokens: &[&str], ranges: Vec<Range<usize>>| joined(tokens, &ranges);
    let in_old = of(&old, changed.clone().map(DiffOp::old_range).collect());
    let in_new = of(&new, changed.map(DiffOp::new_range).collect());
    Some((in_old, in_new))
}

/// The words, blanks and other characters of a row behind its mark.
fn tokens(row: &str) -> Vec<&str> {
    let kind = |char: char| match char {
        _ if char.is_alphanumeric() || char == '_' => 0,
        _ if char.is_whitespace() => 1,
        _ => 2,
    };
    let mut tokens = Vec::new();
    let mut rest = row.get(1..).unwrap_or_default();
    while let Some(first) = rest.chars().next() {
        let of = kind(first);
        let end = if of == 2 {
            first.len_utf8()
        } else {
            rest.find(|char| kind(char) != of).unwrap_or(rest.len())
        };
        let (token, more) = rest.split_at(end);
        tokens.push(token);
        rest = more;
    }
    tokens
}

/// Ranges of tokens as ranges of bytes. Those with nothing but blanks between them are one.
fn joined(tokens: &[&str], ranges: &[Range<usize>]) -> Stretches {
    let mut ends = vec![1];
    for token in tokens {
        ends.push(ends[ends.len() - 1] + token.len());
    }
    let mut found = Stretches::new();
    let mut last = 0;
    for range in ranges.iter().filter(|range| !range.is_empty()) {
        let blank = tokens[last..range.start].iter().all(|token| token.trim().is_empty());
        match found.last_mut().filter(|_| blank) {
            Some(before) => before.end = ends[range.end],
            None => found.push(ends[range.start]..ends[range.end]),
        }
        last = range.end;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::core::diff::parse;

    /// The words that differ, with their rows.
    fn told(body: &str) -> Vec<(usize, String)> {
        let diff = format!("diff --git a/f b/f\n@@ -1,9 +1,9 @@\n{body}");
        let files = parse(diff.as_bytes());
        let rows: Vec<_> = body.lines().collect();
        let words = changed_words(&files[0].hunks).into_iter();
        words.map(|found| (found.row, rows[found.row][found.bytes].to_owned())).collect()
    }

    fn owned(all: &[(usize, &str)]) -> Vec<(usize, String)> {
        all.iter().map(|(row, text)| (*row, (*text).to_owned())).collect()
    }

    #[test]
    fn the_words_that_differ_are_told_on_both_sides() {
        let body = " a\n-let count = old_total + 1;\n+let count = new_total + 1;\n b\n";
        assert_eq!(told(body), owned(&[(1, "old_total"), (2, "new_total")]));
        let body = "-fn draw(line: usize)\n+fn draw(line: usize, wide: bool)\n";
        assert_eq!(told(body), owned(&[(1, ", wide: bool")]), "one stretch");
        let body = "-größe = 1\n-b = 2\n+größe = 2\n+b = 3\n";
        assert_eq!(told(body), owned(&[(0, "1"), (2, "2"), (1, "2"), (3, "3")]), "one by one");
        let body = "-a b\n\\ No newline at end of file\n+a c\n";
        assert_eq!(told(body), owned(&[(0, "b"), (2, "c")]));
    }

    #[test]
    fn what_is_another_line_or_too_much_is_not_marked() {
        assert_eq!(told("-return early();\n+while let Some(x) = y {\n"), []);
        assert_eq!(told("-a\n b\n+c\n"), [], "they do not follow each other");
        let long = "x ".repeat(300);
        assert_eq!(told(&format!("-{long}a\n+{long}b\n")), []);
        let run = |mark: char| format!("{mark}let a = 1;\n").repeat(60);
        assert_eq!(told(&(run('-') + &run('+').replace('1', "2"))), []);
    }

    proptest! {
        #[test]
        fn stretches_are_in_their_rows_in_order_and_at_characters(
            rows in prop::collection::vec("[-+ \\\\][a-c ä(]{0,12}", 0..12),
        ) {
            let body: String = rows.iter().flat_map(|row| [row.as_str(), "\n"]).collect();
            let diff = format!("diff --git a/f b/f\n@@ -1,9 +1,9 @@\n{body}");
            let files = parse(diff.as_bytes());
            let mut last: Vec<usize> = vec![1; rows.len()];
            for found in changed_words(&files[0].hunks) {
                prop_assert!(rows[found.row].get(found.bytes.clone()).is_some_and(|at| !at.is_empty()));
                prop_assert!(found.bytes.start >= last[found.row]);
                last[found.row] = found.bytes.end;
            }
        }
    }
}
