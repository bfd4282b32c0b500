//! What would be lost if a polecat's worktree went, each thing named.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;

use polecat::core::Rig;
use polecat::host::git;

use super::fixtures::{Sandbox, polecat};

struct Left {
    sandbox: Sandbox,
    main: PathBuf,
    worktree: PathBuf,
    rig: Rig,
}

impl Left {
    /// A repository with the polecat `ash`.
    async fn new() -> Self {
        let sandbox = Sandbox::new();
        let main = sandbox.repository("shop");
        let rig = sandbox.rig("shop").await;
        let made = git::create_worktree(&rig, &polecat("ash"), None, 36, &sandbox.launch).await;
        Self { main, worktree: made.unwrap().path, rig, sandbox }
    }

    fn write(&self, below: &str, text: &str) {
        let path = self.worktree.join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, args: &[&str]) -> String {
        self.sandbox.git(&self.worktree, args)
    }

    async fn leftovers(&self) -> Vec<String> {
        let found = git::leftovers(&self.rig, &polecat("ash"), &self.sandbox.launch).await;
        found.unwrap().iter().map(ToString::to_string).collect()
    }
}

#[tokio::test]
async fn a_new_polecat_has_none_also_when_main_goes_on() {
    let left = Left::new().await;
    assert_eq!(left.leftovers().await, [""; 0]);
    left.sandbox.commit(&left.main, "of others");
    fs::write(left.main.join("mine"), "mine\n").unwrap();
    left.sandbox.git(&left.main, &["stash", "push", "--quiet", "--include-untracked"]);
    assert_eq!(left.leftovers().await, [""; 0], "a stash of the main worktree is not its own");
    left.sandbox.git(&left.main, &["commit", "--quiet", "--amend", "--allow-empty", "-m", "again"]);
    assert_eq!(left.leftovers().await, [""; 0]);
}

#[tokio::test]
async fn files_are_named_also_those_git_was_told_not_to_look_at() {
    let left = Left::new().await;
    for name in ["a", "b", "hidden"] {
        left.write(name, "one\n");
    }
    left.sandbox.commit(&left.worktree, "work");
    left.git(&["update-index", "--assume-unchanged", "hidden"]);
    left.git(&["branch", "merged"]);
    left.sandbox.git(&left.main, &["merge", "--quiet", "merged"]);
    left.write("a", "two\n");
    left.git(&["add", "a"]);
    fs::remove_file(left.worktree.join("b")).unwrap();
    left.write("hidden", "two\n");
    left.write("new\nline", "new\n");
    left.write(".gitignore", "*.log\n");
    left.write("noise.log", "noise\n");
    assert_eq!(
        left.leftovers().await,
        [
            "3 files are not committed: a, b, hidden",
            "2 files are untracked: .gitignore, new\u{fffd}line"
        ]
    );
}

#[tokio::test]
async fn only_the_first_few_of_many_are_named() {
    let left = Left::new().await;
    for number in 0..12 {
        left.write(&format!("n{number:02}"), "");
    }
    let expected = "12 files are untracked: n00, n01, n02, n03, n04 and 7 more";
    assert_eq!(left.leftovers().await, [expected]);
}

#[tokio::test]
async fn commits_count_until_they_are_pushed_or_merged() {
    let left = Left::new().await;
    left.sandbox.commit(&left.worktree, "work");
    let short = left.git(&["rev-parse", "--short", "HEAD"]);
    let reason = format!("1 commit is neither pushed nor merged: {short} work");
    assert_eq!(left.leftovers().await, std::slice::from_ref(&reason));
    left.git(&["branch", "elsewhere"]);
    assert_eq!(
        left.leftovers().await,
        std::slice::from_ref(&reason),
        "another local branch is no merge"
    );
    left.sandbox.git(&left.main, &["merge", "--quiet", "--ff-only", "elsewhere"]);
    assert_eq!(left.leftovers().await, [""; 0]);
    left.sandbox.git(&left.main, &["reset", "--quiet", "--hard", "HEAD~"]);
    assert_eq!(left.leftovers().await, [reason]);
    let bare = left.sandbox.folder("origin.git");
    left.sandbox.git(&bare, &["init", "--quiet", "--bare"]);
    left.git(&["remote", "add", "origin", &bare.to_string_lossy()]);
    left.git(&["push", "--quiet", "origin", "HEAD"]);
    assert_eq!(left.leftovers().await, [""; 0]);
}

#[tokio::test]
async fn its_branch_counts_also_while_another_is_checked_out() {
    let left = Left::new().await;
    left.sandbox.commit(&left.worktree, "work");
    let short = left.git(&["rev-parse", "--short", "HEAD"]);
    left.git(&["checkout", "--quiet", "--detach", "main"]);
    assert_eq!(
        left.leftovers().await,
        [format!("1 commit is neither pushed nor merged: {short} work")]
    );
}

#[tokio::test]
async fn stashes_count_that_were_made_on_its_branch_or_where_it_stood() {
    let left = Left::new().await;
    left.write("README", "mine\n");
    left.git(&["stash", "push", "--quiet", "--message", "half: of it"]);
    left.git(&["checkout", "--quiet", "--detach"]);
    left.sandbox.commit(&left.worktree, "away");
    left.write("README", "detached\n");
    left.git(&["stash", "push", "--quiet"]);
    left.git(&["checkout", "--quiet", "polecat/ash-10"]);
    let found = left.leftovers().await;
    let subject = left.git(&["log", "-g", "-1", "--format=%gs", "refs/stash"]);
    let expected = format!(
        "2 stashes on its branch: stash@{{0}} {subject}, stash@{{1}} On polecat/ash-10: half: of it"
    );
    assert_eq!(found, [expected]);
}

#[tokio::test]
async fn what_is_under_way_and_a_lock_are_named() {
    let left = Left::new().await;
    left.sandbox.commit(&left.worktree, "work");
    let tip = left.git(&["rev-parse", "HEAD"]);
    left.sandbox.git(&left.main, &["merge", "--quiet", "--ff-only", &tip]);
    left.git(&["bisect", "start"]);
    let path = left.worktree.to_string_lossy();
    left.git(&["worktree", "lock", "--reason", "on a stick", &path]);
    let expected = ["a bisection is under way", "the worktree is locked: on a stick"];
    assert_eq!(left.leftovers().await, expected);
}

#[tokio::test]
async fn files_beside_the_worktree_and_repositories_inside_it_are_named() {
    let left = Left::new().await;
    left.sandbox.write("shop/.git/polecat/polecats/ash/notes/today", "buy milk\n");
    fs::create_dir(left.rig.polecat_dir(&polecat("ash")).join("empty")).unwrap();
    left.git(&["init", "--quiet", "nested"]);
    left.write("nested/file", "text\n");
    let other = left.worktree.join("other").to_string_lossy().into_owned();
    left.git(&["worktree", "add", "--quiet", "--detach", &other]);
    left.write(".gitignore", "/other\n/.gitignore\n");
    assert_eq!(
        left.leftovers().await,
        [
            "`nested` is a repository of its own in the worktree".to_owned(),
            format!("`{other}` is a repository of its own in the worktree"),
            "1 file is beside the worktree: notes/today".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_submodule_counts_while_it_has_what_its_remote_has_not() {
    let left = Left::new().await;
    let library = left.sandbox.repository("library").to_string_lossy().into_owned();
    let allow = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    left.git(&[&allow[..], &[library.as_str(), "lib"]].concat());
    let tip = left.sandbox.commit(&left.worktree, "with a library");
    left.sandbox.git(&left.main, &["merge", "--quiet", "--ff-only", &tip]);
    assert_eq!(left.leftovers().await, [""; 0]);
    left.write("lib/README", "changed\n");
    let holds = "the submodule `lib` has changes that are not committed";
    assert_eq!(left.leftovers().await, [holds]);
    left.sandbox.commit(&left.worktree.join("lib"), "in the library");
    let found = left.leftovers().await;
    assert_eq!(
        found,
        ["1 file is not committed: lib", "the submodule `lib` has 1 commit that is not pushed"]
    );
    left.git(&["submodule", "--quiet", "deinit", "--force", "lib"]);
    let found = left.leftovers().await;
    assert_eq!(found, ["the submodule `lib` has 1 commit that is not pushed"]);
}

#[tokio::test]
async fn a_worktree_that_git_does_not_know_is_named() {
    let left = Left::new().await;
    fs::write(left.worktree.join(".git"), "gitdir: /nowhere\n").unwrap();
    left.sandbox.commit(&left.main, "of others");
    let expected =
        format!("`{}` has files, but its repository `/nowhere` is gone", left.worktree.display());
    assert_eq!(left.leftovers().await, [expected]);
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_an_error() {
    let left = Left::new().await;
    let launch = left.sandbox.launch.clone();
    // Any one of the looks, each in its turn.
    for nth in 0.. {
        let counted = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let (launch, count) = (launch.clone(), counted.clone());
        let failing: polecat::host::Launch = std::sync::Arc::new(move |program: &OsStr| {
            let at = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            launch(if at == nth { OsStr::new("/nowhere/git") } else { program })
        });
        let found = git::leftovers(&left.rig, &polecat("ash"), &failing).await;
        if counted.load(std::sync::atomic::Ordering::SeqCst) <= nth {
            assert!(nth > 5, "it looks at several things");
            return;
        }
        assert!(found.is_err(), "look {nth} failed and {found:?} was found");
    }
}
