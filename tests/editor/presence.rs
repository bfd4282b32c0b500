//! Who works there: an agent is known by what is written on its pane, wherever a person moves it,
//! and whatever hooks of the user's do beside it.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    support::{eventually, processes},
};

/// Hooks that put other panes into each new session.
const HOOKS: [(&str, &str); 4] = [
    ("after-new-session", "split-window"),
    ("after-new-session", "split-window -b"),
    ("after-new-session", "new-window ; new-window"),
    ("session-created", "split-window"),
];

async fn shop_with(hook: &str, what: &str) -> Shop {
    let shop = Shop::new().await;
    shop.tmux.run(&["new-session", "-d", "-s", "user", "-x", "100", "-y", "30", "cat"]);
    shop.tmux.run(&["set-hook", "-g", hook, what]);
    shop
}

/// A rig where `ash` works, and a session `user` of a person's.
async fn shop_with_ash() -> Shop {
    let shop = Shop::new().await;
    shop.tmux.run(&["new-session", "-d", "-s", "user", "-x", "100", "-y", "30", "cat"]);
    shop.start("ash", "prompts").await;
    shop
}

/// A pane is opened beside the agent's, which then gets a window of its own.
const BROKEN_OUT: [&str; 10] = [
    "split-window",
    "-d",
    "-t",
    "=gt-shop-ash:",
    "cat",
    ";",
    "break-pane",
    "-d",
    "-s",
    "=gt-shop-ash:.0",
];

/// All panes as tmux tells them, but for the hub's.
fn panes(shop: &Shop) -> Vec<String> {
    let format = "#{session_name} #{pane_id} #{pane_dead}";
    let listed = shop.tmux.try_run(&["list-panes", "-a", "-F", format]).unwrap_or_default();
    listed.lines().filter(|line| !line.starts_with("polecat-hub")).map(str::to_owned).collect()
}

async fn status(shop: &Shop) -> Json {
    shop.editor.call("status", json!(["ash"])).await.unwrap()
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_panes_of_a_hook_an_agent_that_dies_at_once_is_told_as_died() {
    for (hook, what) in HOOKS {
        let shop = shop_with(hook, what).await;
        for _ in 0..3 {
            let options = json!({ "new": true, "cmd": "sh -c 'echo no key; exit 7'" });
            let failed = shop.try_start("ash", options).await.unwrap_err();
            assert_eq!(failed.code, "died_during_startup", "{hook}: {failed:?}");
            assert!(failed.message.contains("exited with status 7"), "{hook}: {failed:?}");
            assert!(failed.message.contains("no key"), "{hook}: {failed:?}");
            assert_eq!(shop.sessions(), ["user"], "{hook}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_panes_of_a_hook_messages_reach_the_agent_its_death_is_told_and_a_stop_ends_all() {
    for (hook, what) in HOOKS {
        let shop = shop_with(hook, what).await;
        let info = shop.editor.call(
            "start",
            json!(["ash", {
                "new": true, "cmd": agent("prompts")
            }]),
        );
        let info = info.await.unwrap();
        let file = shop.project.around().join("executed");
        let message = format!("touch {}", file.display());
        shop.editor.call("inject", json!(["ash", message])).await.unwrap();
        let pane = text(&info["pane_id"]).to_owned();
        eventually("the message in the agent's pane", async || {
            let screen = shop.tmux.run(&["capture-pane", "-p", "-t", &pane]);
            if screen.contains("got: touch") { Ok(()) } else { Err(screen) }
        })
        .await;
        assert!(!file.exists(), "{hook}: a shell has run the message");
        shop.editor.call("inject", json!(["ash", "/exit 3"])).await.unwrap();
        eventually("its death", async || {
            let info = status(&shop).await;
            let dead = info["state"] == "died" && info["exit"]["status"] == 3;
            if dead { Ok(()) } else { Err(info) }
        })
        .await;
        let record = shop.project.home().join(".runtime/polecat/exits/ash.json");
        assert!(record.exists(), "{hook}: nothing is written down");
        shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
        assert_eq!(shop.sessions(), ["user"], "{hook}");
    }
}

/// What a person may do to the session of `ash` in tmux, and where its agent is found then.
async fn moved(shop: &Shop, how: &[&str], place: &str) {
    let pane = text(&status(shop).await["pane_id"]).to_owned();
    shop.tmux.run(how);
    let info = status(shop).await;
    assert_eq!(
        (text(&info["pane_id"]), &info["running"]),
        (pane.as_str(), &json!(true)),
        "{how:?}"
    );
    assert_eq!(info["found_in"], json!(place), "{how:?}");
    assert_eq!(shop.editor.call("is_running", json!(["ash"])).await.unwrap(), json!(true));
    let list = shop.editor.call("list", json!([])).await.unwrap();
    let names: Vec<_> = list.as_array().unwrap().iter().map(|one| text(&one["polecat"])).collect();
    assert_eq!(names, ["ash"], "{how:?}");
    shop.editor.call("inject", json!(["ash", "still there"])).await.unwrap();
    eventually("the message", async || {
        let screen = shop.editor.call("capture", json!(["ash", { "lines": 50 }])).await.unwrap();
        if text(&screen).contains("got: still there") { Ok(()) } else { Err(screen) }
    })
    .await;
    // Neither a second agent nor the end of its worktree.
    for (method, args) in [
        ("start", json!(["ash", { "cmd": agent("prompts") }])),
        ("remove", json!(["ash", { "force": true }])),
    ] {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, "session_running", "{how:?} {method}: {refused:?}");
        assert!(refused.message.contains(&format!("`{place}`")), "{how:?} {method}: {refused:?}");
    }
    assert!(shop.project.worktree("ash").join("README").exists(), "{how:?}");
    let root = u32::try_from(info["pid"].as_u64().unwrap()).unwrap();
    shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    processes::ended(&[root]).unwrap();
    assert!(!panes(shop).iter().any(|line| line.contains(&format!(" {pane} "))), "{how:?}");
    assert_eq!(status(shop).await["state"], "stopped", "{how:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_session_was_renamed_is_worked_on_as_before() {
    let shop = shop_with_ash().await;
    moved(&shop, &["rename-session", "-t", "=gt-shop-ash", "mine"], "mine").await;
    assert_eq!(shop.sessions(), ["user"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_pane_was_moved_is_worked_on_and_its_stop_leaves_what_is_a_persons() {
    for how in [
        &["join-pane", "-d", "-s", "=gt-shop-ash:", "-t", "=user:"][..],
        &["move-window", "-d", "-s", "=gt-shop-ash:", "-t", "=user:7"],
        &["swap-pane", "-d", "-s", "=gt-shop-ash:", "-t", "=user:"],
    ] {
        let shop = shop_with_ash().await;
        moved(&shop, how, "user").await;
        let left = panes(&shop);
        let person = if how[0] == "swap-pane" { "gt-shop-ash %0 0" } else { "user %0 0" };
        assert_eq!(left, [person], "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pane_that_was_broken_out_or_a_window_that_was_linked_elsewhere_changes_nothing() {
    for how in [
        &["link-window", "-d", "-s", "=gt-shop-ash:", "-t", "=user:7"][..],
        &BROKEN_OUT,
        &["new-session", "-d", "-t", "=gt-shop-ash"],
        &["new-session", "-d", "-t", "=gt-shop-ash", "-s", "aaa"],
    ] {
        let shop = shop_with_ash().await;
        let before = status(&shop).await;
        shop.tmux.run(how);
        let after = status(&shop).await;
        assert_eq!(before["pane_id"], after["pane_id"], "{how:?}");
        assert_eq!(after["found_in"], Json::Null, "{how:?}");
        let list = shop.editor.call("list", json!([])).await.unwrap();
        assert_eq!(list.as_array().unwrap().len(), 1, "{how:?}: {list}");
        shop.editor.command("PolecatStatus").await.unwrap();
        let rows = shop.editor.expect_line("polecat://status", "ash").await;
        let named = rows.iter().filter(|row| row.contains("ash")).count();
        assert_eq!(named, 1, "{how:?}: {rows:?}");
        let stopped = shop.editor.call("stop_all", json!([{ "force": true }])).await.unwrap();
        assert_eq!(stopped["stopped"], json!(["ash"]), "{how:?}");
        assert_eq!(panes(&shop), ["user %0 0"], "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_session_that_is_called_like_a_polecats_is_none_and_no_error_of_stop_all() {
    let shop = shop_with_ash().await;
    shop.tmux.run(&["new-session", "-d", "-s", "gt-shop-x", "cat"]);
    let list = shop.editor.call("list", json!([])).await.unwrap();
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    shop.editor.command("PolecatStatus").await.unwrap();
    let rows = shop.editor.expect_line("polecat://status", "ash").await;
    assert!(!rows.iter().any(|row| row.contains(" x ")), "{rows:?}");
    let stopped = shop.editor.call("stop_all", json!([{ "force": true }])).await.unwrap();
    assert_eq!(stopped["stopped"], json!(["ash"]));
    assert_eq!(shop.sessions(), ["gt-shop-x", "user"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_death_of_an_agent_in_a_persons_session_is_told_and_the_next_start_leaves_the_session()
{
    let shop = shop_with_ash().await;
    shop.tmux.run(&["join-pane", "-d", "-s", "=gt-shop-ash:", "-t", "=user:"]);
    shop.editor.call("inject", json!(["ash", "/exit 3"])).await.unwrap();
    eventually("its death", async || {
        let info = status(&shop).await;
        let dead = info["state"] == "died" && info["exit"]["status"] == 3;
        if dead { Ok(()) } else { Err(info) }
    })
    .await;
    shop.start("ash", "prompts").await;
    let left: Vec<_> = panes(&shop).into_iter().filter(|line| line.starts_with("user")).collect();
    assert_eq!(left, ["user %0 0"]);
    assert_eq!(status(&shop).await["found_in"], Json::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pane_in_which_a_person_runs_something_else_is_talked_to_no_more() {
    let shop = shop_with_ash().await;
    let pane = text(&status(&shop).await["pane_id"]).to_owned();
    shop.tmux.run(&["respawn-pane", "-k", "-t", &pane, "cat"]);
    assert_eq!(shop.editor.call("is_running", json!(["ash"])).await.unwrap(), json!(false));
    for (method, args) in
        [("inject", json!(["ash", "rm -rf ."])), ("stop", json!(["ash", { "force": true }]))]
    {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, "session_not_found", "{method}: {refused:?}");
    }
    let refused = shop.refusal("start", json!(["ash", { "cmd": agent("prompts") }])).await;
    assert_eq!(refused.code, "session_running", "{refused:?}");
    assert!(refused.message.contains("lives on without its agent"), "{refused:?}");
    assert_eq!(shop.tmux.run(&["display-message", "-p", "-t", &pane, "#{pane_dead}"]), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_pane_that_was_moved_into_the_agents_session_outlives_a_stop() {
    let shop = shop_with_ash().await;
    shop.tmux.run(&["split-window", "-d", "-t", "=user:", "cat"]);
    shop.tmux.run(&["join-pane", "-d", "-s", "=user:.0", "-t", "=gt-shop-ash:"]);
    shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    assert_eq!(panes(&shop)[0], "gt-shop-ash %0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn attaching_shows_the_agent_where_it_is() {
    let shop = shop_with_ash().await;
    shop.tmux.run(&["move-window", "-d", "-s", "=gt-shop-ash:", "-t", "=user:7"]);
    let pane = text(&status(&shop).await["pane_id"]).to_owned();
    shop.editor.command("PolecatAttach ash").await.unwrap();
    let format = "#{session_name} #{pane_id}";
    eventually("a client that shows the agent", async || {
        let clients = shop.tmux.run(&["list-clients", "-F", format]);
        let there = clients.lines().any(|line| line == format!("user {pane}"));
        if there { Ok(()) } else { Err(clients) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_of_a_version_before_is_on_the_session_and_goes_with_its_name() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let worktree = shop.project.worktree("ash");
    older_session(&shop, &worktree);
    let info = status(&shop).await;
    assert_eq!((&info["running"], text(&info["agent"])), (&json!(true), "claude"), "{info}");
    shop.tmux.run(&["rename-session", "-t", "=gt-shop-ash", "mine"]);
    let info = status(&shop).await;
    assert_eq!((&info["running"], text(&info["found_in"])), (&json!(true), "mine"), "{info}");
    let refused = shop.refusal("remove", json!(["ash", { "force": true }])).await;
    assert_eq!(refused.code, "session_running", "{refused:?}");
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    assert_eq!(shop.sessions(), [""; 0]);
}

/// What a version before left, with a pane that a person opened beside its agent.
fn older_session(shop: &Shop, worktree: &Path) {
    let folder = worktree.to_str().unwrap();
    shop.tmux.run(&["new-session", "-d", "-s", "gt-shop-ash", "-c", folder, "cat"]);
    let pane = shop.tmux.run(&["list-panes", "-t", "=gt-shop-ash:", "-F", "#{pane_id}"]);
    let home = shop.project.home();
    let mark = json!({ "home": home, "pane": pane, "agent": "claude", "workdir": worktree });
    shop.tmux.run(&["set-option", "-t", "=gt-shop-ash:", "@polecat", &mark.to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_a_hook_of_the_users_runs_again_in_its_pane_is_still_the_polecats() {
    let shop = shop_with_ash().await;
    let before = status(&shop).await;
    let pane = text(&before["pane_id"]);
    shop.tmux.run(&["respawn-pane", "-k", "-t", pane]);
    let after = status(&shop).await;
    assert_eq!((text(&after["pane_id"]), &after["running"]), (pane, &json!(true)));
    assert_ne!(before["pid"], after["pid"]);
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    assert_eq!(panes(&shop), ["user %0 0"]);
}
