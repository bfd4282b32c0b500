//! Which rig a folder belongs to.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use polecat::core::{Layout, Rig, RigKind, Town};
use polecat::host::HostError;
use polecat::host::rigs::{self, RigOptions};

use super::fixtures::Sandbox;

fn pinned(path: &Path, name: Option<&str>) -> RigOptions {
    let name = name.map(str::to_owned);
    RigOptions { pinned: Some(path.to_owned()), name, ..RigOptions::default() }
}

async fn refusal(starts: &[PathBuf]) -> String {
    rigs::find(starts, &RigOptions::default()).await.unwrap_err().to_string()
}

#[tokio::test]
async fn under_a_town_the_first_folder_below_it_is_the_rig_from_wherever_one_looks() {
    let sandbox = Sandbox::new();
    let town = sandbox.town();
    sandbox.folder("town/shop/polecats/ash/shop/src");
    let shop = town.join("shop");
    for below in ["town/shop", "town/shop/mayor/rig", "town/shop/polecats/ash/shop/src"] {
        let rig = sandbox.rig(below).await;
        assert_eq!((rig.name.as_str(), &rig.path, &rig.home), ("shop", &shop, &shop), "{below}");
        assert_eq!(rig.kind, RigKind::Town(Town::before_0_6(town.clone())));
    }
}

#[tokio::test]
async fn the_town_itself_and_its_own_folders_are_no_rigs() {
    let sandbox = Sandbox::new();
    let town = sandbox.town();
    let refused = refusal(std::slice::from_ref(&town)).await;
    assert_eq!(refused, format!("`{}` is not a rig: it is the town itself", town.display()));
    let mayor = refusal(&[town.join("mayor")]).await;
    assert!(mayor.ends_with("mayor` is not a rig: it is a folder of the town itself"), "{mayor}");
    // The file is the town's, the working directory is in a rig: that one is meant.
    let both = [town.join("mayor"), town.join("shop")];
    assert_eq!(rigs::find(&both, &RigOptions::default()).await.unwrap().name.as_str(), "shop");
}

#[tokio::test]
async fn a_repository_is_one_rig_from_all_its_worktrees() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("src/shop");
    sandbox.git(&shop, &["worktree", "add", "--quiet", "../elsewhere"]);
    let polecat = ".git/polecat/polecats/ash/shop";
    sandbox.git(&shop, &["worktree", "add", "--quiet", polecat]);
    sandbox.folder("src/shop/deep/down");
    let expected = Rig {
        name: "shop".parse().unwrap(),
        path: shop.clone(),
        home: shop.join(".git/polecat"),
        layout: Layout { dir: sandbox.path("src/shop.polecats"), inner: "shop".into() },
        former: vec![Layout { dir: shop.join(".git/polecat/polecats"), inner: "shop".into() }],
        kind: RigKind::Repository { common_dir: shop.join(".git") },
    };
    for below in
        ["shop", "shop/deep/down", "elsewhere", &format!("shop/{polecat}"), "shop/.git/polecat"]
    {
        assert_eq!(sandbox.rig(&format!("src/{below}")).await, expected, "{below}");
    }
}

#[tokio::test]
async fn bare_repositories_submodules_and_separate_git_folders_have_a_name_of_their_own() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    sandbox.git(&shop, &["clone", "--quiet", "--bare", ".", "../bare/books.git"]);
    let bare = sandbox.path("bare/books.git");
    sandbox.git(&bare, &["worktree", "add", "--quiet", "../one"]);
    sandbox.git(&shop, &["clone", "--quiet", "--bare", ".", "../cafe/.bare"]);
    sandbox.write("cafe/.git", "gitdir: ./.bare\n");
    sandbox.git(&sandbox.path("cafe/.bare"), &["worktree", "add", "--quiet", "../main-copy"]);
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"];
    sandbox.git(&shop, &[&add[..], &["../bare/books.git", "libs/till"]].concat());
    for (below, name, home) in [
        ("bare/books.git", "books", "bare/books.git/polecat"),
        ("bare/one", "books", "bare/books.git/polecat"),
        ("cafe", "cafe", "cafe/.bare/polecat"),
        ("cafe/main-copy", "cafe", "cafe/.bare/polecat"),
        ("shop/libs/till", "till", "shop/.git/modules/libs/till/polecat"),
        ("shop/libs", "shop", "shop/.git/polecat"),
    ] {
        let rig = sandbox.rig(below).await;
        assert_eq!((rig.name.as_str(), rig.home), (name, sandbox.path(home)), "{below}");
    }
}

#[tokio::test]
async fn a_link_into_a_project_leads_to_the_project() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    symlink(&shop, sandbox.path("door")).unwrap();
    assert_eq!(sandbox.rig("door").await.path, shop);
}

#[tokio::test]
async fn a_folder_that_is_not_there_yet_belongs_where_its_parents_do() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    assert_eq!(sandbox.rig("shop/new/folder").await.name.as_str(), "shop");
}

#[tokio::test]
async fn outside_of_any_project_the_answer_names_what_was_looked_at() {
    let sandbox = Sandbox::new();
    let (one, two) = (sandbox.folder("one"), sandbox.folder("two"));
    let expected = format!(
        "no rig here: no town and no git repository at `{}` and `{}`",
        one.display(),
        two.display()
    );
    assert_eq!(refusal(&[one, two]).await, expected);
}

#[tokio::test]
async fn a_pinned_folder_wins_and_may_be_renamed() {
    let sandbox = Sandbox::new();
    let (shop, loose) = (sandbox.repository("shop"), sandbox.folder("loose"));
    let rig = rigs::find(&[shop], &pinned(&loose, Some("till"))).await.unwrap();
    assert_eq!((rig.name.as_str(), &rig.home, rig.kind), ("till", &loose, RigKind::Folder));
    let gone = sandbox.path("vanished");
    let refused = rigs::find(&[], &pinned(&gone, None)).await.unwrap_err();
    assert!(matches!(&refused, HostError::RigGone { path } if *path == gone), "{refused}");
    let refused = rigs::find(&[], &pinned(&loose, Some("a/b"))).await.unwrap_err().to_string();
    assert_eq!(refused, "bad rig name `a/b`: it is not a valid folder name");
}

#[tokio::test]
async fn a_worktree_whose_repository_is_gone_says_which_file_is_broken() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("lost/.git", "gitdir: /nowhere/at/all\n");
    let broken =
        format!("`{}` is broken: its repository `/nowhere/at/all` is gone", file.display());
    assert_eq!(refusal(&[sandbox.path("lost")]).await, broken);
    fs::write(&file, "something else").unwrap();
    assert!(refusal(&[sandbox.path("lost")]).await.ends_with("is broken: it names no `gitdir`"));
}
