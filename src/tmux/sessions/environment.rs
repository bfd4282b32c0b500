//! The environment tables of sessions: the variables that a session has of its own.
//!
//! A format such as `#{GT_RIG}` does not tell: if the session has no such variable it gives the
//! server's, which comes from whoever started the server.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::tmux::ids::SessionId;

/// How long whoever made a session may still be writing its table, in s: gastown before 0.6 writes
/// it variable by variable after it has made the session.
const WRITE_TIMEOUT_S: i64 = 10;
/// How many are remembered.
const TABLES_LIMIT: usize = 2_000;

/// A session whose table is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TableOf {
    /// The session.
    pub session: SessionId,
    /// When it was made, in s since 1970: the next server gives the same ids.
    pub created: i64,
    /// The process of one of its panes: whoever starts another program there may have written the
    /// table anew.
    pub pid: Option<u32>,
}

/// The variables that a session has of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(HashMap<String, String>);

/// A cache of the tables that no longer change.
#[derive(Debug, Default)]
pub(in crate::tmux) struct Tables(Mutex<HashMap<TableOf, Environment>>);

impl Environment {
    /// The value of a variable; none if it is not set, or is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn only(mut self, prefix: &str) -> Self {
        self.0.retain(|name, _| name.starts_with(prefix));
        self
    }

    /// Reads what `show-environment -s` prints: `NAME="value"; export NAME;` with `$`, `"`, `` ` ``
    /// and `\` escaped in the value, which may have line breaks, or `unset NAME;`.
    pub(super) fn parse(printed: &str) -> Self {
        let mut variables = HashMap::new();
        let mut rest = printed;
        while let Some(line) = rest.lines().next() {
            let found = line.split_once("=\"").filter(|(name, _)| is_name(name));
            let Some((name, _)) = found else {
                rest = behind_line(rest);
                continue;
            };
            let (value, behind) = quoted(&rest[name.len() + 2..]);
            variables.insert(name.to_owned(), value);
            rest = behind_line(behind);
        }
        Self(variables)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains([' ', ';', '"'])
}

fn behind_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, behind)| behind)
}

/// A text up to its closing quote, and what is behind that.
fn quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

impl Tables {
    pub(super) fn known(&self, sessions: &[TableOf]) -> HashMap<SessionId, Environment> {
        let kept = self.kept();
        let of = |one: &TableOf| Some((one.session, kept.get(one)?.clone()));
        sessions.iter().filter_map(of).collect()
    }

    pub(super) fn keep(&self, read: &[(TableOf, Environment)]) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let mut kept = self.kept();
        if kept.len() + read.len() > TABLES_LIMIT {
            kept.clear();
        }
        let settled = read.iter().filter(|(of, _)| now - of.created > WRITE_TIMEOUT_S);
        kept.extend(settled.cloned());
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<TableOf, Environment>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_it_was_written_whatever_its_values_hold() {
        let printed = "unset DISPLAY;\nE=\"\"; export E;\nGT_RIG=\"shop\"; export GT_RIG;\n\
            X=\"a\nb\\\"c\\$d\\`e\\\\f\t\nGT_RIG=\"; export X;\nunset GT_X;\nZ=\"1\"; export Z;\n";
        let table = Environment::parse(printed);
        assert_eq!(table.get("GT_RIG"), Some("shop"));
        assert_eq!(table.get("X"), Some("a\nb\"c$d`e\\f\t\nGT_RIG="));
        assert_eq!(table.get("Z"), Some("1"));
        assert_eq!((table.get("E"), table.get("GT_X"), table.get("DISPLAY")), (None, None, None));
        assert_eq!(table.0.len(), 4);
    }

    #[test]
    fn what_is_cut_short_or_no_table_is_read_as_far_as_it_goes() {
        assert_eq!(Environment::parse("A=\"x").get("A"), Some("x"));
        assert_eq!(Environment::parse("A=\"x\\").get("A"), Some("x"));
        assert_eq!(Environment::parse("nonsense\nA=\"1\"; export A;").get("A"), Some("1"));
        assert_eq!(Environment::parse("").0.len(), 0);
        let both =
            Environment::parse("TOKEN=\"x\"; export TOKEN;\nGT_RIG=\"shop\"; export GT_RIG;");
        assert_eq!(both.only("GT_").0.into_keys().collect::<Vec<_>>(), ["GT_RIG"]);
    }
}
