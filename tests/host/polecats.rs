//! The polecats of a rig.

use std::fs;
use std::os::unix::fs::symlink;

use polecat::core::PolecatName;
use polecat::host::{HostError, git, polecats};

use super::fixtures::{Sandbox, polecat};

fn texts(names: &[PolecatName]) -> Vec<&str> {
    names.iter().map(PolecatName::as_str).collect()
}

#[tokio::test]
async fn the_folders_of_both_layouts_are_polecats_and_nothing_else_is() {
    let sandbox = Sandbox::new();
    sandbox.town();
    for folder in ["birch", "ash/shop", ".claude", "witness", "a.b", "with blank"] {
        sandbox.folder(&format!("town/shop/polecats/{folder}"));
    }
    sandbox.write("town/shop/polecats/note", "no folder");
    symlink("/", sandbox.path("town/shop/polecats/door")).unwrap();
    let rig = sandbox.rig("town/shop").await;
    assert_eq!(texts(&polecats::names(&rig).await.unwrap()), ["ash", "birch"]);
    for (name, there) in [("ash", true), ("birch", true), ("note", false), ("oak", false)] {
        assert_eq!(polecats::exists(&rig, &polecat(name)).await.unwrap(), there, "{name}");
    }
    let refused = polecats::require(&rig, &polecat("oak")).await.unwrap_err();
    let expected = format!("no polecat `oak` in `{}`", rig.polecats_dir().display());
    assert_eq!(refused.to_string(), expected);
    assert_eq!(refused.hint().unwrap(), "`:PolecatNew oak` creates it");
}

#[tokio::test]
async fn a_rig_without_polecats_has_none_and_one_that_is_gone_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    assert_eq!(texts(&polecats::names(&rig).await.unwrap()), [""; 0]);
    fs::remove_dir_all(sandbox.path("shop")).unwrap();
    let refused = polecats::names(&rig).await.unwrap_err();
    assert!(matches!(refused, HostError::RigGone { .. }), "{refused}");
    let refused = polecats::exists(&rig, &polecat("ash")).await.unwrap_err();
    assert!(matches!(refused, HostError::RigGone { .. }), "{refused}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_read_is_an_error_that_names_it_not_an_empty_list() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    fs::remove_dir(rig.polecats_dir()).unwrap();
    // A link, to itself too, is read by nobody, root included.
    symlink("polecats", rig.polecats_dir()).unwrap();
    let expected = format!("`{}` is a symbolic link: ", rig.polecats_dir().display());
    let refused = polecats::names(&rig).await.unwrap_err().to_string();
    assert!(refused.starts_with(&expected), "{refused}");
    let refused = polecats::exists(&rig, &polecat("ash")).await.unwrap_err().to_string();
    assert!(refused.starts_with(&expected), "{refused}");
}

#[tokio::test]
async fn the_workdir_is_chosen_as_gastown_does() {
    let sandbox = Sandbox::new();
    sandbox.town();
    sandbox.folder("town/shop/polecats/new/shop");
    sandbox.write("town/shop/polecats/new/.git", "gitdir: /x");
    sandbox.write("town/shop/polecats/old/.git", "gitdir: /x");
    sandbox.folder("town/shop/polecats/empty");
    let rig = sandbox.rig("town/shop").await;
    for (name, below) in [("new", "new/shop"), ("old", "old"), ("empty", "empty/shop")] {
        let workdir = polecats::workdir(&rig, &polecat(name)).await.unwrap();
        assert_eq!(workdir, rig.polecats_dir().join(below));
    }
}

#[tokio::test]
async fn a_link_in_a_polecats_place_is_refused_and_so_is_a_worktree_elsewhere() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let (rig, elsewhere) = (sandbox.rig("town/shop").await, sandbox.folder("elsewhere"));
    symlink(&elsewhere, rig.polecats_dir().join("door")).unwrap();
    sandbox.folder("town/shop/polecats/ash");
    symlink(&elsewhere, rig.new_worktree(&polecat("ash"))).unwrap();
    let refused = polecats::exists(&rig, &polecat("door")).await.unwrap_err();
    assert!(matches!(refused, HostError::Link { .. }), "{refused}");
    let refused = polecats::workdir(&rig, &polecat("ash")).await.unwrap_err();
    assert!(matches!(&refused, HostError::Link { .. }), "{refused}");
    let made = git::create_worktree(&rig, &polecat("door"), None, 1, &sandbox.launch).await;
    assert!(matches!(made.unwrap_err(), HostError::Link { .. }));
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[tokio::test]
async fn polecats_are_not_made_where_a_link_leads_out_of_the_rig() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let (rig, elsewhere) = (sandbox.rig("town/shop").await, sandbox.folder("elsewhere"));
    fs::remove_dir(rig.polecats_dir()).unwrap();
    symlink(&elsewhere, rig.polecats_dir()).unwrap();
    let made = git::create_worktree(&rig, &polecat("ash"), None, 1, &sandbox.launch).await;
    assert!(matches!(made.unwrap_err(), HostError::Link { .. }));
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}
