//! The lines of hunks by their numbers, and where a line is after later changes.

use super::{Changes, FileDiff, Hunk, Side, Stage};

/// A line of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiffLine<'a> {
    /// The version that it is of; the new one where it is of both.
    pub side: Side,
    /// Its number in the version before, from 1; of an added line, that of the next one.
    pub old: usize,
    /// The same in the version after.
    pub new: usize,
    /// Its text, with the mark in front.
    pub text: &'a [u8],
}

impl Hunk {
    /// Its lines below the heading, with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = DiffLine<'_>> {
        let (mut old, mut new) = (first(self.old), first(self.new));
        self.rows().map(move |text| {
            let mark = text.first();
            let side = if mark == Some(&b'-') { Side::Old } else { Side::New };
            let line = DiffLine { side, old, new, text };
            old = old.saturating_add(usize::from(!matches!(mark, Some(b'+' | b'\\'))));
            new = new.saturating_add(usize::from(!matches!(mark, Some(b'-' | b'\\'))));
            line
        })
    }

    /// Where a line of the version before, in this hunk, is in the version after.
    fn across(&self, line: usize) -> usize {
        self.numbered().find(|one| one.old >= line).map_or(line, |one| one.new)
    }
}

impl DiffLine<'_> {
    /// Its number in the version that it is of.
    #[must_use]
    pub fn number(&self) -> usize {
        if self.side == Side::Old { self.old } else { self.new }
    }

    /// Whether it is a line of that version.
    #[must_use]
    pub fn is_of(&self, side: Side) -> bool {
        match self.text.first() {
            Some(b'+') => side == Side::New,
            Some(b'-') => side == Side::Old,
            // What git says about the line above.
            Some(b'\\') => false,
            _ => true,
        }
    }
}

/// git gives an empty range the number of the line before it.
fn first((line, count): (usize, usize)) -> usize {
    if count == 0 { line.saturating_add(1) } else { line }
}

impl Stage {
    /// The stages that may have changed a file further.
    fn later(self) -> &'static [Self] {
        match self {
            Self::Committed => &[Self::Staged, Self::Unstaged],
            Self::Staged => &[Self::Unstaged],
            Self::Unstaged | Self::Untracked | Self::Reviewed | Self::Compared => &[],
        }
    }
}

impl FileDiff {
    /// The path it had before, where it had one.
    fn path_before(&self) -> &[u8] {
        if self.old.is_empty() { self.path() } else { &self.old }
    }

    /// Where a line of the version before is in the version after.
    fn line_after(&self, line: usize) -> usize {
        let mut moved = line;
        for hunk in &self.hunks {
            let (from, count) = hunk.old;
            if line >= from.saturating_add(count.max(1)) {
                moved = moved.saturating_add(hunk.new.1).saturating_sub(count);
            } else if line >= from && count > 0 {
                return hunk.across(line);
            }
        }
        moved
    }
}

impl Changes {
    /// Where `line` of `path`, as it is after the changes of `stage`, is in the worktree now.
    #[must_use]
    pub fn in_worktree<'a>(
        &'a self,
        stage: Stage,
        path: &'a [u8],
        line: usize,
    ) -> (&'a [u8], usize) {
        stage.later().iter().fold((path, line), |(path, line), later| {
            let section = self.sections.iter().find(|section| section.stage == *later);
            let mut files = section.into_iter().flat_map(|section| &section.files);
            match files.find(|file| file.path_before() == path) {
                Some(file) => (file.path(), file.line_after(line)),
                None => (path, line),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Section, parse};
    use super::*;

    const DIFF: &str = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -2,2 +2,3 @@\n a\n-x\n+b\n+c\n\\ No newline at end of file\n@@ -9,0 +11 @@\n+d\n";

    fn section(stage: Stage, diff: &str) -> Section {
        Section { stage, commits: 0, files: parse(diff.as_bytes()), missing: None }
    }

    #[test]
    fn each_line_has_its_number_on_both_sides() {
        let files = parse(DIFF.as_bytes());
        let numbers: Vec<_> =
            files[0].hunks[0].numbered().map(|line| (line.side, line.old, line.new)).collect();
        let expected = [
            (Side::New, 2, 2),
            (Side::Old, 3, 3),
            (Side::New, 4, 3),
            (Side::New, 4, 4),
            (Side::New, 4, 5),
        ];
        assert_eq!(numbers, expected);
        let added = files[0].hunks[1].numbered().next().unwrap();
        assert_eq!((added.number(), added.old), (11, 10), "an empty range is counted from before");
    }

    #[test]
    fn a_line_is_followed_through_later_changes() {
        let renamed = "diff --git a/f b/g\nrename from f\nrename to g\n--- a/f\n+++ b/g\n@@ -1 +1,2 @@\n+0\n 1\n";
        let sections = vec![section(Stage::Staged, DIFF), section(Stage::Unstaged, renamed)];
        let changes = Changes { since: String::new(), sections };
        let at = |stage, line| changes.in_worktree(stage, b"f", line);
        assert_eq!(at(Stage::Staged, 7), (&b"g"[..], 8), "one line was added in front");
        assert_eq!(at(Stage::Committed, 9), (&b"g"[..], 11));
        assert_eq!(at(Stage::Committed, 10), (&b"g"[..], 13), "behind both");
        assert_eq!(at(Stage::Committed, 2), (&b"g"[..], 3), "in a hunk");
        assert_eq!(at(Stage::Unstaged, 7), (&b"f"[..], 7), "nothing is later");
        assert_eq!(changes.in_worktree(Stage::Committed, b"h", 7), (&b"h"[..], 7));
    }
}
