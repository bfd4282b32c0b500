//! Where polecats of a plain repository are: beside it, where the configuration says, and where they
//! once were.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use polecat::core::{Rig, Template};
use polecat::host::git::{self, Removal, Worktree};
use polecat::host::rigs::{self, RigOptions};
use polecat::host::{HostError, polecats};

use super::fixtures::{Sandbox, files, polecat};
use super::polecat::{Ash, inside_git};

pub(super) async fn create(
    sandbox: &Sandbox,
    rig: &Rig,
    name: &str,
) -> Result<Worktree, HostError> {
    git::create_worktree(rig, &polecat(name), None, 36, &sandbox.launch).await
}

pub(super) async fn remove(sandbox: &Sandbox, rig: &Rig) {
    let removal = Removal::begin(rig, &polecat("ash"), &sandbox.launch).await.unwrap();
    removal.set_aside().await.unwrap().finish().await.unwrap();
}

async fn restore(sandbox: &Sandbox, rig: &Rig) -> Result<PathBuf, HostError> {
    git::restore(rig, &polecat("ash"), 72, &sandbox.launch).await.map(|restored| restored.path)
}

async fn by(sandbox: &Sandbox, below: &str, template: &str) -> Rig {
    let data = sandbox.path("data");
    let template = Template::parse(template, Some(&data)).unwrap();
    rigs::find(&[sandbox.path(below)], &RigOptions { worktrees: template, ..RigOptions::default() })
        .await
        .unwrap()
}

pub(super) async fn names(rig: &Rig) -> Vec<String> {
    polecats::names(rig).await.unwrap().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_worktree_is_beside_its_repository_whose_status_stays_clean() {
    let ash = Ash::new().await;
    assert_eq!(ash.worktree, ash.sandbox.path("shop.polecats/ash/shop"));
    assert!(!ash.worktree.iter().any(|part| part == ".git"), "{}", ash.worktree.display());
    assert_eq!(ash.main(&["status", "--porcelain", "--ignored"]), "");
    assert_eq!(ash.git(&["status", "--porcelain", "--ignored"]), "");
    fs::create_dir(ash.worktree.join("deep")).unwrap();
    assert_eq!(ash.sandbox.rig("shop.polecats/ash/shop/deep").await, ash.sandbox.rig("shop").await);
}

#[tokio::test]
async fn the_folder_of_all_polecats_goes_with_the_last_one_unless_somebody_uses_it() {
    let ash = Ash::new().await;
    let dir = ash.rig.polecats_dir();
    create(&ash.sandbox, &ash.rig, "birch").await.unwrap();
    remove(&ash.sandbox, &ash.rig).await;
    assert_eq!(names(&ash.rig).await, ["birch"]);
    ash.sandbox.git(&ash.main, &["worktree", "remove", "../shop.polecats/birch/shop"]);
    fs::remove_dir(dir.join("birch")).unwrap();
    create(&ash.sandbox, &ash.rig, "ash").await.unwrap();
    fs::write(dir.join("notes"), "mine").unwrap();
    remove(&ash.sandbox, &ash.rig).await;
    assert_eq!(files(&dir), ["notes"]);
    fs::remove_file(dir.join("notes")).unwrap();
    create(&ash.sandbox, &ash.rig, "ash").await.unwrap();
    remove(&ash.sandbox, &ash.rig).await;
    assert!(!dir.exists());
}

#[tokio::test]
async fn a_polecat_inside_of_git_stays_known_and_is_never_made_a_second_time() {
    let ash = Ash::inside_git().await;
    assert_eq!(ash.worktree, ash.main.join(".git/polecat/polecats/ash/shop"));
    let rig = ash.sandbox.rig("shop").await;
    assert_eq!(names(&rig).await, ["ash"]);
    assert_eq!(polecats::workdir(&rig, &polecat("ash")).await.unwrap(), ash.worktree);
    let inside = polecats::inside_git(&rig).await.unwrap();
    assert_eq!(inside, [(polecat("ash"), ash.worktree.clone())]);
    let twice = create(&ash.sandbox, &rig, "ash").await.unwrap_err();
    assert!(matches!(twice, HostError::PolecatExists { .. }), "{twice}");
    let mut taken = std::collections::BTreeSet::new();
    let launch = &ash.sandbox.launch;
    for _ in 0..3 {
        let next = git::create_next(&rig, taken.clone(), None, 36, launch).await.unwrap().polecat;
        assert_ne!(next.as_str(), "ash");
        taken.insert(next.to_string());
    }
    // Removed it comes back beside the repository.
    fs::write(ash.worktree.join("new"), "new\n").unwrap();
    remove(&ash.sandbox, &rig).await;
    assert!(!ash.worktree.exists());
    let back = restore(&ash.sandbox, &rig).await.unwrap();
    assert_eq!(back, ash.sandbox.path("shop.polecats/ash/shop"));
    assert_eq!(fs::read_to_string(back.join("new")).unwrap(), "new\n");
}

#[tokio::test]
async fn a_creation_inside_of_git_that_an_older_version_was_cut_off_in_is_taken_back() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    let head = sandbox.git(&shop, &["rev-parse", "HEAD"]);
    let text = format!(r#"{{"commit":"{head}","making":"polecat/ash-1"}}"#);
    sandbox.write("shop/.git/polecat/.runtime/polecat/worktrees/ash.json", &text);
    sandbox.write("shop/.git/polecat/polecats/ash/shop/half", "");
    git::recover(&rig, &polecat("ash"), &sandbox.launch).await.unwrap();
    assert!(!shop.join(".git/polecat/polecats/ash").exists());
}

#[tokio::test]
async fn a_removal_that_was_cut_off_is_taken_back_wherever_new_ones_are_made_by_then() {
    for ash in [Ash::inside_git().await, Ash::new().await] {
        let removal = Removal::begin(&ash.rig, &polecat("ash"), &ash.sandbox.launch).await.unwrap();
        drop(removal.set_aside().await.unwrap());
        assert!(!ash.worktree.exists());
        let rig = by(&ash.sandbox, "shop", "{data}/{repo}/{polecat}").await;
        git::recover(&rig, &polecat("ash"), &ash.sandbox.launch).await.unwrap();
        assert!(ash.worktree.join("README").exists());
        assert_eq!(names(&rig).await, ["ash"]);
    }
}

#[tokio::test]
async fn one_that_a_person_moves_out_of_git_is_known_at_its_new_place() {
    let ash = Ash::inside_git().await;
    let rig = ash.sandbox.rig("shop").await;
    let to = rig.new_worktree(&polecat("ash"));
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    let (from, into) = (ash.worktree.to_string_lossy(), to.to_string_lossy());
    ash.main(&["worktree", "move", &from, &into]);
    assert_eq!(names(&rig).await, ["ash"]);
    assert_eq!(polecats::workdir(&rig, &polecat("ash")).await.unwrap(), to);
    assert_eq!(polecats::inside_git(&rig).await.unwrap(), []);
    // What is left of it inside goes with it.
    remove(&ash.sandbox, &rig).await;
    assert_eq!(names(&rig).await, [""; 0]);
    assert!(!rig.polecats_dir().exists());
}

async fn expect_unwritable(sandbox: &Sandbox, rig: &Rig, why: &str) {
    let before = files(&sandbox.path("."));
    let refused = create(sandbox, rig, "ash").await.unwrap_err();
    assert!(matches!(refused, HostError::WorktreesUnwritable { .. }), "{refused}");
    let text = refused.to_string();
    assert!(text.contains(why), "{text}");
    assert!(text.contains(&rig.polecats_dir().display().to_string()), "{text}");
    assert!(refused.hint().unwrap().contains("`worktrees`"));
    assert_eq!(files(&sandbox.path(".")), before);
    assert!(!rig.polecats_dir().exists() || rig.polecats_dir().is_file());
}

#[tokio::test]
async fn among_the_files_of_another_repository_nothing_is_made_unless_that_ignores_it() {
    let sandbox = Sandbox::new();
    let outer = sandbox.repository("outer");
    sandbox.repository("outer/deep/shop");
    let rig = sandbox.rig("outer/deep/shop").await;
    expect_unwritable(&sandbox, &rig, &outer.display().to_string()).await;
    let status = sandbox.git(&outer, &["status", "--porcelain", "--untracked-files=all"]);
    assert_eq!(status, "?? deep/shop/");
    sandbox.write("outer/.gitignore", "*.polecats/\n");
    create(&sandbox, &rig, "ash").await.unwrap();
    assert!(
        !sandbox.git(&outer, &["status", "--porcelain", "--untracked-files=all"]).contains("ash")
    );
    // A home folder that is a repository shows nothing of what it does not track.
    fs::remove_file(outer.join(".gitignore")).unwrap();
    expect_refused(&sandbox, &rig).await;
    sandbox.git(&outer, &["config", "status.showUntrackedFiles", "no"]);
    create(&sandbox, &rig, "birch").await.unwrap();
}

async fn expect_refused(sandbox: &Sandbox, rig: &Rig) {
    let refused = create(sandbox, rig, "birch").await.unwrap_err();
    assert!(matches!(refused, HostError::WorktreesUnwritable { .. }), "{refused}");
}

#[tokio::test]
async fn a_repository_shows_no_polecats_in_itself_nor_has_them_in_its_git_folder() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = by(&sandbox, "shop", "{parent}/{repo}/agents/{polecat}").await;
    expect_unwritable(&sandbox, &rig, "would show it as untracked").await;
    sandbox.write("shop/.git/info/exclude", "/agents/\n");
    let made = create(&sandbox, &rig, "ash").await.unwrap();
    assert_eq!(made.path, shop.join("agents/ash"));
    assert_eq!(sandbox.git(&shop, &["status", "--porcelain"]), "");
    // A submodule's own folder is inside of its superproject's.
    let lib = sandbox.repository("lib");
    let url = lib.to_string_lossy();
    let add = ["-c", "protocol.file.allow=always", "submodule", "add", "--quiet", &url, "lib"];
    sandbox.git(&shop, &add);
    let rig = sandbox.rig("shop/lib").await;
    expect_unwritable(&sandbox, &rig, "inside git's own folder").await;
    let rig = by(&sandbox, "shop/lib", "{data}/{repo}/{polecat}/{repo}").await;
    let made = create(&sandbox, &rig, "ash").await.unwrap();
    assert_eq!(made.path, sandbox.path("data/lib/ash/lib"));
    let inside = by(&sandbox, "data/lib/ash/lib", "{data}/{repo}/{polecat}/{repo}").await;
    assert_eq!((inside.home, inside.layout), (rig.home, rig.layout));
}

#[tokio::test]
async fn whatever_its_template_a_polecat_comes_and_goes_and_comes_back_as_it_was() {
    for template in [
        "{data}/{repo}/{polecat}/{repo}",
        "{parent}/{repo}-agents/all/{polecat}/src/work",
        "{data}/deep/er/{repo}/{polecat}",
    ] {
        let sandbox = Sandbox::new();
        let shop = sandbox.repository("shop");
        let rig = by(&sandbox, "shop", template).await;
        let made = create(&sandbox, &rig, "ash").await.unwrap();
        assert_eq!(names(&rig).await, ["ash"], "{template}");
        fs::write(made.path.join("new"), "new\n").unwrap();
        let beside = rig.polecat_dir(&polecat("ash")).join("notes");
        let has_room = made.path != rig.polecat_dir(&polecat("ash"));
        if has_room {
            fs::write(&beside, "notes\n").unwrap();
        }
        remove(&sandbox, &rig).await;
        assert!(!rig.polecats_dir().exists(), "{template}");
        assert_eq!(restore(&sandbox, &rig).await.unwrap(), made.path);
        assert_eq!(fs::read_to_string(made.path.join("new")).unwrap(), "new\n");
        assert_eq!(beside.exists(), has_room, "{template}");
        let status = ["status", "--porcelain"];
        assert_eq!(sandbox.git(&made.path, &status), "?? new", "{template}");
        assert_eq!(sandbox.git(&shop, &status), "", "{template}");
    }
}

#[tokio::test]
async fn files_from_beside_a_worktree_are_not_brought_back_into_it() {
    let ash = Ash::new().await;
    ash.sandbox.write("shop.polecats/ash/README", "beside\n");
    remove(&ash.sandbox, &ash.rig).await;
    let narrow = by(&ash.sandbox, "shop", "{data}/{repo}/{polecat}").await;
    let refused = restore(&ash.sandbox, &narrow).await.unwrap_err();
    assert!(refused.to_string().contains("files from next to the worktree"), "{refused}");
    assert!(!ash.sandbox.path("data").exists());
    restore(&ash.sandbox, &ash.rig).await.unwrap();
    let beside = ash.sandbox.path("shop.polecats/ash/README");
    assert_eq!(fs::read_to_string(beside).unwrap(), "beside\n");
}

#[tokio::test]
async fn after_the_template_has_changed_all_that_were_made_before_are_known() {
    let ash = Ash::new().await;
    let rig = by(&ash.sandbox, "shop", "{data}/{repo}/{polecat}").await;
    create(&ash.sandbox, &rig, "birch").await.unwrap();
    // Another editor's, and the person's who thinks again.
    for rig in [&by(&ash.sandbox, "shop", "{data}/x/{repo}/{polecat}").await, &rig] {
        let of = rigs_names(rig, &ash.sandbox).await;
        assert_eq!(of, ["ash", "birch"]);
        let twice = create(&ash.sandbox, rig, "ash").await.unwrap_err();
        assert!(matches!(twice, HostError::PolecatExists { .. }), "{twice}");
        assert_eq!(polecats::workdir(rig, &polecat("ash")).await.unwrap(), ash.worktree);
    }
    // Only where git and the folder say so of each other: not all folders there are polecats.
    ash.sandbox.write("shop.polecats/files/shop/mine", "mine");
    let now = by(&ash.sandbox, "shop", "{data}/{repo}/{polecat}").await;
    assert_eq!(names(&now).await, ["ash", "birch"]);
    remove(&ash.sandbox, &now).await;
    assert_eq!(names(&now).await, ["birch"]);
    assert!(!ash.worktree.exists());
}

async fn rigs_names(rig: &Rig, sandbox: &Sandbox) -> Vec<String> {
    assert!(rig.layouts().count() >= 3, "{rig:?}");
    assert!(sandbox.path("shop").exists());
    names(rig).await
}

#[tokio::test]
async fn names_that_other_programs_would_take_apart_are_names() {
    for name in ["a b", "50% #1", "it's \"shop\"", "läden", "-shop", "{polecat}", "$HOME", "x.git"]
    {
        let sandbox = Sandbox::new();
        let shop = sandbox.repository(name);
        let rig = sandbox.rig(name).await;
        let made = create(&sandbox, &rig, "ash").await.unwrap();
        let expected = sandbox.path(&format!("{name}.polecats/ash/{name}"));
        assert_eq!(made.path, expected, "{name}");
        assert_eq!(names(&rig).await, ["ash"], "{name}");
        assert_eq!(sandbox.git(&shop, &["status", "--porcelain"]), "", "{name}");
        fs::write(made.path.join("new"), "new\n").unwrap();
        remove(&sandbox, &rig).await;
        restore(&sandbox, &rig).await.unwrap();
        assert_eq!(sandbox.git(&made.path, &["status", "--porcelain"]), "?? new", "{name}");
    }
}

#[tokio::test]
async fn through_a_link_a_repository_is_the_one_it_is() {
    let sandbox = Sandbox::new();
    sandbox.repository("real/shop");
    symlink(sandbox.path("real/shop"), sandbox.path("door")).unwrap();
    symlink(sandbox.path("real"), sandbox.path("folder")).unwrap();
    let rig = sandbox.rig("real/shop").await;
    assert_eq!(sandbox.rig("door").await, rig);
    assert_eq!(sandbox.rig("folder/shop").await, rig);
    // What a person chose may be a link; what is named after the repository may not.
    let chosen = format!("{}/{{repo}}/{{polecat}}", sandbox.path("folder").display());
    let rig = by(&sandbox, "real/shop", &chosen.replace("{repo}", "{repo}-w")).await;
    assert_eq!(rig.polecats_dir(), sandbox.path("real/shop-w"));
    create(&sandbox, &rig, "ash").await.unwrap();
    let rig = sandbox.rig("real/shop").await;
    let elsewhere = sandbox.folder("elsewhere");
    symlink(&elsewhere, rig.polecats_dir()).unwrap();
    let refused = create(&sandbox, &rig, "oak").await.unwrap_err();
    assert!(matches!(&refused, HostError::Link { path } if *path == rig.polecats_dir()));
    assert!(refused.to_string().contains("symbolic link"), "{refused}");
    assert_eq!(fs::read_dir(elsewhere).unwrap().count(), 0);
}

#[tokio::test]
async fn where_git_has_relative_paths_a_polecat_is_known_all_the_same() {
    let ash = Ash::new().await;
    let git_dir = Path::new(&ash.git(&["rev-parse", "--git-dir"])).to_owned();
    fs::write(git_dir.join("gitdir"), "../../../../shop.polecats/ash/shop/.git\n").unwrap();
    fs::write(ash.worktree.join(".git"), "gitdir: ../../../shop/.git/worktrees/shop\n").unwrap();
    assert_eq!(ash.git(&["status", "--porcelain"]), "");
    assert_eq!(names(&ash.rig).await, ["ash"]);
    fs::remove_file(ash.worktree.join(".git")).unwrap();
    assert_eq!(names(&ash.rig).await, ["ash"]);
}

#[tokio::test]
async fn the_rig_of_older_polecats_is_that_of_new_ones() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    create(&sandbox, &inside_git(&rig), "ash").await.unwrap();
    assert_eq!(sandbox.rig("shop/.git/polecat/polecats/ash/shop").await, rig);
}
