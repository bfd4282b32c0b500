//! Tables that tmux prints by a format: a row for each thing, with numbers and texts.

use super::reply::Reply;
use crate::tmux::error::{TmuxError, shown};

/// What is asked of each thing. Each field of each thing costs tmux some µs.
pub(in crate::tmux) struct Wanted<'a> {
    /// Formats whose values cannot hold a tab.
    pub(in crate::tmux) numbers: &'a [&'a str],
    /// Names of variables and options, whose values may hold anything, even line breaks.
    pub(in crate::tmux) texts: Vec<&'a str>,
}

/// What tmux says of one thing.
pub(in crate::tmux) struct Row<'a> {
    pub(in crate::tmux) numbers: Fields<'a>,
    pub(in crate::tmux) texts: std::vec::IntoIter<String>,
}

/// The numbers of a row, one by one.
pub(in crate::tmux) struct Fields<'a>(std::str::Split<'a, char>);

impl Wanted<'_> {
    /// Each text ends with `end`, which must be unguessable. A length in front would not do: tmux
    /// 3.4 and 3.5 print some bytes as `\ooo`. (Removing control characters with `s/...` costs tmux
    /// as much as everything else.)
    pub(in crate::tmux) fn format(&self, end: &str) -> String {
        let numbers = self.numbers.iter().map(|format| format!("{format}\t"));
        numbers.chain(self.texts.iter().map(|name| format!("#{{{name}}}{end}"))).collect()
    }

    /// The rows of a reply, as `read` makes them.
    pub(in crate::tmux) fn parse<T>(
        &self,
        reply: &Reply,
        end: &str,
        read: impl Fn(Row<'_>) -> Option<T>,
    ) -> Result<Vec<T>, TmuxError> {
        let mut rest = reply.bytes();
        let mut rows = Vec::new();
        while !rest.is_empty() {
            let (row, behind) = self.first(rest, end.as_bytes(), &read).ok_or_else(|| {
                TmuxError::Unexpected { command: "list-panes".to_owned(), reply: shown(rest) }
            })?;
            rest = behind;
            rows.push(row);
        }
        Ok(rows)
    }

    /// The first row, and what comes after it.
    fn first<'b, T>(
        &self,
        row: &'b [u8],
        end: &[u8],
        read: impl Fn(Row<'_>) -> Option<T>,
    ) -> Option<(T, &'b [u8])> {
        let tabs = row.iter().enumerate().filter(|(_, byte)| **byte == b'\t');
        let behind = tabs.map(|(at, _)| at + 1).nth(self.numbers.len() - 1)?;
        let (numbers, mut rest) = row.split_at(behind);
        let numbers = Fields(std::str::from_utf8(numbers).ok()?.split('\t'));
        let texts = self.texts.iter().map(|_| take(&mut rest, end)).collect::<Option<Vec<_>>>()?;
        let row = read(Row { numbers, texts: texts.into_iter() })?;
        Some((row, rest.strip_prefix(b"\n")?))
    }
}

/// The next text, which ends with `end`.
fn take(rest: &mut &[u8], end: &[u8]) -> Option<String> {
    let at = rest.windows(end.len()).position(|window| window == end)?;
    let (text, behind) = rest.split_at(at);
    *rest = behind.strip_prefix(end)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

impl<'a> Fields<'a> {
    /// The next field as it is.
    pub(in crate::tmux) fn word(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    /// The next field, which must be there.
    pub(in crate::tmux) fn id<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.word()?.parse().ok()
    }

    /// The next field, if it has a value.
    pub(in crate::tmux) fn optional<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.id()
    }
}
