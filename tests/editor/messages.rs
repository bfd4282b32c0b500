//! Messages to agents that cannot take one now: refused by name, and nothing is pressed or lost.

use serde_json::{Value as Json, json};

use crate::{
    framed::Yard,
    rig::{Shop, agent},
    states::{cue, playing},
    support::{eventually, eventually_equal, rig::Project, values::Failure},
};

/// The refusal of a message to `ash`.
async fn refused(shop: &Shop, text: &str) -> Failure {
    shop.refusal("inject", json!(["ash", text])).await
}

/// A shop with agents of the configuration, and `ash` that runs one of them.
async fn with_agent(of: Json, name: &str) -> (Shop, Json) {
    let shop = Shop::of(Project::new(), json!({ "agents": { name: of } })).await;
    let info = shop.try_start("ash", json!({ "new": true, "agent": name })).await.unwrap();
    (shop, info)
}

fn shell(script: &str) -> Json {
    json!({ "command": "sh", "args": ["-c", script] })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_message_answers_a_permission() {
    let yard = Yard::new(Json::Null).await;
    yard.start("ash", "").await.unwrap();
    let said = yard.log().said().len();
    let ash = yard.framed("--dialogs permission");
    let options = json!({ "new": true, "agent": "claude", "cmd": ash });
    drop(yard.editor.ask("start", json!(["birch", options])).await);
    yard.editor.expect_state("birch", "waiting").await;
    for count in 0..20 {
        let text = format!("1\nNo! never do that {count}");
        let refused = yard.editor.call("inject", json!(["birch", text])).await.unwrap_err();
        assert_eq!(refused.code, "agent_waiting", "{refused:?}");
        assert!(refused.message.contains("Do you want to proceed?"), "{refused:?}");
        assert!(refused.message.contains("1. Yes, 2. No"), "{refused:?}");
    }
    assert_eq!((yard.log().keys(), yard.log().typed()), (Vec::new(), Vec::new()));
    assert_eq!(yard.log().said().len(), said);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_of_a_real_agent_gets_no_message_for_an_answer() {
    for (preset, ready, question) in [
        ("claude", "claude/ready", "claude/permission-bash"),
        ("claude", "claude/ready", "claude/question-tabs"),
        ("codex", "codex/ready", "codex/trust-dialog"),
        ("gemini", "gemini/ready", "gemini/permission-command"),
    ] {
        let shop = playing(preset, ready).await;
        cue(&shop, question);
        shop.editor.expect_state("ash", "waiting").await;
        let before = shop.screen("gt-shop-ash");
        let refused = refused(&shop, "claude/ready").await;
        assert_eq!(refused.code, "agent_waiting", "{question}: {refused:?}");
        // An answer would have shown another screen.
        assert_eq!(shop.screen("gt-shop-ash"), before, "{question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_of_a_persons_stays_as_it_is() {
    let yard = Yard::new(Json::Null).await;
    yard.start("ash", "").await.unwrap();
    let before = yard.log().said();
    yard.press("gt-shop-ash", &["my", "Space", "own"]);
    eventually("the draft", async || {
        let screen = yard.tmux.run(&["capture-pane", "-p", "-t", "=gt-shop-ash:"]);
        if screen.contains("my own") { Ok(()) } else { Err(screen) }
    })
    .await;
    let refused = yard.editor.call("inject", json!(["ash", "hello"])).await.unwrap_err();
    assert_eq!(refused.code, "draft", "{refused:?}");
    assert!(refused.message.contains("`my own`"), "{refused:?}");
    yard.press("gt-shop-ash", &["Enter"]);
    eventually_equal(Some("my own".to_owned()), async || yard.log().said().pop()).await;
    yard.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    assert_eq!(yard.log().said()[before.len()..], ["my own", "hello"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_taken_out_for_who_says_so() {
    let yard = Yard::new(Json::Null).await;
    yard.start("ash", "").await.unwrap();
    let before = yard.log().said();
    yard.tmux.run(&["set-buffer", "first row\nsecond row"]);
    yard.tmux.run(&["paste-buffer", "-p", "-r", "-t", "=gt-shop-ash:"]);
    eventually("the draft", async || {
        let screen = yard.tmux.run(&["capture-pane", "-p", "-t", "=gt-shop-ash:"]);
        if screen.contains("second row") { Ok(()) } else { Err(screen) }
    })
    .await;
    let take = json!(["ash", "hello", { "take": true }]);
    yard.editor.call("inject", take).await.unwrap();
    assert_eq!(yard.log().said()[before.len()..], ["hello"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_would_run_in_a_shell_is_a_message_with_a_blank_in_front() {
    let yard = Yard::new(Json::Null).await;
    yard.start("ash", "").await.unwrap();
    yard.editor.call("inject", json!(["ash", "!touch x"])).await.unwrap();
    assert_eq!(yard.log().said().pop().as_deref(), Some(" !touch x"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_unknown_agent_may_run_in_a_shell_is_refused() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    assert_eq!(refused(&shop, "!touch x").await.code, "would_run_shell");
    assert_eq!(refused(&shop, "\n  !touch x").await.code, "would_run_shell");
    assert_eq!(refused(&shop, " \n ").await.code, "bad_argument");
    assert_eq!(refused(&shop, "\u{1b}[201~").await.code, "bad_argument");
    shop.editor.call("inject", json!(["ash", "Look! there"])).await.unwrap();
    shop.editor.expect_capture("ash", 20, "got: Look! there").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_of_an_unknown_agent_is_guessed() {
    let script = "stty raw; printf 'Really? [y/N] '; head -c 1 > answer; cat";
    let shop = Shop::of(Project::new(), json!({ "agents": { "asker": shell(script) } })).await;
    // The start waits for a person.
    drop(shop.editor.ask("start", json!(["ash", { "new": true, "agent": "asker" }])).await);
    let refused = eventually("a refusal for the question", async || {
        let refused = refused(&shop, "y").await;
        if refused.code == "agent_waiting" { Ok(refused) } else { Err(format!("{refused:?}")) }
    })
    .await;
    assert!(refused.message.contains("seems to ask"), "{refused:?}");
    let answer = std::fs::read_to_string(shop.project.worktree("ash").join("answer"));
    assert_eq!(answer.unwrap_or_default(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_agent_that_is_not_seen_at_a_prompt_is_not_ready() {
    for (script, why) in [
        ("stty raw -echo; exec sleep 300", "drawn nothing"),
        ("echo Starting the server...; exec cat", "whole lines"),
        // What a splash or a pager leaves in front is no agent.
        ("stty raw; printf 'hello> '; env bash --norc -c 'sleep 300; true'; true", "a shell"),
        // It is never still.
        (
            r#"stty raw; exec awk 'BEGIN { while (1) { print n++ "\r"; system("sleep 0.05") } }'"#,
            "does not stop",
        ),
    ] {
        let of = json!({ "command": "env", "args": ["sh", "-c", script] });
        let (shop, _) = with_agent(of, "splash").await;
        let refused = refused(&shop, "hello").await;
        assert_eq!(refused.code, "agent_not_ready", "{refused:?}");
        assert!(refused.message.contains(why), "{refused:?}");
        assert!(!shop.screen("gt-shop-ash").contains("hello\n"), "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_was_promised_and_never_came_is_no_prompt() {
    let of = json!({
        "command": "sh",
        "args": ["-c", "stty raw; printf 'loading\r\n'; exec cat"],
        "ready": { "prompt": "> ", "delay_ms": 500 },
    });
    let (shop, info) = with_agent(of, "slow").await;
    let warnings = info["warnings"].to_string();
    assert!(warnings.contains("has not shown a prompt yet"), "{warnings}");
    assert_eq!(refused(&shop, "hello").await.code, "agent_not_ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pane_that_takes_no_input_or_shares_it_gets_none() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let target = "=gt-shop-ash:";
    let first = shop.tmux.run(&["display-message", "-p", "-t", target, "#{pane_id}"]);
    shop.tmux.run(&["select-pane", "-d", "-t", &first]);
    assert_eq!(refused(&shop, "hello").await.code, "pane_input_off");
    shop.tmux.run(&["select-pane", "-e", "-t", &first]);

    let other = shop.project.around().join("other");
    let records = agent(&format!("records {}", other.display()));
    shop.tmux.run(&["split-window", "-d", "-t", &first, &records]);
    shop.tmux.run(&["set-option", "-w", "-t", target, "synchronize-panes", "on"]);
    assert_eq!(refused(&shop, "hello").await.code, "pane_synchronized");
    shop.tmux.run(&["set-option", "-w", "-t", target, "synchronize-panes", "off"]);
    shop.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    shop.editor.expect_capture("ash", 20, "got: hello").await;
    assert_eq!(std::fs::read(other).unwrap_or_default(), b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chooser_of_a_persons_gets_neither_text_nor_key() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.tmux.run(&["set-buffer", "my password"]);
    for mode in ["choose-tree", "choose-buffer", "clock-mode", "customize-mode"] {
        shop.tmux.run(&[mode, "-t", "=gt-shop-ash:"]);
        shop.editor.call("inject", json!(["ash", format!("during {mode}")])).await.unwrap();
        let seen = shop.editor.expect_capture("ash", 50, &format!("got: during {mode}")).await;
        assert!(!seen.contains("password"), "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_sender_left_does_not_answer_a_question() {
    let yard = Yard::new(Json::Null).await;
    let ash = yard.framed("--dialogs permission");
    let options = json!({ "new": true, "agent": "claude", "cmd": ash });
    let started = yard.editor.ask("start", json!(["ash", options])).await;
    yard.editor.expect_state("ash", "waiting").await;
    // As one leaves it who is killed between the paste and the key.
    let pasted = r#"{"by":{"pid":4194000,"start":1},"first_words":false,"tail":"never"}"#;
    yard.tmux.run(&["set-option", "-p", "-t", "=gt-shop-ash:", "@polecat_pasted", pasted]);
    let refused = yard.editor.call("inject", json!(["ash", "hello"])).await.unwrap_err();
    assert_eq!(refused.code, "agent_waiting", "{refused:?}");
    assert_eq!((yard.log().keys(), yard.log().typed()), (Vec::new(), Vec::new()));
    yard.press("gt-shop-ash", &["Enter"]);
    started.await.unwrap();
    assert_eq!((yard.log().keys(), yard.log().typed()), (vec!["Enter".to_owned()], Vec::new()));
    // Nothing stands there that would be submitted, and nothing is owed any more.
    yard.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    assert_eq!(yard.log().said().pop().as_deref(), Some("hello"));
    let left = yard.tmux.run(&["show-options", "-pqv", "-t", "=gt-shop-ash:", "@polecat_pasted"]);
    assert_eq!(left, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_shown_late_is_a_draft_to_the_next_one() {
    let shop = Shop::new().await;
    let [file, gate] = ["received", "gate"].map(|name| shop.project.around().join(name));
    shop.start("ash", &format!("records {} --gate {}", file.display(), gate.display())).await;
    let lost = refused(&shop, "first words").await;
    assert_eq!(lost.code, "not_shown", "{lost:?}");
    // That another one is refused as well changes nothing.
    shop.tmux.run(&["select-pane", "-d", "-t", "=gt-shop-ash:"]);
    assert_eq!(refused(&shop, "between").await.code, "pane_input_off");
    shop.tmux.run(&["select-pane", "-e", "-t", "=gt-shop-ash:"]);
    std::fs::write(&gate, "").unwrap();
    eventually("the first", async || {
        let screen = shop.screen("gt-shop-ash");
        if screen.contains("first words") { Ok(()) } else { Err(screen) }
    })
    .await;
    let draft = refused(&shop, "second").await;
    assert_eq!(draft.code, "draft", "{draft:?}");
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "Enter"]);
    eventually_equal("first words\r".to_owned(), async || {
        std::fs::read_to_string(&file).unwrap_or_default()
    })
    .await;
    shop.editor.call("inject", json!(["ash", "second"])).await.unwrap();
    eventually_equal("first words\rsecond\r".to_owned(), async || {
        std::fs::read_to_string(&file).unwrap_or_default()
    })
    .await;
}
