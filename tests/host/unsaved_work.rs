//! What would be lost if a polecat's worktree went, each thing named.

use std::ffi::OsStr;
use std::fs;

use polecat::host::git;

use super::fixtures::polecat;
use super::polecat::Ash;

impl Ash {
    async fn unsaved_work(&self) -> Vec<String> {
        let found = git::unsaved_work(&self.rig, &polecat("ash"), &self.sandbox.launch).await;
        found.unwrap().iter().map(ToString::to_string).collect()
    }
}

#[tokio::test]
async fn a_new_polecat_has_none_also_when_main_goes_on() {
    let ash = Ash::new().await;
    assert_eq!(ash.unsaved_work().await, [""; 0]);
    ash.sandbox.commit(&ash.main, "of others");
    fs::write(ash.main.join("mine"), "mine\n").unwrap();
    ash.main(&["stash", "push", "--quiet", "--include-untracked"]);
    assert_eq!(ash.unsaved_work().await, [""; 0], "a stash of the main worktree is not its own");
    ash.main(&["commit", "--quiet", "--amend", "--allow-empty", "-m", "again"]);
    assert_eq!(ash.unsaved_work().await, [""; 0]);
}

#[tokio::test]
async fn files_are_named_also_those_git_was_told_not_to_look_at() {
    let ash = Ash::new().await;
    for name in ["a", "b", "hidden"] {
        ash.write(name, "one\n");
    }
    ash.commit("work");
    ash.git(&["update-index", "--assume-unchanged", "hidden"]);
    ash.git(&["branch", "merged"]);
    ash.main(&["merge", "--quiet", "merged"]);
    ash.write("a", "two\n");
    ash.git(&["add", "a"]);
    fs::remove_file(ash.worktree.join("b")).unwrap();
    ash.write("hidden", "two\n");
    ash.write("new\nline", "new\n");
    ash.write(".gitignore", "*.log\n");
    ash.write("noise.log", "noise\n");
    assert_eq!(
        ash.unsaved_work().await,
        [
            "2 files are not committed: a, b",
            "2 files are untracked: .gitignore, new\u{fffd}line",
            "1 file is hidden from git: hidden"
        ]
    );
}

#[tokio::test]
async fn only_the_first_few_of_many_are_named() {
    let ash = Ash::new().await;
    for number in 0..12 {
        ash.write(&format!("n{number:02}"), "");
    }
    let expected = "12 files are untracked: n00, n01, n02, n03, n04 and 7 more";
    assert_eq!(ash.unsaved_work().await, [expected]);
}

#[tokio::test]
async fn commits_count_until_they_are_pushed_or_merged() {
    let ash = Ash::new().await;
    ash.commit("work");
    let short = ash.git(&["rev-parse", "--short", "HEAD"]);
    let reason = format!("1 commit is neither pushed nor merged: {short} work");
    assert_eq!(ash.unsaved_work().await, std::slice::from_ref(&reason));
    ash.git(&["branch", "elsewhere"]);
    assert_eq!(
        ash.unsaved_work().await,
        std::slice::from_ref(&reason),
        "another local branch is no merge"
    );
    ash.main(&["merge", "--quiet", "--ff-only", "elsewhere"]);
    assert_eq!(ash.unsaved_work().await, [""; 0]);
    ash.main(&["reset", "--quiet", "--hard", "HEAD~"]);
    assert_eq!(ash.unsaved_work().await, [reason]);
    let bare = ash.sandbox.folder("origin.git");
    ash.sandbox.git(&bare, &["init", "--quiet", "--bare"]);
    ash.git(&["remote", "add", "origin", &bare.to_string_lossy()]);
    ash.git(&["push", "--quiet", "origin", "HEAD"]);
    assert_eq!(ash.unsaved_work().await, [""; 0]);
}

#[tokio::test]
async fn its_branch_counts_also_while_another_is_checked_out() {
    let ash = Ash::new().await;
    ash.commit("work");
    let short = ash.git(&["rev-parse", "--short", "HEAD"]);
    ash.git(&["checkout", "--quiet", "--detach", "main"]);
    assert_eq!(
        ash.unsaved_work().await,
        [format!("1 commit is neither pushed nor merged: {short} work")]
    );
}

#[tokio::test]
async fn stashes_count_that_were_made_on_its_branch_or_where_it_stood() {
    let ash = Ash::new().await;
    ash.write("README", "mine\n");
    ash.git(&["stash", "push", "--quiet", "--message", "half: of it"]);
    ash.git(&["checkout", "--quiet", "--detach"]);
    ash.commit("away");
    ash.write("README", "detached\n");
    ash.git(&["stash", "push", "--quiet"]);
    ash.git(&["checkout", "--quiet", "polecat/ash-10"]);
    let found = ash.unsaved_work().await;
    let subject = ash.git(&["log", "-g", "-1", "--format=%gs", "refs/stash"]);
    let expected = format!(
        "2 stashes on its branch: stash@{{0}} {subject}, stash@{{1}} On polecat/ash-10: half: of it"
    );
    assert_eq!(found, [expected]);
}

#[tokio::test]
async fn what_is_under_way_and_a_lock_are_named() {
    let ash = Ash::new().await;
    ash.commit("work");
    let tip = ash.git(&["rev-parse", "HEAD"]);
    ash.main(&["merge", "--quiet", "--ff-only", &tip]);
    ash.git(&["bisect", "start"]);
    let path = ash.worktree.to_string_lossy();
    ash.git(&["worktree", "lock", "--reason", "on a stick", &path]);
    let expected = ["a bisection is in progress", "the worktree is locked: on a stick"];
    assert_eq!(ash.unsaved_work().await, expected);
}

#[tokio::test]
async fn files_beside_the_worktree_and_repositories_inside_it_are_named() {
    let ash = Ash::new().await;
    ash.sandbox.write("shop.polecats/ash/notes/today", "buy milk\n");
    fs::create_dir(ash.rig.polecat_dir(&polecat("ash")).join("empty")).unwrap();
    ash.git(&["init", "--quiet", "nested"]);
    ash.write("nested/file", "text\n");
    let other = ash.worktree.join("other").to_string_lossy().into_owned();
    ash.git(&["worktree", "add", "--quiet", "--detach", &other]);
    ash.write(".gitignore", "/other\n/.gitignore\n");
    assert_eq!(
        ash.unsaved_work().await,
        [
            "`nested` is a separate repository in the worktree".to_owned(),
            format!("`{other}` is a separate repository in the worktree"),
            "1 file is next to the worktree: notes/today".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_submodule_counts_while_it_has_what_its_remote_has_not() {
    let ash = Ash::new().await;
    let library = ash.sandbox.repository("library").to_string_lossy().into_owned();
    let allow = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    ash.git(&[&allow[..], &[library.as_str(), "lib"]].concat());
    let tip = ash.commit("with a library");
    ash.main(&["merge", "--quiet", "--ff-only", &tip]);
    assert_eq!(ash.unsaved_work().await, [""; 0]);
    ash.write("lib/README", "changed\n");
    let holds = "the submodule `lib` has uncommitted changes";
    assert_eq!(ash.unsaved_work().await, [holds]);
    ash.sandbox.commit(&ash.worktree.join("lib"), "in the library");
    let found = ash.unsaved_work().await;
    assert_eq!(
        found,
        ["1 file is not committed: lib", "the submodule `lib` has 1 unpushed commit"]
    );
    ash.git(&["submodule", "--quiet", "deinit", "--force", "lib"]);
    let found = ash.unsaved_work().await;
    assert_eq!(found, ["the submodule `lib` has 1 unpushed commit"]);
}

#[tokio::test]
async fn a_worktree_that_git_does_not_know_is_named() {
    let ash = Ash::new().await;
    fs::write(ash.worktree.join(".git"), "gitdir: /nowhere\n").unwrap();
    ash.sandbox.commit(&ash.main, "of others");
    let expected =
        format!("`{}` has files, but its repository `/nowhere` is gone", ash.worktree.display());
    assert_eq!(ash.unsaved_work().await, [expected]);
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_an_error() {
    let ash = Ash::new().await;
    let launch = ash.sandbox.launch.clone();
    // Any one of the looks, each in its turn.
    for nth in 0.. {
        let counted = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let (launch, count) = (launch.clone(), counted.clone());
        let failing: polecat::host::Launch = std::sync::Arc::new(move |program: &OsStr| {
            let at = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            launch(if at == nth { OsStr::new("/nowhere/git") } else { program })
        });
        let found = git::unsaved_work(&ash.rig, &polecat("ash"), &failing).await;
        if counted.load(std::sync::atomic::Ordering::SeqCst) <= nth {
            assert!(nth > 5, "it looks at several things");
            return;
        }
        assert!(found.is_err(), "look {nth} failed and {found:?} was found");
    }
}
