//! Which rig is meant.

use serde_json::json;

use crate::{
    rig::Shop,
    support::{
        eventually,
        rig::{Project, Town},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn the_current_files_folder_comes_before_the_working_directory() {
    let shop = Shop::new().await;
    let other = Project::named("garden");
    shop.editor.command(&format!("edit {}/README", other.path().display())).await.unwrap();
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    assert!(other.worktree("ash").is_dir());
    shop.editor.command("enew").await.unwrap();
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    assert!(shop.project.worktree("birch").is_dir());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecats_own_worktree_belongs_to_the_same_rig() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let worktree = shop.project.worktree("ash");
    shop.editor.command(&format!("cd {}", worktree.display())).await.unwrap();
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    assert!(shop.project.worktree("birch").is_dir());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_rig_stays_wherever_the_editor_goes() {
    let town = Town::new();
    let shop = Shop::new().await;
    shop.editor.command(&format!("PolecatRig {}", town.rig().display())).await.unwrap();
    shop.editor.expect_message("shop").await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    assert!(town.worktree("ash").is_dir());
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_of_any_project_a_person_is_told_what_to_do() {
    let shop = Shop::new().await;
    let nowhere = shop.project.around().join("nowhere");
    std::fs::create_dir(&nowhere).unwrap();
    shop.editor.command(&format!("cd {}", nowhere.display())).await.unwrap();
    let refused = shop.refusal("list", json!([])).await;
    assert_eq!(refused.code, "bad_argument");
    assert!(refused.message.contains("no rig here"), "{refused:?}");
    assert!(refused.hint.unwrap().contains(":PolecatRig"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rig_that_vanished_is_named() {
    let shop = Shop::new().await;
    let other = Project::named("garden");
    shop.editor.command(&format!("PolecatRig {}", other.path().display())).await.unwrap();
    shop.editor.expect_message("garden").await;
    let path = other.path().to_owned();
    drop(other);
    let refused = shop.refusal("list", json!([])).await;
    assert!(refused.message.contains(path.to_str().unwrap()), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_in_another_rig_by_now_is_not_taken_for_the_last_one() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.call("status", json!(["ash"])).await.unwrap();
    let mayor = shop.project.around().join("mayor");
    std::fs::create_dir(&mayor).unwrap();
    std::fs::write(mayor.join("town.json"), "{}").unwrap();
    let refused = shop.refusal("inject", json!(["ash", "hello"])).await;
    assert_eq!(refused.code, "session_not_found");
    // Who only looks may see the rig of a second ago.
    eventually("another rig", async || match shop.editor.call("status", json!(["ash"])).await {
        Err(refused) if refused.code == "polecat_not_found" => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
}
