//! A polecat's work is merged into what the main worktree has checked out, or nothing happens.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use polecat::core::{MergeHow, MergeOrder, MergePlan, Merged};
use polecat::host::git::{self, Removal};
use polecat::host::{HostError, MergeError};

use super::fixtures::{hook, polecat};
use super::polecat::Ash;

const NINE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

fn order(how: MergeHow) -> MergeOrder {
    MergeOrder { how, ..MergeOrder::default() }
}

impl Ash {
    async fn merge(&self, order: MergeOrder) -> Result<Merged, HostError> {
        git::merge(&self.rig, &polecat("ash"), order, &self.sandbox.launch).await
    }

    async fn plan(&self) -> Result<MergePlan, HostError> {
        git::merge_plan(&self.rig, &polecat("ash"), &self.sandbox.launch).await
    }

    /// All that a person sees of the main worktree: files, index, branch, and refs.
    fn state(&self) -> String {
        let mut files = BTreeMap::new();
        read_all(&self.main, &mut files);
        let refs = self.main(&["for-each-ref", "--format=%(refname) %(objectname)"]);
        let status = self.main(&["status", "--porcelain", "--ignored"]);
        let head = self.main(&["symbolic-ref", "HEAD"]);
        format!("{head}\n{refs}\n{status}\n{files:#?}")
    }

    /// The same, with what the polecat's worktree has.
    fn both(&self) -> String {
        let mut files = BTreeMap::new();
        read_all(&self.worktree, &mut files);
        let status = self.git(&["status", "--porcelain", "--ignored", "--branch"]);
        format!("{}\n{status}\n{files:#?}", self.state())
    }

    async fn refused(&self, order: MergeOrder) -> MergeError {
        let before = self.both();
        let refused = self.merge(order).await.unwrap_err();
        assert_eq!(self.both(), before, "{refused}");
        let HostError::Merge(error) = refused else { panic!("{refused}") };
        error
    }
}

/// The files below `dir` but git's own.
pub(super) fn read_all(dir: &Path, into: &mut BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if entry.file_name() == ".git" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            read_all(&path, into);
        } else {
            into.insert(path.clone(), fs::read_to_string(&path).unwrap_or_default());
        }
    }
}

/// Work on both sides that does not meet.
async fn apart() -> Ash {
    let ash = Ash::with(&[("a", NINE)]).await;
    ash.write("a", NINE.replace('1', "one"));
    ash.commit("one: a word");
    ash.write("new", "new\n");
    ash.commit("new: a file");
    ash.sandbox.write("shop/a", &NINE.replace('9', "nine"));
    ash.sandbox.commit(&ash.main, "nine");
    ash
}

#[tokio::test]
async fn each_way_of_merging_brings_all_of_the_work_and_tells_what_it_was_before() {
    for how in MergeHow::ALL {
        let ash = apart().await;
        let before = ash.main(&["rev-parse", "HEAD"]);
        ash.write("left", "not committed\n");
        if how == MergeHow::Rebase {
            fs::remove_file(ash.worktree.join("left")).unwrap();
        }
        let plan = ash.plan().await.unwrap();
        assert_eq!((&*plan.into, plan.subjects.len()), ("main", 2), "{plan:?}");
        assert_eq!(plan.conflicts, [""; 0]);
        let merged = ash.merge(order(how)).await.unwrap();
        assert_eq!((&*merged.into, merged.commits, &merged.before), ("main", 2, &before));
        assert_eq!(merged.after, ash.main(&["rev-parse", "HEAD"]));
        assert_eq!(merged.whole, how == MergeHow::Rebase);
        let a = fs::read_to_string(ash.main.join("a")).unwrap();
        assert_eq!(a, NINE.replace('1', "one").replace('9', "nine"), "{how:?}");
        assert!(ash.main.join("new").exists() && !ash.main.join("left").exists());
        assert_eq!(ash.main(&["status", "--porcelain"]), "");
        let parents = ash.main(&["rev-list", "--parents", "--max-count=1", "HEAD"]);
        let expected = if how == MergeHow::Merge { 3 } else { 2 };
        assert_eq!(parents.split(' ').count(), expected, "{how:?}");
        let count = ash.main(&["rev-list", "--count", &format!("{before}..HEAD")]);
        assert_eq!(count, ["3", "1", "2"][how as usize], "{how:?}");
        // Again there is nothing, and what was merged is known to be.
        let again = ash.merge(order(how)).await.unwrap_err().to_string();
        assert!(again.starts_with("there is nothing to merge: `main` has all"), "{again}");
        let left = git::unsaved_work(&ash.rig, &polecat("ash"), &ash.sandbox.launch).await.unwrap();
        assert_eq!(left.len(), usize::from(how != MergeHow::Rebase), "{left:?}");
        ash.main(&["reset", "--quiet", "--keep", &before]);
        assert_eq!(ash.main(&["status", "--porcelain"]), "");
    }
}

#[tokio::test]
async fn squashed_work_is_known_to_be_merged_also_after_more_was_done_there() {
    let ash = apart().await;
    ash.merge(order(MergeHow::Squash)).await.unwrap();
    ash.sandbox.write("shop/a", "all new\n");
    ash.sandbox.commit(&ash.main, "over it");
    let (rig, name, launch) = (&ash.rig, &polecat("ash"), &ash.sandbox.launch);
    assert_eq!(git::unsaved_work(rig, name, launch).await.unwrap(), []);
    let tip = ash.git(&["rev-parse", "HEAD"]);
    let removal = Removal::begin(rig, name, launch).await.unwrap();
    let removed = removal.set_aside().await.unwrap().finish().await.unwrap();
    assert_eq!(removed.branches.len(), 1, "{removed:?}");
    let kept = ash.main(&["rev-list", "--all"]);
    assert!(kept.contains(&tip), "its commits are in the backup");
    assert_eq!(ash.main(&["for-each-ref", "refs/polecat/merged"]), "");
}

#[tokio::test]
async fn a_squash_that_was_taken_back_is_not_merged() {
    let ash = apart().await;
    let before = ash.main(&["rev-parse", "HEAD"]);
    ash.merge(order(MergeHow::Squash)).await.unwrap();
    ash.main(&["reset", "--quiet", "--hard", &before]);
    let left = git::unsaved_work(&ash.rig, &polecat("ash"), &ash.sandbox.launch).await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test]
async fn what_is_in_the_way_is_named_and_nothing_is_touched() {
    for how in MergeHow::ALL {
        let ash = apart().await;
        ash.sandbox.write("shop/a", "mine\n");
        let dirty = ash.refused(order(how)).await;
        assert!(
            matches!(&dirty, MergeError::Dirty { files, .. } if files == &[PathBuf::from("a")])
        );
        ash.main(&["checkout", "--quiet", "a"]);
        ash.sandbox.write("shop/.git/info/exclude", "new\n");
        ash.sandbox.write("shop/new", "ignored, and mine\n");
        let there = ash.refused(order(how)).await.to_string();
        assert!(there.contains("in the way") && there.ends_with("`new`"), "{there}");
        fs::remove_file(ash.main.join("new")).unwrap();
        let unsaved = vec![ash.main.join("a"), ash.main.join("README")];
        let unsaved = ash.refused(MergeOrder { unsaved, ..order(how) }).await;
        assert!(matches!(&unsaved, MergeError::Unsaved { files } if files.len() == 1));
        let commit = Some("1".repeat(40));
        let moved = ash.refused(MergeOrder { commit, ..order(how) }).await;
        assert!(matches!(moved, MergeError::Moved { .. }), "{moved}");
        ash.main(&["checkout", "--quiet", "--detach"]);
        let detached = ash.refused_detached(how).await;
        assert!(detached.starts_with("no branch is checked out in"), "{detached}");
    }
}

impl Ash {
    async fn refused_detached(&self, how: MergeHow) -> String {
        self.merge(order(how)).await.unwrap_err().to_string()
    }
}

#[tokio::test]
async fn an_ignored_file_in_the_place_of_a_folder_is_in_the_way() {
    let ash = Ash::new().await;
    ash.write("build/made", "by the polecat\n");
    ash.commit("a folder");
    ash.sandbox.write("shop/.git/info/exclude", "/build\n");
    ash.sandbox.write("shop/build", "mine\n");
    for how in MergeHow::ALL {
        let there = ash.refused(order(how)).await.to_string();
        assert!(there.ends_with("`build`"), "{there}");
    }
}

#[tokio::test]
async fn conflicts_are_told_before_and_left_only_to_whom_wants_them() {
    for how in MergeHow::ALL {
        let ash = Ash::with(&[("a", NINE)]).await;
        ash.write("a", "theirs\n");
        ash.commit("theirs");
        ash.sandbox.write("shop/a", "ours\n");
        ash.sandbox.commit(&ash.main, "ours");
        assert_eq!(ash.plan().await.unwrap().conflicts, ["a"]);
        let conflicts = ash.refused(order(how)).await;
        assert!(matches!(&conflicts, MergeError::Conflicts { files, .. } if files.len() == 1));
        let left = ash.merge(MergeOrder { conflicts: true, ..order(how) }).await.unwrap();
        assert_eq!(left.conflicts, ["a"]);
        let text = fs::read_to_string(left.worktree.join("a")).unwrap();
        assert!(text.contains("<<<<<<<") && text.contains("ours"), "{how:?}: {text}");
        assert!(!left.whole);
        assert_eq!(left.before, left.after);
        // It is a person's from now on.
        git::recover(&ash.rig, &polecat("ash"), &ash.sandbox.launch).await.unwrap();
        assert!(fs::read_to_string(left.worktree.join("a")).unwrap().contains("<<<<<<<"));
    }
}

#[tokio::test]
async fn what_a_hook_refuses_is_taken_back_and_what_it_says_is_told() {
    for (how, name) in [
        (MergeHow::Merge, "pre-merge-commit"),
        (MergeHow::Merge, "commit-msg"),
        (MergeHow::Squash, "pre-commit"),
        (MergeHow::Squash, "commit-msg"),
        (MergeHow::Rebase, "pre-rebase"),
    ] {
        let ash = apart().await;
        hook(&ash.main.join(".git"), name, "echo 'the tests fail' >&2; exit 1");
        let refused = ash.refused(order(how)).await.to_string();
        assert!(refused.contains("the tests fail"), "{how:?} {name}: {refused}");
    }
}

#[tokio::test]
async fn what_a_refusing_hook_has_changed_is_kept_elsewhere() {
    let ash = apart().await;
    hook(&ash.main.join(".git"), "pre-commit", "echo formatted > a; echo x > b; exit 1");
    let before = ash.main(&["rev-parse", "HEAD"]);
    ash.merge(order(MergeHow::Squash)).await.unwrap_err();
    assert_eq!(ash.main(&["status", "--porcelain", "--untracked-files=no"]), "");
    assert_eq!(ash.main(&["rev-parse", "HEAD"]), before);
    let kept = ash.main(&["for-each-ref", "--format=%(refname)", "refs/polecat/merging"]);
    assert_eq!(ash.main(&["show", &format!("{kept}:a")]), "formatted");
}

#[tokio::test]
async fn a_trial_leaves_no_object_and_runs_no_program_of_the_repository() {
    let ash = apart().await;
    let ran = ash.sandbox.path("ran");
    let driver = format!("touch {}", ran.display());
    ash.main(&["config", "merge.theirs.driver", &driver]);
    fs::write(ash.main.join(".git/info/attributes"), "a merge=theirs\n").unwrap();
    let before = ash.main(&["count-objects", "-v"]);
    assert_eq!(ash.plan().await.unwrap().conflicts, ["a"]);
    assert_eq!(ash.main(&["count-objects", "-v"]), before);
    assert!(!ran.exists());
}

#[tokio::test]
async fn configuration_that_git_merge_follows_does_not_get_in_the_way() {
    for (key, value) in [
        ("merge.ff", "false"),
        ("merge.autoStash", "true"),
        ("branch.main.mergeOptions", "--squash"),
        ("rebase.autoStash", "true"),
        ("commit.cleanup", "strip"),
        ("commit.verbose", "true"),
        ("core.editor", "false"),
    ] {
        for how in MergeHow::ALL {
            let ash = apart().await;
            ash.main(&["config", key, value]);
            ash.merge(order(how)).await.unwrap_or_else(|error| panic!("{key} {how:?}: {error}"));
            assert_eq!(ash.main(&["status", "--porcelain"]), "", "{key} {how:?}");
        }
    }
}
