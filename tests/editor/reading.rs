//! `list`, `status`, `is_running`, `capture`: what is told is what is.

use serde_json::json;

use crate::rig::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_there_are_no_sessions_and_none_is_started() {
    let shop = Shop::new().await;
    assert_eq!(shop.editor.call("list", json!([])).await.unwrap(), json!([]));
    assert_eq!(shop.editor.call("is_running", json!(["ash"])).await.unwrap(), json!(false));
    assert!(shop.tmux.try_run(&["list-sessions"]).is_err(), "looking started a server");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_the_rigs_polecats_in_order_and_no_one_else() {
    let shop = Shop::new().await;
    shop.start("birch", "prompts").await;
    shop.start("ash", "prompts").await;
    shop.tmux.run(&["new-session", "-d", "-s", "gt-shop-witness", "cat"]);
    let list = shop.editor.call("list", json!([])).await.unwrap();
    let names: Vec<_> = list.as_array().unwrap().iter().map(|one| &one["polecat"]).collect();
    assert_eq!(names, ["ash", "birch"]);
    assert_eq!(list[0]["rig_name"], "shop");
    assert_eq!(list[0]["attached"], false, "our own client counts as a person");
    assert_eq!(list[0]["windows"], 1);
    let created = list[0]["created"].as_str().unwrap();
    assert!(created.ends_with('Z') && created.starts_with("20"), "{created}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_without_a_session_is_stopped_and_one_that_does_not_exist_unknown() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert_eq!((&info["running"], &info["state"]), (&json!(false), &json!("stopped")));
    assert!(info.get("created").is_none() && info.get("pid").is_none(), "{info}");
    assert_eq!(shop.refusal("status", json!(["birch"])).await.code, "polecat_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_is_exactly_the_last_lines() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.call("inject", json!(["ash", "/print 300"])).await.unwrap();
    shop.editor.expect_capture("ash", 3, "line 299\nline 300\n❯").await;
    let five = shop.editor.call("capture", json!(["ash", { "lines": 5 }])).await.unwrap();
    assert_eq!(five, "line 297\nline 298\nline 299\nline 300\n❯");
    let default = shop.editor.call("capture", json!(["ash", {}])).await.unwrap();
    assert_eq!(default.as_str().unwrap().lines().count(), 200);
    let all = shop.editor.call("capture", json!(["ash", { "lines": 5000 }])).await.unwrap();
    let all = all.as_str().unwrap();
    assert!(all.starts_with("A scripted agent that prompts.\n"), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_captured_only_where_they_are_wanted() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.call("inject", json!(["ash", "/colors"])).await.unwrap();
    shop.editor.expect_capture("ash", 50, "red bold green orange").await;
    let coloured = json!(["ash", { "lines": 50, "ansi": true }]);
    let coloured = shop.editor.call("capture", coloured).await.unwrap();
    assert!(coloured.as_str().unwrap().contains("\u{1b}[31mred"), "{coloured}");
}

#[tokio::test(flavor = "multi_thread")]
async fn any_session_can_be_captured_by_its_exact_name() {
    let shop = Shop::new().await;
    shop.tmux.run(&["new-session", "-d", "-s", "mine-too", "sh", "-c", "echo hello; exec cat"]);
    let what = json!(["mine-too", { "lines": 5 }]);
    let seen = async || shop.editor.call("capture_session", what.clone()).await.unwrap();
    crate::support::eventually_equal(json!("hello"), seen).await;
    // A prefix of a name is no name.
    let refused = shop.refusal("capture_session", json!(["mine", {}])).await;
    assert_eq!(refused.code, "session_not_found");
}
