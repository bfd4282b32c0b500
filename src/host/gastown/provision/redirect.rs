//! Where a worktree's tracker finds the issues of its rig: one line in `.beads/redirect`, which the
//! tracker reads from the worktree.

use std::path::Path;

use serde::Deserialize;

use crate::core::{Gastown, Rig};
use crate::host::error::HostError;
use crate::host::files::dir::Dir;
use crate::host::files::{broken, is_dir, is_file};

/// What trackers call their folder.
pub(super) const FOLDER: &str = ".beads";
/// The file that names another one.
pub(super) const FILE: &str = "redirect";
/// No path is longer, in bytes.
const PATH_LIMIT: usize = 4096;

/// What a tracker's folder says of its database.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    dolt_database: String,
}

/// What gastown writes there for a worktree of the rig; none where there are no issues.
///
/// # Errors
/// It cannot be told, or the rig's own redirect is none.
pub(super) fn text(
    rig: &Rig,
    worktree: &Path,
    gastown: Gastown,
) -> Result<Option<String>, HostError> {
    let (Some(town), Ok(below)) = (rig.town(), worktree.strip_prefix(&rig.home)) else {
        return Ok(None);
    };
    let up = "../".repeat(below.components().count());
    let (own, mayors) = (rig.home.join(FOLDER), rig.home.join("mayor/rig").join(FOLDER));
    let has_own = is_dir(&own)?;
    if gastown == Gastown::V0_6 {
        if has_database(rig)? {
            return Ok(Some(format!("{up}{FOLDER}\n")));
        }
        let towns = town.root.join(FOLDER);
        let is_towns = is_dir(&towns.join("dolt"))? || is_file(&towns.join("config.yaml"))?;
        if is_towns && !is_file(&own.join(FILE))? {
            return Ok(Some(format!("{up}../{FOLDER}\n")));
        }
        let is_empty = !is_dir(&own.join("dolt"))? && !is_file(&own.join(FILE))?;
        if has_own && is_empty && is_dir(&mayors)? {
            return Ok(Some(format!("{up}mayor/rig/{FOLDER}\n")));
        }
    }
    match (has_own, of_rig(rig)?) {
        // A tracker follows one redirect only.
        (true, Some(further)) if further.starts_with('/') => Ok(Some(format!("{further}\n"))),
        (true, Some(further)) => Ok(Some(format!("{up}{further}\n"))),
        (true, None) => Ok(Some(format!("{up}{FOLDER}\n"))),
        (false, _) if is_dir(&mayors)? => Ok(Some(format!("{up}mayor/rig/{FOLDER}\n"))),
        (false, _) => Ok(None),
    }
}

/// Whether the rig has a database of its own on the town's server.
fn has_database(rig: &Rig) -> Result<bool, HostError> {
    let text = read(rig, "metadata.json")?;
    let metadata = text.and_then(|text| serde_json::from_str::<Metadata>(&text).ok());
    Ok(!metadata.unwrap_or_default().dolt_database.is_empty())
}

/// Where the rig's own folder sends trackers.
fn of_rig(rig: &Rig) -> Result<Option<String>, HostError> {
    let Some(text) = read(rig, FILE)? else { return Ok(None) };
    let target = text.trim();
    if target.len() > PATH_LIMIT || target.contains(char::is_control) {
        return Err(broken(&rig.home.join(FOLDER).join(FILE), "it is not a path"));
    }
    Ok(Some(target.to_owned()).filter(|target| !target.is_empty()))
}

fn read(rig: &Rig, file: &str) -> Result<Option<String>, HostError> {
    match Dir::open(&rig.home, &rig.home.join(FOLDER))? {
        Some(dir) => dir.read(file),
        None => Ok(None),
    }
}
