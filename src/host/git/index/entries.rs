//! What git's index has that is not just a file.

use std::path::PathBuf;

use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::command::LISTING_LIMIT;
use crate::host::git::command::format::path_from;
use crate::host::git::{Git, failed};

/// The rare entries of an index.
#[derive(Debug, Default)]
pub(in crate::host::git) struct IndexEntries {
    /// Other repositories.
    pub(in crate::host::git) submodules: Vec<PathBuf>,
    /// What a merge or the like left for a person to decide.
    pub(in crate::host::git) conflicts: Vec<PathBuf>,
    /// Files whose changes git was told not to look at.
    pub(in crate::host::git) hidden: Vec<PathBuf>,
}

/// An entry of the index.
pub(in crate::host::git) struct Entry {
    pub(in crate::host::git) tag: u8,
    pub(in crate::host::git) is_submodule: bool,
    pub(in crate::host::git) is_conflict: bool,
    pub(in crate::host::git) path: PathBuf,
}

impl Entry {
    /// `<tag> <mode> <object> <stage>\t<path>`
    pub(in crate::host::git) fn parse(line: &[u8]) -> Option<Self> {
        let tab = line.iter().position(|&byte| byte == b'\t')?;
        let (words, path) = (&line[..tab], &line[tab + 1..]);
        Some(Self {
            tag: *words.first()?,
            is_submodule: words.get(2..).is_some_and(|mode| mode.starts_with(b"160000 ")),
            is_conflict: !words.ends_with(b" 0"),
            path: path_from(path),
        })
    }
}

impl Git {
    /// Reads the index.
    pub(in crate::host::git) async fn index_entries(&self) -> Result<IndexEntries, HostError> {
        let listed =
            self.program(&["ls-files", "-v", "--stage", "-z"]).up_to(LISTING_LIMIT).run().await;
        let listed = listed.map_err(|source| failed("listing the files of the index", source))?;
        let worktree = self.repository.clone();
        blocking(move || {
            let mut found = IndexEntries::default();
            for entry in listed.stdout.split(|&byte| byte == 0).filter_map(Entry::parse) {
                let is_skipped = entry.tag.eq_ignore_ascii_case(&b'S');
                if entry.is_conflict {
                    found.conflicts.push(entry.path);
                } else if entry.is_submodule {
                    found.submodules.push(entry.path);
                } else if (is_skipped && look_at_link(&worktree.join(&entry.path))?.is_some())
                    // Left out of a sparse checkout, a file is not there.
                    || (!is_skipped && entry.tag.is_ascii_lowercase())
                {
                    found.hidden.push(entry.path);
                }
            }
            found.conflicts.dedup();
            Ok(found)
        })
        .await
    }
}
