//! A commit of everything in a worktree, made without touching it.

use std::path::Path;

use super::{Git, failed};
use crate::core::Rig;
use crate::host::error::HostError;
use crate::host::git::index::temporary::TempIndex;
use crate::host::programs::launch::Launch;

/// The author of our commits, so that the log shows that a machine made them, and so that they can
/// be made where git does not know the user.
const NAME: &str = "polecat.nvim";
const EMAIL: &str = "polecat@localhost";

/// The user's configuration must not exclude files, run programs, or delay writes so that a power
/// cut after a removal loses both copies.
pub(super) const PLAINLY: &[&str] = &[
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.safecrlf=false",
    "-c",
    "add.ignoreErrors=false",
    "-c",
    "i18n.commitEncoding=UTF-8",
    "-c",
    "core.fsync=all",
    "-c",
    "core.fsyncMethod=batch",
];

/// The content of a worktree in the form of a `git stash` commit: all files, with `HEAD` and a
/// commit of what was staged as parents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit of all files; its parents are `head`, if there is one, and `index`.
    pub commit: String,
    /// Its tree: tracked files as they are in the worktree, and untracked files that are not
    /// ignored.
    pub tree: String,
    /// The commit that was checked out; `None` on a branch without one.
    pub head: Option<String>,
    /// The commit of what was staged; files with conflicts are in it as they are in `head`.
    pub index: String,
}

/// Makes a commit of everything in `worktree`, the top of a git worktree. No ref points to it; to
/// keep it, the caller makes one. Index, files, branch and any operation in progress are left as
/// they are.
///
/// # Errors
/// It is not a worktree, a file could not be read, or git failed.
pub async fn snapshot(
    rig: &Rig,
    worktree: &Path,
    message: &str,
    launch: &Launch,
) -> Result<Snapshot, HostError> {
    TempIndex::of(&Git::in_worktree(rig, worktree, launch).await?).await?.snapshot(message).await
}

impl TempIndex {
    pub(super) async fn snapshot(&self, message: &str) -> Result<Snapshot, HostError> {
        let head = self.git.commit("HEAD").await?;
        let parents: Vec<&str> = head.as_deref().into_iter().collect();
        let staged = self.staged_tree().await?;
        let index = self.git.commit_tree(&staged, &parents, &format!("index of {message}")).await?;
        let tree = self.whole_tree().await?;
        let parents: Vec<&str> = parents.into_iter().chain([index.as_str()]).collect();
        let commit = self.git.commit_tree(&tree, &parents, message).await?;
        Ok(Snapshot { commit, tree, head, index })
    }

    /// What is staged; files with conflicts stay as they are in `HEAD`.
    pub(super) async fn staged_tree(&self) -> Result<String, HostError> {
        if !self.entries.conflicts.is_empty() {
            let from = "--pathspec-from-file=-";
            let args = ["--literal-pathspecs", "reset", "--quiet", from, "--pathspec-file-nul"];
            let args = [PLAINLY, &args].concat();
            self.feed("setting conflicts aside", &args, self.entries.conflicts.clone()).await?;
        }
        self.git.write_tree().await
    }

    /// Everything in the folder that is not ignored. For a submodule that is the commit it is at:
    /// `git add` would run git in it, with a configuration that may be an agent's.
    pub(super) async fn whole_tree(&self) -> Result<String, HostError> {
        let doing = "reading all files of the worktree";
        let mut words = self.how.clone();
        if !words.iter().any(|word| word == "--") {
            words.extend(["--".to_owned(), ":(top)".to_owned()]);
        }
        let spared = self.entries.submodules.iter();
        words.extend(spared.map(|path| format!(":(exclude,top,literal){}", path.display())));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let args = [PLAINLY, &["add", "--all", "--sparse"], &words].concat();
        self.git.run(doing, &args).await?;
        if !self.entries.submodules.is_empty() {
            let args = [PLAINLY, &["update-index", "-z", "--remove", "--stdin"]].concat();
            self.feed(doing, &args, self.entries.submodules.clone()).await?;
        }
        self.git.write_tree().await
    }
}

impl Git {
    pub(super) async fn write_tree(&self) -> Result<String, HostError> {
        let args = [PLAINLY, &["write-tree"]].concat();
        Ok(self.run("writing down what stands in the worktree", &args).await?.text())
    }

    /// Makes a commit of a tree.
    pub(super) async fn commit_tree(
        &self,
        tree: &str,
        parents: &[&str],
        message: &str,
    ) -> Result<String, HostError> {
        let mut args = [PLAINLY, &["commit-tree", "-F", "-"]].concat();
        for parent in parents {
            args.extend(["-p", parent]);
        }
        args.push(tree);
        // On stdin: arguments have a size limit, and a message may name thousands of commits.
        let program = self.program(&args).input(message);
        let program = ["AUTHOR", "COMMITTER"].iter().fold(program, |program, role| {
            let (name, email) = (format!("GIT_{role}_NAME"), format!("GIT_{role}_EMAIL"));
            program.env(&name, NAME).env(&email, EMAIL)
        });
        let made = program.run().await.map_err(|source| failed("making a commit", source))?;
        Ok(made.text())
    }
}
