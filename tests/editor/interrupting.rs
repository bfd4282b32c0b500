//! `interrupt`: the agent's own keys, only at its work, and what it leaves in its composer.

use serde_json::{Value as Json, json};

use crate::{
    framed::Log,
    rig::{Shop, agent},
    support::{eventually, eventually_equal, rig::Project},
};

/// A shop with `ash`, which runs `busy` and is read as the agent `name`.
async fn shop(name: &str, options: &str) -> (Shop, Log) {
    let shop = Shop::of(Project::new(), Json::Null).await;
    let log = Log(shop.project.around().join("log"));
    let cmd = agent(&format!("busy --log {} --like {name} {options}", log.0.display()));
    let options = json!({ "new": true, "agent": name, "cmd": cmd });
    shop.try_start("ash", options).await.unwrap();
    (shop, log)
}

async fn inject(shop: &Shop, text: &str) {
    shop.editor.call("inject", json!(["ash", text])).await.unwrap();
}

/// Has `ash` work on `text`.
async fn at_work(shop: &Shop, text: &str) {
    inject(shop, text).await;
    shop.editor.expect_state("ash", "working").await;
}

async fn interrupt(shop: &Shop) -> Json {
    shop.editor.call("interrupt", json!(["ash"])).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_at_work_is_interrupted_and_takes_the_next_message() {
    for name in ["claude", "opencode"] {
        let (shop, log) = shop(name, "").await;
        at_work(&shop, "think").await;
        assert_eq!(interrupt(&shop).await, json!({ "state": "idle", "warnings": [] }), "{name}");
        assert_eq!(log.values("interrupted"), ["think"], "{name}");
        inject(&shop, "go on").await;
        eventually_equal(vec!["think".to_owned(), "go on".to_owned()], async || log.said()).await;
        assert!(log.values("rewound").is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_pressed_at_the_prompt_or_to_a_question() {
    let (shop, log) = shop("claude", "--asks").await;
    for _ in 0..5 {
        let refused = shop.refusal("interrupt", json!(["ash"])).await;
        assert_eq!(refused.code, "not_working", "{refused:?}");
        assert!(refused.message.contains("it is at its prompt"), "{refused:?}");
    }
    inject(&shop, "touch it").await;
    shop.editor.expect_state("ash", "waiting").await;
    for _ in 0..5 {
        let refused = shop.refusal("interrupt", json!(["ash"])).await;
        assert_eq!(refused.code, "agent_waiting", "{refused:?}");
        assert!(refused.message.contains("Do you want to proceed?"), "{refused:?}");
    }
    assert_eq!((log.values("rewound").len(), log.values("answered").len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_opens_under_the_key_is_not_answered_by_it() {
    let (shop, log) = shop("claude", "--flips").await;
    for count in 1..=15 {
        eventually("a message taken", async || {
            let sent = shop.editor.call("inject", json!(["ash", format!("m{count}")])).await;
            if log.said().len() == count { Ok(()) } else { Err(format!("{sent:?}")) }
        })
        .await;
        eventually("an interrupt", async || {
            let done = shop.editor.call("interrupt", json!(["ash"])).await;
            let interrupted = log.values("interrupted").len() == count;
            if interrupted { Ok(()) } else { Err(format!("{done:?}")) }
        })
        .await;
    }
    assert_eq!((log.values("answered").len(), log.values("rewound").len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agent_puts_back_is_removed_and_the_next_message_arrives_alone() {
    let (shop, log) = shop("claude", "--returns").await;
    at_work(&shop, "think about it\nfor long").await;
    assert_eq!(interrupt(&shop).await["warnings"], json!([]));
    inject(&shop, "go on").await;
    eventually_equal(Some("go on".to_owned()), async || log.said().pop()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_has_typed_stays() {
    let (shop, log) = shop("claude", "").await;
    at_work(&shop, "think").await;
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "my", "Space", "own"]);
    eventually("the draft", async || {
        let screen = shop.screen("gt-shop-ash");
        if screen.contains("❯ my own") { Ok(()) } else { Err(screen) }
    })
    .await;
    assert_eq!(interrupt(&shop).await, json!({ "state": "idle", "warnings": [] }));
    assert_eq!(log.values("interrupted"), ["think"]);
    let screen = shop.screen("gt-shop-ash");
    assert!(screen.contains("❯ my own"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_goes_on_is_told_and_pressed_no_second_time() {
    let (shop, log) = shop("claude", "--deaf").await;
    at_work(&shop, "think").await;
    let refused = shop.refusal("interrupt", json!(["ash"])).await;
    assert_eq!(refused.code, "timeout", "{refused:?}");
    assert!(refused.message.contains("did not stop (working)"), "{refused:?}");
    assert!(log.values("interrupted").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_whose_keys_are_not_known_is_left_alone() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let refused = shop.refusal("interrupt", json!(["ash"])).await;
    assert_eq!(refused.code, "not_interruptible", "{refused:?}");
    assert!(refused.hint.is_some_and(|hint| hint.contains("PolecatAttach")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_and_the_key_of_a_row_interrupt() {
    let (shop, log) = shop("claude", "").await;
    at_work(&shop, "one").await;
    shop.editor.command("PolecatInterrupt ash").await.unwrap();
    shop.editor.expect_message("interrupted `ash`").await;
    at_work(&shop, "two").await;
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "1 polecat, 1 running").await;
    shop.editor.command("call search('ash ')").await.unwrap();
    shop.editor.command("normal gI").await.unwrap();
    eventually_equal(vec![json!("one"), json!("two")], async || log.values("interrupted")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_goes_on_with_a_queued_message_was_interrupted_all_the_same() {
    let (shop, log) = shop("claude", "--queues").await;
    at_work(&shop, "one").await;
    inject(&shop, "two").await;
    let told = "the agent in `gt-shop-ash` goes on with what was queued";
    assert_eq!(interrupt(&shop).await, json!({ "state": "working", "warnings": [told] }));
    assert_eq!(log.values("interrupted"), ["one"]);
    assert_eq!(interrupt(&shop).await, json!({ "state": "idle", "warnings": [] }));
    assert_eq!(log.values("interrupted"), ["one", "two"]);
}
