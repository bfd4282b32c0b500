//! gastown's `polecats/<name>.pending`: somebody was given the name, and is about to make its folder.

use std::fs::Metadata;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::core::{PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};

/// What is added to the name.
const SUFFIX: &str = ".pending";
/// How long it holds the name (a8bd79bf8, internal/polecat/manager.go:1862).
const PENDING_AGE: Duration = Duration::from_secs(5 * 60);

/// The name that what is called `file` holds, if it is a marker that still counts.
pub(in crate::host) fn name<'a>(file: &'a str, found: Option<&Metadata>) -> Option<&'a str> {
    file.strip_suffix(SUFFIX).filter(|_| is_fresh(found))
}

/// The marker that holds the name of `polecat`.
///
/// # Errors
/// It cannot be told whether there is one.
pub async fn marker(rig: &Rig, polecat: &PolecatName) -> Result<Option<PathBuf>, HostError> {
    let (rig, polecat) = (rig.clone(), polecat.clone());
    blocking(move || marker_now(&rig, &polecat)).await
}

/// [`marker`] on a thread that may wait.
pub(in crate::host) fn marker_now(
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<Option<PathBuf>, HostError> {
    let path = rig.layout.dir.join(format!("{polecat}{SUFFIX}"));
    let found = look_at_link(&path)?;
    Ok(Some(path).filter(|_| found.is_some_and(|found| is_fresh(Some(&found)))))
}

/// Whether a marker still counts; one whose age is not known does.
fn is_fresh(found: Option<&Metadata>) -> bool {
    let made = found.and_then(|found| found.modified().ok());
    let age = made.and_then(|made| SystemTime::now().duration_since(made).ok());
    age.is_none_or(|age| age < PENDING_AGE)
}
