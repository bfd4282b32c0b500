//! The difference between what is shown and what shall be shown.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::frame::Line;

/// Most lines and highlights that an editor is given at once, so that it stays responsive.
const BATCH_SIZE: usize = 500;
/// A line of so many bytes counts as two.
const LONG_LINE_SIZE: usize = 256;

/// Replaces the lines `from..to` (before this patch, after the ones in front of it) by `lines`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The first line that goes, counted from 0.
    pub from: usize,
    /// The line after the last one that goes.
    pub to: usize,
    /// What takes their place.
    pub lines: Vec<Line>,
}

/// What turns `old` into `new`, first patch first. Nothing where they are the same.
#[must_use]
pub fn patches(old: &[Line], new: &[Line]) -> Vec<Patch> {
    let mut found = Vec::new();
    let (mut old_at, mut new_at) = (0, 0);
    for (old_same, new_same, length) in same(old, new) {
        if old_at < old_same || new_at < new_same {
            // The patches in front have already turned everything before into `new`, so this
            // one starts where its own new lines begin.
            let to = new_at + (old_same - old_at);
            found.push(Patch { from: new_at, to, lines: new[new_at..new_same].to_vec() });
        }
        (old_at, new_at) = (old_same + length, new_same + length);
    }
    found
}

/// The stretches that both have, as their starts and their length; the last one is the empty
/// stretch behind the ends.
fn same(old: &[Line], new: &[Line]) -> Vec<(usize, usize, usize)> {
    let mut same: Vec<_> = capture_diff_slices(Algorithm::Myers, old, new)
        .into_iter()
        .filter_map(|op| match op {
            DiffOp::Equal { old_index, new_index, len } => Some((old_index, new_index, len)),
            _ => None,
        })
        .collect();
    same.push((old.len(), new.len(), 0));
    same
}

/// The same patches in portions that are small enough each.
pub(super) fn batches(patches: Vec<Patch>) -> Vec<Vec<Patch>> {
    let mut batches: Vec<Vec<Patch>> = Vec::new();
    let mut room = 0;
    for patch in patches.into_iter().flat_map(split) {
        let size = patch.lines.iter().map(weight).sum::<usize>().max(1);
        if size > room || batches.is_empty() {
            batches.push(Vec::new());
            room = BATCH_SIZE;
        }
        room = room.saturating_sub(size);
        if let Some(batch) = batches.last_mut() {
            batch.push(patch);
        }
    }
    batches
}

/// What a line costs an editor: long ones as much as several.
fn weight(line: &Line) -> usize {
    1 + line.spans.len() + line.text.len() / LONG_LINE_SIZE
}

/// One patch as several, each of at most a batch.
fn split(patch: Patch) -> Vec<Patch> {
    let Patch { from, to, lines } = patch;
    let mut parts = vec![Patch { from, to, lines: Vec::new() }];
    let mut size = 0;
    for (index, line) in lines.into_iter().enumerate() {
        size += weight(&line);
        if size > BATCH_SIZE && index > 0 {
            let row = from + index;
            parts.push(Patch { from: row, to: row, lines: Vec::new() });
            size = weight(&line);
        }
        if let Some(part) = parts.last_mut() {
            part.lines.push(line);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(texts: &[&str]) -> Vec<Line> {
        texts.iter().map(|text| Line::plain(*text)).collect()
    }

    fn apply(old: &[Line], patches: &[Patch]) -> Vec<Line> {
        let mut shown = old.to_vec();
        for patch in patches {
            shown.splice(patch.from..patch.to, patch.lines.iter().cloned());
        }
        shown
    }

    #[test]
    fn the_same_lines_need_no_patch() {
        assert_eq!(patches(&lines(&["a", "b"]), &lines(&["a", "b"])), []);
    }

    #[test]
    fn output_that_scrolled_is_a_cut_above_and_an_addition_below() {
        let found = patches(&lines(&["1", "2", "3"]), &lines(&["2", "3", "4"]));
        assert_eq!(
            found,
            [
                Patch { from: 0, to: 1, lines: vec![] },
                Patch { from: 2, to: 2, lines: lines(&["4"]) }
            ]
        );
    }

    #[test]
    fn a_change_of_colour_alone_is_a_change() {
        let mut red = Line::default();
        red.push("x", Some(super::super::Group::Named("PolecatDied")));
        assert_eq!(patches(&lines(&["x"]), &[red]).len(), 1);
    }

    proptest! {
        #[test]
        fn applied_in_order_they_always_give_the_new_lines(
            old in prop::collection::vec("[abc]", 0..12),
            new in prop::collection::vec("[abc]", 0..12),
        ) {
            let old: Vec<_> = old.into_iter().map(Line::plain).collect();
            let new: Vec<_> = new.into_iter().map(Line::plain).collect();
            prop_assert_eq!(apply(&old, &patches(&old, &new)), new);
        }
    }
}
