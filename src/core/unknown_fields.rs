//! What a later version has written into something of ours: it survives being written again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The fields that this version does not know.
pub type UnknownFields = BTreeMap<String, Unknown>;

/// The value of such a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Unknown {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Whole(i64),
    /// Another number.
    Number(f64),
    /// A text.
    Text(String),
    /// Several.
    List(Vec<Unknown>),
    /// Several with names.
    Map(BTreeMap<String, Unknown>),
}
