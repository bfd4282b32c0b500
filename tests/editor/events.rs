//! Agents that tell their state by events of their own: what they say is told soon, and their
//! screens check it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    states::cue,
    support::{editor::Editor, eventually, neovim::has_logged, rig::Project},
};

/// What has the agent `teller` tell as opencode does, with `more` about it.
fn teller(more: &Json) -> Json {
    let mut teller = json!({
        "preset": "opencode",
        "command": agent("tells"),
        "args": ["opencode/ready"],
        "process_names": ["python3"],
    });
    teller.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    json!({ "agents": { "teller": teller } })
}

/// A shop in which `ash` tells, and is at its prompt.
async fn telling(more: Json) -> Shop {
    let shop = Shop::of(Project::new(), teller(&more)).await;
    shop.try_start("ash", json!({ "new": true, "agent": "teller" })).await.unwrap();
    shop
}

/// Waits until `ash` is told to be in `state`, by `source`.
async fn expect(editor: &Editor, state: &str, source: &str) -> Json {
    eventually(&format!("`ash` to be {state} by {source}"), async || {
        match editor.call("status", json!(["ash"])).await {
            Ok(info) if info["state"] == state && info["state_source"] == source => Ok(info),
            seen => Err(format!("{seen:?}")),
        }
    })
    .await
}

/// Waits until `ash` is told to ask what it calls `request` itself.
async fn expect_asked(editor: &Editor, request: &str) -> Json {
    eventually(&format!("`ash` to ask `{request}`"), async || {
        let info = expect(editor, "waiting", "events").await;
        if info["waiting"]["request"] == request { Ok(info) } else { Err(info.to_string()) }
    })
    .await
}

/// What is remembered of where `ash` tells; nothing if it does not.
fn remembered(shop: &Shop) -> String {
    let option = ["show-options", "-p", "-q", "-v", "-t", "=gt-shop-ash:", "@polecat_events"];
    shop.tmux.run(&option)
}

/// Where `ash` tells: the port, and the password.
fn source(shop: &Shop) -> (u16, String) {
    let source: Json = serde_json::from_str(&remembered(shop)).unwrap();
    let port = source["port"].as_u64().unwrap().try_into().unwrap();
    (port, source["password"].as_str().unwrap().to_owned())
}

fn pid(shop: &Shop) -> String {
    shop.tmux.run(&["display-message", "-p", "-t", "=gt-shop-ash:", "#{pane_pid}"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_is_told_as_the_agent_itself_tells_it() {
    let shop = telling(Json::Null).await;
    expect(&shop.editor, "idle", "events").await;
    // Before it has drawn that.
    cue(&shop, "busy");
    expect(&shop.editor, "working", "events").await;
    cue(&shop, "opencode/working asks opencode/permission");
    let info = expect_asked(&shop.editor, "per_1").await;
    assert_eq!(info["waiting"]["reason"], "permission", "{info}");
    cue(&shop, "replied opencode/working-tool");
    expect(&shop.editor, "working", "events").await;
    cue(&shop, "questions opencode/question");
    expect_asked(&shop.editor, "que_2").await;
    cue(&shop, "replied idle opencode/idle-after-answer");
    expect(&shop.editor, "idle", "events").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_question_asked_again_is_heard_of_again() {
    let shop = telling(Json::Null).await;
    expect(&shop.editor, "idle", "events").await;
    let listen = "_G.asked = 0
        vim.api.nvim_create_autocmd('User', { pattern = 'PolecatWaiting', callback = function()
            _G.asked = _G.asked + 1
        end })";
    shop.editor.lua(listen, Json::Null).await.unwrap();
    for (number, cues) in [(1, "busy asks opencode/permission"), (2, "replied asks")] {
        cue(&shop, cues);
        eventually(&format!("question {number}"), async || {
            let asked = shop.editor.lua("return _G.asked", Json::Null).await.unwrap();
            if asked == number { Ok(()) } else { Err(asked) }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialog_counts_though_the_agent_says_that_it_is_idle() {
    let shop = telling(Json::Null).await;
    expect(&shop.editor, "idle", "events").await;
    cue(&shop, "idle opencode/permission");
    let info = expect(&shop.editor, "waiting", "screen").await;
    assert_eq!(info["waiting"]["request"], Json::Null, "{info}");
    cue(&shop, "busy 0.1 idle");
    cue(&shop, "opencode/working 0.1 opencode/permission");
    expect(&shop.editor, "waiting", "screen").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_agent_and_its_screen_differ_for_long_the_screen_counts() {
    let shop = telling(Json::Null).await;
    expect(&shop.editor, "idle", "events").await;
    cue(&shop, "busy");
    expect(&shop.editor, "working", "events").await;
    expect(&shop.editor, "idle", "screen").await;
    cue(&shop, "opencode/working");
    expect(&shop.editor, "working", "events").await;
    // That it is idle it must show.
    cue(&shop, "idle");
    expect(&shop.editor, "working", "screen").await;
    cue(&shop, "opencode/idle-after-answer");
    expect(&shop.editor, "idle", "events").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_ends_leaves_it_to_the_screen_and_is_found_again() {
    let shop = telling(Json::Null).await;
    expect(&shop.editor, "idle", "events").await;
    cue(&shop, "dies");
    expect(&shop.editor, "idle", "screen").await;
    cue(&shop, "opencode/working busy");
    expect(&shop.editor, "working", "screen").await;
    cue(&shop, "asks opencode/permission revives");
    expect_asked(&shop.editor, "per_1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_without_end_costs_little_and_a_flood_holds_up_nobody() {
    let shop = telling(Json::Null).await;
    expect(&shop.editor, "idle", "events").await;
    let memory = || {
        let status = fs::read_to_string(format!(
            "/proc/{}/status",
            shop.backend().unwrap().as_raw_nonzero()
        ))
        .unwrap();
        let peak = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        peak.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let before = memory();
    cue(&shop, "endless opencode/working busy");
    expect(&shop.editor, "working", "events").await;
    assert!(memory() < before + 32_000, "{before} kB, then {} kB", memory());
    cue(&shop, "flood opencode/idle-after-answer idle");
    expect(&shop.editor, "idle", "events").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_only_where_nobody_else_can_read_it() {
    let shop = telling(Json::Null).await;
    expect(&shop.editor, "idle", "events").await;
    let (port, password) = source(&shop);
    let arguments = fs::read_to_string(format!("/proc/{}/cmdline", pid(&shop))).unwrap();
    assert!(arguments.contains(&port.to_string()) && !arguments.contains(&password));
    for args in [&["-t", "=gt-shop-ash:"][..], &["-g"]] {
        let table = shop.tmux.run(&[&["show-environment"], args].concat());
        assert!(!table.contains(&password) && !table.contains("OPENCODE_SERVER"), "{table}");
    }
    let started = ["display-message", "-p", "-t", "=gt-shop-ash:", "#{pane_start_command}"];
    assert!(!shop.tmux.run(&started).contains(&password));
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert!(
        !info.to_string().contains(&password) && !info.to_string().contains("--port"),
        "{info}"
    );
    assert!(!has_logged(shop.editor.home.path(), &password));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET /event HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pane_that_is_respawned_serves_nothing() {
    let shop = telling(Json::Null).await;
    expect(&shop.editor, "idle", "events").await;
    let before = pid(&shop);
    shop.tmux.run(&["respawn-pane", "-k", "-t", "=gt-shop-ash:"]);
    eventually("another process that is drawn", async || {
        let (pid, screen) = (pid(&shop), shop.screen("gt-shop-ash"));
        if pid != before && screen.contains("Ask anything") { Ok(()) } else { Err(screen) }
    })
    .await;
    let arguments = fs::read_to_string(format!("/proc/{}/cmdline", pid(&shop))).unwrap();
    assert!(!arguments.contains("--port"), "{arguments}");
    TcpStream::connect(("127.0.0.1", source(&shop).0)).unwrap_err();
    expect(&shop.editor, "idle", "screen").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_turns_events_off_has_a_server_of_their_own_or_another_program_is_asked_for_none() {
    for more in [
        json!({ "events": false }),
        json!({ "args": ["opencode/ready", "--hostname", "127.0.0.1", "--cors"] }),
        json!({ "env": { "OPENCODE_SERVER_USERNAME": "ada" } }),
        json!({ "command": agent("screens") }),
    ] {
        let shop = telling(more).await;
        expect(&shop.editor, "idle", "screen").await;
        assert_eq!(remembered(&shop), "");
        let arguments = fs::read_to_string(format!("/proc/{}/cmdline", pid(&shop))).unwrap();
        assert!(!arguments.contains("--port"), "{arguments}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_editor_and_the_next_backend_hear_it_too_until_the_agent_is_stopped() {
    let shop = telling(Json::Null).await;
    expect(&shop.editor, "idle", "events").await;
    let other = Editor::with(&shop.tmux, shop.project.path(), teller(&Json::Null)).await;
    expect(&other, "idle", "events").await;
    cue(&shop, "busy opencode/working");
    expect(&shop.editor, "working", "events").await;
    expect(&other, "working", "events").await;
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    expect(&shop.editor, "working", "events").await;
    let (port, _) = source(&shop);
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    TcpStream::connect(("127.0.0.1", port)).unwrap_err();
    assert_eq!(shop.sessions(), [""; 0]);
}
