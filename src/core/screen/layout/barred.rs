//! A bar at the left of all that is framed. The composer's frame ends with a foot, `╹▀▀▀`; a dialog
//! takes the composer's place and has none.

use std::ops::Range;

use super::super::description::Screen;
use super::{Composer, Scene};

const BAR: char = '┃';

/// What stands under what is typed, inside of the frame: a blank row, and the model's name.
const FOOTER_ROWS: usize = 2;

/// `None` where there is neither.
pub(super) fn scene(known: &Screen, rows: &[String]) -> Option<Scene> {
    let block = last_block(rows)?;
    let is_closed = rows.get(block.end).is_some_and(|row| row.trim_start().starts_with('╹'));
    if !is_closed {
        // What somebody sent stands behind a bar too.
        let under = rows[block.end..].iter().any(|row| !row.is_empty());
        return (!under).then_some(Scene::Dialog(block));
    }
    let end = block.end.saturating_sub(FOOTER_ROWS).max(block.start + 1);
    let below = block.end + 1;
    let composer = Composer::new(block.start, block.start..end, below, known.marks.first()?);
    Some(Scene::Composer(composer.between(&[BAR])))
}

/// The last rows that begin with a bar, one below the other.
fn last_block(rows: &[String]) -> Option<Range<usize>> {
    let barred = |row: &String| row.trim_start().starts_with(BAR);
    let last = rows.iter().rposition(barred)?;
    let count = rows[..last].iter().rev().take_while(|row| barred(row)).count();
    Some(last - count..last + 1)
}
