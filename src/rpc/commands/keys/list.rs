//! The keys of a list of polecats that change how it lists them.

use super::{Key, Meaning, act, jump, lua};

/// What a key does about how polecats are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rpc) enum ListKey {
    /// Folds the rig of the row (true), unfolds it, or turns that over.
    Fold(Option<bool>),
    /// Folds all rigs, or none.
    FoldAll(bool),
    Filter,
    Order,
}

pub(super) const LIST: &[Key] = &[
    act("t", "Write a task, which a free or new polecat gets", "task", "opening", Meaning::Task),
    lua("p", "Preview what it prints, for the row under the cursor", "preview"),
    list("f", "Filter: choose who is shown", "filter", ListKey::Filter),
    list("o", "Order: choose who comes first", "order", ListKey::Order),
    list("<Tab>", "Fold the rig, or unfold it", "fold_tab", ListKey::Fold(None)),
    list("za", "The same", "fold_toggle", ListKey::Fold(None)),
    list("zc", "Fold the rig", "fold_close", ListKey::Fold(Some(true))),
    list("zo", "Unfold it", "fold_open", ListKey::Fold(Some(false))),
    list("zM", "Fold all rigs", "fold_all", ListKey::FoldAll(true)),
    list("zR", "Unfold all rigs", "unfold_all", ListKey::FoldAll(false)),
    jump("]]", "Go to the next rig", "rig", 1),
    jump("[[", "Go to the previous rig", "rig", -1),
];

/// A key about how polecats are listed.
const fn list(lhs: &'static str, about: &'static str, name: &'static str, key: ListKey) -> Key {
    act(lhs, about, name, "looking", Meaning::List(key))
}
