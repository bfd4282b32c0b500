//! What the rows of an open view stand for: only of that can a key be about.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::drawn_diff::DrawnDiff;
use crate::{core::hosts::HostName, session::RigContext};

/// What is drawn at the moment, shared by who draws it and who looks a key up.
#[derive(Clone, Default)]
pub(in crate::rpc) struct Rows(Arc<Mutex<Drawn>>);

/// Whom a row is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rpc) struct Row {
    /// The host that it is on; this machine where there is none.
    pub(in crate::rpc) host: Option<HostName>,
    /// The folder of its rig.
    pub(in crate::rpc) rig: PathBuf,
    pub(in crate::rpc) polecat: String,
}

impl Row {
    pub(in crate::rpc) fn of(context: &RigContext, polecat: &str) -> Self {
        Self { host: None, rig: context.rig_path().to_owned(), polecat: polecat.to_owned() }
    }
}

#[derive(Default)]
struct Drawn {
    rows: HashMap<String, Row>,
    /// The rigs of a list, by their homes, each with the ids of its rows.
    sections: Vec<(String, Vec<String>)>,
    diff: Option<Arc<DrawnDiff>>,
}

impl Rows {
    /// The view shows rows with these ids from now on.
    pub(in crate::rpc) fn set(&self, rows: impl IntoIterator<Item = (String, Row)>) {
        let mut drawn = self.drawn();
        (drawn.rows, drawn.diff) = (rows.into_iter().collect(), None);
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

    /// What the first row stands for of the rig that has this home.
    pub(in crate::rpc) fn first_of(&self, home: &str) -> Option<String> {
        let drawn = self.drawn();
        let (_, rows) = drawn.sections.iter().find(|(known, _)| known == home)?;
        rows.first().cloned()
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

    /// Whom the row with this id is about, if there is one.
    pub(in crate::rpc) fn get(&self, id: &str) -> Option<Row> {
        self.drawn().rows.get(id).cloned()
    }

    fn drawn(&self) -> MutexGuard<'_, Drawn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_drawn_last_is_there_each_in_its_own_rig() {
        let rows = Rows::default();
        let row = |rig: &str| Row { host: None, rig: rig.into(), polecat: "ash".to_owned() };
        assert_eq!(rows.get(""), None);
        rows.set([("ash".to_owned(), row("/shop")), ("mill/ash".to_owned(), row("/mill"))]);
        assert_eq!(
            (rows.get("ash"), rows.get("mill/ash")),
            (Some(row("/shop")), Some(row("/mill")))
        );
        rows.set([("ash".to_owned(), row("/shop"))]);
        assert_eq!(rows.get("mill/ash"), None);
    }
}
