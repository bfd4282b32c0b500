//! The changed files as a tree of their folders, above their differences.

mod nodes;

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

pub(super) use self::nodes::{Node, nodes};
use super::{FileRow, Picture, title};
use crate::view::{
    columns::{self, Cell, ColumnFit, Row},
    frame::{Fold, Line},
    words,
};

/// What the tree has of the screen: a longer name gives way to the other columns, but for so much.
const DEFAULT_WIDTH: usize = 120;
const NAME: (usize, usize) = (1, 40);
/// More characters of a name are not looked at.
const NAME_LENGTH_LIMIT: usize = 400;

/// A row of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeRow {
    /// From 0.
    pub row: usize,
    /// What tells it from all other rows, whatever has changed in it.
    pub id: String,
    /// What tells what has changed in it from what it becomes with any other change.
    pub digest: String,
    /// The path of the file, or of the folder, which ends with a `/`.
    pub path: Vec<u8>,
    /// Whether it is a folder.
    pub folder: bool,
    /// The indices of all that it stands for: a file once for each of its stages.
    pub files: Vec<usize>,
    /// What stands there when the folder is closed.
    pub closed: Line,
}

/// The rows from `first` on, and their lines.
pub(super) fn rows(nodes: Vec<Node>, files: &[FileRow], first: usize) -> Vec<(TreeRow, Line)> {
    let stages: HashSet<_> = files.iter().map(|file| file.stage).collect();
    let cells: Vec<_> = nodes
        .iter()
        .map(|node| {
            let own: Vec<_> = node.files.iter().filter_map(|index| files.get(*index)).collect();
            cells(node, &own, stages.len() > 1)
        })
        .collect();
    let lines =
        columns::set(&cells, DEFAULT_WIDTH, ColumnFit { expendable: &[], elastic: Some(NAME) });
    let row = |(index, (node, closed)): (usize, (Node, Line))| {
        let line = Line { fold: Some(fold(&node)), ..opened(&node, &closed) };
        let digest = digest(node.files.iter().filter_map(|index| files.get(*index)));
        let (row, id) = (first + index, format!("tree{}", hash(&(&node.path, node.folder))));
        let Node { path, folder, files, .. } = node;
        (TreeRow { row, id, digest, path, folder, files, closed }, line)
    };
    nodes.into_iter().zip(lines).enumerate().map(row).collect()
}

fn fold(node: &Node) -> Fold {
    if node.folder { Fold::Starts(node.depth + 1) } else { Fold::In(node.depth) }
}

/// A folder that is open shows its name; what it has is shown by its files.
fn opened(node: &Node, closed: &Line) -> Line {
    let Some(name) = closed.spans.first().filter(|_| node.folder) else {
        return closed.clone();
    };
    Line { text: closed.text[..name.to].to_owned(), spans: vec![name.clone()], ..Line::default() }
}

/// `M  main.rs  +12  -3  committed, not staged`
fn cells(node: &Node, files: &[&FileRow], tells_stages: bool) -> Row {
    let muted = Some("PolecatMuted");
    let name: String =
        String::from_utf8_lossy(&node.name).chars().take(NAME_LENGTH_LIMIT).collect();
    let indent = ("  ".repeat(node.depth.into()), None);
    let group = node.folder.then_some("Directory");
    let mut cells =
        vec![Cell::default(), Cell { parts: vec![indent, (words::plain(&name), group)] }];
    let count = |of: fn(&FileRow) -> usize| files.iter().map(|file| of(file)).sum::<usize>();
    let number = |mark, count, group| match count {
        0 => Cell::default(),
        count => Cell::new(format!("{mark}{count}"), Some(group)),
    };
    cells.push(number('+', count(|file| file.counts.0), "PolecatAdded"));
    cells.push(number('-', count(|file| file.counts.1), "PolecatRemoved"));
    if node.folder {
        let paths: HashSet<_> = files.iter().map(|file| &file.path).collect();
        cells.push(Cell::new(super::several(paths.len(), "file"), muted));
    } else {
        let (letter, group) = letter(files);
        cells[0] = Cell::new(format!("  {letter}"), Some(group));
        cells.push(Cell::new(about(files, tells_stages), muted));
    }
    Row { cells, key: String::new() }
}

/// As `git status` has it.
fn letter(files: &[&FileRow]) -> (char, &'static str) {
    let changes: Vec<_> = files.iter().map(|file| file.change).collect();
    match (changes.first().copied(), changes.last().copied()) {
        _ if changes.contains(&"unmerged") => ('U', "PolecatDied"),
        (_, Some("deleted")) => ('D', "PolecatRemoved"),
        (Some("added"), _) => ('A', "PolecatAdded"),
        (Some("renamed"), _) => ('R', "PolecatMuted"),
        (Some("copied"), _) => ('C', "PolecatMuted"),
        _ => ('M', "PolecatMuted"),
    }
}

/// `committed, not staged`
fn about(files: &[&FileRow], tells_stages: bool) -> String {
    let mut words: Vec<_> = files.iter().map(|file| title(file.stage).to_lowercase()).collect();
    words.dedup();
    if !tells_stages {
        words.clear();
    }
    if files.iter().any(|file| file.binary) {
        words.push("binary".to_owned());
    }
    words.join(", ")
}

fn digest<'a>(files: impl Iterator<Item = &'a FileRow>) -> String {
    hash(&files.map(|file| (&file.id, &file.digest)).collect::<Vec<_>>())
}

fn hash(what: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

impl Picture {
    /// The row of the tree that has this id, as an editor says it; none when something else stands
    /// there by now.
    pub(crate) fn tree_row(&self, id: &str) -> Option<&TreeRow> {
        let (group, part) = id.strip_suffix("+0")?.split_once('#')?;
        self.tree.iter().find(|row| row.id == group && row.digest == part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::diff::{Changes, Section, Stage, parse};
    use crate::view::changes;

    fn section(stage: Stage, paths: &[&str]) -> Section {
        let file = |path: &&str| {
            format!(
                "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1,2 @@\n-x\n+y\n+z\n"
            )
        };
        let diff: String = paths.iter().map(file).collect();
        Section { stage, commits: 0, files: parse(diff.as_bytes()), missing: None }
    }

    fn picture(sections: Vec<Section>) -> Picture {
        changes("ash", &Changes { since: String::new(), sections })
    }

    fn drawn(sections: Vec<Section>) -> Vec<(String, Option<Fold>)> {
        let picture = picture(sections);
        let lines = picture.lines().into_iter().skip(2).take(picture.tree.len());
        lines.map(|line| (line.text, line.fold)).collect()
    }

    #[test]
    fn files_stand_below_their_folders_with_counts_and_stages() {
        let committed = section(Stage::Committed, &["README", "src/core/a.rs", "src/main.rs"]);
        let later = section(Stage::Unstaged, &["src/core/a.rs", "src/core/b.rs"]);
        let own = |text: &str, fold| (text.to_owned(), Some(fold));
        assert_eq!(
            drawn(vec![committed, later]),
            [
                own("  M  README     +2  -1  committed", Fold::In(0)),
                own("     src/", Fold::Starts(1)),
                own("       core/", Fold::Starts(2)),
                own("  M      a.rs   +4  -2  committed, not staged", Fold::In(2)),
                own("  M      b.rs   +2  -1  not staged", Fold::In(2)),
                own("  M    main.rs  +2  -1  committed", Fold::In(1)),
            ]
        );
    }

    #[test]
    fn of_one_stage_nothing_is_said_and_of_two_files_there_is_no_tree() {
        let of = |paths: &[&str]| drawn(vec![section(Stage::Compared, paths)]);
        assert_eq!(of(&["a", "b"]), []);
        assert_eq!(of(&["a", "b", "c"])[2], ("  M  c  +2  -1".to_owned(), Some(Fold::In(0))));
        let twice = vec![section(Stage::Staged, &["a", "b"]), section(Stage::Unstaged, &["a"])];
        assert_eq!(drawn(twice), [], "these are two files");
    }

    #[test]
    fn a_closed_folder_says_what_is_in_it() {
        let paths = ["a/b/c/one", "a/b/c/two", "a/b/d"];
        let picture = picture(vec![section(Stage::Reviewed, &paths)]);
        let closed = |row: usize| &*picture.tree[row].closed.text;
        assert_eq!(closed(0), "     a/b/     +6  -3  3 files");
        assert_eq!(closed(1), "       c/     +4  -2  2 files");
    }

    #[test]
    fn the_letter_is_what_became_of_the_file() {
        let file = |change, stage| {
            let path = b"f".to_vec();
            let (id, digest) = (String::new(), String::new());
            let (at, rows, counts, old, binary) = ((0, 0), (0, 1), (0, 0), None, false);
            FileRow { at, rows, stage, change, path, old, counts, binary, id, digest }
        };
        for (changes, expected) in [
            (&["modified"][..], 'M'),
            (&["added", "modified"], 'A'),
            (&["added", "deleted"], 'D'),
            (&["deleted", "added"], 'M'),
            (&["renamed", "modified"], 'R'),
            (&["unmerged", "deleted"], 'U'),
        ] {
            let files: Vec<_> =
                changes.iter().map(|change| file(change, Stage::Unstaged)).collect();
            assert_eq!(letter(&files.iter().collect::<Vec<_>>()).0, expected, "{changes:?}");
        }
    }

    #[test]
    fn an_id_is_of_what_was_seen_to_have_changed() {
        let paths = ["a/one", "a/two", "b"];
        let before = picture(vec![section(Stage::Unstaged, &paths)]);
        let mut other = section(Stage::Unstaged, &paths);
        other.files[0].hunks[0].text.extend(b"+more\n");
        let after = picture(vec![other]);
        let id = |row: &TreeRow| format!("{}#{}+0", row.id, row.digest);
        let same = |row: usize| after.tree_row(&id(&before.tree[row])).is_some();
        assert_eq!([0, 1, 2, 3].map(same), [false, false, true, true]);
        assert_eq!(before.tree[0].id, after.tree[0].id, "it is still the same folder");
        assert_eq!(
            before.tree_row(&id(&before.tree[1])).map(|row| &row.path[..]),
            Some(&b"a/one"[..])
        );
    }
}
