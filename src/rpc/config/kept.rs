//! Texts and lists of a configuration, kept for as long as the program runs.
//!
//! Agents are described by constants (`core/agents/`), and a person's configuration describes them in
//! the same form. Equal values are kept once, so that reading a configuration again takes no memory.

use std::{
    any::Any,
    sync::{Mutex, PoisonError},
};

use super::reader::{Item, Table};

static KEPT: Mutex<Vec<Box<dyn Any + Send>>> = Mutex::new(Vec::new());

/// The list, for good.
pub(super) fn list<T: PartialEq + Send + Sync + 'static>(items: Vec<T>) -> &'static [T] {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let mut lists = kept.iter().filter_map(|one| one.downcast_ref::<&'static [T]>());
    if let Some(known) = lists.find(|known| **known == items) {
        return known;
    }
    let list: &'static [T] = items.leak();
    kept.push(Box::new(list));
    list
}

/// The text, for good.
pub(super) fn text(text: String) -> &'static str {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let mut texts = kept.iter().filter_map(|one| one.downcast_ref::<&'static str>());
    if let Some(known) = texts.find(|known| ***known == *text) {
        return known;
    }
    let text: &'static str = text.leak();
    kept.push(Box::new(text));
    text
}

/// The texts, for good.
pub(super) fn texts(texts: Vec<String>) -> &'static [&'static str] {
    list(texts.into_iter().map(text).collect())
}

/// The text at `key`, for good.
pub(super) fn text_at(table: &mut Table, key: &'static str) -> Option<&'static str> {
    table.text(key).map(text)
}

/// The texts at `key`, for good.
pub(super) fn texts_at(table: &mut Table, key: &'static str) -> Option<&'static [&'static str]> {
    table.read(key, Item::texts).map(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_is_kept_once() {
        let (one, other) = (text("a mark of ours".into()), text("a mark of ours".into()));
        assert!(std::ptr::eq(one, other));
        let words = || vec!["kept".to_owned(), "once".to_owned()];
        assert!(std::ptr::eq(texts(words()), texts(words())));
        assert_ne!(texts(words()), texts(vec!["kept".to_owned()]));
        assert_eq!(list::<char>(Vec::new()), [' '; 0]);
    }
}
