//! `git status` of a worktree or submodule.

use std::path::PathBuf;

use crate::host::error::HostError;
use crate::host::git::command::LISTING_LIMIT;
use crate::host::git::command::format::path_from;
use crate::host::git::{Git, failed};

/// The output of `git status`, by what it means for a removal.
#[derive(Default)]
pub(in crate::host::git) struct GitStatus {
    pub(in crate::host::git) changed: Vec<PathBuf>,
    pub(in crate::host::git) untracked: Vec<PathBuf>,
    pub(in crate::host::git) repositories: Vec<PathBuf>,
}

/// For submodules it says whether they are at another commit; for what is in them, see
/// [`super::submodules::inside`].
pub(in crate::host::git) async fn status(git: &Git) -> Result<GitStatus, HostError> {
    let args = [
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=all",
        "--ignore-submodules=dirty",
        "--no-renames",
    ];
    let asked = git.program(&args).up_to(LISTING_LIMIT).run().await;
    let output = asked.map_err(|source| failed("looking for uncommitted work", source))?;
    Ok(GitStatus::read(&output.stdout))
}

impl Git {
    /// The files of a worktree that are not committed, those that git does not track among them.
    pub(in crate::host::git) async fn uncommitted_files(&self) -> Result<Vec<PathBuf>, HostError> {
        let status = status(self).await?;
        Ok(status.changed.into_iter().chain(status.untracked).collect())
    }
}

impl GitStatus {
    pub(in crate::host::git) fn read(output: &[u8]) -> Self {
        let mut status = Self::default();
        output.split(|&byte| byte == 0).for_each(|line| status.take(line));
        status
    }

    fn take(&mut self, line: &[u8]) {
        match line.first() {
            Some(b'1') => self.take_tracked(line, 9),
            Some(b'u') => self.take_tracked(line, 11),
            Some(b'?') => self.take_untracked(line),
            _ => {}
        }
    }

    fn take_untracked(&mut self, line: &[u8]) {
        let Some(path) = line.strip_prefix(b"? ") else { return };
        match path.strip_suffix(b"/") {
            // Without its content: git does not look into nested repositories.
            Some(folder) => self.repositories.push(path_from(folder)),
            None => self.untracked.push(path_from(path)),
        }
    }

    /// `1 XY <sub> ... <path>`
    fn take_tracked(&mut self, line: &[u8], words: usize) {
        let all: Vec<&[u8]> = line.splitn(words, |&byte| byte == b' ').collect();
        if let (true, Some(path)) = (all.len() == words, all.last()) {
            self.changed.push(path_from(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_status_is_sorted_by_what_it_means() {
        let mut status = GitStatus::default();
        let hash = "0123456789012345678901234567890123456789";
        for line in [
            format!("1 .M N... 100644 100644 100644 {hash} {hash} a b\nc"),
            format!("u UU N... 100644 100644 100644 100644 {hash} {hash} {hash} both"),
            format!("1 .M SC.. 160000 160000 160000 {hash} {hash} vendor"),
            "? new file".to_owned(),
            "? nested/".to_owned(),
            String::new(),
            "?".to_owned(),
            "?/".to_owned(),
        ] {
            status.take(line.as_bytes());
        }
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert_eq!(status.changed, paths(&["a b\nc", "both", "vendor"]));
        assert_eq!(status.untracked, paths(&["new file"]));
        assert_eq!(status.repositories, paths(&["nested"]));
    }
}
