//! A session of gastown's goes with its agent, and nothing in it tells how that ended.

use serde_json::{Value as Json, json};

use crate::{
    gastown_sessions::{Field, Gt},
    rig::agent,
    support::{eventually, eventually_equal, processes},
};

const LISTEN: &str = "
    _G.heard = {}
    vim.api.nvim_create_autocmd('User', { pattern = 'Polecat*', callback = function(event)
        table.insert(_G.heard, event.match)
    end })
";

/// A field in which `ash` runs in a session that gastown started, and that is watched.
async fn watched(gt: Gt, name: &str, command: &str) -> (Field, u32) {
    let field = Field::new().await;
    field.gastown.editor.lua(LISTEN, Json::Null).await.unwrap();
    field.call("list", json!([])).await;
    let pid = started(&field, gt, name, command).await;
    (field, pid)
}

async fn started(field: &Field, gt: Gt, name: &str, command: &str) -> u32 {
    field.start(gt, name, "ash", &agent(command), &[]);
    field.gastown.editor.expect_state("ash", "idle").await;
    // The poller has seen it too.
    eventually("the poller", async || {
        let code =
            "return vim.tbl_map(function(one) return one.state end, require('polecat').sessions())";
        let seen = field.gastown.editor.lua(code, Json::Null).await.unwrap();
        if seen.to_string().contains("idle") { Ok(()) } else { Err(seen) }
    })
    .await;
    let info = field.call("status", json!(["ash"])).await;
    u32::try_from(info["pid"].as_u64().unwrap()).unwrap()
}

async fn heard(field: &Field) -> Vec<String> {
    let all = field.gastown.editor.lua("return _G.heard", Json::Null).await.unwrap();
    let all: Vec<String> = serde_json::from_value(all).unwrap_or_default();
    all.into_iter().filter(|event| event != "PolecatStateChanged").collect()
}

async fn expect_heard(field: &Field, events: &[&str]) {
    let events: Vec<_> = events.iter().map(|event| (*event).to_owned()).collect();
    eventually_equal(events, async || heard(field).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_gastown_started_and_that_is_killed_has_died_with_what_was_seen_of_it() {
    for (gt, name) in [(Gt::V0_5, "gt-shop-ash"), (Gt::V0_6, "sh-ash")] {
        let (field, pid) = watched(gt, name, "works").await;
        processes::kill(&[pid]);
        let info = field.gastown.editor.expect_state("ash", "died").await;
        assert_eq!((&info["running"], &info["exit"]["status"]), (&json!(false), &Json::Null));
        assert!(info["exit"]["tail"].to_string().contains("A scripted agent"), "{info}");
        assert!(info["exit"]["command"].as_str().unwrap().contains("works"), "{info}");
        expect_heard(&field, &["PolecatStarted", "PolecatDied"]).await;
        field.gastown.editor.expect_message("died").await;
        field.gastown.editor.command("PolecatStatus ash").await.unwrap();
        let told = "ended with its session, cause unknown";
        field.gastown.editor.expect_line("polecat://status/ash", told).await;

        // gastown starts it again, and stops it: that death is no news any more.
        started(&field, gt, name, "works").await;
        field.gastown.tmux.run(&["kill-session", "-t", name]);
        field.gastown.editor.expect_state("ash", "stopped").await;
        let all = ["PolecatStarted", "PolecatDied", "PolecatStarted", "PolecatStopped"];
        expect_heard(&field, &all).await;
        assert_eq!(field.call("status", json!(["ash"])).await["exit"], Json::Null);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_gastown_stops_has_not_died() {
    for stop in ["forced", "graceful", "graceful, and it ends at once", "by its processes"] {
        let gt = if stop == "by its processes" { Gt::V0_6 } else { Gt::V0_5 };
        let (field, pid) = watched(gt, "odd", "works").await;
        let tmux = &field.gastown.tmux;
        match stop {
            "forced" => drop(tmux.run(&["kill-session", "-t", "odd"])),
            "graceful" => {
                tmux.run(&["send-keys", "-t", "odd", "C-c"]);
                drop(tmux.try_run(&["kill-session", "-t", "odd"]));
            }
            "by its processes" => {
                tmux.run(&["set-option", "-t", "odd", "remain-on-exit", "off"]);
                tmux.run(&["set-hook", "-t", "odd", "-u", "pane-died"]);
                processes::kill(&[pid]);
            }
            _ => drop(tmux.run(&["send-keys", "-t", "odd", "C-c"])),
        }
        expect_heard(&field, &["PolecatStarted", "PolecatStopped"]).await;
        let info = field.gastown.editor.expect_state("ash", "stopped").await;
        assert_eq!(info["exit"], Json::Null, "{stop}: {info}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_of_ours_ends_what_gastown_started_and_clears_a_death() {
    let (field, _) = watched(Gt::V0_6, "sh-ash", "works").await;
    field.call("stop", json!(["ash", {}])).await;
    expect_heard(&field, &["PolecatStarted", "PolecatStopped"]).await;
    assert_eq!(field.sessions(), [""; 0]);
    let pid = started(&field, Gt::V0_6, "sh-ash", "works").await;
    processes::kill(&[pid]);
    field.gastown.editor.expect_state("ash", "died").await;
    field.call("stop", json!(["ash", {}])).await;
    field.gastown.editor.expect_state("ash", "stopped").await;
}
