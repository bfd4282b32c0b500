//! What the editor hears of its polecats without asking: events, notifications, the status line.

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    support::{editor::Editor, eventually, eventually_equal, rig::Project},
};

/// Keeps every event of ours, as a user's code would see it.
const LISTEN: &str = "
    _G.heard = {}
    vim.api.nvim_create_autocmd('User', { pattern = 'Polecat*', callback = function(event)
        table.insert(_G.heard, vim.tbl_extend('force', event.data, { event = event.match }))
    end })
";

/// Gives the plugin a snapshot of the rig `den` with this in it, as the backend does.
const TELL: &str = "
    local data = { home = '/den', sessions = {}, counts = {}, statusline = '', news = {} }
    data = vim.tbl_extend('force', data, ...)
    require('polecat.rpc.dispatch').take('snapshot', data)
";

/// Listens, and puts the rig in use.
pub(crate) async fn listening(editor: &Editor) {
    editor.lua(LISTEN, Json::Null).await.unwrap();
    editor.call("list", json!([])).await.unwrap();
}

/// What was heard, without the changes of state that the machine's pace decides.
async fn heard(editor: &Editor) -> Vec<Json> {
    let all = editor.lua("return _G.heard", Json::Null).await.unwrap();
    let all = all.as_array().cloned().unwrap_or_default();
    all.into_iter().filter(|one| one["event"] != "PolecatStateChanged").collect()
}

fn names(heard: &[Json]) -> Vec<String> {
    let name = |one: &Json| format!("{} {}", text(&one["event"]), text(&one["polecat"]));
    heard.iter().map(name).collect()
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

pub(crate) async fn expect_heard(editor: &Editor, expected: &[&str]) -> Vec<Json> {
    eventually(&format!("{expected:?}"), async || {
        let seen = heard(editor).await;
        if names(&seen) == expected { Ok(seen) } else { Err(format!("{:#?}", names(&seen))) }
    })
    .await
}

pub(crate) async fn expect_statusline(editor: &Editor, expected: &str) {
    eventually(&format!("the status line `{expected}`"), async || {
        let code = "return require('polecat').statusline()";
        let seen = editor.lua(code, Json::Null).await.unwrap();
        if seen == expected { Ok(()) } else { Err(seen) }
    })
    .await;
}

/// What was notified of changes, as `level: message`.
async fn notified(editor: &Editor, part: &str) -> Vec<String> {
    let code = "return vim.tbl_map(function(note)
        return note.level .. ': ' .. note.message end, _G.notified)";
    let told = editor.lua(code, Json::Null).await.unwrap();
    let told: Vec<String> = serde_json::from_value(told).unwrap_or_default();
    told.into_iter().filter(|one| one.contains(part)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_a_death_and_an_end_from_outside_are_each_heard_once() {
    let shop = Shop::new().await;
    listening(&shop.editor).await;
    shop.start("ash", "prompts").await;
    expect_heard(&shop.editor, &["PolecatStarted ash"]).await;
    shop.editor.call("inject", json!(["ash", "/exit 7"])).await.unwrap();
    let heard = expect_heard(&shop.editor, &["PolecatStarted ash", "PolecatDied ash"]).await;
    assert_eq!(heard[1]["exit"]["status"], 7, "{:#?}", heard[1]);
    assert_eq!(heard[1]["session_id"], "gt-shop-ash");
    assert_eq!(heard[1]["rig_name"], "shop");

    shop.start("birch", "prompts").await;
    let all = ["PolecatStarted ash", "PolecatDied ash", "PolecatStarted birch"];
    expect_heard(&shop.editor, &all).await;
    shop.tmux.run(&["kill-session", "-t", "=gt-shop-birch"]);
    expect_heard(&shop.editor, &[&all[..], &["PolecatStopped birch"]].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_during_the_start_is_heard_as_a_death_with_its_reason() {
    let dies = json!({
        "command": agent("dies"),
        "args": ["--after", "1000", "--status", "3"],
        "ready": { "prompt": "❯ ", "delay_ms": 10_000 },
    });
    let shop = Shop::of(Project::new(), json!({ "agents": { "dies": dies } })).await;
    listening(&shop.editor).await;
    shop.try_start("ash", json!({ "new": true, "agent": "dies" })).await.unwrap_err();
    let heard = expect_heard(&shop.editor, &["PolecatStarted ash", "PolecatDied ash"]).await;
    assert_eq!(heard[1]["exit"]["status"], 3, "{:#?}", heard[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_is_no_news_but_its_end_is_in_every_editor() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let second = Editor::start(&shop.tmux, shop.project.path()).await;
    for editor in [&shop.editor, &second] {
        listening(editor).await;
        expect_statusline(editor, "○1").await;
    }
    shop.tmux.run(&["kill-session", "-t", "=gt-shop-ash"]);
    for editor in [&shop.editor, &second] {
        expect_heard(editor, &["PolecatStopped ash"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_is_notified_once_and_not_to_who_is_looking() {
    let shop = Shop::new().await;
    listening(&shop.editor).await;
    for polecat in ["ash", "birch"] {
        shop.start(polecat, "prompts").await;
        shop.editor.expect_state(polecat, "idle").await;
    }
    expect_statusline(&shop.editor, "○2").await;
    for (polecat, focus) in [("ash", "FocusGained"), ("birch", "FocusLost")] {
        let capture = format!("polecat://capture/gt-shop-{polecat}");
        shop.editor.command(&format!("PolecatCapture {polecat}")).await.unwrap();
        shop.editor.expect_line(&capture, "A scripted agent").await;
        shop.editor.command(&format!("doautocmd {focus}")).await.unwrap();
        shop.editor.call("inject", json!([polecat, "/exit 7"])).await.unwrap();
        let died = format!("PolecatDied {polecat}");
        eventually(&died, async || {
            let seen = names(&heard(&shop.editor).await);
            if seen.contains(&died) { Ok(()) } else { Err(format!("{seen:?}")) }
        })
        .await;
    }
    expect_statusline(&shop.editor, "✗2").await;
    let told = notified(&shop.editor, "died").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("4: `birch` (shop) died: exit status 7"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_states_of_the_configuration_are_notified() {
    let shop = Shop::of(Project::new(), json!({ "notify": "exited" })).await;
    listening(&shop.editor).await;
    for (polecat, status) in [("ash", 7), ("birch", 0)] {
        shop.start(polecat, "prompts").await;
        shop.editor.expect_state(polecat, "idle").await;
        shop.editor.call("inject", json!([polecat, format!("/exit {status}")])).await.unwrap();
    }
    shop.editor.expect_message("`birch` (shop) has exited").await;
    expect_statusline(&shop.editor, "✗1 ✓1").await;
    assert_eq!(notified(&shop.editor, "died").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_fails_is_heard_and_left_to_the_start_to_notify() {
    let dies = json!({
        "command": agent("dies"),
        "args": ["--after", "1000", "--status", "3"],
        "ready": { "prompt": "❯ ", "delay_ms": 10_000 },
    });
    let shop = Shop::of(Project::new(), json!({ "agents": { "dies": dies } })).await;
    listening(&shop.editor).await;
    shop.editor.command("PolecatStart! ash agent=dies").await.unwrap();
    shop.editor.expect_message("exited with status 3").await;
    expect_heard(&shop.editor, &["PolecatStarted ash", "PolecatDied ash"]).await;
    // What is told of `birch` comes later.
    shop.start("birch", "prompts").await;
    shop.editor.expect_state("birch", "idle").await;
    shop.editor.call("inject", json!(["birch", "/exit 7"])).await.unwrap();
    shop.editor.expect_message("`birch` (shop) died").await;
    assert_eq!(notified(&shop.editor, "(shop) died").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_types_a_command_is_told_afterwards() {
    let shop = Shop::new().await;
    shop.editor.nvim.feedkeys(":let g:typed = 1", "t", false).await.unwrap();
    let mode = async || shop.editor.lua("return vim.fn.mode()", Json::Null).await.unwrap();
    eventually_equal(json!("c"), mode).await;
    let waits = json!({ "level": "warn", "text": "`ash` (den) waits for a person", "about": "x" });
    shop.editor.lua(TELL, json!([{ "news": [waits] }])).await.unwrap();
    assert_eq!(mode().await, "c");
    assert_eq!(notified(&shop.editor, "(den)").await, [""; 0]);
    shop.editor.nvim.input("<CR>").await.unwrap();
    shop.editor.expect_message("`ash` (den) waits for a person").await;
    assert_eq!(notified(&shop.editor, "(den)").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_silent_for_long_is_told_to_be_idle() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.expect_state("ash", "idle").await;
    // To another editor it has not just started.
    let second = Editor::start(&shop.tmux, shop.project.path()).await;
    listening(&second).await;
    expect_statusline(&second, "○1").await;
    second.call("inject", json!(["ash", "hello"])).await.unwrap();
    expect_statusline(&second, "●1").await;
    expect_statusline(&second, "○1").await;
    assert_eq!(notified(&second, "is idle").await, [""; 0], "it may be thinking");
    second.expect_message("`ash` (shop) is idle").await;
    assert_eq!(notified(&second, "is idle").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_was_replaced_or_is_gone_is_heard_of_between_two_looks_too() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch"] {
        shop.start(polecat, "prompts").await;
    }
    let second = Editor::start(&shop.tmux, shop.project.path()).await;
    listening(&shop.editor).await;
    expect_statusline(&shop.editor, "○2").await;
    let backend = shop.backend().unwrap();
    kill_process(backend, Signal::STOP).unwrap();
    for polecat in ["ash", "birch"] {
        second.call("stop", json!([polecat, {}])).await.unwrap();
    }
    second.call("remove", json!(["birch", {}])).await.unwrap();
    let again = json!(["ash", { "cmd": agent("prompts") }]);
    second.call("start", again).await.unwrap();
    kill_process(backend, Signal::CONT).unwrap();
    let all = ["PolecatStopped ash", "PolecatStarted ash", "PolecatStopped birch"];
    expect_heard(&shop.editor, &all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_users_code_does_wrong_does_not_keep_the_others_from_hearing() {
    let shop = Shop::new().await;
    let fails = "vim.api.nvim_create_autocmd('User', { pattern = 'PolecatStarted',
        callback = function() error('mine') end })";
    shop.editor.lua(fails, Json::Null).await.unwrap();
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    let data = json!({ "polecat": "ash" });
    let event = |pattern: &str| json!({ "pattern": pattern, "data": data });
    let news = json!([event("PolecatStarted"), event("PolecatStopped")]);
    shop.editor.lua(TELL, json!([{ "news": news }])).await.unwrap();
    expect_heard(&shop.editor, &["PolecatStarted ash", "PolecatStopped ash"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_line_is_what_was_told_last_and_costs_next_to_nothing() {
    let shop = Shop::new().await;
    let nothing = "return { require('polecat').statusline(), #require('polecat').sessions() }";
    assert_eq!(shop.editor.lua(nothing, Json::Null).await.unwrap(), json!(["", 0]));
    let sessions: Vec<Json> = (0..100)
        .map(|number| json!({ "polecat": format!("p{number}"), "state": "idle" }))
        .collect();
    let data = json!({ "sessions": sessions, "statusline": "!15 ○85" });
    shop.editor.lua(TELL, json!([data])).await.unwrap();
    expect_statusline(&shop.editor, "!15 ○85").await;
    let time = "local polecat, begin = require('polecat'), vim.uv.hrtime()
        for _ = 1, 10000 do polecat.statusline() end
        return (vim.uv.hrtime() - begin) / 10000 / 1000";
    let time = shop.editor.lua(time, Json::Null).await.unwrap().as_f64().unwrap();
    assert!(time < 50.0, "{time} µs");
}
