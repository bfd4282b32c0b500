//! What one polecat prints, for a small window that follows the cursor of a list.

use super::{
    detail,
    frame::{Frame, Group, Line},
    status::doing,
    words,
};
use crate::core::session::SessionInfo;

/// The state of `session`, what it does, and the end of `tail`, which is what it shows as
/// `tmux capture-pane -e` prints it: at most `rows` rows of `width` cells.
#[must_use]
pub fn preview(session: &SessionInfo, tail: Option<&[u8]>, width: usize, rows: usize) -> Frame {
    let mut head = detail::heading(session);
    for (text, group) in doing::doing(session).parts {
        head.push("  ", None);
        let room = width.saturating_sub(words::cells(&head.text));
        head.push(&words::fit(&text, room), group.map(Group::Named));
    }
    let mut lines = vec![head];
    let printed = match (&session.exit, tail) {
        (Some(exit), _) => exit.tail.iter().map(Line::plain).collect(),
        (None, Some(tail)) => super::capture(tail).lines,
        (None, None) => Vec::new(),
    };
    let end = printed.iter().rposition(|line| !line.text.trim().is_empty()).map_or(0, |at| at + 1);
    let room = rows.saturating_sub(lines.len());
    lines.extend_from_slice(&printed[end.saturating_sub(room)..end]);
    for line in &mut lines {
        session.polecat.as_str().clone_into(&mut line.key);
    }
    Frame { lines, ..Frame::default() }
}

#[cfg(test)]
mod tests {
    use super::super::testing::session;
    use super::*;
    use crate::core::session::State;

    #[test]
    fn the_end_of_what_is_printed_is_shown_without_blank_rows_below() {
        let task = Some("fix the cart".to_owned());
        let works = SessionInfo { task, ..session("ash", State::Working) };
        let frame = preview(&works, Some(b"one\ntwo\n\nthree\n\n\n"), 40, 3);
        assert_eq!(frame.texts(), ["● ash  working  fix the cart", "", "three"]);
        let frame = preview(&works, None, 20, 3);
        assert_eq!(frame.texts(), ["● ash  working  fix…"]);
    }
}
