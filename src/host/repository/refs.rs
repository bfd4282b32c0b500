//! The commits of branches, read from git's files: a process for each would be started whenever an
//! agent writes.

use std::path::Path;

use crate::core::rig::branch::is_hash;
use crate::host::error::HostError;
use crate::host::files::{look_at_link, read_text};

/// A commit, if its file is there and says it; not where refs are kept in another form.
///
/// # Errors
/// A file could not be read.
pub(in crate::host) fn tip_now(
    common_dir: &Path,
    reference: &str,
) -> Result<Option<String>, HostError> {
    if look_at_link(&common_dir.join("reftable"))?.is_some() {
        return Ok(None);
    }
    if let Some(text) = read_text(&common_dir.join(reference))? {
        return Ok(Some(text.trim_end().to_owned()).filter(|text| is_hash(text)));
    }
    let packed = read_text(&common_dir.join("packed-refs"))?.unwrap_or_default();
    let mut lines = packed.lines().filter_map(|line| line.split_once(' '));
    let found = lines.find(|(_, name)| *name == reference);
    Ok(found.map(|(commit, _)| commit.to_owned()).filter(|commit| is_hash(commit)))
}
