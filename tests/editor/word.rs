//! What the editor hears of its polecats without asking: events, notifications, the status line.

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

/// Gives the plugin a snapshot of these sessions, as the backend does.
const TELL: &str = "
    local sessions = ...
    for _, session in ipairs(sessions) do
        session.rig_name, session.session_id = 'den', 'gt-den-' .. session.polecat
    end
    local data = { rig = 'den', home = '/den', sessions = sessions }
    require('polecat.rpc.client').event('snapshot', data)
";

/// Listens, and puts the rig in use.
async fn listening(editor: &Editor) {
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

async fn expect_heard(editor: &Editor, expected: &[&str]) -> Vec<Json> {
    eventually(&format!("{expected:?}"), async || {
        let seen = heard(editor).await;
        if names(&seen) == expected { Ok(seen) } else { Err(format!("{:#?}", names(&seen))) }
    })
    .await
}

async fn expect_statusline(editor: &Editor, expected: &str) {
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
    let shop = Shop::new().await;
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    let of = |name: &str, state: &str| json!({ "polecat": name, "running": state != "died", "state": state, "exit": {} });
    for sessions in [
        json!([of("ash", "starting"), of("birch", "working")]),
        json!([of("ash", "died"), of("birch", "died")]),
    ] {
        shop.editor.lua(TELL, json!([sessions])).await.unwrap();
    }
    expect_heard(&shop.editor, &["PolecatDied ash", "PolecatDied birch"]).await;
    let told = notified(&shop.editor, ") died").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("birch"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_types_a_command_is_told_afterwards() {
    let shop = Shop::new().await;
    let is = |state| json!([[{ "polecat": "ash", "running": true, "state": state }]]);
    shop.editor.lua(TELL, is("working")).await.unwrap();
    shop.editor.nvim.feedkeys(":let g:typed = 1", "t", false).await.unwrap();
    let mode = async || shop.editor.lua("return vim.fn.mode()", Json::Null).await.unwrap();
    eventually_equal(json!("c"), mode).await;
    shop.editor.lua(TELL, is("waiting")).await.unwrap();
    assert_eq!(mode().await, "c");
    assert_eq!(notified(&shop.editor, "(den)").await, [""; 0]);
    shop.editor.nvim.input("<CR>").await.unwrap();
    shop.editor.expect_message("`ash` (den) waits for a person").await;
    assert_eq!(notified(&shop.editor, "(den)").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_is_news_after_work_and_not_after_a_start() {
    let shop = Shop::new().await;
    let is = |polecat: &str, state: &str, source: &str| {
        json!({ "polecat": polecat, "running": state != "stopped", "state": state,
            "state_source": source })
    };
    for states in ["stopped", "starting", "working", "idle"] {
        // What silence tells of an agent that has just started is a guess.
        let sessions = [is("ash", states, "silence"), is("birch", states, "screen")];
        let cedar = is("cedar", if states == "working" { "idle" } else { states }, "screen");
        let sessions = [&sessions[..], &[cedar]].concat();
        shop.editor.lua(TELL, json!([sessions])).await.unwrap();
    }
    shop.editor.expect_message("`birch` (den) is idle").await;
    assert_eq!(notified(&shop.editor, "is idle").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_silent_between_two_words_is_not_idle_yet() {
    let shop = Shop::new().await;
    let is = |state: &str, source: &str| {
        json!({ "polecat": "ash", "running": true, "pid": 7, "state": state,
            "state_source": source, "created": "2026-01-01T00:00:00Z" })
    };
    for state in ["working", "idle", "working", "idle"] {
        shop.editor.lua(TELL, json!([[is(state, "silence")]])).await.unwrap();
    }
    shop.editor.expect_message("`ash` (den) is idle").await;
    // Nothing of the first silence can come later than what the second one told.
    assert_eq!(notified(&shop.editor, "is idle").await.len(), 1);
    for state in ["working", "idle"] {
        shop.editor.lua(TELL, json!([[is(state, "screen")]])).await.unwrap();
    }
    eventually_equal(json!(2), async || json!(notified(&shop.editor, "is idle").await.len())).await;
}

/// `ash` of the rig `den`, asking.
fn asking(waiting: &Json) -> Json {
    json!({ "polecat": "ash", "running": true, "pid": 7, "state": "waiting", "waiting": waiting })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_heard_once_with_its_reason_and_its_text() {
    let shop = Shop::new().await;
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    let wants = |about: &str| {
        asking(&json!({ "reason": "permission", "text": "May I run it?", "about": about }))
    };
    let is = |state| json!({ "polecat": "ash", "running": true, "pid": 7, "state": state });
    for session in [
        is("working"),
        wants("$ ls"),
        wants("$  ls"),
        is("unknown"),
        wants("$ ls"),
        // A window that has become small does not show all of it.
        wants(""),
        wants("$ ls"),
        wants(""),
        // The same words, and not the same question.
        wants("$ rm -rf build"),
        is("idle"),
        is("unknown"),
        is("idle"),
    ] {
        shop.editor.lua(TELL, json!([[session]])).await.unwrap();
    }
    let seen = expect_heard(&shop.editor, &["PolecatWaiting ash", "PolecatWaiting ash"]).await;
    let asked = ["reason", "text", "about"].map(|key| text(&seen[1][key]));
    assert_eq!(asked, ["permission", "May I run it?", "$ rm -rf build"]);
    assert_eq!(
        notified(&shop.editor, "(den)").await,
        [
            "3: `ash` (den) waits for permission: $ ls\nMay I run it?",
            "3: `ash` (den) waits for permission: $ rm -rf build\nMay I run it?",
            "2: `ash` (den) is idle",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_notified_tells_what_is_to_be_decided() {
    let shop = Shop::new().await;
    for (waiting, told) in [
        (
            json!({ "reason": "permission", "text": "Proceed?", "about": "Bash command · rm -r x" }),
            "waits for permission: Bash command · rm -r x\nProceed?",
        ),
        (
            json!({ "reason": "question", "text": "Which\ncolour?", "choices": ["Red", "Blue"] }),
            "waits for an answer: Which colour?\nRed / Blue",
        ),
        (
            json!({ "reason": "trust", "text": "Do you trust it?", "about": "/srv/shop" }),
            "waits to be trusted: Do you trust it?\n/srv/shop",
        ),
        (json!({ "reason": "sign-in", "text": "Enter a key" }), "waits for a sign-in: Enter a key"),
        (json!({ "reason": "question", "text": "" }), "waits for an answer"),
        (json!({}), "waits for a person"),
    ] {
        let works = json!({ "polecat": "ash", "running": true, "pid": 7, "state": "working" });
        for session in [works, asking(&waiting)] {
            shop.editor.lua(TELL, json!([[session]])).await.unwrap();
        }
        let told = vec![format!("3: `ash` (den) {told}")];
        eventually_equal(told, async || notified(&shop.editor, "(den)").await).await;
        shop.editor.lua("_G.notified = {}", Json::Null).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_was_replaced_or_is_gone_is_heard_of_between_two_looks_too() {
    let shop = Shop::new().await;
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    let of = |name: &str, pid: u32, state: &str| {
        let running = state != "died" && state != "stopped";
        json!({ "polecat": name, "running": running, "pid": pid, "state": state, "exit": {} })
    };
    for sessions in [
        json!([of("ash", 1, "idle"), of("birch", 2, "idle"), of("cedar", 3, "stopped")]),
        json!([of("ash", 4, "idle"), of("cedar", 5, "died"), of("dogwood", 6, "stopped")]),
        json!([of("ash", 4, "idle"), of("cedar", 5, "stopped")]),
    ] {
        shop.editor.lua(TELL, json!([sessions])).await.unwrap();
    }
    let expected = [
        "PolecatStopped ash",
        "PolecatStarted ash",
        "PolecatStarted cedar",
        "PolecatDied cedar",
        "PolecatStopped birch",
    ];
    expect_heard(&shop.editor, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_line_counts_by_sign_and_costs_next_to_nothing() {
    let shop = Shop::new().await;
    let nothing = "return { require('polecat').statusline(), #require('polecat').sessions() }";
    assert_eq!(shop.editor.lua(nothing, Json::Null).await.unwrap(), json!(["", 0]));
    let states = ["idle", "waiting", "working", "idle", "stopped", "died", "starting"];
    let sessions: Vec<Json> = (0..100)
        .map(|number| json!({ "polecat": format!("p{number}"), "state": states[number % 7] }))
        .collect();
    shop.editor.lua(TELL, json!([sessions])).await.unwrap();
    expect_statusline(&shop.editor, "!15 ✗14 ●14 ◌14 ○29").await;
    let time = "local polecat, begin = require('polecat'), vim.uv.hrtime()
        for _ = 1, 10000 do polecat.statusline() end
        return (vim.uv.hrtime() - begin) / 10000 / 1000";
    let time = shop.editor.lua(time, Json::Null).await.unwrap().as_f64().unwrap();
    assert!(time < 50.0, "{time} µs");
}
