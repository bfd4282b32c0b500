//! Files that no commit has.

use std::path::PathBuf;

use super::Leftover;
use crate::host::error::HostError;
use crate::host::files::{blocking, look_at_link};
use crate::host::git::beside::{Beside, LISTING};
use crate::host::git::failed;
use crate::host::git::site::Site;
use crate::host::git::words::path_of;
use crate::host::launch::Launch;

/// What `git status` says, sorted by what it means here.
#[derive(Default)]
pub(in crate::host::git) struct Status {
    pub(in crate::host::git) changed: Vec<PathBuf>,
    pub(in crate::host::git) untracked: Vec<PathBuf>,
    /// Repositories that are recorded, with what they have that their repository does not.
    submodules: Vec<(PathBuf, &'static str)>,
    pub(in crate::host::git) repositories: Vec<PathBuf>,
}

pub(super) async fn leftovers(site: &Site, launch: &Launch) -> Result<Vec<Leftover>, HostError> {
    if !worktree_is_there(site).await? {
        return Ok(Vec::new());
    }
    let status = status(&Beside::of(&site.worktree, launch).await?).await?;
    let mut found = Vec::new();
    if !status.changed.is_empty() {
        found.push(Leftover::Uncommitted(status.changed));
    }
    if !status.untracked.is_empty() {
        found.push(Leftover::Untracked(status.untracked));
    }
    let submodule =
        |(path, holds): (_, &str)| Leftover::Submodule { path, holds: holds.to_owned() };
    found.extend(status.submodules.into_iter().map(submodule));
    found.extend(status.repositories.into_iter().map(Leftover::Repository));
    Ok(found)
}

async fn worktree_is_there(site: &Site) -> Result<bool, HostError> {
    let worktree = site.worktree.clone();
    blocking(move || Ok(look_at_link(&worktree)?.is_some())).await
}

async fn status(beside: &Beside) -> Result<Status, HostError> {
    let args = [
        "-c",
        "core.fsmonitor=false",
        "status",
        "--porcelain=v2",
        "-z",
        "--untracked-files=all",
        "--ignore-submodules=none",
        "--no-renames",
    ];
    let asked = beside.git.program(&args).up_to(LISTING).run().await;
    let output = asked.map_err(|source| failed("looking for uncommitted work", source))?;
    Ok(Status::read(&output.stdout))
}

impl Status {
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
            // Without what is in it: git does not look into a repository of its own.
            Some(folder) => self.repositories.push(path_of(folder)),
            None => self.untracked.push(path_of(path)),
        }
    }

    /// `1 XY <sub> ... <path>`; `<sub>` is `N...`, or `S` with `C` for another commit, `M` for
    /// changes and `U` for untracked files in the submodule.
    fn take_tracked(&mut self, line: &[u8], words: usize) {
        let words: Vec<&[u8]> = line.splitn(words, |&byte| byte == b' ').collect();
        let (Some(state), Some(sub), Some(path)) = (words.get(1), words.get(2), words.last())
        else {
            return;
        };
        let path = path_of(path);
        let holds = match sub {
            [b'S', _, b'M', _] => Some("changes that are not committed"),
            [b'S', _, _, b'U'] => Some("untracked files"),
            _ => None,
        };
        if let Some(holds) = holds {
            self.submodules.push((path.clone(), holds));
        }
        // A submodule that differs inside only is listed as modified too.
        if holds.is_none() || sub.get(1) == Some(&b'C') || state.first() != Some(&b'.') {
            self.changed.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_status_is_sorted_by_what_it_means() {
        let mut status = Status::default();
        let hash = "0123456789012345678901234567890123456789";
        for line in [
            format!("1 .M N... 100644 100644 100644 {hash} {hash} a b\nc"),
            format!("u UU N... 100644 100644 100644 100644 {hash} {hash} {hash} both"),
            format!("1 .M S.M. 160000 160000 160000 {hash} {hash} lib"),
            format!("1 .M SC.U 160000 160000 160000 {hash} {hash} vendor"),
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
        let submodules = ["lib", "vendor"].map(PathBuf::from);
        assert_eq!(
            status.submodules.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            [&submodules[0], &submodules[1]]
        );
    }
}
