//! An agent that ends, whenever it does: said at once, written down once, and nothing is left.

use serde_json::{Value as Json, json};

use crate::{
    framed::{STEPS, Yard, expect_step},
    rig::agent,
    support::{eventually, eventually_equal},
};

/// Starts a new polecat that runs `command`, which must fail, and gives the message.
async fn failed(yard: &Yard, polecat: &str, command: &str) -> String {
    let options = json!({ "new": true, "agent": "claude", "cmd": command });
    let failed = yard.editor.call("start", json!([polecat, options])).await.unwrap_err();
    assert_eq!(failed.code, "died_during_startup", "{command}: {failed:?}");
    assert_eq!(yard.sessions(), [""; 0], "{command}");
    failed.message
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_at_any_step_of_a_start_fails_it_with_the_reason() {
    let yard = Yard::new(Json::Null).await.with_gt();
    for (polecat, command, parts) in [
        ("a1", agent("dies --status 3"), ["exited with status 3", "no connection"]),
        ("a2", agent("dies --after 300 --signal SEGV"), ["SIGSEGV", "no connection"]),
        ("a3", agent("dies --prompt --after 20 --status 4"), ["exited with status 4", "❯"]),
        ("a4", yard.framed("--dies-of-words 9"), ["exited with status 9", "in a frame"]),
        ("a5", agent("dies --status 0"), ["exited with status 0", "no connection"]),
    ] {
        let message = failed(&yard, polecat, &command).await;
        for part in [&parts[..], &[&command]].concat() {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
        let info = yard.editor.call("status", json!([polecat])).await.unwrap();
        assert_eq!((&info["running"], &info["exit"]["command"]), (&json!(false), &json!(command)));
        let crash =
            format!("log crash --agent shop/{polecat} --session gt-shop-{polecat} --exit-code ");
        let calls = eventually(&crash, async || match yard.gt(&crash) {
            none if none.is_empty() => Err("no call"),
            calls => Ok(calls),
        })
        .await;
        assert_eq!(calls.len(), 1, "{calls:?}");
    }
    assert_eq!(yard.gt("log crash --agent shop/a2")[0].rsplit(' ').next(), Some("139"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_death_is_written_down_and_logged_once_whoever_sees_it() {
    let yard = Yard::new(Json::Null).await.with_gt();
    let second = yard.another().await;
    for editor in [&yard.editor, &second] {
        editor.command("split polecat://status").await.unwrap();
        editor.expect_line("polecat://status", "shop").await;
    }
    for polecat in ["a1", "a2", "a3"] {
        let options = json!({ "new": true, "agent": "prompts", "cmd": agent("prompts") });
        yard.editor.call("start", json!([polecat, options])).await.unwrap();
        yard.editor.call("inject", json!([polecat, "/exit 7"])).await.unwrap();
        for editor in [&yard.editor, &second] {
            let info = editor.expect_state(polecat, "died").await;
            assert_eq!(info["exit"]["status"], 7, "{info}");
        }
    }
    eventually_equal(3, async || yard.gt("log crash").len()).await;
    let mut calls = yard.gt("log crash");
    calls.sort();
    assert_eq!(calls[0], "log crash --agent shop/a1 --session gt-shop-a1 --exit-code 7");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_it_ended_outlives_session_backend_and_editor() {
    let yard = Yard::new(Json::Null).await;
    failed(&yard, "ash", &agent("dies --after 100 --status 5")).await;
    let second = yard.another().await;
    let Yard { editor, tmux, town, programs } = yard;
    editor.quit().await;
    assert!(tmux.try_run(&["has-session", "-t", "=gt-shop-ash"]).is_err());
    let info = second.call("status", json!(["ash"])).await.unwrap();
    assert_eq!((&info["state"], &info["exit"]["status"]), (&json!("stopped"), &json!(5)), "{info}");
    assert!(info["exit"]["lived_ms"].as_u64().unwrap() >= 100, "{info}");
    second.command("PolecatStatus ash").await.unwrap();
    let lines = second.expect_line("polecat://status/ash", "exited with status 5").await;
    assert!(lines.iter().any(|line| line.contains("no connection")), "{lines:#?}");
    drop((second, town, programs));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_no_death() {
    let yard = Yard::new(Json::Null).await.with_gt();
    yard.editor.command("split polecat://status").await.unwrap();
    for (polecat, command) in [("a1", "prompts"), ("a2", "ignores"), ("a3", "spawns")] {
        let options = json!({ "new": true, "agent": "prompts", "cmd": agent(command) });
        yard.editor.call("start", json!([polecat, options])).await.unwrap();
        yard.editor.call("stop", json!([polecat, {}])).await.unwrap();
        let info = yard.editor.call("status", json!([polecat])).await.unwrap();
        assert_eq!((&info["state"], &info["exit"]), (&json!("stopped"), &Json::Null), "{info}");
    }
    assert_eq!(yard.gt("log crash"), [""; 0]);
    assert_eq!(yard.sessions(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_is_stopped_answers_that_it_was_cancelled() {
    let yard = Yard::new(Json::Null).await.with_gt();
    yard.editor.lua(STEPS, Json::Null).await.unwrap();
    for (polecat, force) in [("a1", false), ("a2", true)] {
        let options =
            json!({ "new": true, "agent": "claude", "cmd": yard.framed("--dialogs trust") });
        let started = yard.editor.ask("start", json!([polecat, options])).await;
        expect_step(&yard.editor, "waiting for a person").await;
        yard.editor.call("stop", json!([polecat, { "force": force }])).await.unwrap();
        let failed = started.await.unwrap_err();
        assert_eq!(failed.code, "cancelled", "{failed:?}");
        assert_eq!(yard.sessions(), [""; 0]);
        let info = yard.editor.call("status", json!([polecat])).await.unwrap();
        assert_eq!(info["exit"], Json::Null, "{info}");
        yard.editor.lua("_G.steps = {}", Json::Null).await.unwrap();
    }
    assert_eq!(yard.gt("log crash"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_lives_on_without_its_agent_is_named_and_left_alone() {
    let yard = Yard::new(Json::Null).await;
    let info = yard.start("ash", "").await.unwrap();
    yard.tmux.run(&["split-window", "-d", "-t", "=gt-shop-ash:", "cat"]);
    yard.tmux.run(&["kill-pane", "-t", info["pane_id"].as_str().unwrap()]);
    let refused = yard.start("ash", "").await.unwrap_err();
    assert_eq!(refused.code, "session_running", "{refused:?}");
    assert!(refused.message.contains("lives on without its agent"), "{refused:?}");
    let hint = refused.hint.unwrap();
    let (end, _) = hint.trim_start_matches('`').split_once('`').unwrap();
    for (method, args) in
        [("stop", json!(["ash", { "force": true }])), ("inject", json!(["ash", "x"]))]
    {
        let refused = yard.editor.call(method, args).await.unwrap_err();
        assert_eq!(refused.code, "session_not_found", "{method}: {refused:?}");
        assert!(refused.message.contains("pane is gone"), "{method}: {refused:?}");
    }
    assert_eq!(yard.editor.call("is_running", json!(["ash"])).await.unwrap(), json!(false));
    assert_eq!(yard.sessions(), ["gt-shop-ash"]);
    // As a person would who copies it.
    let done = yard.tmux.launch()("sh".as_ref()).args(["-c", end]).output().unwrap();
    assert!(done.status.success(), "{end}: {done:?}");
    assert_eq!(yard.sessions(), [""; 0]);
}
