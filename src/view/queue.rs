//! What is queued for one polecat.

use super::frame::{Frame, Group, Line};
use crate::core::session::queue::{Queue, QueuedMessage};

/// What the rows of the message `id` stand for.
#[must_use]
pub fn queue_row(polecat: &str, id: u64) -> String {
    format!("{polecat}#{id}")
}

/// The messages that wait, all of each.
#[must_use]
pub fn queue(polecat: &str, queue: &Queue) -> Frame {
    let mut lines = vec![heading(polecat, queue)];
    if let Some(why) = &queue.held {
        let mut line = Line::default();
        line.push(
            &format!("held, `s` sends them: {}", shown(why)),
            Some(Group::Named("PolecatWaiting")),
        );
        lines.push(line);
    }
    for (at, message) in queue.messages.iter().enumerate() {
        lines.push(Line::default());
        lines.extend(rows(polecat, at + 1, message));
    }
    Frame { lines, ..Frame::default() }
}

fn heading(polecat: &str, queue: &Queue) -> Line {
    let text = match queue.messages.len() {
        0 => format!("nothing is queued: `:PolecatQueue {polecat} {{message}}` does"),
        1 => "1 message waits until its agent is at its prompt".to_owned(),
        count => format!("{count} messages wait until its agent is at its prompt"),
    };
    let mut line = Line::default();
    line.push(&text, Some(Group::Named("PolecatTitle")));
    line
}

fn rows(polecat: &str, number: usize, message: &QueuedMessage) -> Vec<Line> {
    let row = |(at, text): (usize, &str)| {
        let mut line = Line { key: queue_row(polecat, message.id), ..Line::default() };
        let number = if at == 0 { number.to_string() } else { String::new() };
        line.push(&format!("{number:>3}  "), Some(Group::Named("PolecatMuted")));
        line.push(&shown(text), None);
        line
    };
    message.text.lines().enumerate().map(row).collect()
}

/// One line stays one line.
fn shown(text: &str) -> String {
    text.chars()
        .map(|each| if each.is_control() && each != '\t' { '\u{fffd}' } else { each })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_of_a_message_stands_for_it_and_a_hold_says_why() {
        let mut one = Queue::default();
        assert!(queue("ash", &one).texts()[0].contains(":PolecatQueue ash {message}"));
        one.push("a\nb\u{1b}".to_owned());
        one.push("c".to_owned());
        let frame = queue("ash", &one.held("x"));
        assert_eq!(
            frame.texts(),
            [
                "2 messages wait until its agent is at its prompt",
                "held, `s` sends them: x",
                "",
                "  1  a",
                "     b\u{fffd}",
                "",
                "  2  c"
            ]
        );
        let keys: Vec<_> = frame.lines.iter().map(|line| line.key.as_str()).collect();
        assert_eq!(keys, ["", "", "", "ash#1", "ash#1", "", "ash#2"]);
    }
}
