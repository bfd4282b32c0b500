//! What a removal does not keep: comments, what was reviewed and what can be undone go with the
//! polecat; a merge, a rebase or the like that is under way refuses it.

use std::ffi::OsStr;
use std::fs;

use polecat::core::diff::{CommentedLines, Side, Stage};
use polecat::core::review::Comment;
use polecat::host::git;
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

    /// A removal names why it is refused, and nothing has changed.
    async fn assert_stays(&self, why: &str) {
        let status = || self.git(&["status", "--porcelain=v2", "--branch"]);
        let before = status();
        let refused = self.remove().await.unwrap_err().to_string();
        assert_eq!(refused, format!("`ash` stays: {why}"));
        assert_eq!(status(), before);
        assert_eq!(self.main(&["for-each-ref", "refs/polecat/backup"]), "");
    }

    /// One of main, and one of the polecat's, that change the same line.
    fn diverge(&self) {
        self.write("a", "of ash\n");
        self.commit("work");
        fs::write(self.main.join("a"), "of main\n").unwrap();
        self.sandbox.commit(&self.main, "of others");
    }
}

fn comment() -> Comment {
    let place = CommentedLines {
        path: b"a".to_vec(),
        side: Side::New,
        line: 1,
        quote: vec!["x".to_owned()],
    };
    Comment { id: 1, place, shown: 1, text: "Why?".to_owned() }
}

#[tokio::test]
async fn comments_reviews_and_undos_go_with_it_and_the_next_one_has_nothing_of_them() {
    let ash = Ash::with(&[("a", "1\n2\n3\n")]).await;
    let launch = &ash.sandbox.launch;
    ash.write("a", "1\n2\n3\nfour\n");
    let pieces = [ash.piece(Stage::Unstaged, "a", Some(0)).await];
    let name = polecat("ash");
    let (rig, worktree) = (&ash.rig, &ash.worktree);
    let rejected = git::reject(rig, &name, worktree, Stage::Unstaged, &pieces, launch);
    rejected.await.unwrap();
    let snapshot = git::snapshot(rig, worktree, "reviewed", launch).await.unwrap();
    git::keep_reviewed(rig, worktree, &snapshot.commit, launch).await.unwrap();
    reviews::change(&ash.rig, &name, |all| all.push(comment())).await.unwrap();
    let removed = ash.remove().await.unwrap();
    assert_eq!((removed.backup, removed.comments), (None, 1), "none of it is work");
    assert_eq!((ash.comments().await, ash.undos()), (vec![], 0));
    let folder = ash.rig.runtime_dir().join("polecat/reviews");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
    git::create_worktree(&ash.rig, &name, None, 144, launch).await.unwrap();
    assert_eq!(ash.undo().await.unwrap_err().to_string(), "nothing to undo for `ash`");
    assert_eq!(git::reviewed(rig, worktree, launch).await.unwrap(), None);
}

#[tokio::test]
async fn what_is_under_way_is_named_and_stays() {
    for (args, what) in [
        (&["merge", "--quiet", "main"][..], "a merge"),
        (&["rebase", "--quiet", "main"], "a rebase"),
        (&["rebase", "--quiet", "--apply", "main"], "a rebase"),
        (&["cherry-pick", "main"], "a cherry-pick"),
        (&["revert", "--no-edit", "HEAD~"], "a revert"),
    ] {
        let ash = Ash::with(&[("a", "base\n")]).await;
        ash.diverge();
        if what == "a revert" {
            ash.write("a", "again\n");
            ash.commit("again");
        }
        ash.conflict(args);
        ash.assert_stays(&format!("{what} is in progress")).await;
    }
}

#[tokio::test]
async fn patches_that_are_being_applied_stay() {
    let ash = Ash::with(&[("a", "base\n")]).await;
    ash.diverge();
    let patch = ash.main(&["format-patch", "-1", "--stdout"]);
    let mail = ash.sandbox.write("mail", &(patch + "\n"));
    ash.conflict(&["am", "--quiet", &mail.to_string_lossy()]);
    ash.assert_stays("`git am` is in progress").await;
}

#[tokio::test]
async fn the_rest_of_several_commits_that_are_picked_stays() {
    let ash = Ash::with(&[("a", "base\n")]).await;
    ash.diverge();
    fs::write(ash.main.join("a"), "again\n").unwrap();
    ash.sandbox.commit(&ash.main, "again");
    ash.conflict(&["cherry-pick", "main~", "main"]);
    ash.write("a", "resolved\n");
    ash.commit("resolved");
    ash.assert_stays("a cherry-pick or revert is in progress").await;
}

#[tokio::test]
async fn files_in_conflict_stay_also_when_nothing_is_under_way() {
    let ash = Ash::with(&[("a", "base\n")]).await;
    ash.write("a", "stashed\n");
    ash.git(&["stash", "push", "--quiet"]);
    ash.write("a", "of ash\n");
    ash.commit("work");
    ash.conflict(&["stash", "pop", "--quiet"]);
    ash.assert_stays("1 file is in conflict: a").await;
}
