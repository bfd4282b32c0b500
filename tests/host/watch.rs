//! What is told of worktrees, by real file events.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use polecat::host::git;
use polecat::host::watch::{FileEvents, WorktreeChange, WorktreeWatcher};

use super::fixtures::{eventually, polecat};
use super::polecat::Ash;

const FILES: &[(&str, &str)] =
    &[(".gitignore", "/target\nnode_modules/\n"), ("src/deep/lib.rs", "a\n")];

struct Watched {
    ash: Ash,
    watches: WorktreeWatcher,
}

impl Watched {
    async fn new() -> Self {
        let ash = Ash::with(FILES).await;
        let worktree = &ash.worktree;
        fs::create_dir_all(worktree.join("target/debug/deps")).unwrap();
        fs::create_dir_all(worktree.join("src/node_modules/x")).unwrap();
        let watches = WorktreeWatcher::start(&FileEvents::default());
        let added = watches.handle().add(worktree).await.unwrap().unwrap();
        assert!(added.whole);
        assert_eq!(&added.worktree, worktree);
        Self { ash, watches }
    }

    async fn next(&mut self) -> WorktreeChange {
        let told = tokio::time::timeout(Duration::from_secs(30), self.watches.next()).await;
        let told = told.expect("nothing was told in 30 s").unwrap();
        assert_eq!(told.worktree, self.ash.worktree);
        told
    }

    /// Waits until `path` is told, or that all may have changed.
    async fn told(&mut self, path: &str) {
        loop {
            let told = self.next().await;
            if told.whole || told.paths.iter().any(|one| one == Path::new(path)) {
                return;
            }
        }
    }
}

#[tokio::test]
async fn a_file_is_told_by_its_path_and_what_is_read_or_ignored_is_not() {
    let mut shop = Watched::new().await;
    // Root and two folders of `src`, git's own folder, its `logs`, and the branch's.
    assert_eq!(shop.watches.handle().folders(), 8);
    shop.ash.git(&["--no-optional-locks", "status"]);
    shop.ash.write("target/debug/deps/a.o", "x");
    shop.ash.write("src/node_modules/x/index.js", "x");
    shop.ash.write("src/deep/lib.rs", "b\n");
    let told = shop.next().await;
    assert_eq!((told.paths, told.whole), (vec![PathBuf::from("src/deep/lib.rs")], false));
}

#[tokio::test]
async fn new_folders_are_watched_too_and_ignored_ones_are_not() {
    let mut shop = Watched::new().await;
    shop.ash.write("docs/new/page.md", "x\n");
    shop.ash.write("docs/node_modules/y/index.js", "x\n");
    assert!(shop.next().await.whole);
    let watching = shop.watches.handle();
    let folders = async || {
        super::fixtures::eventually(10, || watching.folders()).await;
    };
    folders().await;
    shop.ash.write("docs/new/page.md", "y\n");
    shop.told("docs/new/page.md").await;
    fs::rename(shop.ash.worktree.join("docs"), shop.ash.worktree.join("texts")).unwrap();
    shop.told("texts").await;
    folders().await;
    shop.ash.write("texts/new/page.md", "z\n");
    shop.told("texts/new/page.md").await;
    fs::remove_dir_all(shop.ash.worktree.join("texts")).unwrap();
    shop.told("texts").await;
    super::fixtures::eventually(8, || watching.folders()).await;
}

#[tokio::test]
async fn a_commit_is_told_though_no_file_changes() {
    let mut shop = Watched::new().await;
    let commit = ["commit", "--quiet", "--allow-empty", "--message", "x"];
    shop.ash.git(&commit);
    let told = shop.next().await;
    assert_eq!((told.paths, told.whole), (vec![], false));
}

#[tokio::test]
async fn a_file_that_is_replaced_or_deleted_is_told() {
    let mut shop = Watched::new().await;
    shop.ash.write("src/.lib.rs.tmp", "new\n");
    fs::rename(
        shop.ash.worktree.join("src/.lib.rs.tmp"),
        shop.ash.worktree.join("src/deep/lib.rs"),
    )
    .unwrap();
    shop.told("src/deep/lib.rs").await;
    fs::remove_file(shop.ash.worktree.join("src/deep/lib.rs")).unwrap();
    shop.told("src/deep/lib.rs").await;
}

#[tokio::test]
async fn of_very_many_files_it_is_told_that_there_are_many() {
    let mut shop = Watched::new().await;
    for number in 0..1000 {
        shop.ash.write(&format!("src/{number}"), "x");
    }
    loop {
        let told = shop.next().await;
        assert!(told.paths.len() <= 200, "{}", told.paths.len());
        if told.whole {
            return;
        }
    }
}

#[tokio::test]
async fn two_worktrees_are_told_apart_and_one_that_was_given_up_is_not_told() {
    let mut shop = Watched::new().await;
    let launch = &shop.ash.sandbox.launch;
    let birch = git::create_worktree(&shop.ash.rig, &polecat("birch"), None, 37, launch).await;
    let birch = birch.unwrap().path;
    let watching = shop.watches.handle();
    watching.add(&birch).await.unwrap().unwrap();
    fs::write(birch.join("README"), "x").unwrap();
    let told = shop.watches.next().await.unwrap();
    assert_eq!(told.worktree, birch);
    watching.remove(&birch).await;
    // The branches' folder is watched for the other one still.
    assert_eq!(watching.folders(), 8);
    fs::write(birch.join("README"), "y").unwrap();
    shop.ash.write("src/deep/lib.rs", "b\n");
    assert_eq!(shop.next().await.paths, [PathBuf::from("src/deep/lib.rs")]);
}

#[tokio::test]
async fn a_folder_that_is_no_worktree_is_not_watched() {
    let shop = Watched::new().await;
    let folder = shop.ash.sandbox.folder("shop/plain");
    let watching = shop.watches.handle();
    assert_eq!(watching.add(&folder).await.unwrap(), None);
    assert_eq!(watching.add(&folder.join("gone")).await.unwrap(), None);
    assert_eq!(watching.folders(), 8);
}

#[tokio::test]
async fn of_too_many_folders_a_part_is_watched_and_that_is_said() {
    let mut shop = Watched::new().await;
    for number in 0..4200 {
        fs::create_dir(shop.ash.worktree.join(format!("src/deep/{number}"))).unwrap();
    }
    let watching = shop.watches.handle();
    let added = watching.add(&shop.ash.worktree).await.unwrap().unwrap();
    assert!(!added.whole);
    assert!(watching.folders() <= 4096, "{}", watching.folders());
    let commit = ["commit", "--quiet", "--allow-empty", "--message", "x"];
    shop.ash.git(&commit);
    loop {
        let told = shop.next().await;
        if told.paths.is_empty() && !told.whole {
            return;
        }
    }
}

#[tokio::test]
async fn what_says_in_a_worktree_what_is_ignored_holds_nothing_up() {
    use rustix::fs::{CWD, Mode, mkfifoat};
    let ash = Ash::with(&[("src/deep/lib.rs", "a\n"), ("a/b", "")]).await;
    let pipe = |below: &str| {
        let path = ash.worktree.join(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        mkfifoat(CWD, path, Mode::from_raw_mode(0o600)).unwrap();
    };
    pipe("src/deep/.gitignore");
    pipe("a/.git");
    pipe("evil/commondir");
    ash.write("lib/.git", format!("gitdir: {}\n", ash.worktree.join("evil").display()));
    std::os::unix::fs::symlink("/dev/zero", ash.worktree.join(".gitignore")).unwrap();
    let watches = WorktreeWatcher::start(&FileEvents::default());
    let watching = watches.handle();
    let added = tokio::time::timeout(Duration::from_secs(30), watching.add(&ash.worktree)).await;
    added.expect("it hangs").unwrap().unwrap();
    // The root, `src` and `evil`, and git's own.
    assert_eq!(watches.handle().folders(), 8);
}

/// Watchers of the system that this process has.
fn instances() -> usize {
    let open = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let links = open.filter_map(|entry| fs::read_link(entry.path()).ok());
    links.filter(|link| link.to_string_lossy().contains("inotify")).count()
}

#[tokio::test]
async fn many_who_watch_share_one_watcher_and_hear_of_their_own_worktrees_only() {
    let (one, two) = (Ash::new().await, Ash::new().await);
    let events = FileEvents::default();
    let (mut of_one, mut of_two) =
        (WorktreeWatcher::start(&events), WorktreeWatcher::start(&events));
    of_one.handle().add(&one.worktree).await.unwrap().unwrap();
    let before = instances();
    of_two.handle().add(&two.worktree).await.unwrap().unwrap();
    let more: Vec<_> = (0..20).map(|_| WorktreeWatcher::start(&events)).collect();
    // Other tests have theirs.
    assert!(instances() < before + more.len(), "each has one of its own");
    one.write("new", "x");
    assert_eq!(of_one.next().await.unwrap().worktree, one.worktree);
    two.write("new", "x");
    assert_eq!(of_two.next().await.unwrap().worktree, two.worktree);
    let folders = of_one.handle().folders();
    drop(of_two);
    eventually(true, || of_one.handle().folders() < folders).await;
    one.write("another", "x");
    assert_eq!(of_one.next().await.unwrap().worktree, one.worktree);
}
