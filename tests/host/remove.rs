//! Removing a polecat: nothing that was in it is lost.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use polecat::core::Rig;
use polecat::host::git::{self, Removal, Removed};
use polecat::host::{HostError, Launch};

use super::fixtures::{Sandbox, polecat};
use super::polecat::Ash;

impl Ash {
    fn dir(&self) -> PathBuf {
        self.rig.polecat_dir(&polecat("ash"))
    }

    /// The files of the worktree with what git says of them.
    pub(super) fn status(&self) -> String {
        self.git(&["status", "--porcelain", "--untracked-files=all"])
    }

    pub(super) async fn remove(&self) -> Result<Removed, HostError> {
        remove(&self.rig, &self.sandbox.launch).await
    }

    pub(super) async fn restore(&self) -> git::Restored {
        git::restore(&self.rig, &polecat("ash"), 72, &self.sandbox.launch).await.unwrap()
    }

    /// Nothing of ours or of git's is left of a removed polecat.
    fn assert_gone(&self) {
        let polecats = self.rig.polecats_dir();
        let left = fs::read_dir(&polecats).into_iter().flatten().flatten();
        let left: Vec<_> = left.map(|entry| entry.path()).collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(polecats.exists(), self.rig.owns(&self.rig.layout), "it goes with the last");
        assert!(!self.main.join(".git/worktrees").exists());
        for kind in ["removing", "restoring", "worktrees"] {
            let record = self.rig.runtime_dir().join("polecat").join(kind).join("ash.json");
            assert!(!record.exists(), "{}", record.display());
        }
    }
}

async fn remove(rig: &Rig, launch: &Launch) -> Result<Removed, HostError> {
    Removal::begin(rig, &polecat("ash"), launch).await?.set_aside().await?.finish().await
}

#[tokio::test]
async fn one_that_did_nothing_goes_with_its_branch_and_leaves_no_backup() {
    let ash = Ash::new().await;
    let removed = ash.remove().await.unwrap();
    assert_eq!(removed.branches, ["polecat/ash-10"]);
    assert_eq!((removed.backup, removed.kept, removed.stashes), (None, vec![], vec![]));
    ash.assert_gone();
    assert_eq!(ash.main(&["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
}

#[tokio::test]
async fn a_branch_that_is_pushed_and_not_merged_stays() {
    let ash = Ash::new().await;
    let bare = ash.sandbox.folder("origin.git");
    ash.sandbox.git(&bare, &["init", "--quiet", "--bare"]);
    ash.commit("work");
    ash.git(&["remote", "add", "origin", &bare.to_string_lossy()]);
    ash.git(&["push", "--quiet", "origin", "HEAD"]);
    let removed = ash.remove().await.unwrap();
    let why = "it is pushed, but not merged".to_owned();
    assert_eq!(removed.kept, [("polecat/ash-10".to_owned(), why)]);
    assert_eq!((removed.branches, removed.backup), (vec![], None));
    ash.assert_gone();
}

#[tokio::test]
async fn what_only_the_worktrees_log_knew_is_kept_though_nothing_is_left_over() {
    let ash = Ash::new().await;
    let first = ash.commit("first try");
    ash.git(&["commit", "--quiet", "--amend", "--allow-empty", "--message", "second try"]);
    ash.git(&["update-ref", "refs/worktree/mine", &first]);
    ash.main(&["merge", "--quiet", "--ff-only", "polecat/ash-10"]);
    let removed = ash.remove().await.unwrap();
    let backup = removed.backup.unwrap();
    ash.main(&["merge-base", "--is-ancestor", &first, &backup.reference]);
    ash.assert_gone();
}

#[tokio::test]
async fn everything_is_in_the_backup_and_comes_back_as_it_was() {
    let ash = Ash::new().await;
    for name in ["changed", "staged", "both", "gone"] {
        ash.write(name, "one\n");
    }
    ash.write(".gitignore", "*.log\n");
    let head = ash.commit("work");
    ash.write("changed", "two\n");
    ash.write("staged", "two\n");
    ash.write("both", "two\n");
    ash.git(&["add", "staged", "both"]);
    ash.write("both", "three\n");
    fs::remove_file(ash.worktree.join("gone")).unwrap();
    ash.write("new/run.sh", "#!/bin/sh\n");
    let run = ash.worktree.join("new/run.sh");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("nowhere", ash.worktree.join("link")).unwrap();
    ash.write("noise.log", "noise\n");
    fs::create_dir(ash.dir().join("notes")).unwrap();
    fs::write(ash.dir().join("notes/today"), "buy milk\n").unwrap();
    let (before, staged) = (ash.status(), ash.git(&["ls-files", "--stage"]));
    let removed = ash.remove().await.unwrap();
    ash.assert_gone();
    let backup = removed.backup.unwrap();
    assert_eq!(removed.branches, ["polecat/ash-10"]);
    assert_eq!(ash.main(&["show", &format!("{}:both", backup.reference)]), "three");
    assert_eq!(ash.main(&["rev-parse", &format!("{}^1", backup.reference)]), head);
    assert_eq!(
        git::restorable(&ash.rig, &ash.sandbox.launch).await.unwrap(),
        ["ash"],
        "it can be completed"
    );
    let back = ash.restore().await;
    assert_eq!((&back.path, back.branch.as_deref()), (&ash.worktree, Some("polecat/ash-10")));
    assert_eq!(ash.status(), before);
    assert_eq!(ash.git(&["ls-files", "--stage"]), staged);
    assert_eq!(fs::read_to_string(ash.worktree.join("both")).unwrap(), "three\n");
    assert_eq!(fs::read_link(ash.worktree.join("link")).unwrap(), Path::new("nowhere"));
    let mode = fs::metadata(run).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
    assert_eq!(fs::read_to_string(ash.dir().join("notes/today")).unwrap(), "buy milk\n");
    assert_eq!(ash.git(&["rev-parse", "HEAD"]), head);
    let base = ash.rig.runtime_dir().join("polecat/worktrees/ash.json");
    assert!(fs::read_to_string(base).unwrap().contains("\"main\""));
    ash.main(&["fsck", "--strict"]);
    ash.main(&["rev-parse", &backup.reference]);
    // And it can go again.
    ash.remove().await.unwrap();
    ash.assert_gone();
}

#[tokio::test]
async fn stashes_stay_in_the_list_and_are_held_also_when_they_are_dropped() {
    let ash = Ash::new().await;
    ash.write("README", "stashed\n");
    ash.git(&["stash", "push", "--quiet"]);
    let stash = ash.main(&["rev-parse", "refs/stash"]);
    let removed = ash.remove().await.unwrap();
    assert_eq!(removed.stashes, std::slice::from_ref(&stash));
    assert_eq!(ash.main(&["rev-parse", "refs/stash"]), stash);
    ash.main(&["stash", "drop", "--quiet"]);
    let backup = removed.backup.unwrap().reference;
    ash.main(&["merge-base", "--is-ancestor", &stash, &backup]);
}

#[tokio::test]
async fn a_folder_without_its_link_is_kept_as_files_of_the_same_history() {
    let ash = Ash::new().await;
    let head = ash.commit("work");
    ash.write("new", "new\n");
    fs::remove_file(ash.worktree.join(".git")).unwrap();
    let backup = ash.remove().await.unwrap().backup.unwrap().reference;
    assert_eq!(ash.main(&["rev-parse", &format!("{backup}^1")]), head);
    assert_eq!(ash.main(&["show", &format!("{backup}:new")]), "new");
    ash.assert_gone();
    ash.restore().await;
    assert_eq!(ash.status(), "?? new");
}

#[tokio::test]
async fn a_half_removed_folder_that_git_forgot_is_kept_as_files() {
    let ash = Ash::inside_git().await;
    ash.write("new", "new\n");
    fs::remove_dir_all(ash.main.join(".git/worktrees")).unwrap();
    let backup = ash.remove().await.unwrap().backup.unwrap().reference;
    assert_eq!(ash.main(&["show", &format!("{backup}:new")]), "new");
    ash.assert_gone();
    ash.restore().await;
    assert_eq!(fs::read_to_string(ash.worktree.join("new")).unwrap(), "new\n");
}

#[tokio::test]
async fn a_folder_whose_worktree_is_gone_goes_and_its_commits_stay() {
    let ash = Ash::new().await;
    let head = ash.commit("work");
    fs::remove_dir_all(&ash.worktree).unwrap();
    let backup = ash.remove().await.unwrap().backup.unwrap().reference;
    ash.main(&["merge-base", "--is-ancestor", &head, &backup]);
    ash.assert_gone();
}

#[tokio::test]
async fn in_a_folder_that_may_not_be_written_to_it_goes_too() {
    let ash = Ash::new().await;
    ash.write(".gitignore", "cache\n.gitignore\n");
    ash.write("cache/deep/file", "text\n");
    for folder in ["cache/deep", "cache"] {
        let path = ash.worktree.join(folder);
        fs::set_permissions(path, fs::Permissions::from_mode(0o555)).unwrap();
    }
    ash.remove().await.unwrap();
    ash.assert_gone();
}

#[tokio::test]
async fn a_town_and_an_old_layout_work_alike_and_a_clone_stays() {
    let sandbox = Sandbox::new();
    let town = sandbox.town();
    let clone = town.join("shop/mayor/rig");
    let rig = sandbox.rig("town/shop").await;
    let old = town.join("shop/polecats/ash");
    let path = old.to_string_lossy();
    sandbox.git(&clone, &["worktree", "add", "--quiet", "-b", "polecat/ash-1", &path]);
    sandbox.commit(&old, "work");
    fs::write(old.join("new"), "new\n").unwrap();
    let removed = remove(&rig, &sandbox.launch).await.unwrap();
    assert_eq!(removed.branches, ["polecat/ash-1"]);
    assert!(!old.exists());
    let back = git::restore(&rig, &polecat("ash"), 72, &sandbox.launch).await.unwrap();
    assert_eq!(back.path, old.join("shop"));
    assert_eq!(sandbox.git(&back.path, &["status", "--porcelain"]), "?? new");
    remove(&rig, &sandbox.launch).await.unwrap();
    // gastown's first polecats were clones.
    let origin = sandbox.path("origin/shop");
    sandbox.git(&town, &["clone", "--quiet", &origin.to_string_lossy(), &path]);
    let first = sandbox.commit(&old, "first try");
    let refused = remove(&rig, &sandbox.launch).await.unwrap_err().to_string();
    assert_eq!(refused, "`ash` stays: it is a separate clone, not a worktree");
    assert_eq!(sandbox.git(&old, &["rev-parse", "HEAD"]), first);
}

#[tokio::test]
async fn a_clean_submodule_is_no_obstacle() {
    let ash = Ash::new().await;
    let library = ash.sandbox.repository("library").to_string_lossy().into_owned();
    let allow = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    ash.git(&[&allow[..], &[library.as_str(), "lib"]].concat());
    ash.commit("with a library");
    ash.write("new", "new\n");
    ash.remove().await.unwrap();
    ash.assert_gone();
    ash.restore().await;
    assert_eq!(ash.status(), "?? new");
}

/// A launcher that does something before the nth program, and says whether it came to that.
fn meddling(
    launch: &Launch,
    nth: usize,
    meddle: impl Fn() + Send + Sync + 'static,
) -> (Launch, Arc<AtomicUsize>) {
    let (launch, count) = (launch.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    let meddling: Launch = Arc::new(move |program| {
        if count.fetch_add(1, Ordering::SeqCst) == nth {
            meddle();
        }
        launch(program)
    });
    (meddling, counted)
}

#[tokio::test]
async fn who_writes_to_it_at_any_moment_loses_nothing() {
    // All moments take a minute; these are of every kind.
    let step = if std::env::var_os("POLECAT_SEEDS").is_some() { 1 } else { 7 };
    for nth in (0..).step_by(step) {
        let ash = Ash::new().await;
        let force = nth % 2 == 0;
        if force {
            ash.write("new", "new\n");
        }
        let late = ash.worktree.join("late");
        let wrote = Arc::new(AtomicBool::new(false));
        let note = wrote.clone();
        let meddle = move || note.store(fs::write(&late, "late\n").is_ok(), Ordering::SeqCst);
        let (launch, count) = meddling(&ash.sandbox.launch, nth, meddle);
        let removal = Removal::begin(&ash.rig, &polecat("ash"), &launch).await.unwrap();
        if !force && !removal.unsaved_work().is_empty() {
            assert!(ash.worktree.join("late").exists());
            continue;
        }
        let done = removal.set_aside().await;
        match done {
            Err(HostError::Changing { .. }) => {
                assert!(ash.worktree.join("late").exists(), "{nth}");
                continue;
            }
            done => drop(done.unwrap().finish().await.unwrap()),
        }
        assert!(!ash.worktree.exists(), "{nth}");
        let found = ash.main(&["rev-list", "--all", "--objects"]).contains(" late");
        // After it was moved aside there is nowhere to write to.
        assert_eq!(wrote.load(Ordering::SeqCst), found, "{nth}");
        if count.load(Ordering::SeqCst) <= nth {
            assert!(nth > 30, "many programs are run");
            return;
        }
    }
}

#[tokio::test]
async fn what_was_pushed_once_is_kept_also_when_the_remote_drops_it() {
    let ash = Ash::new().await;
    let bare = ash.sandbox.folder("origin.git");
    ash.sandbox.git(&bare, &["init", "--quiet", "--bare"]);
    ash.git(&["remote", "add", "origin", &bare.to_string_lossy()]);
    let pushed = ash.commit("pushed");
    ash.git(&["push", "--quiet", "origin", "HEAD:refs/heads/mine"]);
    ash.git(&["reset", "--quiet", "--hard", "main"]);
    ash.remove().await.unwrap();
    ash.main(&["push", "--quiet", "--force", "origin", "main:refs/heads/mine"]);
    let backups = ash.main(&["rev-list", "--glob=refs/polecat/backup/*"]);
    assert!(backups.contains(&pushed));
}
