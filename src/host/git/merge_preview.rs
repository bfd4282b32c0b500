//! What a merge would give: tried in memory, with objects that go again. Nothing in the repository
//! or in any worktree is touched, and no program of the repository is run.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Git, failed};
use crate::host::error::HostError;
use crate::host::files::{blocking, unwritten};
use crate::host::git::command::LISTING_LIMIT;
use crate::host::git::command::format::path_from;
use crate::host::git::index::temporary::scratch;
use crate::host::programs::run::RunError;
use crate::host::repository::common_dir;

/// The result of a merge that was only tried.
pub(in crate::host::git) struct Trial {
    /// Sees the objects of the result.
    git: Git,
    /// The tree; with conflicts, the files in it have their markers.
    pub(in crate::host::git) tree: String,
    /// The files in conflict.
    pub(in crate::host::git) conflicts: Vec<PathBuf>,
    /// Where the objects are.
    _objects: TempDir,
}

impl Trial {
    /// Merges the commit `theirs` into `ours`.
    ///
    /// # Errors
    /// git is too old, or the two have no commit in common.
    pub(in crate::host::git) async fn of(
        git: &Git,
        ours: &str,
        theirs: &str,
    ) -> Result<Self, HostError> {
        let (git, objects) = git.with_scratch_objects().await?;
        let drivers = git.merge_drivers().await?;
        // A driver is a program that the configuration names: what it would merge is a conflict.
        let without: Vec<_> = drivers.iter().map(|key| (key.as_str(), "false")).collect();
        let args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"];
        let args = [&args[..], &[ours, theirs]].concat();
        let asked = git.program_with(&without, &args).up_to(LISTING_LIMIT).output().await;
        let output = asked.map_err(|source| failed(DOING, source))?;
        let (status, said) = (output.status, output.said());
        if !matches!(status.code(), Some(0 | 1)) || output.stdout.is_empty() {
            let program = "git merge-tree".to_owned();
            return Err(failed(DOING, RunError::Failed { program, status, said }));
        }
        let mut parts = output.stdout.split(|&byte| byte == 0);
        let tree = parts.next().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
        let conflicts = parts.filter(|name| !name.is_empty()).map(path_from).collect();
        Ok(Self { git, tree, conflicts, _objects: objects })
    }

    /// The files that differ between the commit `from` and the result; `filter` as of `git diff`.
    pub(in crate::host::git) async fn changed(
        &self,
        from: &str,
        filter: Option<&str>,
    ) -> Result<Vec<PathBuf>, HostError> {
        self.git.changed_paths(from, &self.tree, filter).await
    }

    /// Whether merging changes nothing in the commit `ours`.
    pub(in crate::host::git) async fn is_nothing(&self, ours: &str) -> Result<bool, HostError> {
        Ok(self.conflicts.is_empty() && self.git.tree_of(ours).await? == self.tree)
    }
}

const DOING: &str = "trying the merge";

impl Git {
    /// The same git, which writes new objects into a folder that goes with the second value.
    async fn with_scratch_objects(&self) -> Result<(Self, TempDir), HostError> {
        let none = || HostError::NoWorktree { path: self.repository.clone() };
        let git_dir = self.git_dir().ok_or_else(none)?.to_owned();
        let dir = blocking(move || {
            let common = common_dir(&git_dir)?;
            let dir = scratch(&common)?;
            alternates(dir.path(), &common.join("objects"))?;
            Ok(dir)
        })
        .await?;
        let mut git = self.clone();
        git.env.push(("GIT_OBJECT_DIRECTORY", dir.path().to_owned()));
        // A merge that is only tried fetches nothing.
        git.env.push(("GIT_NO_LAZY_FETCH", "1".into()));
        Ok((git, dir))
    }

    /// The keys of the configuration that name programs which merge.
    async fn merge_drivers(&self) -> Result<Vec<String>, HostError> {
        let args = ["config", "--null", "--name-only", "--get-regexp", r"^merge\..*\.driver$"];
        let listed = self.answer("looking for merge drivers", &args).await?;
        let output = listed.map(|output| output.stdout).unwrap_or_default();
        let keys = output.split(|&byte| byte == 0).filter(|key| !key.is_empty());
        Ok(keys.map(|key| String::from_utf8_lossy(key).into_owned()).collect())
    }

    /// The tree of a commit.
    pub(in crate::host::git) async fn tree_of(&self, commit: &str) -> Result<String, HostError> {
        let args = ["rev-parse", "--verify", "--end-of-options", &format!("{commit}^{{tree}}")];
        Ok(self.run("looking up the files of a commit", &args).await?.text())
    }

    /// The files that differ between two trees.
    pub(in crate::host::git) async fn changed_paths(
        &self,
        from: &str,
        to: &str,
        filter: Option<&str>,
    ) -> Result<Vec<PathBuf>, HostError> {
        let args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames"];
        let filter = filter.map(|filter| format!("--diff-filter={filter}"));
        let args: Vec<_> =
            args.into_iter().chain(filter.as_deref()).chain([from, to, "--"]).collect();
        let listed = self.program(&args).up_to(LISTING_LIMIT).run().await;
        let listed = listed.map_err(|source| failed("comparing two trees", source))?;
        let names = listed.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(path_from).collect())
    }
}

/// Has a folder of objects show those of another one too.
fn alternates(dir: &Path, objects: &Path) -> Result<(), HostError> {
    use std::os::unix::ffi::OsStrExt;
    let info = dir.join("info");
    let lines = [objects.as_os_str().as_bytes(), b"\n"].concat();
    fs::create_dir(&info)
        .and_then(|()| fs::write(info.join("alternates"), lines))
        .map_err(|source| unwritten(&info, source))
}
