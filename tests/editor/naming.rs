//! `:PolecatNew` without a name: who gets which.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    support::{editor::Editor, rig::Town, tmux::TmuxServer},
};

/// `new` without a name.
const UNNAMED: &str = "function(opts, cb) require('polecat').new(nil, opts, cb) end";

#[tokio::test(flavor = "multi_thread")]
async fn without_a_name_the_next_one_of_the_pool_is_taken_and_told() {
    let shop = Shop::new().await;
    shop.editor.command("PolecatNew").await.unwrap();
    let told = shop.editor.expect_message("on branch").await;
    assert!(told.starts_with("created `obsidian` on branch "), "{told}");
    let made = shop.editor.begin(UNNAMED, json!([{}])).await.await.unwrap();
    assert_eq!(made["polecat"], "quartz");
    assert_eq!(made["workdir"], shop.project.worktree("quartz").to_str().unwrap());
    let branch =
        shop.project.git(&["-C", made["workdir"].as_str().unwrap(), "branch", "--show-current"]);
    assert_eq!(made["branch"], branch);
    assert!(branch.starts_with("polecat/quartz-"), "{branch}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_may_come_without_a_name_and_a_wrong_key_is_named() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    shop.editor.command(&format!("PolecatNew issue={issue}")).await.unwrap();
    shop.editor.expect_message(&format!("on branch `polecat/obsidian/{issue}@")).await;
    shop.editor.command("PolecatNew isue=x").await.unwrap();
    shop.editor.expect_message("`isue=` is not known").await;
    let refused = shop.editor.begin(UNNAMED, json!([{ "issue": "shop-nosuch" }])).await.await;
    assert_eq!(refused.unwrap_err().code, "issue_invalid");
    assert!(!shop.project.worktree("quartz").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_alone_is_a_polecat_like_any_other() {
    let shop = Shop::new().await;
    shop.editor.command("PolecatNew 51").await.unwrap();
    shop.editor.expect_message("created `51` on branch `polecat/51-").await;
    shop.editor.command(&format!("PolecatStart 51 cmd={}", agent("prompts"))).await.unwrap();
    shop.editor.expect_message("`51` runs in session `gt-shop-51`").await;
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "51").await;
    shop.editor.command("PolecatInject 51 How are you?").await.unwrap();
    shop.editor.command("PolecatCapture 51").await.unwrap();
    shop.editor.expect_line("polecat://capture/gt-shop-51", "How are you?").await;
    let list = shop.editor.call("list", json!([])).await.unwrap();
    assert_eq!(list[0]["polecat"], "51");
    shop.editor.call("stop", json!(["51", { "force": true }])).await.unwrap();
    let removed = shop.editor.call("remove", json!(["51", {}])).await.unwrap();
    assert_eq!(removed["polecat"], "51");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_under_which_a_session_lives_is_passed_over() {
    let shop = Shop::new().await;
    shop.tmux.run(&["new-session", "-d", "-s", "gt-shop-obsidian", "cat"]);
    let made = shop.editor.begin(UNNAMED, json!([{}])).await.await.unwrap();
    assert_eq!(made["polecat"], "quartz");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_name_of_the_settings_is_told_and_the_next_one_taken() {
    let town = Town::new();
    let settings = town.rig().join("settings");
    std::fs::create_dir(&settings).unwrap();
    let text = r#"{"namepool": {"names": ["-rf", "witness", "ash"]}}"#;
    std::fs::write(settings.join("config.json"), text).unwrap();
    let tmux = TmuxServer::absent();
    let editor = Editor::start(&tmux, &town.rig()).await;
    let made = editor.begin(UNNAMED, json!([{}])).await.await.unwrap();
    assert_eq!(made["polecat"], "ash");
    assert_eq!(made["workdir"], town.worktree("ash").to_str().unwrap());
    editor.expect_message("bad polecat name `-rf`").await;
    editor.expect_message("bad polecat name `witness`").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_editors_that_ask_ten_times_at_once_nobody_gets_anothers_name() {
    let shop = Shop::new().await;
    let second = Editor::start(&shop.tmux, shop.project.path()).await;
    let mut asked = Vec::new();
    for _ in 0..5 {
        for editor in [&shop.editor, &second] {
            asked.push(editor.begin(UNNAMED, json!([{}])).await);
        }
    }
    let mut names = BTreeSet::new();
    for answer in asked {
        let made: Json = answer.await.unwrap();
        names.insert(made["polecat"].as_str().unwrap().to_owned());
    }
    assert_eq!(names.len(), 10, "{names:?}");
    assert!(names.contains("obsidian") && names.contains("jade"), "{names:?}");
    let worktrees = shop.project.git(&["worktree", "list", "--porcelain"]);
    assert_eq!(worktrees.matches("branch refs/heads/polecat/").count(), 10, "{worktrees}");
}
