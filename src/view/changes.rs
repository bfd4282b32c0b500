//! What a polecat changed: the lines of its differences, and what stands in which of them.

mod shown;
mod tree;

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

pub use self::shown::ShownPicture;
pub use self::tree::TreeRow;
use super::frame::{Fold, Group, Line};
use crate::core::diff::{self, Changes, CommentPosition, FileDiff, Section, Stage, lines};

/// A file in the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// The index of its section, and its own in there.
    pub at: (usize, usize),
    /// Its first row, and how many it has with its hunks.
    pub rows: (usize, usize),
    /// How far its changes have come.
    pub stage: Stage,
    /// `added`, `renamed`, ...
    pub change: &'static str,
    /// Its path; see [`FileDiff::path`].
    pub path: Vec<u8>,
    /// Its path before, where that is another one.
    pub old: Option<Vec<u8>>,
    /// Lines added and removed.
    pub counts: (usize, usize),
    /// It is no text.
    pub binary: bool,
    /// What tells it from all others in the buffer, whatever its content.
    pub id: String,
    /// What tells its content from what it becomes when that changes; see [`Section::digests`].
    pub digest: String,
}

/// A hunk in the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HunkRow {
    /// The row of its heading, and how many rows it has with that.
    pub rows: (usize, usize),
    /// The index of its file.
    pub file: usize,
    /// Its own in there.
    pub index: usize,
    /// Its first line and how many it has, before and after.
    pub old: (usize, usize),
    /// After.
    pub new: (usize, usize),
    /// See [`FileDiff::id`].
    pub id: String,
}

/// All that one buffer shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Its lines in blocks: a heading, the head of a file, a hunk.
    blocks: Vec<Vec<Line>>,
    /// The tree of the files, from top to bottom.
    pub tree: Vec<TreeRow>,
    /// The files, in order.
    pub files: Vec<FileRow>,
    /// The hunks, in order.
    pub hunks: Vec<HunkRow>,
    /// How many rows there are.
    pub rows: usize,
}

/// The picture of what `name` changed.
#[must_use]
pub fn changes(name: &str, changes: &Changes) -> Picture {
    let mut picture = Picture::default();
    picture.push(folded(0, vec![summary(name, changes)]));
    let files = changes.sections.iter().flat_map(|section| &section.files);
    let nodes = tree::nodes(files.map(FileDiff::path));
    // What stands in the tree is known once the files are; how long it is decides where these are.
    picture
        .push(folded(0, vec![Line::default(); if nodes.is_empty() { 0 } else { nodes.len() + 1 }]));
    for (index, section) in changes.sections.iter().enumerate() {
        picture.section(index, section);
    }
    picture.set_tree(nodes);
    picture
}

impl Picture {
    /// All of its lines.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        self.blocks.concat()
    }

    /// What is left of it once it is drawn: which rows show what.
    #[must_use]
    pub fn without_lines(self) -> Self {
        Self { blocks: Vec::new(), ..self }
    }

    /// The row of what was found, and whether that is only what is left of it.
    #[must_use]
    pub fn row_of(&self, found: CommentPosition) -> (usize, bool) {
        let file = |at: (usize, usize)| self.files.iter().position(|file| file.at == at);
        match found {
            CommentPosition::Row(section, index, hunk, row) => {
                let of = file((section, index));
                let mut hunks = self.hunks.iter().filter(|hunk| Some(hunk.file) == of);
                (hunks.nth(hunk).map_or(0, |hunk| hunk.rows.0 + 1 + row), false)
            }
            CommentPosition::File(section, index) => {
                (file((section, index)).map_or(0, |at| self.files[at].rows.0), true)
            }
            CommentPosition::Nowhere => (0, true),
        }
    }

    fn push(&mut self, block: Vec<Line>) {
        self.rows += block.len();
        self.blocks.push(block);
    }

    /// Fills the place of the tree, below the summary and a blank line.
    fn set_tree(&mut self, nodes: Vec<tree::Node>) {
        let rows = tree::rows(nodes, &self.files, 2);
        let lines = self.blocks.get_mut(1).into_iter().flatten().skip(1);
        for (line, (row, drawn)) in lines.zip(rows) {
            *line = drawn;
            self.tree.push(row);
        }
    }

    fn section(&mut self, index: usize, section: &Section) {
        let mut block = vec![Line::default(), heading(section)];
        block.extend(section.missing.as_deref().map(|why| muted(&format!("┄┄ {why}"))));
        self.push(folded(0, block));
        let digests = section.digests();
        for (file_index, file) in section.files.iter().enumerate() {
            self.file((index, file_index), section.stage, file, &digests);
        }
    }

    fn file(
        &mut self,
        at: (usize, usize),
        stage: Stage,
        file: &FileDiff,
        digests: &HashMap<&[u8], String>,
    ) {
        let index = self.files.len();
        let old = (!file.old.is_empty() && file.old != file.path()).then(|| file.old.clone());
        let from = self.rows;
        let (change, binary, counts) = (file.change.as_str(), file.binary, file.counts());
        let path = file.path().to_vec();
        let (id, digest) = (id(stage, &path), digests.get(&*path).cloned().unwrap_or_default());
        self.push(folded(1, lines(&file.head).map(shown).collect()));
        for at in 0..file.hunks.len() {
            self.push_hunk(index, file, at);
        }
        let rows = (from, self.rows - from);
        let row = FileRow { at, rows, stage, change, path, old, counts, binary, id, digest };
        self.files.push(row);
    }

    fn push_hunk(&mut self, at: usize, file: &FileDiff, index: usize) {
        let (from, hunk) = (self.rows, &file.hunks[index]);
        self.push(folded(2, lines(&hunk.text).map(shown).collect()));
        self.hunks.push(HunkRow {
            rows: (from, self.rows - from),
            file: at,
            index,
            old: hunk.old,
            new: hunk.new,
            id: file.id(hunk),
        });
    }
}

/// The lines of one block, which is a fold of this level; 0 is none.
fn folded(level: u8, mut block: Vec<Line>) -> Vec<Line> {
    for (index, line) in block.iter_mut().enumerate() {
        let starts = level > 0 && index == 0;
        line.fold = Some(if starts { Fold::Starts(level) } else { Fold::In(level) });
    }
    block
}

fn id(stage: Stage, path: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    (stage, path).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// `ash: 3 files, +12 -3 since main (1a2b3c4)`
fn summary(name: &str, changes: &Changes) -> Line {
    let files = || changes.sections.iter().flat_map(|section| &section.files);
    let mut line = Line::default();
    line.push(name, Some(Group::Named("PolecatTitle")));
    let since =
        if changes.since.is_empty() { String::new() } else { format!(" since {}", changes.since) };
    if changes.sections.is_empty() {
        // Of two that are compared, nothing has a beginning.
        let same = if since.is_empty() { ": no difference" } else { ": nothing was changed" };
        line.push(&format!("{same}{since}"), None);
        return line;
    }
    let (added, removed) =
        files().map(FileDiff::counts).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    // One that is committed and changed again is one.
    let paths: HashSet<_> = files().map(FileDiff::path).collect();
    line.push(&format!(": {}", several(paths.len(), "file")), None);
    push_counts(&mut line, added, removed);
    line.push(&since, None);
    line
}

/// `Committed: 2 commits, 3 files, +12 -3`
fn heading(section: &Section) -> Line {
    let counts = section.files.iter().map(FileDiff::counts);
    let (added, removed) = counts.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    let mut line = Line::default();
    line.push(title(section.stage), Some(Group::Named("PolecatTitle")));
    let commits =
        (section.commits > 0).then(|| format!(" {},", several(section.commits, "commit")));
    line.push(
        &format!(":{} {}", commits.unwrap_or_default(), several(section.files.len(), "file")),
        None,
    );
    push_counts(&mut line, added, removed);
    line
}

fn title(stage: Stage) -> &'static str {
    match stage {
        Stage::Committed => "Committed",
        Stage::Staged => "Staged",
        Stage::Unstaged => "Not staged",
        Stage::Untracked => "Untracked",
        Stage::Reviewed => "Since the last review",
        Stage::Compared => "Differences",
    }
}

fn push_counts(line: &mut Line, added: usize, removed: usize) {
    if added + removed == 0 {
        return;
    }
    line.push(", ", None);
    line.push(&format!("+{added}"), Some(Group::Named("PolecatAdded")));
    line.push(" ", None);
    line.push(&format!("-{removed}"), Some(Group::Named("PolecatRemoved")));
}

pub(in crate::view) fn several(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn muted(text: &str) -> Line {
    let mut line = Line::default();
    line.push(text, Some(Group::Named("PolecatMuted")));
    line
}

/// A line of a difference as an editor can show it.
fn shown(bytes: &[u8]) -> Line {
    let (text, more) = diff::shown(bytes);
    let mut line = Line::plain(text);
    line.push(&more.unwrap_or_default(), Some(Group::Named("PolecatMuted")));
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::diff::parse;

    const DIFF: &str =
        "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-x\n+b\n@@ -9 +9 @@\n-b\n+c\n";
    const RENAME: &str = "diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n";

    fn section(stage: Stage, diff: &str) -> Section {
        Section { stage, commits: 0, files: parse(diff.as_bytes()), missing: None }
    }

    fn picture(sections: Vec<Section>) -> Picture {
        changes("ash", &Changes { since: "main (1a2b3c4)".to_owned(), sections })
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn sections_are_told_apart_and_every_file_and_hunk_is_found_by_its_rows() {
        let committed = Section { commits: 1, ..section(Stage::Committed, RENAME) };
        let picture = picture(vec![committed, section(Stage::Unstaged, DIFF)]);
        let lines = picture.lines();
        let texts = texts(&lines);
        assert_eq!(texts[0], "ash: 2 files, +2 -2 since main (1a2b3c4)");
        assert_eq!(texts[1..4], ["", "Committed: 1 commit, 1 file", "diff --git a/o b/n"]);
        assert_eq!(texts[7..10], ["", "Not staged: 1 file, +2 -2", "diff --git a/f b/f"]);
        let rows = |rows: (usize, usize)| &texts[rows.0..rows.0 + rows.1];
        let [renamed, modified] = &picture.files[..] else { panic!("{:?}", picture.files) };
        assert_eq!((renamed.change, renamed.old.as_deref()), ("renamed", Some(&b"o"[..])));
        assert_eq!(rows(renamed.rows).last(), Some(&"rename to n"));
        assert_eq!((rows(modified.rows).len(), modified.counts), (10, (2, 2)));
        assert_eq!(rows(picture.hunks[1].rows), ["@@ -9 +9 @@", "-b", "+c"]);
        assert_eq!(picture.hunks[1].file, 1);
        assert_eq!(picture.rows, texts.len());
    }

    #[test]
    fn nothing_says_so_and_what_is_missing_says_why() {
        assert_eq!(
            texts(&picture(vec![]).lines()),
            ["ash: nothing was changed since main (1a2b3c4)"]
        );
        let missing = Some("more than 16 MiB: too large to be shown".to_owned());
        let large = Section { missing, ..section(Stage::Staged, "") };
        let lines = picture(vec![large]).lines();
        assert_eq!(
            texts(&lines)[2..],
            ["Staged: 0 files", "┄┄ more than 16 MiB: too large to be shown"]
        );
    }

    #[test]
    fn an_endless_line_is_cut_between_two_characters() {
        for blanks in 0..4 {
            let line = format!("+{}{}", " ".repeat(blanks), "漢".repeat(3_000));
            let text = shown(line.as_bytes()).text;
            let (start, _) = text.split_once(" ┄┄ ").unwrap();
            assert!(line.starts_with(start) && start.len() > 3_996, "{}", start.len());
        }
        let no_text = [&b"+"[..], &[0x80; 5_000]].concat();
        assert!(shown(&no_text).text.starts_with('+'), "what became of the line is cut off");
    }
}
