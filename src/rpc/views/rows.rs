//! What the rows of an open view stand for: only of that can a key be about.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::drawn_diff::DrawnDiff;

/// What is drawn at the moment, shared by who draws it and who looks a key up.
#[derive(Clone, Default)]
pub(in crate::rpc) struct Rows(Arc<Mutex<Drawn>>);

#[derive(Default)]
struct Drawn {
    /// The home of the rig, which tells those of one name apart.
    rig: PathBuf,
    ids: Vec<String>,
    /// The rigs of a list, each with what its rows are called.
    sections: Vec<(String, Vec<String>)>,
    diff: Option<Arc<DrawnDiff>>,
}

impl Rows {
    /// The view shows `ids` of the rig with this home from now on.
    pub(in crate::rpc) fn set(&self, rig: &Path, ids: Vec<String>) {
        let sections = std::mem::take(&mut self.drawn().sections);
        *self.drawn() = Drawn { rig: rig.to_owned(), ids, sections, diff: None };
    }

    /// The list has these rigs, by their homes, with what their rows are called.
    pub(in crate::rpc) fn set_sections(&self, sections: Vec<(String, Vec<String>)>) {
        self.drawn().sections = sections;
    }

    /// The home of the rig that a row of the list is of.
    pub(in crate::rpc) fn rig_of(&self, row: &str) -> Option<String> {
        let drawn = self.drawn();
        let of = |(home, rows): &&(String, Vec<String>)| {
            row.strip_suffix('/') == Some(home) || rows.iter().any(|one| one == row)
        };
        drawn.sections.iter().find(of).map(|(home, _)| home.clone())
    }

    /// The homes of all of them.
    pub(in crate::rpc) fn rigs(&self) -> Vec<String> {
        self.drawn().sections.iter().map(|(home, _)| home.clone()).collect()
    }

    /// The view shows `diff` from now on.
    pub(in crate::rpc) fn set_diff(&self, diff: Arc<DrawnDiff>) {
        self.drawn().diff = Some(diff);
    }

    /// The diff that is drawn.
    pub(in crate::rpc) fn diff(&self) -> Option<Arc<DrawnDiff>> {
        self.drawn().diff.clone()
    }

    /// Whether `id` of that rig is one of them.
    pub(in crate::rpc) fn have(&self, rig: &Path, id: &str) -> bool {
        let drawn = self.drawn();
        drawn.rig == rig && drawn.ids.iter().any(|drawn| drawn == id)
    }

    fn drawn(&self) -> MutexGuard<'_, Drawn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_drawn_last_and_of_that_rig_is_there() {
        let rows = Rows::default();
        let (shop, mill) = (Path::new("/a/shop"), Path::new("/b/shop"));
        assert!(!rows.have(shop, ""));
        rows.set(shop, vec!["ash".to_owned(), "birch".to_owned()]);
        assert!(rows.have(shop, "birch") && !rows.have(mill, "birch"));
        rows.set(shop, vec!["ash".to_owned()]);
        assert!(rows.have(shop, "ash") && !rows.have(shop, "birch"));
    }
}
