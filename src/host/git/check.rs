//! What git prints, read without asking it: what fuzzing goes through.

use std::path::PathBuf;

use super::diff;
use super::unsaved_work::GitStatus;
use crate::core::diff::FileDiff;
use crate::host::git::diff::{diffstat, untracked};
use crate::host::git::index::entries::Entry;
use crate::host::git::operations::backup::Contents;

/// The lines added and removed of a `git diff --numstat -z`.
#[must_use]
pub fn counted(output: &[u8]) -> (u64, u64) {
    diffstat::numstat(output)
}

/// Of a `git status --porcelain=v2 -z --branch` the commit, how many files are not committed, and
/// those that git does not track.
#[must_use]
pub fn status(output: &[u8]) -> (Option<String>, u32, Vec<PathBuf>) {
    let diffstat::StatusCounts { head, uncommitted, untracked } =
        diffstat::StatusCounts::read(output);
    (head, uncommitted, untracked)
}

/// Of the same what a removal would lose: changed files, those that git does not track, and
/// repositories.
#[must_use]
pub fn unsaved_work(output: &[u8]) -> [Vec<PathBuf>; 3] {
    let GitStatus { changed, untracked, repositories, .. } = GitStatus::read(output);
    [changed, untracked, repositories]
}

/// What a `git diff --name-status -z` tells of the old name of `path`, empty where there was none.
#[must_use]
pub fn old_name(output: &[u8], path: &[u8]) -> Option<Vec<u8>> {
    diff::old_name(output, path)
}

/// Of a record of `git ls-files -v --stage -z` the tag, whether it is a submodule, whether it is
/// in conflict, and its path.
#[must_use]
pub fn index_entry(record: &[u8]) -> Option<(u8, bool, bool, PathBuf)> {
    let Entry { tag, is_submodule, is_conflict, path } = Entry::parse(record)?;
    Some((tag, is_submodule, is_conflict, path))
}

/// A file of `content` that git does not know, as it is shown.
#[must_use]
pub fn untracked_file(path: &[u8], content: &[u8]) -> FileDiff {
    untracked::diff(path, "100644", content)
}

/// The message of the backup that has what the message `text` tells; `None` when that is none of
/// ours.
#[must_use]
pub fn backup(text: &str) -> Option<String> {
    Contents::parse(text).map(|contents| contents.message())
}
