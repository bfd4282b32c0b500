//! What an agent printed, with its colours.

use super::{ansi, frame::Frame};

/// The frame of `output`, as `tmux capture-pane -e` prints it. Trailing blanks have no meaning
/// in a buffer and would only be in the way of `$`, so they go.
#[must_use]
pub fn capture(output: &[u8]) -> Frame {
    let mut frame = Frame { lines: ansi::lines(output) };
    for line in &mut frame.lines {
        let kept = line.text.trim_end_matches(' ').len();
        let shown = line.spans.last().map_or(0, |span| span.to);
        line.text.truncate(kept.max(shown));
    }
    frame
}
