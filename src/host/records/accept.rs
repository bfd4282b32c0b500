//! What of a record is accepted: the form that we write, and nothing that names another's things.

use std::path::Path;

use crate::core::rig::branch::{is_hash, is_own};
use crate::core::{PolecatName, Rig};
use crate::host::files::look_at_link;

/// `<what>-<polecat>-<number>`, a real folder beside the polecat's, if there is one.
pub(super) fn aside(
    what: &str,
    name: &mut String,
    rig: &Rig,
    polecat: &PolecatName,
) -> Result<(), String> {
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
        Some(found) if !found.is_dir() => Err(format!("`{}` is not a folder", path.display())),
        _ => Ok(()),
    }
}

pub(super) fn own(key: &str, branch: &str, polecat: &PolecatName) -> Result<(), String> {
    require(is_own(branch, polecat), key, branch)
}

pub(super) fn hash(key: &str, text: &str) -> Result<(), String> {
    require(is_hash(text), key, text)
}

pub(super) fn require(holds: bool, key: &str, value: &str) -> Result<(), String> {
    let told: String = value.chars().take(200).flat_map(char::escape_debug).collect();
    if holds { Ok(()) } else { Err(format!("`{key}`: `{told}` is not ours")) }
}
