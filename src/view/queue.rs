//! What is queued for one polecat.

use super::frame::{Frame, Group, Line};

/// What waits for one polecat.
#[derive(Clone, Debug, Default)]
pub struct Queued {
    /// Why none is sent before a person says so.
    pub held: Option<String>,
    /// In the order in which they are sent, by their ids.
    pub messages: Vec<(u64, String)>,
}

/// What the rows of the message `id` stand for.
#[must_use]
pub fn queue_row(polecat: &str, id: u64) -> String {
    format!("{polecat}#{id}")
}

/// The messages that wait, all of each.
#[must_use]
pub fn queue(polecat: &str, queue: &Queued) -> Frame {
    let mut lines = vec![heading(polecat, queue)];
    if let Some(why) = &queue.held {
        let mut line = Line::default();
        line.push(
            &format!("held, `s` sends them: {}", shown(why)),
            Some(Group::Named("PolecatWaiting")),
        );
        lines.push(line);
    }
    for (at, (id, text)) in queue.messages.iter().enumerate() {
        lines.push(Line::default());
        lines.extend(rows(polecat, at + 1, (*id, text)));
    }
    Frame { lines, ..Frame::default() }
}

fn heading(polecat: &str, queue: &Queued) -> Line {
    let text = match queue.messages.len() {
        0 => format!("nothing is queued: `:PolecatQueue {polecat} {{message}}` adds a message"),
        1 => "1 message waits until its agent is at its prompt".to_owned(),
        count => format!("{count} messages wait until its agent is at its prompt"),
    };
    let mut line = Line::default();
    line.push(&text, Some(Group::Named("PolecatTitle")));
    line
}

fn rows(polecat: &str, number: usize, (id, text): (u64, &str)) -> Vec<Line> {
    let row = |(at, text): (usize, &str)| {
        let mut line = Line { key: queue_row(polecat, id), ..Line::default() };
        let number = if at == 0 { number.to_string() } else { String::new() };
        line.push(&format!("{number:>3}  "), Some(Group::Named("PolecatMuted")));
        line.push(&shown(text), None);
        line
    };
    text.lines().enumerate().map(row).collect()
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
        let one = Queued::default();
        assert!(queue("ash", &one).texts()[0].contains(":PolecatQueue ash {message}"));
        let messages = vec![(1, "a\nb\u{1b}".to_owned()), (2, "c".to_owned())];
        let frame = queue("ash", &Queued { held: Some("x".to_owned()), messages });
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
