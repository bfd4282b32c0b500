//! What goes with a polecat and comes back besides its work: comments that were not sent, what was
//! reviewed and what can be undone; and all of a merge, a rebase or the like that was under way.

use std::ffi::OsStr;
use std::fs;

use polecat::core::diff::{Place, Side, Stage};
use polecat::core::review::Comment;
use polecat::host::git::{self, Removed};
use polecat::host::reviews;

use super::fixtures::polecat;
use super::polecat::Ash;

impl Ash {
    /// Something that ends in a conflict.
    fn conflict(&self, args: &[&str]) {
        let mut git = (self.sandbox.launch)(OsStr::new("git"));
        let done = git.current_dir(&self.worktree).args(args).env("GIT_EDITOR", "true").output();
        assert!(!done.unwrap().status.success(), "{args:?} does not conflict");
    }

    async fn comments(&self) -> Vec<Comment> {
        reviews::load(&self.rig, &polecat("ash")).await.unwrap()
    }

    /// A file of what was under way.
    fn noted(&self, removed: &Removed, file: &str) -> String {
        let underway = removed.underway.as_deref().expect("something was under way");
        self.main(&["show", &format!("{underway}:{file}")])
    }

    fn is_kept(&self, commit: &str) -> bool {
        self.main(&["rev-list", "--all"]).lines().any(|line| line == commit)
    }
}

fn comment() -> Comment {
    let place =
        Place { path: b"a".to_vec(), side: Side::New, line: 1, quote: vec!["x".to_owned()] };
    Comment { id: 1, place, shown: 1, text: "Why?".to_owned() }
}

#[tokio::test]
async fn comments_reviews_and_undos_go_with_it_and_come_back_with_it() {
    let ash = Ash::with(&[("a", "1\n2\n3\n")]).await;
    let launch = &ash.sandbox.launch;
    ash.write("a", "1\n2\n3\nfour\n");
    let (piece, part) = ash.piece(Stage::Unstaged, "a", Some(0)).await;
    let name = polecat("ash");
    let (rig, worktree) = (&ash.rig, &ash.worktree);
    let rejected = git::reject(rig, &name, worktree, Stage::Unstaged, (&piece, part), launch);
    rejected.await.unwrap();
    let snapshot = git::snapshot(rig, worktree, "reviewed", launch).await.unwrap();
    git::keep_reviewed(rig, worktree, &snapshot.commit, launch).await.unwrap();
    reviews::change(&ash.rig, &name, |all| all.push(comment())).await.unwrap();
    let removed = ash.remove().await.unwrap();
    assert!(removed.backup.is_some() && removed.comments, "{removed:?}");
    assert_eq!((ash.comments().await, ash.undos()), (vec![], 0));
    let folder = ash.rig.runtime_dir().join("polecat/reviews");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
    // The next one of that name has nothing of it.
    git::create_worktree(&ash.rig, &name, None, 144, launch).await.unwrap();
    assert_eq!(ash.undo().await.unwrap_err().to_string(), "nothing to undo for `ash`");
    assert_eq!(git::reviewed(rig, worktree, launch).await.unwrap(), None);
    let removed = ash.remove().await.unwrap();
    assert_eq!((removed.backup, removed.comments), (None, false));
    ash.restore().await;
    assert_eq!(ash.comments().await, [comment()]);
    let reviewed = git::reviewed(rig, worktree, launch).await.unwrap();
    assert_eq!(reviewed, Some(snapshot.commit));
    assert_eq!(ash.undo().await.unwrap(), "`a` in the worktree is as it was");
    assert_eq!(ash.read("a").unwrap(), "1\n2\n3\nfour\n");
}

#[tokio::test]
async fn comments_come_back_beside_those_that_were_written_since() {
    let ash = Ash::new().await;
    let name = polecat("ash");
    reviews::change(&ash.rig, &name, |all| all.push(comment())).await.unwrap();
    ash.remove().await.unwrap();
    let later = Comment { text: "And this?".to_owned(), ..comment() };
    let add = later.clone();
    reviews::change(&ash.rig, &name, |all| all.extend([add, comment()])).await.unwrap();
    ash.restore().await;
    assert_eq!(ash.comments().await, [comment(), Comment { id: 2, ..later }]);
    // What cannot be read says something too.
    let file = ash.rig.runtime_dir().join("polecat/reviews/ash.json");
    fs::write(&file, "{ half").unwrap();
    ash.remove().await.unwrap();
    assert!(!file.exists());
    ash.restore().await;
    assert_eq!(fs::read_to_string(&file).unwrap(), "{ half");
}

#[tokio::test]
async fn of_a_merge_the_message_and_all_versions_in_conflict_are_kept() {
    let ash = Ash::with(&[("a", "base\n")]).await;
    ash.write("a", "of ash\n");
    ash.commit("work");
    fs::write(ash.main.join("a"), "of main\n").unwrap();
    ash.sandbox.commit(&ash.main, "of others");
    ash.conflict(&["merge", "--quiet", "main"]);
    let message = ash.git(&["rev-parse", "--git-path", "MERGE_MSG"]);
    fs::write(ash.worktree.join(message), "in my own words\n").unwrap();
    // A version that is in no commit.
    let blob = ash.sandbox.write("version", "of nobody\n");
    let blob = ash.git(&["hash-object", "-w", "--", &blob.to_string_lossy()]);
    fs::write(ash.sandbox.path("entry"), format!("100644 {blob} 3\ta\n")).unwrap();
    let mut git = (ash.sandbox.launch)(OsStr::new("git"));
    let entry = fs::File::open(ash.sandbox.path("entry")).unwrap();
    let update = git.current_dir(&ash.worktree).args(["update-index", "--index-info"]);
    assert!(update.stdin(entry).status().unwrap().success());
    let removed = ash.remove().await.unwrap();
    assert_eq!(ash.noted(&removed, "git/MERGE_MSG"), "in my own words");
    let stages = [1, 2, 3].map(|stage| ash.noted(&removed, &format!("stages/{stage}/a")));
    assert_eq!(stages, ["base", "of ash", "of nobody"]);
    let backup = removed.backup.unwrap().reference;
    let underway = removed.underway.unwrap();
    ash.main(&["merge-base", "--is-ancestor", &underway, &backup]);
    assert_eq!(ash.restore().await.underway, Some(underway));
}

#[tokio::test]
async fn of_a_rebase_the_commits_to_come_are_kept_and_its_branch_comes_back() {
    let ash = Ash::with(&[("a", "base\n")]).await;
    let commits: Vec<_> = ["one\n", "two\n", "three\n"]
        .map(|text| {
            ash.write("a", text);
            ash.commit(text)
        })
        .into();
    fs::write(ash.main.join("a"), "of main\n").unwrap();
    ash.sandbox.commit(&ash.main, "of others");
    ash.conflict(&["rebase", "--quiet", "--interactive", "main"]);
    ash.write("a", "resolved\n");
    ash.git(&["add", "a"]);
    let removed = ash.remove().await.unwrap();
    assert_eq!(removed.branches, ["polecat/ash-10"]);
    assert!(commits.iter().all(|commit| ash.is_kept(commit)), "{commits:?}");
    let todo = ash.noted(&removed, "git/rebase-merge/git-rebase-todo");
    assert!(commits[1..].iter().all(|commit| todo.contains(commit)), "{todo}");
    let back = ash.restore().await;
    assert_eq!((back.branch, ash.git(&["show", ":a"]).as_str()), (None, "resolved"));
    assert_eq!(ash.main(&["rev-parse", "polecat/ash-10"]), commits[2]);
}

#[tokio::test]
async fn of_a_cherry_pick_commits_that_are_nowhere_else_are_kept() {
    let ash = Ash::with(&[("a", "base\n")]).await;
    let mut commits = Vec::new();
    // Made where no log of the worktree has them.
    for text in ["one\n", "two\n", "three\n"] {
        fs::write(ash.main.join("a"), text).unwrap();
        commits.push(ash.sandbox.commit(&ash.main, text));
    }
    ash.main(&["reset", "--quiet", "--hard", "HEAD~3"]);
    ash.main(&["reflog", "expire", "--expire=now", "--all"]);
    ash.write("a", "of ash\n");
    ash.commit("work");
    let pick: Vec<_> = commits.iter().map(String::as_str).collect();
    ash.conflict(&[&["cherry-pick"], &pick[..]].concat());
    let removed = ash.remove().await.unwrap();
    assert!(commits.iter().all(|commit| ash.is_kept(commit)), "{commits:?}");
    assert!(ash.noted(&removed, "git/sequencer/todo").contains("pick"));
}

#[tokio::test]
async fn patches_that_are_being_applied_are_kept() {
    let ash = Ash::with(&[("a", "base\n")]).await;
    fs::write(ash.main.join("a"), "of a patch\n").unwrap();
    ash.sandbox.commit(&ash.main, "in a mail");
    let patch = ash.main(&["format-patch", "-1", "--stdout"]);
    ash.main(&["reset", "--quiet", "--hard", "HEAD~"]);
    ash.write("a", "of ash\n");
    ash.commit("work");
    let mail = ash.sandbox.write("mail", &(patch + "\n"));
    ash.conflict(&["am", "--quiet", &mail.to_string_lossy()]);
    fs::remove_file(mail).unwrap();
    let removed = ash.remove().await.unwrap();
    assert!(ash.noted(&removed, "git/rebase-apply/0001").contains("+of a patch"));
}
