//! What of a record is accepted: the form that we write, and nothing that names another's things.

use std::path::Path;

use super::{Removing, Restoring, StoredBase};
use crate::core::branch::{is_branch, is_hash, is_own};
use crate::core::{PolecatName, Rig};
use crate::host::files::look_at_link;

pub(super) fn base(record: &StoredBase, polecat: &PolecatName) -> Result<(), String> {
    hash("commit", &record.commit)?;
    if let Some(branch) = &record.branch {
        require(is_branch(branch), "branch", branch)?;
    }
    record.making.as_ref().map_or(Ok(()), |making| own("making", making, polecat))
}

pub(super) fn removing(
    record: &mut Removing,
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<(), String> {
    folder(".removing", &mut record.aside, rig, polecat)?;
    for (commit, branch) in &record.branches {
        hash("branches", commit)?;
        own("branches", branch, polecat)?;
    }
    for (branch, _) in &record.kept {
        require(is_branch(branch), "kept", branch)?;
    }
    if let Some((reference, commit)) = &record.backup {
        let ours = reference.strip_prefix(&format!("refs/polecat/backup/{polecat}/"));
        require(ours.is_some_and(is_branch), "backup", reference)?;
        hash("backup", commit)?;
    }
    record.stashes.iter().try_for_each(|text| hash("stashes", text))
}

pub(super) fn restoring(
    record: &mut Restoring,
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<(), String> {
    folder(".restoring", &mut record.aside, rig, polecat)
}

/// `<what>-<polecat>-<number>`, a real folder beside the polecat's, if there is one.
fn folder(what: &str, name: &mut String, rig: &Rig, polecat: &PolecatName) -> Result<(), String> {
    // Whole paths are of versions up to 0.1.
    if let Some((above, last)) = name.rsplit_once('/')
        && rig.layouts().any(|layout| layout.dir == Path::new(above))
    {
        *name = last.to_owned();
    }
    let number = name.strip_prefix(&format!("{what}-{polecat}-"));
    let is_ours = number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    require(is_ours, "aside", name)?;
    rig.layouts().try_for_each(|layout| real(&layout.dir.join(&*name)))
}

fn real(path: &Path) -> Result<(), String> {
    match look_at_link(path).map_err(|error| error.to_string())? {
        Some(found) if !found.is_dir() => Err(format!("`{}` is no folder", path.display())),
        _ => Ok(()),
    }
}

fn own(key: &str, branch: &str, polecat: &PolecatName) -> Result<(), String> {
    require(is_own(branch, polecat), key, branch)
}

fn hash(key: &str, text: &str) -> Result<(), String> {
    require(is_hash(text), key, text)
}

fn require(holds: bool, key: &str, value: &str) -> Result<(), String> {
    let told: String = value.chars().take(200).flat_map(char::escape_debug).collect();
    if holds { Ok(()) } else { Err(format!("`{key}`: `{told}` is none of ours")) }
}
