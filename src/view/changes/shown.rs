//! What an editor shows of a picture, and what it is sent for the next one.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::Picture;
use crate::view::{
    frame::Line,
    patch::{Patch, batches, patches},
};

/// Blocks that differ are compared line by line when they have no more lines than this.
const COMPARED_LINES_LIMIT: usize = 2_000;

/// What an editor shows of a picture.
#[derive(Debug, Default)]
pub struct ShownPicture {
    blocks: Vec<Vec<Line>>,
}

impl ShownPicture {
    /// Takes `picture` for what is shown next, and gives what that changes, in portions that an
    /// editor takes in without a stall. What stays the same is left alone, and with it all that
    /// an editor holds on to: cursors, folds.
    pub fn show(&mut self, picture: &Picture) -> Vec<Vec<Patch>> {
        let (old, new) = (&self.blocks, &picture.blocks);
        if old.is_empty() {
            self.blocks.clone_from(new);
            return batches(vec![Patch { from: 0, to: 0, lines: picture.lines() }]);
        }
        let mut found = Vec::new();
        let mut row = 0;
        // Not line by line: of ten thousand that all differ, that would take seconds.
        for op in capture_diff_slices(Algorithm::Patience, old, new) {
            let (_, from, to) = op.as_tag_tuple();
            if !matches!(op, DiffOp::Equal { .. }) {
                found.extend(replaced(row, &old[from].concat(), &new[to.clone()].concat()));
            }
            row += new[to].iter().map(Vec::len).sum::<usize>();
        }
        self.blocks.clone_from(&picture.blocks);
        batches(found)
    }
}

/// What turns `old` into `new` at `row`.
fn replaced(row: usize, old: &[Line], new: &[Line]) -> Vec<Patch> {
    let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (row, old, new) = (row + same, &old[same..], &new[same..]);
    let same = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[..old.len() - same], &new[..new.len() - same]);
    if old.len() + new.len() > COMPARED_LINES_LIMIT {
        return vec![Patch { from: row, to: row + old.len(), lines: new.to_vec() }];
    }
    let mut found = patches(old, new);
    for patch in &mut found {
        (patch.from, patch.to) = (patch.from + row, patch.to + row);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::diff::{Changes, Section, Stage, parse};
    use crate::view::{changes, frame::Fold};
    use proptest::prelude::*;

    const DIFF: &str =
        "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-x\n+b\n@@ -9 +9 @@\n-b\n+c\n";

    fn section(stage: Stage, diff: &str) -> Section {
        Section { stage, commits: 0, files: parse(diff.as_bytes()), missing: None }
    }

    fn picture(sections: Vec<Section>) -> Picture {
        changes("ash", &Changes { since: "main (1a2b3c4)".to_owned(), sections })
    }

    #[test]
    fn a_hunk_that_changes_leaves_the_others_alone() {
        let before = picture(vec![section(Stage::Unstaged, DIFF)]);
        let mut canvas = ShownPicture::default();
        canvas.show(&before);
        let after = picture(vec![section(Stage::Unstaged, &DIFF.replace("+c", "+d"))]);
        let patches = canvas.show(&after).concat();
        let row = before.rows - 1;
        let line = Line { fold: Some(Fold::In(2)), ..Line::plain("+d") };
        let expected = Patch { from: row, to: row + 1, lines: vec![line] };
        assert_eq!(patches, [expected]);
        assert_eq!(canvas.show(&after).concat(), []);
    }

    proptest! {
        #[test]
        fn the_buffer_always_shows_the_last_picture(
            pictures in prop::collection::vec(prop::collection::vec("[ab]{0,2}", 0..6), 1..6),
        ) {
            let (mut canvas, mut buffer) = (ShownPicture::default(), Vec::<Line>::new());
            for hunks in pictures {
                let hunks = hunks.iter().map(|line| format!("@@ -1 +1 @@\n+{line}\n+{line}\n"));
                let diff = format!("diff --git a/f b/f\n{}", hunks.collect::<String>());
                let picture = picture(vec![section(Stage::Staged, &diff)]);
                for patch in canvas.show(&picture).concat() {
                    buffer.splice(patch.from..patch.to, patch.lines);
                }
                prop_assert_eq!(&buffer, &picture.lines());
            }
        }
    }
}
