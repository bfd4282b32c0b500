//! What a person calls a polecat, in `.runtime/polecat/labels/<name>.json`.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Record, clear, put};
use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;

/// The most characters of a label.
const LENGTH_LIMIT: usize = 60;

#[derive(Serialize, Deserialize)]
pub(super) struct StoredLabel {
    label: String,
}

impl StoredLabel {
    pub(super) fn text(self) -> String {
        self.label
    }
}

impl Record for StoredLabel {
    const KIND: &'static str = "labels";

    fn accept(&mut self, _: &Rig, _: &PolecatName, _: &Path) -> Result<(), HostError> {
        // Nothing is done by what it says; it is shown.
        self.label = shown(&self.label);
        Ok(())
    }
}

/// A label as it can be shown: one line of limited length, without control characters; empty for
/// none.
#[must_use]
pub fn shown(text: &str) -> String {
    let text: String = text.chars().map(|one| if one.is_control() { ' ' } else { one }).collect();
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").chars().take(LENGTH_LIMIT).collect()
}

/// Keeps `label` in place of the one before; an empty one leaves no file.
///
/// # Errors
/// The file could not be written or removed.
pub async fn keep(rig: &Rig, polecat: &PolecatName, label: &str) -> Result<(), HostError> {
    let label = shown(label);
    if label.is_empty() {
        return clear::<StoredLabel>(rig, polecat).await;
    }
    put(rig, polecat, &StoredLabel { label }).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_short_line_without_what_cannot_be_shown() {
        assert_eq!(shown("  cart\ttotals\n\u{1b}[1m "), "cart totals [1m");
        assert_eq!(shown(" \n"), "");
        assert_eq!(shown(&"x".repeat(500)).len(), LENGTH_LIMIT);
    }
}
