//! The queue: messages that wait on the session until their agent is at its prompt.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    framed::Log,
    rig::{Shop, agent},
    states::{cue, playing},
    support::{editor::Editor, eventually, eventually_equal, rig::Project},
};

/// A shop with `ash`, which runs `busy` and is read as claude.
async fn shop(options: &str) -> (Shop, Log) {
    let shop = Shop::of(Project::new(), Json::Null).await;
    let log = Log(shop.project.around().join("log"));
    start(&shop, &log, options).await;
    (shop, log)
}

async fn start(shop: &Shop, log: &Log, options: &str) -> Json {
    let cmd = agent(&format!("busy --log {} {options}", log.0.display()));
    let options = json!({ "new": true, "agent": "claude", "cmd": cmd });
    shop.try_start("ash", options).await.unwrap()
}

async fn queue(shop: &Shop, text: &str) -> Json {
    shop.editor.call("inject", json!(["ash", text, { "queue": true }])).await.unwrap()
}

/// Has `ash` work on `text`.
async fn at_work(shop: &Shop, text: &str) {
    shop.editor.call("inject", json!(["ash", text])).await.unwrap();
    shop.editor.expect_state("ash", "working").await;
}

/// Ends the work of `ash`.
fn done(shop: &Shop) {
    let pid = shop.tmux.run(&["display-message", "-p", "-t", "=gt-shop-ash:", "#{pane_pid}"]);
    let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    kill_process(pid, Signal::USR1).unwrap();
}

async fn expect_said(log: &Log, texts: &[&str]) {
    let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
    eventually_equal(texts, async || log.said()).await;
}

/// What is queued, as Lua tells it.
async fn texts(editor: &Editor) -> Vec<String> {
    let queue = editor.call("queue", json!(["ash"])).await.unwrap();
    let messages = queue["messages"].as_array().unwrap().iter();
    messages.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

async fn expect_queued(editor: &Editor, count: Option<u64>) -> Json {
    eventually(&format!("{count:?} queued"), async || {
        let info = editor.call("status", json!(["ash"])).await.unwrap();
        if info["queued"].as_u64() == count { Ok(info) } else { Err(info.to_string()) }
    })
    .await
}

async fn expect_held(editor: &Editor, why: &str) {
    eventually_equal(json!(why), async || {
        editor.call("status", json!(["ash"])).await.unwrap()["queue_held"].clone()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_queued_at_once_keeps_its_order() {
    let (shop, _log) = shop("").await;
    at_work(&shop, "long").await;
    let mut expected = Vec::new();
    for round in 0..4_u64 {
        let queue = "for number = 1, 6 do \
                     vim.cmd(('PolecatQueue ash %d of round %d'):format(number, ...)) end";
        shop.editor.lua(queue, json!(round)).await.unwrap();
        expected.extend((1..=6).map(|number| format!("{number} of round {round}")));
        expect_queued(&shop.editor, Some(6 * (round + 1))).await;
    }
    assert_eq!(texts(&shop.editor).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_sent_in_order_each_after_the_turn_before_it() {
    let (shop, log) = shop("").await;
    at_work(&shop, "first").await;
    assert_eq!(queue(&shop, "second\nof two lines").await, json!({ "queued": 1 }));
    shop.editor.command("PolecatQueue ash third | as it is").await.unwrap();
    shop.editor.expect_message("queued for `ash`: 2 messages wait for its prompt").await;
    expect_queued(&shop.editor, Some(2)).await;
    assert_eq!(log.said(), ["first"]);
    done(&shop);
    expect_said(&log, &["first", "second\nof two lines"]).await;
    shop.editor.expect_state("ash", "working").await;
    expect_queued(&shop.editor, Some(1)).await;
    done(&shop);
    expect_said(&log, &["first", "second\nof two lines", "third | as it is"]).await;
    expect_queued(&shop.editor, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_at_its_prompt_gets_what_is_queued_at_once() {
    let (shop, log) = shop("").await;
    queue(&shop, "hello").await;
    expect_said(&log, &["hello"]).await;
    assert_eq!(texts(&shop.editor).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_without_a_turn_does_not_stop_the_queue() {
    let shop = Shop::new().await;
    let log = Log(shop.project.around().join("log"));
    let cmd = agent(&format!("framed --log {}", log.0.display()));
    shop.try_start("ash", json!({ "new": true, "agent": "claude", "cmd": cmd })).await.unwrap();
    for text in ["/clear", "go on"] {
        queue(&shop, text).await;
    }
    expect_said(&log, &["/clear", "go on"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_editors_one_sends_each_message() {
    let (shop, log) = shop("").await;
    let second = Editor::with(&shop.tmux, shop.project.path(), Json::Null).await;
    second.call("list", json!([])).await.unwrap();
    at_work(&shop, "0").await;
    let all: Vec<_> = (0..6).map(|count| count.to_string()).collect();
    for (at, text) in all.iter().enumerate().skip(1) {
        let editor = if at % 2 == 0 { &shop.editor } else { &second };
        editor.call("inject", json!(["ash", text, { "queue": true }])).await.unwrap();
    }
    for count in 1..=5 {
        for editor in [&shop.editor, &second] {
            editor.expect_state("ash", "working").await;
        }
        done(&shop);
        eventually("the next message", async || {
            let said = log.said();
            if said.len() > count { Ok(()) } else { Err(format!("{said:?}")) }
        })
        .await;
    }
    done(&shop);
    shop.editor.expect_state("ash", "idle").await;
    second.expect_state("ash", "idle").await;
    assert_eq!(log.said(), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_a_question_and_it_goes_on_after_that() {
    let (shop, log) = shop("--asks").await;
    shop.editor.call("inject", json!(["ash", "first"])).await.unwrap();
    shop.editor.expect_state("ash", "waiting").await;
    queue(&shop, "second").await;
    expect_queued(&shop.editor, Some(1)).await;
    assert_eq!((log.said(), log.values("answered").len()), (vec!["first".to_owned()], 0));
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "Escape"]);
    expect_said(&log, &["first", "second"]).await;
    assert_eq!(log.values("answered"), ["No"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_keeps_it_waiting_and_that_is_told_once() {
    let (shop, log) = shop("").await;
    at_work(&shop, "first").await;
    queue(&shop, "second").await;
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "-l", "half a thought"]);
    done(&shop);
    shop.editor.expect_message("the queue waits: the composer of `gt-shop-ash` holds").await;
    expect_queued(&shop.editor, Some(1)).await;
    assert_eq!(log.said(), ["first"]);
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "C-u"]);
    expect_said(&log, &["first", "second"]).await;
    let told = shop.editor.messages().await;
    assert_eq!(told.iter().filter(|text| text.contains("holds unsent")).count(), 1, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_outlives_the_editor_that_filled_it() {
    let (shop, log) = shop("").await;
    at_work(&shop, "first").await;
    queue(&shop, "second").await;
    let Shop { editor, tmux, project } = shop;
    editor.quit().await;
    let shop =
        Shop { editor: Editor::with(&tmux, project.path(), Json::Null).await, tmux, project };
    expect_queued(&shop.editor, Some(1)).await;
    done(&shop);
    expect_said(&log, &["first", "second"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_holds_it_until_a_person_says_otherwise() {
    let (shop, log) = shop("").await;
    at_work(&shop, "first").await;
    queue(&shop, "second").await;
    let done = shop.editor.call("interrupt", json!(["ash"])).await.unwrap();
    assert!(done["warnings"][0].as_str().unwrap().contains(":PolecatQueue! ash"), "{done}");
    expect_held(&shop.editor, "the work before them was interrupted").await;
    shop.editor.expect_state("ash", "idle").await;
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "1 held").await;
    assert_eq!(log.said(), ["first"]);
    shop.editor.command("PolecatQueue! ash").await.unwrap();
    expect_said(&log, &["first", "second"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_failed_holds_it() {
    let shop = playing("claude", "claude/ready").await;
    cue(&shop, "claude/working");
    shop.editor.expect_state("ash", "working").await;
    queue(&shop, "second").await;
    cue(&shop, "claude/error-529");
    expect_held(&shop.editor, "the last turn failed").await;
    let screen = shop.screen("gt-shop-ash");
    assert!(!screen.contains("second"), "{screen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stop_leaves_is_told_and_held_by_the_next_start() {
    let (shop, log) = shop("").await;
    at_work(&shop, "first").await;
    queue(&shop, "second").await;
    shop.editor.command("PolecatStop ash").await.unwrap();
    shop.editor.expect_message("1 queued message of `ash` stay for its next start").await;
    expect_queued(&shop.editor, Some(1)).await;
    assert_eq!(texts(&shop.editor).await, ["second"]);
    let refused = shop.refusal("remove", json!(["ash"])).await;
    assert!(refused.message.contains("1 queued message is not sent"), "{refused:?}");
    let started = start(&shop, &log, "").await;
    let warnings = started["warnings"].to_string();
    assert!(warnings.contains("1 message was queued before"), "{started}");
    shop.editor.expect_state("ash", "idle").await;
    assert_eq!((log.said(), texts(&shop.editor).await.len()), (vec!["first".to_owned()], 1));
    shop.editor.call("queue_release", json!(["ash"])).await.unwrap();
    expect_said(&log, &["first", "second"]).await;
    shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    expect_queued(&shop.editor, None).await;
    let gone = shop.editor.call("remove", json!(["ash"])).await.unwrap();
    assert_eq!(gone["queued"], 0, "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_agents_queue_is_seen_and_goes_over_to_the_next() {
    let (shop, log) = shop("").await;
    at_work(&shop, "first").await;
    queue(&shop, "second").await;
    let pid = shop.tmux.run(&["display-message", "-p", "-t", "=gt-shop-ash:", "#{pane_pid}"]);
    kill_process(Pid::from_raw(pid.trim().parse().unwrap()).unwrap(), Signal::KILL).unwrap();
    shop.editor.expect_state("ash", "died").await;
    expect_queued(&shop.editor, Some(1)).await;
    start(&shop, &log, "").await;
    expect_held(&shop.editor, "its session has ended since they were queued").await;
    assert_eq!(log.said(), ["first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_with_its_session_is_told_and_kept() {
    let (shop, log) = shop("").await;
    at_work(&shop, "first").await;
    queue(&shop, "second").await;
    expect_queued(&shop.editor, Some(1)).await;
    shop.tmux.run(&["kill-session", "-t", "=gt-shop-ash"]);
    shop.editor.expect_message("1 message was queued in the session that is gone").await;
    assert_eq!(texts(&shop.editor).await, ["second"]);
    start(&shop, &log, "").await;
    expect_held(&shop.editor, "its session has ended since they were queued").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_shows_all_of_it_and_drops_with_a_key() {
    let (shop, log) = shop("").await;
    at_work(&shop, "first").await;
    for text in ["second\nline", "third", "fourth"] {
        queue(&shop, text).await;
    }
    let buffer = "polecat://queue/ash";
    shop.editor.command("PolecatQueue ash").await.unwrap();
    shop.editor.expect_line(buffer, "3 messages wait").await;
    shop.editor.expect_line(buffer, "     line").await;
    shop.editor.command("call search('third')").await.unwrap();
    shop.editor.command("normal x").await.unwrap();
    shop.editor.expect_line(buffer, "2 messages wait").await;
    assert_eq!(texts(&shop.editor).await, ["second\nline", "fourth"]);
    let put = shop.editor.lua("return vim.fn.getreg('\"')", Json::Null).await.unwrap();
    assert_eq!(put, "third");
    let refused = shop.refusal("queue_drop", json!(["ash", { "id": 2 }])).await;
    assert_eq!(refused.code, "stale", "{refused:?}");
    shop.editor.command("normal X").await.unwrap();
    shop.editor.expect_line(buffer, "nothing is queued").await;
    done(&shop);
    shop.editor.expect_state("ash", "idle").await;
    assert_eq!(log.said(), ["first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_written_is_queued_by_writing_it_with_a_bang() {
    let (shop, log) = shop("").await;
    at_work(&shop, "first").await;
    shop.editor.command("PolecatInject ash").await.unwrap();
    eventually_equal(json!("polecat://compose/ash"), async || {
        shop.editor.lua("return vim.api.nvim_buf_get_name(0)", Json::Null).await.unwrap()
    })
    .await;
    shop.editor.command("call setline(1, ['second', 'line'])").await.unwrap();
    shop.editor.command("write!").await.unwrap();
    shop.editor.expect_message("queued for `ash`").await;
    assert_eq!(texts(&shop.editor).await, ["second\nline"]);
    done(&shop);
    expect_said(&log, &["first", "second\nline"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_never_be_sent_or_kept_is_refused() {
    let (shop, _log) = shop("").await;
    at_work(&shop, "first").await;
    let refused = async |name: &str, text: String| {
        shop.refusal("inject", json!([name, text, { "queue": true }])).await
    };
    let full = refused("ash", "x".repeat(40_000)).await;
    assert_eq!(full.code, "queue_full", "{full:?}");
    assert_eq!(refused("ash", " ".to_owned()).await.code, "bad_argument");
    let both = json!(["ash", "x", { "queue": true, "take": true }]);
    assert_eq!(shop.refusal("inject", both).await.code, "bad_argument");
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    assert_eq!(refused("birch", "x".to_owned()).await.code, "session_not_found");
    shop.start("cedar", "prompts").await;
    let unseen = refused("cedar", "x".to_owned()).await;
    assert_eq!(unseen.code, "agent_not_ready", "{unseen:?}");
    assert!(unseen.message.contains("nothing shows when it is at its prompt"), "{unseen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_versions_queue_is_read_and_left_as_it_is() {
    let (shop, log) = shop("").await;
    let newer = r#"{"format":2,"next":8,"messages":[{"id":7,"text":"later"}],"when":"noon"}"#;
    shop.tmux.run(&["set-option", "-p", "-t", "=gt-shop-ash:", "@polecat_queue", newer]);
    expect_queued(&shop.editor, Some(1)).await;
    assert_eq!(texts(&shop.editor).await, ["later"]);
    for (method, args) in [
        ("inject", json!(["ash", "x", { "queue": true }])),
        ("queue_drop", json!(["ash"])),
        ("queue_release", json!(["ash"])),
    ] {
        assert_eq!(shop.refusal(method, args).await.code, "queue_newer", "{method}");
    }
    let kept = shop.tmux.run(&["show-options", "-pv", "-t", "=gt-shop-ash:", "@polecat_queue"]);
    assert_eq!((kept.trim(), log.said().len()), (newer, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_of_the_project_says_is_queued_is_held_and_told() {
    let shop = Shop::of(Project::new(), Json::Null).await;
    let log = Log(shop.project.around().join("log"));
    let file = shop.project.home().join(".runtime/polecat/queues/ash.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let brought =
        r#"{"format":1,"next":2,"released":"","messages":[{"id":1,"text":"rm -rf everything"}]}"#;
    std::fs::write(file, brought).unwrap();
    let started = start(&shop, &log, "").await;
    let warnings = started["warnings"].to_string();
    assert!(warnings.contains("1 message was queued before"), "{started}");
    shop.editor.expect_state("ash", "idle").await;
    expect_held(&shop.editor, "its session has ended since they were queued").await;
    // A turn of its own lets none of it go.
    at_work(&shop, "first").await;
    done(&shop);
    shop.editor.expect_state("ash", "idle").await;
    expect_held(&shop.editor, "its session has ended since they were queued").await;
    assert_eq!(log.said(), ["first"]);
}
