//! What was changed in a worktree, by stage: committed, staged, or neither.

mod branch_status;
pub(super) mod compared;
pub(super) mod diffstat;
pub(super) mod fork_point;
pub(super) mod reviewed;
pub(super) mod uncommitted;
pub(super) mod untracked;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use self::fork_point::{HEAD, fork_point_in};
use super::{Git, failed};
use crate::core::diff::{Changes, FileDiff, Section, Stage, parse};
use crate::core::{Base, PolecatName, Rig};
use crate::host::error::HostError;
use crate::host::files::blocking;
use crate::host::gastown::provision;
use crate::host::git::command::format::path_from;
use crate::host::programs::launch::Launch;
use crate::host::programs::run::RunError;
use crate::host::{records, repository};

/// The maximum of one section, in bytes; the rest is not shown.
const SECTION_SIZE_LIMIT: usize = 16 * 1024 * 1024;
/// The maximum of one version of a file, in bytes.
const VERSION_SIZE_LIMIT: usize = 8 * 1024 * 1024;
/// The maximum of one that is only looked at.
const PREVIEW_SIZE_LIMIT: usize = 1024 * 1024;

/// Makes git's output independent of the user's configuration; see `parse` for the format.
const PLAIN: &[&str] = &[
    "-c",
    "core.quotePath=false",
    "-c",
    "diff.suppressBlankEmpty=false",
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--submodule=short",
    // To look into a submodule, git would run in it, with a configuration that may be an agent's.
    "--ignore-submodules=dirty",
    "--diff-algorithm=default",
    "--inter-hunk-context=0",
    "--unified=3",
    "-O/dev/null",
    "--find-renames",
];

/// All changes in `worktree` since `base`; without a base, only uncommitted ones.
///
/// # Errors
/// It is not a worktree, or git fails. If something is too large, its section says so.
pub async fn changes(
    rig: &Rig,
    worktree: &Path,
    base: Option<&Base>,
    launch: &Launch,
) -> Result<Changes, HostError> {
    let git = Git::in_worktree(rig, worktree, launch).await?;
    let committed = async { Ok((base.cloned(), git.committed(base).await?)) };
    Box::pin(git.changes(rig, committed)).await
}

/// All changes in `worktree` since the work of `polecat` began there; see
/// [`fork_point`](fork_point::fork_point).
///
/// # Errors
/// As [`changes`]; or the beginning cannot be told.
pub async fn changes_since_start(
    rig: &Rig,
    polecat: &PolecatName,
    worktree: &Path,
    launch: &Launch,
) -> Result<Changes, HostError> {
    let git = Git::in_worktree(rig, worktree, launch).await?;
    // Boxed, as several of git's programs are under way in it.
    Box::pin(git.changes(rig, git.committed_since_start(rig, polecat))).await
}

/// A file as it was before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileBefore {
    /// Its path then; `None` if it did not exist.
    #[serde(with = "serde_bytes")]
    pub path: Option<Vec<u8>>,
    /// Its content.
    #[serde(with = "serde_bytes")]
    pub text: Vec<u8>,
}

/// The file at `path` (from the top of `worktree`) as it was in the commit `base`, perhaps under
/// another name.
///
/// # Errors
/// It is not a worktree, the file was too large, or git fails.
pub async fn before(
    rig: &Rig,
    worktree: &Path,
    base: &str,
    path: &[u8],
    launch: &Launch,
) -> Result<FileBefore, HostError> {
    let git = Git::in_worktree(rig, worktree, launch).await?;
    let Some(path) = git.name_in(base, path).await? else { return Ok(FileBefore::default()) };
    let doing = format!("reading `{}` as it was", String::from_utf8_lossy(&path));
    let object = [base.as_bytes(), b":", &path].concat();
    let args = ["cat-file", "blob"];
    let program = git.program(&args).arg(OsStr::from_bytes(&object)).up_to(VERSION_SIZE_LIMIT);
    let text = program.run().await.map_err(|source| failed(&doing, source))?.stdout;
    Ok(FileBefore { path: Some(path), text })
}

/// The version of a file that git calls `hash`; `None` where it has none, or one that is too long to
/// be of use to who only looks.
///
/// # Errors
/// It is not a worktree, or there is no git.
pub async fn version_of(
    rig: &Rig,
    worktree: &Path,
    hash: &str,
    launch: &Launch,
) -> Result<Option<Vec<u8>>, HostError> {
    if !is_hash(hash) {
        return Ok(None);
    }
    let git = Git::in_worktree(rig, worktree, launch).await?;
    let program = git.program(&["cat-file", "blob", hash]).up_to(PREVIEW_SIZE_LIMIT);
    match program.run().await {
        Ok(read) => Ok(Some(read.stdout)),
        Err(RunError::TooMuch { .. } | RunError::Failed { .. }) => Ok(None),
        Err(source) => Err(failed("reading a version", source)),
    }
}

/// Refuses a folder that is not the top of a worktree: git would search the folders above it, and
/// use another repository.
///
/// # Errors
/// It is not one, or cannot be read.
pub async fn require_worktree(rig: &Rig, folder: &Path) -> Result<(), HostError> {
    repository::git_dir(rig, folder).await.map(drop)
}

/// Whether git takes it for a hash and nothing else.
fn is_hash(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn since(base: Option<&Base>) -> String {
    let Some(Base { commit, branch }) = base else { return String::new() };
    let short = commit.get(..7).unwrap_or(commit);
    branch.as_ref().map_or_else(|| short.to_owned(), |branch| format!("{branch} ({short})"))
}

impl Git {
    /// All changes, those `committed` since their base among them.
    async fn changes(
        &self,
        rig: &Rig,
        committed: impl Future<Output = Result<(Option<Base>, Option<Section>), HostError>>,
    ) -> Result<Changes, HostError> {
        let ((base, committed), staged, unstaged, untracked) = tokio::try_join!(
            committed,
            self.section(Stage::Staged, &["--cached"]),
            self.section(Stage::Unstaged, &[]),
            self.untracked(rig),
        )?;
        let sections = [committed, Some(staged), Some(unstaged), Some(untracked)];
        let tells = |section: &Section| !section.files.is_empty() || section.missing.is_some();
        let sections = sections.into_iter().flatten().filter(tells).collect();
        Ok(Changes { since: since(base.as_ref()), sections })
    }

    /// Where the work began, and what was committed since. It nearly always began where its record
    /// says: what was committed since then is looked at while git is asked whether it did.
    async fn committed_since_start(
        &self,
        rig: &Rig,
        polecat: &PolecatName,
    ) -> Result<(Option<Base>, Option<Section>), HostError> {
        let recorded = records::load_base(rig, polecat).await?;
        let recorded = recorded.filter(|base| is_hash(&base.commit));
        let (base, committed) = tokio::join!(
            fork_point_in(self, rig, polecat, HEAD),
            self.committed(recorded.as_ref())
        );
        let base = base?;
        let commit = |base: &Option<Base>| base.as_ref().map(|base| base.commit.clone());
        let committed = match committed {
            Ok(section) if commit(&recorded) == commit(&base) => section,
            _ => self.committed(base.as_ref()).await?,
        };
        Ok((base, committed))
    }

    async fn committed(&self, base: Option<&Base>) -> Result<Option<Section>, HostError> {
        let Some(Base { commit, .. }) = base else { return Ok(None) };
        let range = format!("{commit}..HEAD");
        let (count, both) = (["rev-list", "--count", &range, "--"], [&**commit, HEAD]);
        let (section, counted) = tokio::try_join!(
            self.section(Stage::Committed, &both),
            self.run("counting commits", &count),
        )?;
        let commits = counted.text().parse().unwrap_or_default();
        Ok(Some(Section { commits, ..section }))
    }

    /// The output of `git diff` with `args`.
    pub(super) async fn section(&self, stage: Stage, args: &[&str]) -> Result<Section, HostError> {
        let program = self.program(PLAIN).args(args).arg("--");
        // This takes precedence over the flag.
        let program = program.env("GIT_DIFF_OPTS", "").up_to(SECTION_SIZE_LIMIT);
        let (files, missing) = match program.run().await {
            // Parsing may take long enough to delay other tasks.
            Ok(output) => (blocking(move || Ok(parse(&output.stdout))).await?, None),
            Err(RunError::TooMuch { .. }) => (Vec::new(), Some(too_large())),
            Err(source) => return Err(failed("looking at what was changed", source)),
        };
        Ok(Section { stage, commits: 0, files, missing })
    }

    /// The new files, without those that the town provided.
    async fn untracked(&self, rig: &Rig) -> Result<Section, HostError> {
        let args = ["ls-files", "--others", "--exclude-standard", "-z"];
        let listed = self.program(&args).up_to(SECTION_SIZE_LIMIT).run().await;
        let (files, missing) = match listed {
            Ok(output) => {
                let top = self.repository.clone();
                let files = output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty());
                let files = provision::not_given(rig, &top, files.map(path_from).collect()).await?;
                let listed: Vec<_> = files.iter().map(|file| file.as_os_str().as_bytes()).collect();
                let listed = listed.join(&0);
                blocking(move || Ok(untracked::read(&top, &listed))).await?
            }
            Err(RunError::TooMuch { .. }) => (Vec::<FileDiff>::new(), Some(too_large())),
            Err(source) => return Err(failed("looking for new files", source)),
        };
        Ok(Section { stage: Stage::Untracked, commits: 0, files, missing })
    }

    /// The path that the file at `path` had in `base`.
    async fn name_in(&self, base: &str, path: &[u8]) -> Result<Option<Vec<u8>>, HostError> {
        let args = ["--name-status", "-z", base, "--"];
        let program = self.program(PLAIN).args(args).up_to(SECTION_SIZE_LIMIT);
        let doing = "looking for what a file was called";
        let told = program.run().await.map_err(|source| failed(doing, source))?.stdout;
        if let Some(old) = old_name(&told, path) {
            return Ok((!old.is_empty()).then_some(old));
        }
        // Unchanged since, or untracked.
        let args = ["ls-tree", "-z", "--full-tree", "--name-only", base, "--"];
        let listed = self.program(&args).arg(OsStr::from_bytes(path)).run().await;
        let listed = listed.map_err(|source| failed(doing, source))?.stdout;
        Ok((!listed.is_empty()).then(|| path.to_vec()))
    }
}

/// The old name of `path` in the output of `git diff --name-status -z`: `M\0path\0`,
/// `R100\0old\0new\0`. `None` if it is not in there; empty if the file is new.
pub(super) fn old_name(told: &[u8], path: &[u8]) -> Option<Vec<u8>> {
    let mut words = told.split(|byte| *byte == 0);
    while let (Some(status), Some(first)) = (words.next(), words.next()) {
        let (old, new) = match status.first() {
            Some(b'R' | b'C') => (first, words.next()?),
            Some(b'A') => (&b""[..], first),
            _ => (first, first),
        };
        if new == path {
            return Some(old.to_vec());
        }
    }
    None
}

fn too_large() -> String {
    format!("more than {} MiB: too large to be shown", SECTION_SIZE_LIMIT / 1024 / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_name_of_a_file_is_found_among_others() {
        let told = b"M\0a\0R090\0b\0c\0A\0d\0";
        assert_eq!(old_name(told, b"a"), Some(b"a".to_vec()));
        assert_eq!(old_name(told, b"c"), Some(b"b".to_vec()));
        assert_eq!(old_name(told, b"d"), Some(Vec::new()));
        assert_eq!(old_name(told, b"e"), None);
    }
}
