//! The polecat `ash` in a repository of its own: what most tests of worktrees begin with.
//!
//! What only one file asks of it stands there, in an `impl Ash` of that file.

use std::fs;
use std::path::PathBuf;

use polecat::core::{Base, Rig};
use polecat::host::git;

use super::fixtures::{Sandbox, polecat};

/// The rig of a plain repository as it once was, with its polecats inside of git's folder.
pub(super) fn inside_git(rig: &Rig) -> Rig {
    Rig { layout: Rig::inside(&rig.home, &rig.name), former: Vec::new(), ..rig.clone() }
}

pub(super) struct Ash {
    pub(super) sandbox: Sandbox,
    pub(super) main: PathBuf,
    pub(super) worktree: PathBuf,
    pub(super) rig: Rig,
    /// Where its branch began.
    pub(super) base: Base,
}

impl Ash {
    /// In a repository of one commit, on the branch `polecat/ash-10`.
    pub(super) async fn new() -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        Self::of(sandbox, main).await
    }

    /// The same, with more files in a second commit.
    pub(super) async fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        for (file, text) in files {
            sandbox.write(&format!("shop/{file}"), text);
        }
        sandbox.commit(&main, "second");
        Self::of(sandbox, main).await
    }

    /// As [`Ash::new`], where polecats of a plain repository once were: inside of git's folder.
    pub(super) async fn inside_git() -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        let rig = inside_git(&sandbox.rig("shop").await);
        Self::made(sandbox, main, rig).await
    }

    async fn of(sandbox: Sandbox, main: PathBuf) -> Self {
        let rig = sandbox.rig("shop").await;
        Self::made(sandbox, main, rig).await
    }

    async fn made(sandbox: Sandbox, main: PathBuf, rig: Rig) -> Self {
        let made = git::create_worktree(&rig, &polecat("ash"), None, 36, &sandbox.launch).await;
        let made = made.unwrap();
        Self { main, worktree: made.path, rig, base: made.base, sandbox }
    }

    pub(super) fn write(&self, below: &str, text: impl AsRef<[u8]>) {
        let path = self.worktree.join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.worktree, args)
    }

    /// git in the main worktree.
    pub(super) fn main(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.main, args)
    }

    pub(super) fn commit(&self, message: &str) -> String {
        self.sandbox.commit(&self.worktree, message)
    }
}
