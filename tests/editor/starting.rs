//! `start`: what exists afterwards, and what does not.

use serde_json::json;

use crate::{
    rig::{Shop, agent},
    support::rig::Town,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_polecat_gets_a_worktree_a_branch_and_a_session_with_its_environment() {
    let shop = Shop::new().await;
    let info = shop.start("ash", "prompts --nbsp").await;

    assert_eq!(shop.sessions(), ["gt-shop-ash"]);
    assert_eq!(info["session_id"], "gt-shop-ash");
    assert_eq!(info["running"], true);
    let worktree = shop.project.worktree("ash");
    assert_eq!(info["workdir"], worktree.to_str().unwrap());
    let branch = shop.project.git(&["-C", worktree.to_str().unwrap(), "branch", "--show-current"]);
    assert!(branch.starts_with("polecat/ash-"), "{branch}");
    assert_eq!(info["branch"], branch);
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");

    let pid = info["pid"].as_u64().unwrap();
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment);
    for (name, value) in [
        ("GT_ROLE", "polecat"),
        ("GT_RIG", "shop"),
        ("GT_POLECAT", "ash"),
        ("BD_ACTOR", "shop/polecats/ash"),
        ("GIT_AUTHOR_NAME", "ash"),
        ("BEADS_AGENT_NAME", "shop/ash"),
    ] {
        assert!(environment.split('\0').any(|set| set == format!("{name}={value}")), "{name}");
        let told = shop.tmux.run(&["show-environment", "-t", "=gt-shop-ash:", name]);
        assert_eq!(told, format!("{name}={value}"));
    }
    for leaked in ["NVIM=", "NVIM_LISTEN_ADDRESS=", "VIMRUNTIME=", "CLAUDECODE="] {
        assert!(!environment.split('\0').any(|set| set.starts_with(leaked)), "{leaked}");
    }
    let cwd = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap();
    assert_eq!(cwd, worktree);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_answers_when_the_prompt_is_there() {
    let shop = Shop::new().await;
    let options =
        json!({ "new": true, "agent": "claude", "cmd": agent("prompts --nbsp --delay 300") });
    shop.try_start("ash", options).await.unwrap();
    assert!(shop.screen("gt-shop-ash").contains('❯'), "{}", shop.screen("gt-shop-ash"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_session_refuses_another_start_and_lives_on() {
    let shop = Shop::new().await;
    let first = shop.start("ash", "prompts").await;
    let refused = shop.try_start("ash", json!({ "cmd": agent("prompts") })).await.unwrap_err();
    assert_eq!(refused.code, "session_running");
    assert!(refused.message.contains("session already running: `gt-shop-ash`"), "{refused:?}");
    let now = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert_eq!(now["pid"], first["pid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_starts_at_once_one_wins_and_one_is_refused() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let options = json!({ "cmd": agent("prompts") });
    let first = shop.editor.ask("start", json!(["ash", options])).await;
    let second = shop.editor.ask("start", json!(["ash", options])).await;
    let (first, second) = tokio::join!(first, second);
    let refused = match (first, second) {
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
        both => panic!("not one of two: {both:?}"),
    };
    assert_eq!(refused.code, "session_running");
    assert_eq!(shop.sessions(), ["gt-shop-ash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_agent_is_dead_is_replaced() {
    let shop = Shop::new().await;
    let first = shop.start("ash", "prompts").await;
    shop.editor.call("inject", json!(["ash", "/exit 4"])).await.unwrap();
    shop.editor.expect_state("ash", "died").await;
    let second = shop.try_start("ash", json!({ "cmd": agent("prompts") })).await.unwrap();
    assert_ne!(first["pid"], second["pid"]);
    assert_eq!(shop.sessions(), ["gt-shop-ash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_is_looked_up_first_and_hooked_after() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    let options = json!({ "new": true, "issue": issue, "cmd": agent("prompts") });
    let info = shop.try_start("ash", options).await.unwrap();
    assert_eq!(info["issue"], issue);
    let branch = info["branch"].as_str().unwrap();
    assert!(branch.starts_with(&format!("polecat/ash/{issue}@")), "{branch}");
    let state = shop.project.issue_state(&issue);
    assert_eq!(state["assignee"], "shop/polecats/ash", "{state} {:?}", info["warnings"]);
    assert_eq!(state["status"], "hooked");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_issue_refuses_before_anything_is_made() {
    let shop = Shop::with_tracker().await;
    for issue in ["shop-nosuch", "-rf", "a b", "$(touch x)", "../x", ""] {
        let options = json!({ "new": true, "issue": issue, "cmd": agent("prompts") });
        let refused = shop.try_start("ash", options).await.unwrap_err();
        assert_eq!(refused.code, "issue_invalid", "{issue:?}: {refused:?}");
    }
    assert_eq!(shop.sessions(), [""; 0]);
    assert!(!shop.project.polecats().join("ash").exists());
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_is_served_as_it_stands_in_both_of_its_layouts() {
    let town = Town::new();
    let old = town.old_polecat("nux");
    let tmux = crate::support::tmux::TmuxServer::absent();
    let editor = crate::support::editor::Editor::start(&tmux, &old).await;
    let options = json!({ "cmd": agent("prompts") });
    let info = editor.call("start", json!(["nux", options])).await.unwrap();
    assert_eq!(info["workdir"], old.to_str().unwrap());
    assert_eq!(info["branch"], "polecat/nux-old");
    assert_eq!(
        tmux.run(&["show-environment", "-t", "=gt-shop-nux:", "GT_ROOT"]),
        format!("GT_ROOT={}", town.path().display())
    );

    let new = editor.call("new", json!(["furiosa", {}])).await.unwrap();
    assert_eq!(new["workdir"], town.worktree("furiosa").to_str().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_tmux_options_are_as_they_were() {
    let shop = Shop::new().await;
    shop.tmux.run(&["new-session", "-d", "-s", "mine", "cat"]);
    let before = shop.tmux.run(&["show-options", "-g"]) + &shop.tmux.run(&["list-keys"]);
    shop.start("ash", "prompts").await;
    shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    let after = shop.tmux.run(&["show-options", "-g"]) + &shop.tmux.run(&["list-keys"]);
    assert_eq!(before, after);
    assert_eq!(shop.sessions(), ["mine"]);
}
