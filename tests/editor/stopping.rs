//! `stop` and `stop_all`: nothing of theirs stays, nothing of others is touched.

use serde_json::json;

use crate::{
    rig::{Shop, agent},
    support::processes,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_polecat_leaves_no_session_and_no_process() {
    let shop = Shop::new().await;
    for (polecat, command) in
        [("ash", "prompts"), ("birch", "ignores"), ("cedar", "spawns"), ("fir", "floods")]
    {
        let info = shop.start(polecat, command).await;
        let root = u32::try_from(info["pid"].as_u64().unwrap()).unwrap();
        let mut tree = processes::descendants(root);
        tree.push(root);
        shop.editor.call("stop", json!([polecat, {}])).await.unwrap();
        processes::ended(&tree).unwrap_or_else(|left| panic!("`{command}` left behind:\n{left}"));
        assert_eq!(shop.sessions(), [""; 0], "{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn force_ends_even_what_ignores_signals() {
    let shop = Shop::new().await;
    shop.start("ash", "ignores").await;
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    assert_eq!(shop.sessions(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_all_ends_every_polecat_and_no_one_else() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch", "cedar"] {
        shop.start(polecat, "prompts").await;
    }
    for other in
        ["gt-shop-witness", "gt-shop-refinery", "gt-shop-crew-max", "gt-shopping-x", "mine"]
    {
        shop.tmux.run(&["new-session", "-d", "-s", other, "cat"]);
    }
    let answer = shop.editor.call("stop_all", json!([{ "force": true }])).await.unwrap();
    assert_eq!(answer["stopped"], json!(["ash", "birch", "cedar"]));
    assert_eq!(
        shop.sessions(),
        ["gt-shop-crew-max", "gt-shop-refinery", "gt-shop-witness", "gt-shopping-x", "mine"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_nothing_shows_to_be_ours_is_left_alone() {
    let shop = Shop::new().await;
    shop.tmux.run(&["new-session", "-d", "-s", "gt-shop-stranger", "cat"]);
    let refused = shop.refusal("stop", json!(["stranger", { "force": true }])).await;
    assert_eq!(refused.code, "session_not_found", "{refused:?}");
    assert_eq!(shop.sessions(), ["gt-shop-stranger"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rig_whose_name_makes_the_same_session_name_keeps_its_session() {
    let shop = Shop::of(crate::support::rig::Project::named("a"), json!(null)).await;
    shop.start("b-c", "prompts").await;
    let other = crate::support::rig::Project::named("a-b");
    shop.editor.command(&format!("cd {}", other.path().display())).await.unwrap();
    shop.editor.call("new", json!(["c", {}])).await.unwrap();
    assert_eq!(shop.editor.call("list", json!([])).await.unwrap(), json!([]));
    let refused = shop.refusal("stop", json!(["c", { "force": true }])).await;
    assert_eq!(refused.code, "session_not_found", "{refused:?}");
    let refused = shop.try_start("c", json!({ "cmd": agent("prompts") })).await.unwrap_err();
    assert_eq!(refused.code, "session_not_found", "{refused:?}");
    assert_eq!(shop.sessions(), ["gt-a-b-c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_fails_is_a_warning_not_a_reason_to_keep_running() {
    let config = json!({ "tracker": { "command": "false" } });
    let shop = Shop::of(crate::support::rig::Project::new(), config).await;
    shop.start("ash", "prompts").await;
    shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    assert_eq!(shop.sessions(), [""; 0]);
    let told = shop.editor.expect_message("could not sync the tracker for `ash`").await;
    assert!(told.contains("false"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_tracker_a_stop_says_nothing_of_it_unless_there_was_an_issue() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    shop.start("ash", "prompts").await;
    let options = json!({ "new": true, "cmd": agent("prompts"), "issue": issue });
    shop.try_start("birch", options).await.unwrap();
    let without = "local own = vim.g.polecat own.tracker = nil vim.g.polecat = own";
    shop.editor.lua(without, json!(null)).await.unwrap();
    shop.editor.command("PolecatStop ash").await.unwrap();
    shop.editor.expect_message("stopped `ash`").await;
    let told = shop.editor.messages().await;
    assert!(!told.iter().any(|one| one.contains("tracker")), "{told:?}");
    shop.editor.command("PolecatStop birch").await.unwrap();
    shop.editor.expect_message("could not sync the tracker for `birch`").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stops_an_agent_at_work_only_after_a_question() {
    let shop = Shop::new().await;
    let cmd = agent("busy --log /dev/null");
    shop.try_start("ash", json!({ "new": true, "agent": "claude", "cmd": cmd })).await.unwrap();
    shop.editor.call("inject", json!(["ash", "go"])).await.unwrap();
    shop.editor.expect_state("ash", "working").await;
    let ask = "_G.answer = 2 vim.ui.select = function(items, opts, done)
        _G.asked = opts.prompt done(_G.answer == 1 and 'Stop' or nil) end";
    shop.editor.lua(ask, json!(null)).await.unwrap();
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "working").await;
    shop.editor.command("call search('ash ')").await.unwrap();
    for (key, answer, expected) in [("x", 2, "working"), ("X", 2, "working"), ("x", 1, "stopped")] {
        shop.editor
            .lua(&format!("_G.asked, _G.answer = nil, {answer}"), json!(null))
            .await
            .unwrap();
        shop.editor.command(&format!("normal {key}")).await.unwrap();
        crate::support::eventually("a question", async || {
            let asked = shop.editor.lua("return _G.asked or ''", json!(null)).await.unwrap();
            if asked == "`ash` is working: stop it?" { Ok(()) } else { Err(asked.to_string()) }
        })
        .await;
        shop.editor.expect_state("ash", expected).await;
    }
}
