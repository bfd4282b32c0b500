//! gastown's `polecats/<name>.pending`: somebody was given the name, and is about to make its folder.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::error::HostError;
use super::files::look_at_link;
use crate::core::{PolecatName, Rig};

/// What is added to the name.
const SUFFIX: &str = ".pending";
/// How long it holds the name (a8bd79bf8, internal/polecat/manager.go:1862).
const HOLDS: Duration = Duration::from_secs(5 * 60);

/// The name that what is called `file` holds, if it is a marker that still counts.
pub(super) fn name<'a>(file: &'a str, found: Option<&Metadata>) -> Option<&'a str> {
    file.strip_suffix(SUFFIX).filter(|_| is_fresh(found))
}

/// Refuses a name that somebody was given.
///
/// # Errors
/// It is held, or that cannot be told.
pub(super) fn require_none(rig: &Rig, polecat: &PolecatName) -> Result<(), HostError> {
    let marker = path(&rig.layout.dir, polecat);
    match look_at_link(&marker)? {
        Some(found) if is_fresh(Some(&found)) => {
            Err(HostError::Pending { polecat: polecat.clone(), marker })
        }
        _ => Ok(()),
    }
}

fn path(dir: &Path, polecat: &PolecatName) -> PathBuf {
    dir.join(format!("{polecat}{SUFFIX}"))
}

/// Whether a marker still counts; one whose age is not known does.
fn is_fresh(found: Option<&Metadata>) -> bool {
    let made = found.and_then(|found| found.modified().ok());
    let age = made.and_then(|made| SystemTime::now().duration_since(made).ok());
    age.is_none_or(|age| age < HOLDS)
}
