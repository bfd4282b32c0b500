//! First words and messages whose sender is gone, or whose reader is slow: none is lost, none is
//! said twice.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    framed::{Log, STEPS, Yard, expect_step},
    rig::{Shop, agent},
    support::{editor::Editor, eventually},
};

fn backend(editor: &Editor) -> Pid {
    let is_backend = |pid: &u32| {
        let command = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        command.starts_with("polecat")
    };
    let pid = editor.processes().into_iter().find(is_backend).expect("a backend runs");
    Pid::from_raw(pid.cast_signed()).unwrap()
}

/// Waits for both of a town's first words, and that nothing is kept of them.
async fn expect_both(yard: &Yard) {
    eventually("both of the first words", async || {
        let target = ["-t", "=gt-shop-ash:", "@polecat_owed"];
        let owed = yard.tmux.run(&[&["show-options", "-qv"][..], &target].concat());
        let said = yard.log().said();
        if said.len() == 2 && owed.is_empty() { Ok(()) } else { Err(format!("{said:?} {owed}")) }
    })
    .await;
    assert!(yard.log().said()[0].contains("[GAS TOWN]"), "{:?}", yard.log().said());
    assert_eq!(yard.log().typed(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_injected_message_whose_enter_was_swallowed_is_submitted_once() {
    let shop = Shop::new().await;
    let log = Log(shop.project.around().join("log"));
    let command = agent(&format!("framed --log {} --deaf 1", log.0.display()));
    let options = json!({ "new": true, "agent": "claude", "cmd": command });
    shop.try_start("ash", options).await.unwrap();
    for text in ["hello", "and again"] {
        shop.editor.call("inject", json!(["ash", text])).await.unwrap();
    }
    eventually("the second message", async || {
        let said = log.said();
        if said.len() >= 2 { Ok(()) } else { Err(format!("{said:?}")) }
    })
    .await;
    assert_eq!(log.said(), ["hello", "and again"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_never_taken_is_told_as_such() {
    let shop = Shop::new().await;
    let log = Log(shop.project.around().join("log"));
    let command = agent(&format!("framed --log {} --deaf 99", log.0.display()));
    let options = json!({ "new": true, "agent": "claude", "cmd": command });
    shop.try_start("ash", options).await.unwrap();
    let refused = shop.refusal("inject", json!(["ash", "hello"])).await;
    assert_eq!(refused.code, "timeout", "{refused:?}");
    assert!(refused.message.contains("still in its composer"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_backend_that_was_killed_are_told_by_the_next_one_once() {
    let yard = Yard::new(Json::Null).await;
    let second = yard.another().await;
    second.call("list", json!([])).await.unwrap();
    yard.editor.lua(STEPS, Json::Null).await.unwrap();
    let options = json!({ "new": true, "agent": "claude", "cmd": yard.framed("--dialogs trust") });
    let started = yard.editor.ask("start", json!(["ash", options])).await;
    expect_step(&yard.editor, "waiting for a person").await;
    kill_process(backend(&yard.editor), Signal::KILL).unwrap();
    let refused = started.await.unwrap_err();
    assert_eq!(refused.code, "internal", "{refused:?}");
    // Two backends watch now: the other editor's, and the one that is started anew.
    yard.editor.call("list", json!([])).await.unwrap();
    yard.press("gt-shop-ash", &["Enter"]);
    expect_both(&yard).await;
    yard.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    eventually("the message", async || {
        let said = yard.log().said();
        if said.len() > 2 { Ok(()) } else { Err(format!("{said:?}")) }
    })
    .await;
    assert_eq!(yard.log().said()[2..], ["hello"]);
    drop(second);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits the minute that a start waits for a person: `make soak`"]
async fn words_that_a_person_kept_waiting_are_told_when_the_agent_is_ready() {
    let yard = Yard::new(Json::Null).await;
    let info = yard.start("ash", "--dialogs trust").await.unwrap();
    let warnings = info["warnings"].to_string();
    assert!(warnings.contains("its first prompts will be sent"), "{warnings}");
    assert_eq!(yard.log().said(), [""; 0]);
    yard.press("gt-shop-ash", &["Enter"]);
    expect_both(&yard).await;
}
