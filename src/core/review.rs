//! Review comments, and the message that sends them to an agent.

mod target;

pub use target::{location, target};

use serde::{Deserialize, Serialize};

use super::{
    as_bytes,
    diff::{CommentedLines, Side},
};

/// A comment on some lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// Its id among the polecat's comments.
    pub id: u64,
    /// The lines it is about.
    pub place: CommentedLines,
    /// The first of these lines at that time, from 1; 0 for the whole file.
    pub shown: usize,
    /// The comment's text.
    #[serde(with = "as_bytes::text")]
    pub text: String,
}

/// All comments as one message.
#[must_use]
pub fn message(comments: &[Comment]) -> String {
    let count = if comments.len() == 1 {
        "1 comment".to_owned()
    } else {
        format!("{} comments", comments.len())
    };
    let head = format!("Review of your changes, {count}:");
    let each = comments.iter().enumerate();
    let each = each.map(|(index, comment)| format!("{}. {}", index + 1, told(comment)));
    std::iter::once(head).chain(each).collect::<Vec<_>>().join("\n\n")
}

fn told(comment: &Comment) -> String {
    let place = &comment.place;
    let quote = if place.quote.is_empty() { String::new() } else { fenced(&place.quote) };
    format!("{}\n{quote}{}", where_it_is(comment), comment.text.trim_end())
}

/// `src/main.rs:12-14`, and whether the lines are deleted ones.
fn where_it_is(comment: &Comment) -> String {
    let path = String::from_utf8_lossy(&comment.place.path);
    let last = comment.shown.saturating_add(comment.place.quote.len().saturating_sub(1));
    match comment.place.side {
        _ if comment.shown == 0 => path.into_owned(),
        Side::Old => format!("{path}, removed at line {}", comment.shown),
        Side::New if last == comment.shown => format!("{path}:{last}"),
        Side::New => format!("{path}:{}-{last}", comment.shown),
    }
}

/// In a fence longer than any in the lines, so that no line closes it.
fn fenced(lines: &[String]) -> String {
    let ticks = |line: &String| line.trim_start().chars().take_while(|c| *c == '`').count();
    let longest = lines.iter().map(ticks).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{}\n{fence}\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(shown: usize, side: Side, quote: &[&str], text: &str) -> Comment {
        let quote = quote.iter().map(|line| (*line).to_owned()).collect();
        let place = CommentedLines { path: b"src/a.rs".to_vec(), side, line: shown, quote };
        Comment { id: 0, place, shown, text: text.to_owned() }
    }

    #[test]
    fn a_message_names_the_lines_quotes_them_and_says_what_is_said() {
        let comments = [
            comment(12, Side::New, &["a", "```"], "Why?\n"),
            comment(3, Side::Old, &["b"], "Keep it."),
            comment(0, Side::New, &[], "A test?"),
        ];
        assert_eq!(
            message(&comments),
            "Review of your changes, 3 comments:\n\n\
             1. src/a.rs:12-13\n````\na\n```\n````\nWhy?\n\n\
             2. src/a.rs, removed at line 3\n```\nb\n```\nKeep it.\n\n\
             3. src/a.rs\nA test?"
        );
    }

    #[test]
    fn a_line_that_no_file_has_is_told_all_the_same() {
        let told = message(&[comment(usize::MAX, Side::New, &["a", "b"], "Why?")]);
        assert!(told.contains("src/a.rs:18446744073709551615\n"), "{told}");
    }
}
