//! Reads a value that Lua sent, key by key. A problem is noted by its path, and the reading goes on,
//! so that a person is told of all of them at once.

use std::{cell::RefCell, collections::BTreeSet};

use rmpv::Value;

use crate::core::names::shown;

/// What is noted while a configuration is read.
#[derive(Debug, Default)]
pub(super) struct Report {
    problems: RefCell<Vec<String>>,
    keys: RefCell<BTreeSet<String>>,
    /// Whether only the keys count: each table and list is read as if it were there.
    probes: bool,
}

/// What is read where a probe finds nothing.
static NOTHING: Value = Value::Map(Vec::new());

impl Report {
    /// Of the keys that a configuration may have.
    pub(super) fn probing() -> Self {
        Self { probes: true, ..Self::default() }
    }

    pub(super) fn note(&self, problem: String) {
        self.problems.borrow_mut().push(problem);
    }

    /// What is wrong, sorted by path.
    pub(super) fn problems(self) -> Vec<String> {
        let mut problems = self.problems.into_inner();
        problems.sort();
        problems
    }

    /// The path of each key that was asked for, there or not.
    pub(super) fn keys(self) -> BTreeSet<String> {
        self.keys.into_inner()
    }
}

/// A value and its path.
pub(super) struct Item<'a> {
    value: &'a Value,
    path: String,
    report: &'a Report,
}

impl<'a> Item<'a> {
    /// The configuration as a whole.
    pub(super) fn root(value: &'a Value, report: &'a Report) -> Self {
        Self { value, path: String::new(), report }
    }

    fn child(&self, path: String, value: &'a Value) -> Self {
        Self { value, path, report: self.report }
    }

    pub(super) fn path(&self) -> &str {
        if self.path.is_empty() { "vim.g.polecat" } else { &self.path }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Notes what is wrong with the value: ``expected a table``.
    pub(super) fn problem<T>(&self, what: &str) -> Option<T> {
        self.report.note(format!("`{}`: {what}", self.path()));
        None
    }

    pub(super) fn refuse<T>(&self, expected: &str) -> Option<T> {
        self.problem(&format!("expected {expected}, got {}", kind(self.value)))
    }

    pub(super) fn is_text(&self) -> bool {
        self.value.is_str()
    }

    /// A string, empty or not.
    pub(super) fn variable(&self) -> Option<String> {
        self.value.as_str().map(str::to_owned).or_else(|| self.refuse("a string"))
    }

    pub(super) fn text(&self) -> Option<String> {
        let text = self.value.as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned).or_else(|| self.refuse("a string that is not empty"))
    }

    pub(super) fn boolean(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.refuse("true or false"))
    }

    /// A whole number from `least` to 2^31.
    pub(super) fn integer(&self, least: u64) -> Option<u64> {
        let number = self.value.as_u64().filter(|number| (least..1 << 31).contains(number));
        number.or_else(|| match self.value {
            Value::Integer(_) | Value::F32(_) | Value::F64(_) => {
                self.problem(&format!("expected a whole number from {least}, got `{}`", self.value))
            }
            _ => self.refuse(&format!("a whole number from {least}")),
        })
    }

    /// A string of one character.
    pub(super) fn character(&self) -> Option<char> {
        let mut letters = self.value.as_str().unwrap_or_default().chars();
        let one = letters.next().filter(|_| letters.next().is_none());
        one.or_else(|| self.refuse("one character"))
    }

    /// One of these words, each of which means something.
    pub(super) fn one_of<T: Copy>(&self, known: &[(&str, T)]) -> Option<T> {
        let found = known.iter().find(|(word, _)| self.value.as_str() == Some(word));
        found.map(|(_, meaning)| *meaning).or_else(|| {
            let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
            self.refuse(&format!("one of {}", words.join(", ")))
        })
    }

    /// Words of `known` with commas between them, perhaps none: `waiting,died`.
    pub(super) fn words<T: Copy>(&self, known: &[(&str, T)]) -> Option<Vec<T>> {
        let Some(text) = self.value.as_str() else {
            return self.refuse("a string such as `waiting,died`");
        };
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let meanings = words.map(|word| {
            let word = Value::from(word);
            Item { value: &word, path: self.path.clone(), report: self.report }.one_of(known)
        });
        meanings.collect()
    }

    /// Whether it is a table or a list with nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        match self.value {
            Value::Array(items) => items.is_empty(),
            Value::Map(pairs) => pairs.is_empty(),
            _ => false,
        }
    }

    /// The items of a list of `what`.
    pub(super) fn list<T>(
        &self,
        what: &str,
        read: impl Fn(&Item<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = match self.value {
            Value::Array(items) => &items[..],
            Value::Map(_) if self.report.probes => std::slice::from_ref(&NOTHING),
            // Lua's `vim.empty_dict()`.
            Value::Map(pairs) if pairs.is_empty() => &[],
            _ => return self.refuse(&format!("a list of {what}")),
        };
        let read =
            |(index, value)| read(&self.child(format!("{}[{}]", self.path, index + 1), value));
        Some(items.iter().enumerate().filter_map(read).collect())
    }

    pub(super) fn texts(&self) -> Option<Vec<String>> {
        self.list("strings", Item::text)
    }

    /// A string, or a list of some.
    pub(super) fn text_or_texts(&self) -> Option<Vec<String>> {
        if self.is_text() { self.text().map(|text| vec![text]) } else { self.texts() }
    }

    /// The pairs of a table whose keys are names that a person chose.
    pub(super) fn map<T>(&self, read: impl Fn(&Item<'a>) -> Option<T>) -> Vec<(String, T)> {
        self.named(|item, key| Some((key.to_owned(), read(item)?)))
    }

    /// The same of which the names are read too.
    pub(super) fn named<T>(&self, read: impl Fn(&Item<'a>, &str) -> Option<T>) -> Vec<T> {
        let mut pairs = self.pairs("a table with names as keys");
        if self.report.probes {
            pairs.push(("*", &NOTHING));
        }
        let read = |(key, value)| read(&self.child(self.path_of(key), value), key);
        pairs.into_iter().filter_map(read).collect()
    }

    /// A table whose keys are known.
    pub(super) fn table(&self) -> Table<'a> {
        let pairs = self.pairs("a table");
        Table { item: self.child(self.path.clone(), self.value), pairs, known: Vec::new() }
    }

    /// Lua has one empty table, which arrives as a list.
    fn pairs(&self, expected: &str) -> Vec<(&'a str, &'a Value)> {
        match self.value {
            Value::Array(items) if items.is_empty() => Vec::new(),
            Value::Map(pairs) => {
                let named = |(key, value): &'a (Value, Value)| match key.as_str() {
                    Some(name) => Some((name, value)),
                    None => self.problem(&format!("expected names as keys, got {}", kind(key))),
                };
                pairs.iter().filter_map(named).collect()
            }
            _ => self.refuse(expected).unwrap_or_default(),
        }
    }
}

/// A table that is read key by key. Those that nobody has asked for when it goes are not known.
pub(super) struct Table<'a> {
    item: Item<'a>,
    pairs: Vec<(&'a str, &'a Value)>,
    known: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// The value of `key`, if there is one that can be read.
    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Item<'a>) -> Option<T>,
    ) -> Option<T> {
        let path = self.item.path_of(key);
        self.known.push(key);
        self.item.report.keys.borrow_mut().insert(path.clone());
        let found = self.pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        let probed = self.item.report.probes.then_some(&NOTHING);
        read(&self.item.child(path, found.or(probed)?))
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.read(key, Item::text)
    }

    /// A text that must be there.
    pub(super) fn needed(&mut self, key: &'static str) -> Option<String> {
        self.needed_as(key, Item::text)
    }

    /// A value that must be there.
    pub(super) fn needed_as<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Item<'a>) -> Option<T>,
    ) -> Option<T> {
        if !self.pairs.iter().any(|(name, _)| *name == key) {
            self.item.report.note(format!("`{}` is missing", self.item.path_of(key)));
        }
        self.read(key, read)
    }

    /// The table at `key`; an empty one where there is none.
    pub(super) fn table(&mut self, key: &'static str) -> Table<'a> {
        self.read(key, |item| Some(item.table())).unwrap_or_else(|| {
            let item = self.item.child(self.item.path_of(key), self.item.value);
            Table { item, pairs: Vec::new(), known: Vec::new() }
        })
    }
}

impl Drop for Table<'_> {
    fn drop(&mut self) {
        self.known.sort_unstable();
        for (name, _) in self.pairs.iter().filter(|(name, _)| !self.known.contains(name)) {
            let (path, known) = (self.item.path_of(&shown(name)), self.known.join(", "));
            self.item.report.note(format!("`{path}` is not known; known here: {known}"));
        }
    }
}

/// What a value is, for a person to read.
fn kind(value: &Value) -> String {
    match value {
        Value::Nil => "null".to_owned(),
        Value::Boolean(_) => "a boolean".to_owned(),
        Value::Integer(_) | Value::F32(_) | Value::F64(_) => "a number".to_owned(),
        Value::String(text) => match text.as_str() {
            Some("") => "an empty string".to_owned(),
            Some(text) => format!("`{}`", shown(text)),
            None => "bytes that are not UTF-8".to_owned(),
        },
        Value::Binary(_) | Value::Ext(..) => "bytes".to_owned(),
        Value::Array(items) if items.is_empty() => "an empty table".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Map(_) => "a table".to_owned(),
    }
}
