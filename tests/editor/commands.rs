//! Commands by their two names, their maps, and what they say of what was typed wrong.

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    support::{eventually, eventually_equal, rig::Project},
};

async fn completed(shop: &Shop, line: &str) -> Vec<String> {
    let code = "return vim.fn.getcompletion(..., 'cmdline')";
    let found = shop.editor.lua(code, json!([line])).await.unwrap();
    serde_json::from_value(found).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_has_a_name_behind_polecat_too_which_alone_shows_all() {
    let shop = Shop::new().await;
    shop.editor.command("Polecat new ash").await.unwrap();
    shop.editor.expect_message("created `ash` on branch").await;
    shop.editor.command("Polecat! stop-all").await.unwrap();
    shop.editor.expect_message("no polecat is running").await;
    shop.editor.command("Polecat remove! ash").await.unwrap();
    shop.editor.expect_message("removed `ash`").await;
    shop.editor.command("Polecat").await.unwrap();
    shop.editor.expect_line("polecat://status", "no polecats").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_wrong_is_named_with_how_it_is_written() {
    let shop = Shop::new().await;
    for (command, told) in [
        ("Polecat nosuch ash", "there is no command `nosuch`"),
        ("Polecat nosuch ash", "`stop-all`"),
        ("Polecat! attach ash", "`attach` takes no `!`"),
        ("%Polecat capture ash", "`size=` is the size of its window"),
        ("PolecatStop", "`polecat` is missing"),
        ("PolecatStop ash birch", "unexpected `birch`"),
        ("PolecatStop ash birch", "`:PolecatStop {polecat}`"),
        ("PolecatCapture ash x", "`lines`: expected a whole number from 1, got `x`"),
        ("PolecatRig! /", "`:PolecatRig!` unpins, and takes no path"),
        ("PolecatDiff", "`polecat` is missing"),
        ("PolecatInterrupt", "`:PolecatInterrupt {polecat}`"),
    ] {
        shop.editor.lua("_G.notified = {}", Json::Null).await.unwrap();
        shop.editor.command(command).await.unwrap();
        shop.editor.expect_message(told).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_words_and_keys_are_completed_behind_polecat_too() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    for (line, expected) in [
        ("Polecat sto", &["stop", "stop-all"][..]),
        ("Polecat start ", &["ash"]),
        ("Polecat! start ash w", &["workdir="]),
        ("Polecat start! ash agent=cla", &["agent=claude"]),
        (
            "Polecat sling x ",
            &[
                "ash",
                "base=",
                "branch=",
                "changes=",
                "agent=",
                "account=",
                "config_dir=",
                "prompt=",
                "cmd=",
            ],
        ),
        ("Polecat sling x agent=y a", &["account="]),
        ("Polecat diff ash ", &["ash", "since=", "size="]),
        ("PolecatDiff ash since=", &["since=review"]),
        ("PolecatStart ash cmd=x a", &[]),
        ("PolecatNew a\\ b i", &["issue="]),
        ("Polecat nosuch ", &[]),
    ] {
        let expected: Vec<_> = expected.iter().map(|name| (*name).to_owned()).collect();
        eventually_equal(expected, async || completed(&shop, line).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_size_of_a_window_is_a_count_or_a_key() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    for (command, name) in [
        ("6PolecatCapture ash", "polecat://capture/gt-shop-ash"),
        ("Polecat capture ash size=6", "polecat://capture/gt-shop-ash"),
        ("Polecat log size=6", "polecat.log"),
    ] {
        shop.editor.command(command).await.unwrap();
        let height = "return vim.api.nvim_buf_get_name(0):find(..., 1, true)
            and vim.api.nvim_win_get_height(0)";
        let seen = async || shop.editor.lua(height, json!([name])).await.unwrap();
        eventually_equal(json!(6), seen).await;
        shop.editor.command("only").await.unwrap();
        shop.editor.command("new | only").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_map_asks_whom_to_write_to_and_quotes_the_selected_lines() {
    let shop = Shop::new().await;
    shop.project.commit("main.rs", "one\ntwo\nthree\n");
    shop.start("ash", "prompts").await;
    let choose = "vim.ui.select = function(items, opts, done)
        _G.asked = { opts.prompt, items }; done(items[1]) end";
    shop.editor.lua(choose, Json::Null).await.unwrap();
    shop.editor.command(&format!("edit {}/main.rs", shop.project.path().display())).await.unwrap();
    shop.editor.command("execute \"normal Vj\\<Plug>(PolecatInject)\"").await.unwrap();
    let name = "polecat://compose/ash";
    let lines = shop.editor.expect_line(name, "two").await;
    assert_eq!(lines, ["main.rs:1-2", "```rust", "one", "two", "```", "", ""]);
    let asked = shop.editor.lua("return _G.asked", Json::Null).await.unwrap();
    assert_eq!(asked, json!(["Write to which polecat?", ["ash"]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_sessions_leads_to_what_can_be_done_with_one() {
    let shop = Shop::new().await;
    shop.editor.command("PolecatList").await.unwrap();
    shop.editor.expect_message("no polecat is running").await;
    shop.start("ash", "prompts").await;
    let choose = "_G.asked = {}; vim.ui.select = function(items, opts, done)
        table.insert(_G.asked, { opts.prompt, opts.kind or '', #items })
        done(#_G.asked == 1 and items[1] or 'Stop it by force') end";
    shop.editor.lua(choose, Json::Null).await.unwrap();
    shop.editor.command("PolecatList").await.unwrap();
    shop.editor.expect_message("stopped `ash`").await;
    let asked = shop.editor.lua("return _G.asked", Json::Null).await.unwrap();
    assert_eq!(asked, json!([["Which polecat?", "polecat", 1], ["ash", "", 12]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_rig_outlives_the_backend_and_one_that_vanished_is_unpinned() {
    let shop = Shop::new().await;
    let other = Project::named("garden");
    let folder = other.path().to_owned();
    shop.editor.command(&format!("PolecatRig {}", folder.display())).await.unwrap();
    shop.editor.expect_message("rig `garden` (repository, pinned)").await;
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    shop.editor.lua("_G.notified = {}", Json::Null).await.unwrap();
    eventually("the pinned rig, of a new backend", async || {
        shop.editor.command("PolecatRig").await.unwrap();
        let told = shop.editor.messages().await;
        let pinned = told.iter().any(|text| text.contains("rig `garden` (repository, pinned)"));
        if pinned { Ok(()) } else { Err(told.join("\n")) }
    })
    .await;
    drop(other);
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    let refused = async || shop.refusal("list", json!([])).await.message;
    eventually("a refusal that names it", async || {
        let told = refused().await;
        if told.contains(folder.to_str().unwrap()) { Ok(()) } else { Err(told) }
    })
    .await;
    shop.editor.command("PolecatRig!").await.unwrap();
    shop.editor.expect_message("rig `shop` (repository)").await;
    shop.editor.call("list", json!([])).await.unwrap();
}
