//! How much a polecat changed.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::branch_status::KnownStatus;
use crate::core::session::branch_status::BranchStatus;
use crate::core::{Base, Diffstat, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::{blocking, broken, unread};
use crate::host::gastown::provision;
use crate::host::git::{Git, fork_point_in};
use crate::host::programs::launch::Launch;

/// Larger untracked files count as binary, in bytes.
const FILE_SIZE_LIMIT: u64 = 16 * 1024 * 1024;
/// If untracked files have more bytes than this, their lines are not counted.
const TOTAL_SIZE_LIMIT: u64 = 256 * 1024 * 1024;
/// git treats a file as binary if there is a NUL in this many first bytes (xdiff).
const BINARY_CHECK_SIZE: usize = 8000;

/// A user's configuration must not change what is counted.
const STATUS: &[&str] = &[
    "-c",
    "diff.orderFile=/dev/null",
    "status",
    "--porcelain=v2",
    "-z",
    "--branch",
    "--no-ahead-behind",
    "--untracked-files=all",
    "--no-renames",
    "--ignore-submodules=dirty",
];
const NUMSTAT: &[&str] = &[
    "-c",
    "diff.orderFile=/dev/null",
    "diff",
    "--numstat",
    "-z",
    "--find-renames",
    "-l1000",
    "--diff-algorithm=default",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=dirty",
];

/// Where a polecat's work began, as seen from one commit: the same until `HEAD` moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkPoint {
    head: String,
    base: String,
    branch: Option<String>,
    ahead: u32,
    known: KnownStatus,
}

impl ForkPoint {
    /// How what was committed since stands to the branch that it began at, if that is known.
    #[must_use]
    pub fn branch_status(&self) -> Option<&BranchStatus> {
        self.known.status.as_ref()
    }
}

/// Counts the changes in `workdir`; `None` if it is not a worktree, or its fork point is unknown.
/// `begun` is from the last count: with it, a count takes two processes; where nothing was changed yet,
/// one.
///
/// # Errors
/// The worktree is broken, or git fails.
pub async fn diffstat(
    rig: &Rig,
    polecat: &PolecatName,
    workdir: &Path,
    begun: Option<ForkPoint>,
    launch: &Launch,
) -> Result<Option<(Diffstat, ForkPoint)>, HostError> {
    let Some(git) = Git::found_in(rig, workdir, launch).await? else { return Ok(None) };
    let status = StatusCounts::read(&git.run("asking what changed", STATUS).await?.stdout);
    let Some(head) = status.head else { return Ok(None) };
    let begun = match begun.filter(|begun| begun.head == head) {
        Some(begun) => begun,
        None => match fork_point_in(&git, rig, polecat, &head).await? {
            Some(base) => git.begun(head, base).await?,
            None => return Ok(None),
        },
    };
    let begun = git.standing(polecat, begun).await;
    // Nothing differs where nothing was committed, and git has just said that nothing else is changed.
    let is_as_begun = begun.head == begun.base && status.uncommitted == 0;
    let (mut added, removed) =
        if is_as_begun { (0, 0) } else { git.changed_since(&begun.base).await? };
    let untracked = provision::not_given(rig, workdir, status.untracked).await?;
    let (count, top) = (u32::try_from(untracked.len()).unwrap_or(u32::MAX), workdir.to_owned());
    added += blocking(move || lines_of_all(&top, &untracked)).await?;
    let stat = Diffstat {
        ahead: begun.ahead,
        added,
        removed,
        uncommitted: status.uncommitted,
        untracked: count,
    };
    Ok(Some((stat, begun)))
}

impl Git {
    async fn begun(&self, head: String, base: Base) -> Result<ForkPoint, HostError> {
        let Base { commit: base, branch } = base;
        if base == head {
            return Ok(ForkPoint { head, base, branch, ahead: 0, known: KnownStatus::default() });
        }
        let range = format!("{base}..{head}");
        let doing = "counting commits";
        let count = self.run(doing, &["rev-list", "--count", &range, "--"]).await?.text();
        let ahead = count.parse().map_err(|_| broken(&self.repository, "git counts no commits"))?;
        Ok(ForkPoint { head, base, branch, ahead, known: KnownStatus::default() })
    }

    /// The same with how it stands now; what cannot be told is no reason not to count.
    async fn standing(&self, polecat: &PolecatName, mut begun: ForkPoint) -> ForkPoint {
        let (known, of) = (std::mem::take(&mut begun.known), (&*begun.head, begun.ahead));
        let found = self.branch_status(polecat, of, begun.branch.as_deref(), known).await;
        let found = found.inspect_err(|error| tracing::debug!(%polecat, %error, "its standing"));
        ForkPoint { known: found.unwrap_or_default(), ..begun }
    }

    /// The lines added and removed in tracked files.
    async fn changed_since(&self, base: &str) -> Result<(u64, u64), HostError> {
        let args = [NUMSTAT, &[base, "--"]].concat();
        Ok(numstat(&self.run("counting changed lines", &args).await?.stdout))
    }
}

/// The output of `git status --porcelain=v2 -z --branch`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::host::git) struct StatusCounts {
    /// The commit that is checked out.
    pub(in crate::host::git) head: Option<String>,
    pub(in crate::host::git) uncommitted: u32,
    pub(in crate::host::git) untracked: Vec<PathBuf>,
}

impl StatusCounts {
    pub(in crate::host::git) fn read(output: &[u8]) -> Self {
        let mut status = Self::default();
        for record in output.split(|byte| *byte == 0) {
            if let Some(commit) = record.strip_prefix(b"# branch.oid ") {
                let commit = String::from_utf8_lossy(commit).into_owned();
                // `(initial)` before the first commit.
                status.head = Some(commit).filter(|commit| !commit.starts_with('('));
            } else if let Some(path) = record.strip_prefix(b"? ") {
                // A folder is a nested repository, which is not counted.
                if !path.ends_with(b"/") {
                    status.untracked.push(std::ffi::OsStr::from_bytes(path).into());
                }
            } else if record.starts_with(b"1 ") || record.starts_with(b"u ") {
                status.uncommitted += 1;
            }
        }
        status
    }
}

/// The sums of `git diff --numstat -z`: `<added>\t<removed>\t<path>\0`, with `-` for a binary
/// file, and for a renamed one `<added>\t<removed>\t\0<old>\0<new>\0`.
pub(in crate::host::git) fn numstat(output: &[u8]) -> (u64, u64) {
    let (mut added, mut removed) = (0_u64, 0_u64);
    let mut records = output.split(|byte| *byte == 0);
    while let Some(record) = records.next() {
        let mut fields = record.splitn(3, |byte| *byte == b'\t');
        let mut number = || std::str::from_utf8(fields.next()?).ok()?.parse::<u64>().ok();
        added = added.saturating_add(number().unwrap_or(0));
        removed = removed.saturating_add(number().unwrap_or(0));
        if fields.next() == Some(b"") {
            // A name may look like a record.
            records.nth(1);
        }
    }
    (added, removed)
}

fn lines_of_all(top: &Path, files: &[PathBuf]) -> Result<u64, HostError> {
    let (mut lines, mut read) = (0, 0);
    for file in files {
        let path = top.join(file);
        lines += match lines_of(&path, &mut read) {
            Ok(lines) => lines,
            // Gone since git saw it; a file event will follow.
            Err(err) if matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => 0,
            Err(source) => return Err(unread(&path, source)),
        };
        if read > TOTAL_SIZE_LIMIT {
            return Err(broken(top, "untracked files are too large to be counted"));
        }
    }
    Ok(lines)
}

/// The lines of one file as git would count them, had it been added.
fn lines_of(path: &Path, read: &mut u64) -> std::io::Result<u64> {
    let found = fs::symlink_metadata(path)?;
    if !found.is_file() {
        // For a link git stores its target: one line.
        return Ok(u64::from(found.is_symlink()));
    }
    if found.len() == 0 || found.len() > FILE_SIZE_LIMIT {
        return Ok(0);
    }
    // It may have become a pipe by now, which must not block us.
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    let mut text = Vec::new();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    file.take(FILE_SIZE_LIMIT).read_to_end(&mut text)?;
    *read += text.len() as u64;
    Ok(lines_in(&text))
}

fn lines_in(text: &[u8]) -> u64 {
    if text[..text.len().min(BINARY_CHECK_SIZE)].contains(&0) {
        return 0;
    }
    let ends = text.split(|byte| *byte == b'\n').count() as u64;
    // Text after the last line end counts as a line.
    if text.is_empty() || text.ends_with(b"\n") { ends - 1 } else { ends }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_like_numbers_and_binary_files_count_nothing() {
        for (output, sums) in [
            (&b""[..], (0, 0)),
            (b"3\t1\ta\0-\t-\tpicture\0", (3, 1)),
            (b"1\t2\t\x005\t5\told\x007\t7\tnew\x0010\t0\tb\tc\0", (11, 2)),
        ] {
            assert_eq!(numstat(output), sums, "{}", String::from_utf8_lossy(output));
        }
    }

    #[test]
    fn a_status_tells_the_commit_what_is_uncommitted_and_what_is_not_tracked() {
        let output = b"# branch.oid 0a1b\0# branch.head main\0\
            1 .M N... 100644 100644 100644 1 2 a b\0u UU N... 1 2 3 4 5 6 7 c\0? d\n\xff\0? sub/\0";
        let status = StatusCounts::read(output);
        assert_eq!((status.head.as_deref(), status.uncommitted), (Some("0a1b"), 2));
        let name: &std::ffi::OsStr = OsStrExt::from_bytes(b"d\n\xff");
        assert_eq!(status.untracked, [PathBuf::from(name)]);
        assert_eq!(StatusCounts::read(b"# branch.oid (initial)\0").head, None);
    }

    #[test]
    fn lines_are_counted_as_git_counts_them() {
        for (text, lines) in
            [(&b""[..], 0), (b"a", 1), (b"a\n", 1), (b"\n\n", 2), (b"a\nb", 2), (b"a\n\0b\n", 0)]
        {
            assert_eq!(lines_in(text), lines, "{}", String::from_utf8_lossy(text));
        }
    }
}
