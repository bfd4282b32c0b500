//! Dialogs at the start: who answers them, and that nothing is ever typed into one.

use serde_json::{Value as Json, json};

use crate::{
    framed::{STEPS, Yard, expect_step},
    support::eventually_equal,
};

const BYPASS: &str = "--dialogs bypass --dangerously-skip-permissions";

/// Begins a start, whose answer the future gives.
async fn begin(
    yard: &Yard,
    options: &str,
) -> impl Future<Output = crate::support::values::Answer> + use<> {
    yard.editor.lua(STEPS, Json::Null).await.unwrap();
    let options = json!({ "new": true, "agent": "claude", "cmd": yard.framed(options) });
    yard.editor.ask("start", json!(["ash", options])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_flag_already_accepts_is_accepted_by_the_second_choice() {
    for draw in [0, 700] {
        let yard = Yard::new(Json::Null).await;
        let info = yard.start("ash", &format!("{BYPASS} --draw {draw}")).await.unwrap();
        // The first choice would have ended it.
        assert_eq!(yard.log().keys(), ["Down", "Enter"], "{draw}");
        assert_eq!(yard.log().typed(), [""; 0]);
        assert_eq!(yard.log().said().len(), 2);
        assert_eq!(info["warnings"], json!([]), "{info}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_of_trust_waits_for_a_person_and_then_the_start_goes_on() {
    let yard = Yard::new(Json::Null).await;
    let started = begin(&yard, "--dialogs trust").await;
    let steps = expect_step(&yard.editor, "waiting for a person").await;
    assert!(steps.contains(&"starting: waiting for the prompt".to_owned()), "{steps:?}");
    assert!(steps.last().unwrap().contains("Quick safety check"), "{steps:?}");

    let info = yard.editor.expect_state("ash", "waiting").await;
    assert_eq!(info["waiting"]["reason"], "trust", "{info}");
    assert!(info["waiting"]["text"].as_str().unwrap().contains("Quick safety check"), "{info}");
    eventually_equal(json!(["waiting", "trust"]), async || {
        let code = "local info = require('polecat').sessions()[1] or {}
            return { info.state, (info.waiting or {}).reason }";
        yard.editor.lua(code, Json::Null).await.unwrap()
    })
    .await;
    assert_eq!((yard.log().keys(), yard.log().said()), (Vec::new(), Vec::new()));

    yard.press("gt-shop-ash", &["Enter"]);
    let info = started.await.unwrap();
    assert_eq!(yard.log().said().len(), 2, "{info}");
    assert_eq!((yard.log().keys(), yard.log().typed()), (vec!["Enter".to_owned()], Vec::new()));
    assert_eq!(info["warnings"], json!([]), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bypass_that_no_flag_accepts_is_asked() {
    let yard = Yard::new(Json::Null).await;
    let started = begin(&yard, "--dialogs bypass").await;
    expect_step(&yard.editor, "waiting for a person: WARNING").await;
    assert_eq!(yard.log().keys(), [""; 0]);
    yard.press("gt-shop-ash", &["Down", "Enter"]);
    started.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_has_all_known_dialogs_accepted() {
    let yard = Yard::new(json!({ "dialogs": "accept" })).await;
    yard.start("ash", "--dialogs trust,bypass").await.unwrap();
    assert_eq!(yard.log().keys(), ["Enter", "Down", "Enter"]);
    assert_eq!(yard.log().said().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_has_a_person_asked_about_everything() {
    let yard = Yard::new(json!({ "dialogs": "ask" })).await;
    let started = begin(&yard, BYPASS).await;
    expect_step(&yard.editor, "waiting for a person").await;
    assert_eq!(yard.log().keys(), [""; 0]);
    yard.press("gt-shop-ash", &["Down", "Enter"]);
    started.await.unwrap();
    assert_eq!(yard.log().typed(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_after_the_first_message_gets_no_second_message_for_an_answer() {
    let yard = Yard::new(Json::Null).await;
    let started = begin(&yard, "--ask").await;
    expect_step(&yard.editor, "waiting for a person: Do you want to proceed?").await;
    assert_eq!((yard.log().said().len(), yard.log().typed()), (1, Vec::new()));
    yard.press("gt-shop-ash", &["Enter"]);
    started.await.unwrap();
    assert_eq!((yard.log().said().len(), yard.log().typed()), (2, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_refuses_ends_the_agent_and_the_start_says_so() {
    let yard = Yard::new(Json::Null).await;
    let started = begin(&yard, "--dialogs trust").await;
    expect_step(&yard.editor, "waiting for a person").await;
    yard.press("gt-shop-ash", &["Down", "Enter"]);
    let failed = started.await.unwrap_err();
    assert_eq!(failed.code, "died_during_startup", "{failed:?}");
    assert!(failed.message.contains("exited with status 1"), "{failed:?}");
    assert_eq!(yard.sessions(), [""; 0]);
}
