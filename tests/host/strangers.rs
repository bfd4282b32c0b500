//! What others have put where polecats are: it is no polecat, and stays as it is.

use std::fs;
use std::os::unix::fs::symlink;

use polecat::core::{PolecatName, Rig};
use polecat::host::git::{self, Removal};
use polecat::host::locks::GastownPolecat;
use polecat::host::{HostError, Launch, polecats};

use super::fixtures::{Sandbox, files, polecat};
use super::layouts::{create, names, remove};
use super::polecat::Ash;

async fn reuse(rig: &Rig, name: &PolecatName, launch: &Launch) -> Result<(), HostError> {
    let turn = GastownPolecat::lock(rig, name).await?;
    git::reuse(rig, name, turn, None, 1, launch).await.map(drop)
}

#[tokio::test]
async fn what_somebody_else_has_put_there_is_no_polecat_and_stays_as_it_is() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    let made = create(&sandbox, &rig, "oak").await.unwrap();
    sandbox.write("shop.polecats/files/shop/mine", "mine");
    sandbox.write("shop.polecats/nothing/mine", "mine");
    sandbox.repository("shop.polecats/clone/shop");
    // A copy of a worktree, which leads to the repository, and the other way round one that git
    // expects elsewhere.
    fs::create_dir_all(sandbox.path("shop.polecats/copy/shop")).unwrap();
    fs::copy(made.path.join(".git"), sandbox.path("shop.polecats/copy/shop/.git")).unwrap();
    sandbox.git(&shop, &["worktree", "add", "--quiet", "--detach", "../elsewhere"]);
    fs::create_dir(sandbox.path("shop.polecats/moved")).unwrap();
    fs::rename(sandbox.path("elsewhere"), sandbox.path("shop.polecats/moved/shop")).unwrap();
    sandbox.git(&shop, &["worktree", "add", "--quiet", "--detach", "../linked"]);
    fs::create_dir(sandbox.path("shop.polecats/door")).unwrap();
    symlink(sandbox.path("linked"), sandbox.path("shop.polecats/door/shop")).unwrap();
    let before = files(&sandbox.path("."));
    assert_eq!(names(&rig).await, ["oak"]);
    for name in ["files", "nothing", "clone", "copy", "moved", "door"] {
        let dir = rig.polecat_dir(&polecat(name)).display().to_string();
        let name = polecat(name);
        let launch = &sandbox.launch;
        let refused = [
            polecats::exists(&rig, &name).await.map(drop).unwrap_err(),
            polecats::workdir(&rig, &name).await.map(drop).unwrap_err(),
            git::create_worktree(&rig, &name, None, 1, launch).await.map(drop).unwrap_err(),
            Removal::begin(&rig, &name, launch).await.map(drop).unwrap_err(),
            reuse(&rig, &name, launch).await.unwrap_err(),
            git::restore(&rig, &name, 1, launch).await.map(drop).unwrap_err(),
        ];
        for refused in refused {
            assert!(matches!(refused, HostError::Stranger { .. }), "{name}: {refused}");
            assert!(refused.to_string().contains(&dir), "{name}: {refused}");
        }
    }
    assert_eq!(files(&sandbox.path(".")), before);
}

#[tokio::test]
async fn a_folder_that_came_where_a_creation_was_cut_off_is_not_taken_for_half_of_it() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    let rig = sandbox.rig("shop").await;
    let head = sandbox.git(&shop, &["rev-parse", "HEAD"]);
    for at in ["shop.polecats/ash/shop", "elsewhere/ash/shop"] {
        let mine = sandbox.write(&format!("{at}/mine"), "mine");
        let at = sandbox.path(at);
        let text =
            format!(r#"{{"commit":"{head}","making":"polecat/ash-1","at":"{}"}}"#, at.display());
        sandbox.write("shop/.git/polecat/.runtime/polecat/worktrees/ash.json", &text);
        let _ = git::recover(&rig, &polecat("ash"), &sandbox.launch).await;
        let _ = create(&sandbox, &rig, "ash").await;
        assert_eq!(fs::read_to_string(mine).unwrap(), "mine");
        fs::remove_dir_all(at.parent().unwrap()).unwrap();
    }
}

#[tokio::test]
async fn a_record_that_names_another_folder_has_nothing_deleted_or_moved_there() {
    let ash = Ash::new().await;
    let mine = ash.sandbox.write("mine/.removing-birch-1/file", "mine");
    let aside = mine.parent().unwrap().display().to_string();
    for (kind, name) in [("removing", &*aside), ("removing", "/"), ("restoring", &*aside)] {
        for settled in [false, true] {
            let record = format!(r#"{{"aside":"{name}","settled":{settled}}}"#);
            let below = format!("shop/.git/polecat/.runtime/polecat/{kind}/ash.json");
            let record = ash.sandbox.write(&below, &record);
            let _ = git::recover(&ash.rig, &polecat("ash"), &ash.sandbox.launch).await;
            assert_eq!(fs::read_to_string(&mine).unwrap(), "mine", "{kind} {name}");
            assert!(ash.worktree.join("README").exists());
            let _ = fs::remove_file(record);
        }
    }
}

#[tokio::test]
async fn two_repositories_of_one_name_have_no_folder_together() {
    let sandbox = Sandbox::new();
    let shop = sandbox.repository("shop");
    sandbox.git(&shop, &["clone", "--quiet", "--bare", ".", "../shop.git"]);
    let (rig, bare) = (sandbox.rig("shop").await, sandbox.rig("shop.git").await);
    assert_eq!(rig.polecats_dir(), bare.polecats_dir());
    create(&sandbox, &rig, "ash").await.unwrap();
    assert_eq!(names(&bare).await, [""; 0]);
    let refused = create(&sandbox, &bare, "birch").await.unwrap_err();
    assert!(matches!(refused, HostError::WorktreesUnwritable { .. }), "{refused}");
    assert!(refused.to_string().contains(&rig.home.parent().unwrap().display().to_string()));
    assert_eq!(names(&rig).await, ["ash"]);
    // Where there is no other one's, a bare repository has it under the name it would have checked
    // out.
    remove(&sandbox, &rig).await;
    let made = create(&sandbox, &bare, "birch").await.unwrap();
    assert_eq!(made.path, sandbox.path("shop.polecats/birch/shop"));
    assert_eq!(sandbox.rig("shop.polecats/birch/shop").await, bare);
}

#[tokio::test]
async fn through_a_link_in_place_of_the_folder_there_are_no_polecats() {
    let ash = Ash::new().await;
    let dir = ash.rig.polecats_dir();
    ash.git(&["commit", "--quiet", "--allow-empty", "--message", "work"]);
    let elsewhere = ash.sandbox.path("elsewhere");
    fs::rename(&dir, &elsewhere).unwrap();
    symlink(&elsewhere, &dir).unwrap();
    ash.main(&["worktree", "repair", &elsewhere.join("ash/shop").to_string_lossy()]);
    fs::create_dir(elsewhere.join(".removing-ash-1")).unwrap();
    let record = r#"{"aside":".removing-ash-1","settled":true}"#;
    ash.sandbox.write("shop/.git/polecat/.runtime/polecat/removing/ash.json", record);
    assert_eq!(names(&ash.rig).await, [""; 0]);
    let refused = polecats::exists(&ash.rig, &polecat("ash")).await.unwrap_err();
    assert!(matches!(refused, HostError::Stranger { .. }), "{refused}");
    let refused = Removal::begin(&ash.rig, &polecat("ash"), &ash.sandbox.launch).await;
    assert!(refused.is_err());
    assert!(
        elsewhere.join("ash/shop/README").exists() && elsewhere.join(".removing-ash-1").exists()
    );
}

#[tokio::test]
async fn a_file_in_place_of_the_folder_is_in_the_way_of_new_ones_only() {
    let ash = Ash::inside_git().await;
    let rig = ash.sandbox.rig("shop").await;
    fs::write(rig.polecats_dir(), "a file").unwrap();
    assert_eq!(names(&rig).await, ["ash"]);
    let refused = create(&ash.sandbox, &rig, "oak").await.unwrap_err();
    assert!(matches!(refused, HostError::WorktreesUnwritable { .. }), "{refused}");
    let next =
        git::create_next(&rig, std::collections::BTreeSet::new(), None, 36, &ash.sandbox.launch);
    assert!(matches!(next.await.unwrap_err(), HostError::WorktreesUnwritable { .. }));
    remove(&ash.sandbox, &rig).await;
    assert_eq!(fs::read_to_string(rig.polecats_dir()).unwrap(), "a file");
}

#[tokio::test]
async fn a_planted_list_of_places_makes_no_polecats_of_folders_and_removes_none() {
    let ash = Ash::new().await;
    let mine = ash.sandbox.write("mine/oak/file", "mine");
    let (empty, hollow) = (ash.sandbox.folder("empty"), ash.sandbox.folder("mine/elm"));
    let places = [&*ash.sandbox.path("mine").to_string_lossy(), &empty.to_string_lossy()]
        .map(|dir| format!(r#"{{"dir":"{dir}"}}"#))
        .join(",");
    let odd = r#"{"dir":"relative"},{"dir":"/"},{"dir":"/tmp/../etc","inner":"../x"}"#;
    let text = format!(r#"{{"format":1,"layouts":[{places},{odd}]}}"#);
    ash.sandbox.write("shop/.git/polecat/.runtime/polecat/layouts.json", &text);
    for name in ["oak", "elm"] {
        let there = ash.sandbox.path(&format!("mine/{name}"));
        let planted = format!("{}/.git\n", there.display());
        ash.sandbox.write(&format!("shop/.git/worktrees/{name}/gitdir"), &planted);
        ash.sandbox.write(&format!("shop/.git/worktrees/{name}/HEAD"), "ref: refs/heads/main\n");
        let head = ash.main(&["rev-parse", "HEAD"]);
        let record = format!(
            r#"{{"commit":"{head}","making":"polecat/{name}-1","at":"{}"}}"#,
            there.display()
        );
        let below = format!("shop/.git/polecat/.runtime/polecat/worktrees/{name}.json");
        ash.sandbox.write(&below, &record);
    }
    let rig = ash.sandbox.rig("shop").await;
    assert_eq!(names(&rig).await, ["ash"]);
    for name in ["oak", "elm"].map(polecat) {
        let _ = git::recover(&rig, &name, &ash.sandbox.launch).await;
        let refused = polecats::exists(&rig, &name).await.unwrap_err();
        assert!(matches!(refused, HostError::Stranger { .. }), "{refused}");
        let refused = Removal::begin(&rig, &name, &ash.sandbox.launch).await;
        assert!(refused.is_err());
    }
    remove(&ash.sandbox, &rig).await;
    assert_eq!(fs::read_to_string(mine).unwrap(), "mine");
    assert!(empty.exists() && hollow.exists());
}
