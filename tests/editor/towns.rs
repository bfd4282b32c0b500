//! A town of gastown 0.6 or later: whose sessions are called otherwise, on a server of its own.

use serde_json::{Value as Json, json};

use crate::{
    gastown::Gastown,
    rig::{Shop, agent},
    support::{eventually, eventually_equal, neovim::tmux, rig::Project},
};

async fn health(town: &Gastown) -> String {
    town.editor.command("checkhealth polecat").await.unwrap();
    let code = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')";
    town.editor.lua(code, Json::Null).await.unwrap().to_string()
}

/// The findings of `:checkhealth` that are no mere facts.
fn complaints(told: &str) -> Vec<&str> {
    let is_one = |line: &&str| line.contains("WARNING") || line.contains("ERROR");
    told.split("\\n").filter(is_one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_wrong_health_finds_nothing_wrong_also_without_a_tracker() {
    for town in [Gastown::of_today(&[], &["claude"]).await, Gastown::new(&[], &["claude"]).await] {
        let told = health(&town).await;
        assert_eq!(complaints(&told), [""; 0], "{told}");
        assert!(told.contains("no issue tracker (`bd`)"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_started_there_is_where_gastown_looks_for_it() {
    let town = Gastown::of_today(&[], &["claude"]).await;
    let info = town.started("ash", json!({})).await;
    assert_eq!(info["session_id"], "sh-ash");
    assert_eq!(town.tmux.run(&["list-sessions", "-F", "#{session_name}"]), "polecat-hub\nsh-ash");
    let running = town.editor.call("is_running", json!(["ash"])).await.unwrap();
    assert_eq!(running, json!(true));
    town.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    let sessions = async || town.tmux.run(&["list-sessions", "-F", "#{session_name}"]);
    eventually_equal("polecat-hub".to_owned(), sessions).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_what_may_run_in_place_of_an_agent_that_runs() {
    let town = Gastown::of_today(&[], &["claude"]).await;
    town.started("ash", json!({})).await;
    let named =
        json!({ "default_agent": "mine", "agents": { "mine": { "command": "/bin/mine" } } });
    town.write("settings/config.json", &named.to_string());
    let refused = town.editor.call("start", json!(["ash", {}])).await.unwrap_err();
    assert_eq!(refused.code, "session_running", "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_told_in_the_list_and_in_health() {
    let town = Gastown::of_today(&[], &[]).await;
    let socket = town.tmux.socket().file_name().unwrap().to_string_lossy().into_owned();
    town.editor.command("PolecatStatus").await.unwrap();
    town.editor.expect_line("polecat://status", &format!("tmux -L {socket}")).await;
    let told = health(&town).await;
    let expected = format!("gastown 0.6 or later: sessions `sh-<polecat>` on socket `{socket}`");
    assert!(told.contains(&expected), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_says_which_gastown_it_is_where_the_town_does_not() {
    let town = Gastown::new(&[], &["claude"]).await;
    let code = "local config = vim.g.polecat
        config.gastown = ...
        vim.g.polecat = config";
    for (version, expected) in [("0.6", "gt-ash"), ("0.5", "gt-shop-ash"), ("auto", "gt-shop-ash")]
    {
        town.editor.lua(code, json!([version])).await.unwrap();
        let told = health(&town).await;
        let prefix = expected.strip_suffix("ash").unwrap();
        assert!(told.contains(&format!("sessions `{prefix}<polecat>`")), "{version}: {told}");
    }
    town.editor.lua(code, json!(["1.0"])).await.unwrap();
    let refused = town.editor.call("list", json!([])).await.unwrap_err();
    assert_eq!(refused.code, "config_invalid");
    assert!(refused.message.contains("`gastown`"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn gastowns_own_variable_names_its_server() {
    let town = Gastown::new(&[], &[]).await;
    let code = "local config = vim.g.polecat
        config.tmux.socket, vim.env.GT_TMUX_SOCKET, vim.env.TMUX_TMPDIR = nil, 'mine', ...
        vim.g.polecat = config";
    town.editor.lua(code, json!([town.tmux.folder()])).await.unwrap();
    let told = health(&town).await;
    assert!(
        told.contains("gastown 0.6 or later: sessions `gt-<polecat>` on socket `mine`"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_leads_to_the_server_of_a_town_on_a_host_with_the_environment_of_a_login() {
    let town = Gastown::of_today(&[], &[]).await;
    town.started("ash", json!({ "cmd": agent("prompts") })).await;
    let home = tempfile::tempdir().unwrap();
    let profile = format!("export TMUX_TMPDIR='{}'\n", town.tmux.folder().display());
    std::fs::write(home.path().join(".profile"), profile).unwrap();
    let through = ["env", &format!("HOME={}", home.path().display()), "SHELL=/bin/sh"];
    let host = json!({
        "command": through,
        "attach": through,
        "backend": env!("CARGO_BIN_EXE_polecat-nvim"),
        "rigs": { town.town.rig().to_str().unwrap(): {} },
        "tmux": { "command": tmux() },
    });
    let desk = Shop::of(Project::new(), json!({ "hosts": { "build1": host } })).await;
    desk.editor.command("PolecatStatus!").await.unwrap();
    desk.editor.expect_line("polecat://status", "build1:shop: 1 polecat, 1 running").await;
    desk.editor.command("close | PolecatAttach build1:shop/ash").await.unwrap();
    let attached = ["display-message", "-p", "-t", "=sh-ash:", "#{session_attached}"];
    eventually("a terminal there", async || match town.tmux.run(&attached) {
        count if count == "1" => Ok(()),
        count => Err(count),
    })
    .await;
    desk.editor.command("stopinsert | close!").await.unwrap();
}
