//! Machines on which everything has the same name: what is meant for one never reaches another.

use serde_json::{Value as Json, json};

use crate::{desk::Desk, support::eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_reaches_the_one_that_was_named() {
    let Some(desk) = Desk::new(2).await else { return };
    for polecat in desk.every("ash") {
        desk.start(&polecat, "prompts").await;
    }
    desk.look().await;
    desk.expect_status("build1:shop: 1 polecat, 1 running").await;
    desk.expect_status("build2:shop: 1 polecat, 1 running").await;
    let texts = ["for one", "for two", "for here"];
    for (name, text) in ["build1:shop/ash", "build2:ash", "ash"].iter().zip(texts) {
        desk.call("inject", json!([name, text])).await;
    }
    for (at, text) in texts.iter().enumerate() {
        let got = format!("got: {text}");
        eventually(&got, async || match screens(&desk) {
            seen if seen[at].contains(&got) => Ok(()),
            seen => Err(seen.join("\n---\n")),
        })
        .await;
        assert_eq!(screens(&desk).iter().filter(|screen| screen.contains(text)).count(), 1);
    }
    let captured = desk.call("capture", json!(["build2:ash", {}])).await.to_string();
    assert!(captured.contains("for two") && !captured.contains("for one"), "{captured}");
}

/// What `ash` shows on each host, and then here.
fn screens(desk: &Desk) -> Vec<String> {
    let there = desk.hosts.iter().map(|there| there.screen("gt-shop-ash"));
    there.chain([desk.here.screen("gt-shop-ash")]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_reaches_the_one_that_was_named_by_a_call_and_by_its_window() {
    let Some(desk) = Desk::new(2).await else { return };
    let logs = desk.framed("questions permission permission").await;
    for polecat in desk.every("ash") {
        desk.call("inject", json!([polecat, "go"])).await;
        desk.editor().expect_state(&polecat, "waiting").await;
    }
    desk.look().await;
    let pressed = || logs.iter().map(|log| log.keys().len()).collect::<Vec<_>>();
    for host in ["build1", "build2"] {
        desk.expect_status(&format!("{host}:shop: 1 polecat, 1 running, 1 waiting")).await;
    }
    desk.call("answer", json!(["build2:shop/ash", 1, {}])).await;
    assert_eq!(pressed(), [0, 1, 0]);
    desk.editor().command("close | PolecatAnswer build1:shop/ash").await.unwrap();
    // A key counts once all of it was seen.
    let footer = "local footer = vim.api.nvim_win_get_config(0).footer return footer and footer[1]";
    eventually("the question", async || {
        let seen = desk.editor().lua(footer, Json::Null).await.unwrap();
        if seen.to_string().contains("q leaves") { Ok(()) } else { Err(seen) }
    })
    .await;
    desk.editor().lua("vim.api.nvim_input('3')", Json::Null).await.unwrap();
    eventually("the answer", async || match logs[0].values("choice") {
        choices if choices == ["No"] => Ok(()),
        choices => Err(format!("{choices:?}")),
    })
    .await;
    assert_eq!(pressed(), [1, 1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_a_stop_and_a_terminal_reach_the_one_that_was_named() {
    let Some(desk) = Desk::new(2).await else { return };
    let logs = desk.framed("busy --like claude").await;
    for polecat in desk.every("ash") {
        desk.call("inject", json!([polecat, "think"])).await;
        desk.editor().expect_state(&polecat, "working").await;
    }
    desk.call("interrupt", json!(["build1:shop/ash"])).await;
    let interrupted = logs.iter().map(|log| log.values("interrupted").len());
    assert_eq!(interrupted.collect::<Vec<_>>(), [1, 0, 0]);

    desk.editor().command("PolecatAttach build2:shop/ash").await.unwrap();
    let attached = ["display-message", "-p", "-t", "=gt-shop-ash:", "#{session_attached}"];
    eventually("a terminal there", async || match desk.hosts[1].tmux(&attached).as_deref() {
        Ok("1") => Ok(()),
        seen => Err(format!("{seen:?}")),
    })
    .await;
    assert_eq!(desk.hosts[0].tmux(&attached).as_deref(), Ok("0"));
    assert_eq!(desk.here.tmux.run(&attached), "0");
    desk.editor().command("stopinsert | close!").await.unwrap();

    desk.call("stop", json!(["build2:shop/ash", { "force": true }])).await;
    let sessions = [desk.hosts[0].sessions(), desk.hosts[1].sessions(), desk.here.sessions()];
    assert_eq!(sessions.map(|names| names.len()), [1, 0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_a_host_recommends_names_the_one_there() {
    let Some(desk) = Desk::new(1).await else { return };
    for polecat in desk.every("ash") {
        desk.start(&polecat, "prompts").await;
    }
    let refused = desk.editor().call("remove", json!(["build1:shop/ash", {}])).await.unwrap_err();
    let hint = "`:PolecatStop build1:shop/ash` ends its session";
    assert_eq!(refused.hint.as_deref(), Some(hint), "{refused:?}");
}
