//! A commit of everything that stands in a worktree, made without touching it.

use std::path::Path;

use super::{Git, failed};
use crate::core::Rig;
use crate::host::error::HostError;
use crate::host::git::index::temporary::{TempIndex, input};
use crate::host::programs::launch::Launch;

/// Whoever looks at our commits in the log sees that a machine made them. By name, so that they
/// are made where nobody has told git who they are.
const NAME: &str = "polecat.nvim";
const EMAIL: &str = "polecat@localhost";

/// Nothing of the user's configuration may leave something out, run something, or write it so
/// late that a power cut after a removal loses both.
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

/// What stood in a worktree, shaped as `git stash` does it: a commit of all files, on top of
/// `HEAD` and of a commit of what was staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit of all files; its parents are `head`, if there is one, and `index`.
    pub commit: String,
    /// Its tree: what is tracked, as it stands in the worktree, and what is untracked and not
    /// ignored.
    pub tree: String,
    /// The commit that was checked out; `None` on a branch without one.
    pub head: Option<String>,
    /// The commit of what was staged. A file with conflicts is in it as `head` has it.
    pub index: String,
}

/// Makes a commit of everything that stands in `worktree`, the top of a git worktree. It has no
/// name: who wants to keep it gives it a ref. Index, files, branch and any operation that is
/// under way are left as they are.
///
/// # Errors
/// It is no worktree, a file could not be read, or git failed.
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

    /// What is staged, where that is decided; what is not stays as `HEAD` has it.
    pub(super) async fn staged_tree(&self) -> Result<String, HostError> {
        if !self.entries.conflicts.is_empty() {
            let from = "--pathspec-from-file=-";
            let args = ["--literal-pathspecs", "reset", "--quiet", from, "--pathspec-file-nul"];
            let args = [PLAINLY, &args].concat();
            self.feed("setting conflicts aside", &args, self.entries.conflicts.clone()).await?;
        }
        self.git.write_tree().await
    }

    /// All that stands in the folder and is not ignored. Of a submodule that is the commit it is
    /// at: `git add` would start git in there, by a configuration that may be an agent's.
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
        // Not as an argument: those have a limit, and a message may name thousands of commits.
        let program = self.program(&args).input(input(message.into()).await?);
        let program = ["AUTHOR", "COMMITTER"].iter().fold(program, |program, role| {
            let (name, email) = (format!("GIT_{role}_NAME"), format!("GIT_{role}_EMAIL"));
            program.env(&name, NAME).env(&email, EMAIL)
        });
        let made = program.run().await.map_err(|source| failed("making a commit", source))?;
        Ok(made.text())
    }
}
