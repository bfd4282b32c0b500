//! What git has noted of a merge, a rebase or the like: its commits are kept as all others are; here
//! are the rest, messages, patches and lists, and all versions of the files in conflict.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::super::Git;
use super::super::failed;
use super::super::site::Site;
use super::super::temp_index::{LISTING, input, scratch};
use crate::host::error::HostError;
use crate::host::files::{blocking, entries, look_at_link};
use crate::host::launch::Launch;

/// What is there only while something is under way.
const NOTES: &[&str] = &[
    "MERGE_HEAD",
    "MERGE_MSG",
    "MERGE_MODE",
    "MERGE_RR",
    "SQUASH_MSG",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "REBASE_HEAD",
    "BISECT_LOG",
    "BISECT_START",
    "BISECT_TERMS",
    "BISECT_NAMES",
    "rebase-merge",
    "rebase-apply",
    "sequencer",
];

/// A tree of it: `git/` has what git noted, `stages/1/` to `stages/3/` the files in conflict as they
/// were before, ours and theirs. `None` where nothing is under way.
pub(super) async fn underway(site: &Site, launch: &Launch) -> Result<Option<String>, HostError> {
    let (Some(git), Some(git_dir)) = (site.git(launch), site.git_dir.clone()) else {
        return Ok(None);
    };
    let conflicts = ["ls-files", "--unmerged", "-z"];
    let doing = "looking at files in conflict";
    let conflicts = git.program(&conflicts).up_to(LISTING).run().await;
    let conflicts = conflicts.map_err(|source| failed(doing, source))?.stdout;
    let mut lines: Vec<u8> =
        conflicts.split_inclusive(|&byte| byte == 0).flat_map(staged).collect();
    let of = git_dir.clone();
    let notes = blocking(move || notes(&of)).await?;
    lines.extend(git.noted(&git_dir, notes).await?);
    if lines.is_empty() {
        return Ok(None);
    }
    let dir = blocking(move || scratch(&git_dir)).await?;
    let mut temp = git.clone();
    temp.env.push(("GIT_INDEX_FILE", dir.path().join("index")));
    let doing = "keeping what is under way";
    temp.store(doing, &["update-index", "-z", "--index-info"], lines).await?;
    Ok(Some(temp.write_tree().await?))
}

/// `<mode> <object> <stage>\t<path>` as a file in the folder of its stage.
fn staged(line: &[u8]) -> Vec<u8> {
    let tab = line.iter().position(|&byte| byte == b'\t').unwrap_or(line.len());
    let (words, path) = line.split_at(tab);
    let (words, stage) = words.split_at(words.len().saturating_sub(1));
    [words, b"0\tstages/", stage, b"/", path.get(1..).unwrap_or_default()].concat()
}

/// The files there are, by their path from git's folder.
fn notes(git_dir: &Path) -> Result<Vec<PathBuf>, HostError> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = NOTES.iter().map(PathBuf::from).collect();
    while let Some(name) = open.pop() {
        let path = git_dir.join(&name);
        let Some(kind) = look_at_link(&path)? else { continue };
        if kind.is_dir() {
            let inside = entries(&path)?.into_iter().map(|entry| name.join(entry.file_name()));
            open.extend(inside);
        // Nothing of git's own has a name that a list of lines could not have.
        } else if kind.is_file() && !name.as_os_str().as_bytes().contains(&b'\n') {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

impl Git {
    /// Stores these files to the byte; gives what an index has of them.
    async fn noted(&self, git_dir: &Path, notes: Vec<PathBuf>) -> Result<Vec<u8>, HostError> {
        if notes.is_empty() {
            return Ok(Vec::new());
        }
        let path = |note: &PathBuf| [git_dir.join(note).as_os_str().as_bytes(), b"\n"].concat();
        let paths = notes.iter().flat_map(path).collect();
        let args = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
        let run = self.program(&args).input(input(paths).await?).up_to(LISTING).run().await;
        let doing = "keeping what is under way";
        let hashes = run.map_err(|source| failed(doing, source))?.text();
        let line = |(hash, note): (&str, &PathBuf)| {
            let note = note.as_os_str().as_bytes();
            [b"100644 ", hash.as_bytes(), b" 0\tgit/", note, b"\0"].concat()
        };
        Ok(hashes.lines().zip(&notes).flat_map(line).collect())
    }
}
