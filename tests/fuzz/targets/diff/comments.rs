//! Comments on lines of a diff, as the editor makes them of what it shows.

use polecat::core::diff::{Changes, CommentPosition, CommentedLines, Side, find};
use polecat::core::review::{Comment, message};
use polecat::view::{self, HunkRow, Line, Picture};

/// A line of one version: its number, and the row that shows it.
type Numbered = (usize, usize);

/// Comments tried of one file and side.
const TRIED_COUNT: usize = 12;

pub fn are_found_where_they_were_made(changes: &Changes) {
    let picture = view::changes("ash", changes);
    let buffer = Buffer { lines: picture.lines(), changes, picture };
    for (index, file) in buffer.picture.files.iter().enumerate() {
        for side in [Side::Old, Side::New] {
            let shown = buffer.shown(index, side);
            let in_order = shown.windows(2).all(|pair| pair[0].0 < pair[1].0);
            let only = in_order && buffer.has_one_of(&file.path);
            for (at, size) in (0..shown.len()).zip([1, 2, 3].into_iter().cycle()).take(TRIED_COUNT)
            {
                let Some(pointed) = shown.get(at..at + size) else { continue };
                if buffer.are_marked(pointed) {
                    buffer.is_found(&file.path, side, pointed, only);
                }
            }
        }
    }
}

struct Buffer<'a> {
    changes: &'a Changes,
    picture: Picture,
    lines: Vec<Line>,
}

impl Buffer<'_> {
    /// The lines of a version that the hunks of a file show.
    fn shown(&self, file: usize, side: Side) -> Vec<Numbered> {
        let mut numbered = Vec::new();
        for hunk in self.picture.hunks.iter().filter(|hunk| hunk.file == file) {
            let HunkRow { rows: (from, count), old, new, .. } = hunk;
            // A line of a conflict is of several versions.
            if self.lines[*from].text.starts_with("@@@") {
                continue;
            }
            let mut line = if side == Side::Old { old.0 } else { new.0 };
            for row in from + 1..from + count {
                let skipped = match self.lines[row].text.as_bytes().first() {
                    Some(b'+') => side == Side::Old,
                    Some(b'-') => side == Side::New,
                    mark => mark == Some(&b'\\'),
                };
                if !skipped {
                    numbered.push((line, row));
                    line += 1;
                }
            }
        }
        numbered
    }

    fn has_one_of(&self, path: &[u8]) -> bool {
        let files = self.changes.sections.iter().flat_map(|section| &section.files);
        files.filter(|file| file.new == path || file.old == path).count() == 1
    }

    fn are_marked(&self, rows: &[Numbered]) -> bool {
        rows.iter().all(|(_, row)| self.lines[*row].text.starts_with([' ', '+', '-']))
    }

    /// What the lines say behind their marks.
    fn quote(&self, rows: &[Numbered]) -> Vec<String> {
        rows.iter().map(|(_, row)| self.lines[*row].text.chars().skip(1).collect()).collect()
    }

    fn is_found(&self, path: &[u8], side: Side, pointed: &[Numbered], only: bool) {
        let (line, row) = (pointed[0].0, pointed[pointed.len() - 1].1);
        let place = CommentedLines { path: path.to_vec(), side, line, quote: self.quote(pointed) };
        let found = find(&self.changes.sections, &place);
        let CommentPosition::Row(section, index, ..) = found else {
            assert!(!follow(pointed), "{place:?} is not found: {found:?}");
            return;
        };
        let (now, left) = self.picture.row_of(found);
        assert!(!left && now < self.picture.rows, "{now} of {}", self.picture.rows);
        assert!(!only || !follow(pointed) || row == now, "{place:?}: taken from {row} to {now}");
        let file = self.picture.files.iter().position(|file| file.at == (section, index));
        let shown = self.shown(file.expect("its file is shown"), side);
        let last = shown.iter().position(|(_, row)| *row == now).expect("it is of that side");
        let stretch = &shown[last + 1 - pointed.len()..=last];
        assert!(follow(stretch), "{place:?} is taken apart");
        assert_eq!(self.quote(stretch), place.quote);
        let elsewhere = CommentedLines { line: usize::MAX, ..place.clone() };
        assert!(
            matches!(find(&self.changes.sections, &elsewhere), CommentPosition::Row(..)),
            "{place:?}"
        );
        let comment = Comment { id: 1, place, shown: line, text: "Why?".to_owned() };
        assert!(message(&[comment]).ends_with("\nWhy?"));
    }
}

/// Lines of two hunks are not one stretch.
fn follow(lines: &[Numbered]) -> bool {
    lines.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0)
}
