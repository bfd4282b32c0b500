//! Rigs of other machines: each host here is our own program with a tmux server and a project of its
//! own, reached by a command as any other is.

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    answering::{answered, asking, given},
    desk::{Desk, host, reaching},
    diffing::{expect, press},
    news::{expect_heard, expect_statusline, listening},
    rig::{Shop, agent},
    support::{eventually, rig::Project},
};

const STATUS: &str = "polecat://status";

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_there_stands_in_the_list_and_is_answered_from_here() {
    let both = Desk::new().await;
    // One of the same name, rig and session is here too, and is nobody's business.
    both.desk.start("ash", "prompts").await;
    both.desk.editor.command("PolecatStatus!").await.unwrap();
    both.desk.editor.expect_line(STATUS, "build1:shop: 1 polecat, 1 running, 1 waiting").await;
    let asked = both.call("status", json!(["build1:shop/ash"])).await;
    assert_eq!(asked["state"], "waiting", "{asked}");
    // In the same words as there.
    let refused = both.desk.refusal("inject", json!(["build1:shop/ash", "hi"])).await;
    let there = both.there.shop.refusal("inject", json!(["ash", "hi"])).await;
    assert_eq!(refused.code, "agent_waiting");
    assert_eq!((refused.message, refused.hint), (there.message, there.hint));
    let done = both.call("answer", json!(["build1:shop/ash", 1, {}])).await;
    assert!(!done["answered"].is_null(), "{done}");
    assert_eq!(answered(&both.there.log()).len(), 1);
    both.there.shop.editor.expect_state("ash", "idle").await;
    both.desk.editor.expect_line(STATUS, "build1:shop: 1 polecat, 1 running").await;
    let here = both.call("capture", json!(["ash", {}])).await;
    assert_eq!(here.to_string().matches('❯').count(), 1, "nothing was pressed here: {here}");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_question_opens_here_by_a_key_and_is_answered_by_one() {
    let both = Desk::new().await;
    both.desk.editor.command("PolecatStatus!").await.unwrap();
    both.desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    both.desk.editor.command("close | PolecatAnswer").await.unwrap();
    let about = "vim.bo.filetype == 'polecat-question' and vim.fn.getline(1, '$')";
    eventually("the question", async || {
        let seen = both.desk.editor.lua(&format!("return {about}"), Json::Null).await.unwrap();
        if seen.to_string().contains("Yes") { Ok(()) } else { Err(seen) }
    })
    .await;
    both.desk.editor.command("PolecatAnswer build1:shop/ash no").await.unwrap();
    both.there.shop.editor.expect_state("ash", "idle").await;
    let given = answered(&both.there.log());
    assert_eq!(given[0][1], "No", "{given:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_logged_there_stands_in_the_log_here() {
    let both = Desk::new().await;
    both.desk.editor.command("PolecatStatus!").await.unwrap();
    both.desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    both.desk.editor.command("PolecatLog").await.unwrap();
    eventually("what it logs", async || {
        let log = both.desk.editor.lua("vim.cmd.edit() return vim.fn.getline(1, '$')", Json::Null);
        let log = log.await.unwrap();
        let lines = log.as_array().into_iter().flatten().filter_map(Json::as_str);
        let mut lines = lines.filter(|line| line.contains("serve: serves version="));
        let is_there = lines.any(|line| line.contains("host=build1"));
        if is_there { Ok(()) } else { Err(log) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_of_each_host_whether_it_is_connected() {
    let both = Desk::new().await;
    both.desk.editor.command("checkhealth polecat").await.unwrap();
    let health = "return vim.fn.getline(1, '$')";
    let seen = both.desk.editor.lua(health, Json::Null).await.unwrap().to_string();
    assert!(seen.contains("`build1` is connected, 1 rig"), "{seen}");
    let names = "return vim.fn.getcompletion('PolecatInject build1', 'cmdline')";
    eventually("its name", async || {
        let seen = both.desk.editor.lua(names, Json::Null).await.unwrap();
        if seen == json!(["build1:shop/ash"]) { Ok(()) } else { Err(seen) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_reaches_the_one_of_that_host_and_no_other_of_its_name() {
    let both = Desk::new().await;
    both.there.shop.start("birch", "prompts").await;
    both.desk.start("birch", "prompts").await;
    both.desk.editor.command("PolecatInject build1:shop/birch over there").await.unwrap();
    both.desk.editor.expect_message("sent to `build1:shop/birch`").await;
    let printed = both.call("capture", json!(["build1:shop/birch", {}])).await;
    assert!(printed.to_string().contains("over there"), "{printed}");
    let here = both.call("capture", json!(["birch", {}])).await;
    assert!(!here.to_string().contains("over there"), "{here}");
    both.call("stop", json!(["build1:shop/birch", {}])).await;
    assert_eq!(both.there.shop.sessions(), ["gt-shop-ash"]);
    assert_eq!(both.desk.sessions(), ["gt-shop-birch"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_lost_makes_rows_unknown_and_comes_back() {
    let both = Desk::new().await;
    both.desk.editor.command("PolecatStatus!").await.unwrap();
    both.desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    let served = both.server().expect("it is served");
    kill_process(served, Signal::KILL).unwrap();
    both.desk.editor.expect_line(STATUS, "unreachable, last seen").await;
    both.desk.editor.expect_line(STATUS, "?  ash  unknown").await;
    both.desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    assert_ne!(both.server(), Some(served));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_serves_ends_with_the_editor_and_nothing_else_does() {
    let both = Desk::new().await;
    both.desk.editor.command("PolecatStatus!").await.unwrap();
    both.desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    assert!(both.server().is_some());
    both.desk.editor.quit().await;
    assert_eq!(both.there.shop.sessions(), ["gt-shop-ash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_written_on_a_row_and_given_to_a_new_polecat_there() {
    let there = asking("permission").await;
    let own = json!({
        "agent": "scripted",
        "agents": { "scripted": { "command": agent("prompts"), "process_names": ["python3"] } },
    });
    let desk = reaching(&there.shop, &own).await;
    desk.editor.command("PolecatStatus!").await.unwrap();
    desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    desk.editor.command("call search('ash')").await.unwrap();
    press(&desk, "t").await;
    let title = json!("a task for a polecat of build1:shop: `:w` starts it");
    expect(&desk, "vim.b.polecat_title", title).await;
    desk.editor.command("call setline(1, 'Oil the hinges') | write").await.unwrap();
    let told = desk.editor.expect_message("works on branch").await;
    assert!(told.contains("`build1:shop/"), "{told}");
    assert_eq!(there.shop.sessions().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_serves_leaves_tmux_before_it_ends_with_the_editor() {
    let there = asking("permission").await;
    let status = there.shop.project.around().join("status");
    let script = format!("trap : TERM; \"$@\"; echo $? > {}", status.display());
    let desk = reaching(&there.shop, &json!({ "command": ["sh", "-c", script, "sh"] })).await;
    desk.editor.command("PolecatStatus!").await.unwrap();
    desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    desk.editor.quit().await;
    let status = std::fs::read_to_string(&status);
    assert_eq!(status.expect("it was not killed").trim_end(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_there_is_told_as_what_happens_here() {
    let there = asking("permission question").await;
    let watched = reaching(&there.shop, &json!({ "watch": true })).await;
    listening(&watched.editor).await;
    expect_statusline(&watched.editor, "!1").await;
    there.shop.editor.call("answer", json!(["ash", 1, {}])).await.unwrap();
    let heard = expect_heard(&watched.editor, &["PolecatWaiting ash"]).await;
    assert_eq!(heard[0]["address"], "build1:shop/ash", "{heard:?}");
    assert_eq!(heard[0]["host"], "build1", "{heard:?}");
    watched.editor.expect_message("`build1:shop/ash` waits for an answer").await;
    // What happens while the link is lost is told once it is back, and nothing before.
    let both = Desk { desk: watched, there };
    let served = both.server().expect("it is served");
    kill_process(served, Signal::STOP).unwrap();
    both.there.shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    kill_process(served, Signal::KILL).unwrap();
    let all = ["PolecatWaiting ash", "PolecatStopped ash"];
    expect_heard(&both.desk.editor, &all).await;
    expect_statusline(&both.desk.editor, "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_refused_is_told_and_not_tried_again_by_itself() {
    let there = asking("permission").await;
    let tries = there.log().0.with_file_name("tries");
    let script = format!(
        "echo x >> {}; echo 'me@build1: Permission denied (publickey).' >&2; exit 255",
        tries.display()
    );
    let more = json!({ "command": ["sh", "-c", script] });
    let desk = reaching(&there.shop, &more).await;
    desk.editor.command("PolecatStatus!").await.unwrap();
    desk.editor.expect_line(STATUS, "Permission denied (publickey)").await;
    desk.editor.expect_line(STATUS, ":PolecatReconnect").await;
    let refused = desk.refusal("inject", json!(["build1:shop/ash", "hi"])).await;
    assert_eq!(refused.code, "host_unreachable");
    assert_eq!(std::fs::read_to_string(&tries).unwrap(), "x\n");
    desk.editor.command("PolecatReconnect").await.unwrap();
    eventually("another try", async || match std::fs::read_to_string(&tries).unwrap() {
        seen if seen == "x\nx\n" => Ok(()),
        seen => Err(seen),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_logins_print_is_no_harm_and_what_is_no_host_of_ours_is_named() {
    let there = asking("permission").await;
    let noisy = json!({ "command": ["sh", "-c", "echo Welcome to build1; exec \"$@\"", "sh"] });
    let desk = reaching(&there.shop, &noisy).await;
    desk.editor.command("PolecatStatus!").await.unwrap();
    desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    drop(desk);
    for (script, told) in [
        ("echo 'no such container: gpu' >&2; exit 125", "no such container: gpu"),
        ("echo polecat-serve 1; head -c 64 /dev/zero | tr '\\0' z; exec cat", "a message of"),
        ("echo polecat-serve 1; printf '\\000\\000\\000\\001\\301'; exec cat", "invalid message"),
        ("exit 3", "exit status: 3"),
    ] {
        let desk = reaching(&there.shop, &json!({ "command": ["sh", "-c", script] })).await;
        desk.editor.command("PolecatStatus!").await.unwrap();
        desk.editor.expect_line(STATUS, told).await;
    }
}

/// More than are connected to at once.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_that_do_not_answer_delay_no_other() {
    let there = asking("permission").await;
    let mut hosts = json!({ "reachable": host(&there.shop, &Json::Null) });
    for number in 0..9 {
        hosts[format!("dead{number}")] = json!({ "command": ["sh", "-c", "exec sleep 1000"] });
    }
    let desk = Shop::of(Project::new(), json!({ "hosts": hosts })).await;
    desk.editor.command("PolecatStatus!").await.unwrap();
    desk.editor.expect_line(STATUS, "reachable:shop: 1 polecat, 1 running, 1 waiting").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_on_its_row_are_about_the_one_there() {
    let both = Desk::new().await;
    both.desk.start("ash", "prompts").await;
    both.desk.editor.command("PolecatStatus build1:shop/ash").await.unwrap();
    both.desk.editor.expect_line("polecat://status/build1:shop/ash", "waiting").await;
    both.desk.editor.command("close | PolecatAttach build1:shop/ash").await.unwrap();
    let attached = ["display-message", "-p", "-t", "=gt-shop-ash:", "#{session_attached}"];
    eventually("a client there", async || match both.there.shop.tmux.run(&attached) {
        count if count == "1" => Ok(()),
        count => Err(count),
    })
    .await;
    assert_eq!(both.desk.tmux.run(&attached), "0");
    both.desk.editor.command("stopinsert | close!").await.unwrap();
    let unknown = both.desk.refusal("inject", json!(["build1:mill/ash", "hi"])).await;
    assert_eq!(unknown.code, "rig_not_found", "{unknown:?}");
    assert_eq!(answered(&both.there.log()), given(&[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_prints_is_followed_and_goes_on_after_the_link_was_lost() {
    let both = Desk::new().await;
    both.there.shop.start("birch", "prompts").await;
    both.desk.start("birch", "prompts").await;
    both.desk.editor.command("PolecatCapture build1:shop/birch").await.unwrap();
    let capture = "polecat://capture/build1:shop/birch";
    both.desk.editor.expect_line(capture, "❯").await;
    both.call("inject", json!(["build1:shop/birch", "over there"])).await;
    both.desk.editor.expect_line(capture, "over there").await;
    kill_process(both.server().expect("it is served"), Signal::KILL).unwrap();
    both.desk.editor.command("PolecatReconnect").await.unwrap();
    both.there.shop.editor.call("inject", json!(["birch", "meanwhile"])).await.unwrap();
    both.desk.editor.expect_line(capture, "meanwhile").await;
    let here = both.call("capture", json!(["birch", {}])).await;
    assert_eq!(here.to_string().matches('❯').count(), 1, "nothing was typed here: {here}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_queued_there_is_shown_dropped_and_listed_here() {
    let both = Desk::new().await;
    both.desk.editor.command("PolecatQueue build1:shop/ash first of two").await.unwrap();
    both.desk.editor.expect_message("queued for `build1:shop/ash`: ").await;
    both.desk.editor.command("PolecatQueue build1:shop/ash second of two").await.unwrap();
    both.desk.editor.expect_message("queued for `build1:shop/ash`: 2 messages").await;
    both.desk.editor.command("PolecatQueue build1:shop/ash").await.unwrap();
    let queue = "polecat://queue/build1:shop/ash";
    both.desk.editor.expect_line(queue, "second of two").await;
    both.desk.editor.command("call search('first of two')").await.unwrap();
    both.desk.editor.command("normal x").await.unwrap();
    both.desk
        .editor
        .expect(queue, "one message", |lines| {
            let text = lines.join("\n");
            text.contains("second of two") && !text.contains("first of two")
        })
        .await;
    let left = both.there.shop.editor.call("queue", json!(["ash"])).await.unwrap();
    assert_eq!(left["messages"].as_array().map(Vec::len), Some(1), "{left}");
    let listed = both.call("list", json!([{ "all": true }])).await;
    assert_eq!(listed[0]["address"], "build1:shop/ash", "{listed}");
    assert_eq!(listed[0]["host"], "build1", "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_queued_there_at_once_keeps_its_order() {
    let both = Desk::new().await;
    let mut expected = Vec::new();
    // At first nothing is connected, and all of it is sent at once when it is.
    for round in 0..4 {
        let queue = "for number = 1, 6 do vim.cmd(('PolecatQueue build1:shop/ash %d of round %d')\
                     :format(number, ...)) end";
        both.desk.editor.lua(queue, json!(round)).await.unwrap();
        expected.extend((1..=6).map(|number| format!("{number} of round {round}")));
        eventually("all are queued", async || {
            let queued = both.call("queue", json!(["build1:shop/ash"])).await;
            let count = queued["messages"].as_array().map(Vec::len);
            if count == Some(expected.len()) { Ok(()) } else { Err(queued) }
        })
        .await;
    }
    let queued = both.call("queue", json!(["build1:shop/ash"])).await;
    let texts = queued["messages"].as_array().into_iter().flatten();
    let texts: Vec<_> = texts.filter_map(|message| message["text"].as_str()).collect();
    assert_eq!(texts, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn polecats_are_made_started_labelled_queued_for_and_removed_there() {
    let both = Desk::new().await;
    both.desk.start("ash", "prompts").await;
    both.desk.editor.command("PolecatNew build1:shop/cedar").await.unwrap();
    both.desk.editor.expect_message("build1:shop/cedar").await;
    let made = both.there.shop.editor.call("status", json!(["cedar"])).await.unwrap();
    assert_eq!(made["state"], "stopped", "{made}");
    let start = "PolecatStart build1:shop/cedar prompt=hello there";
    both.desk.editor.command(start).await.unwrap();
    both.desk.editor.expect_message("`build1:shop/cedar` runs").await;
    let printed = both.call("capture", json!(["build1:shop/cedar", {}])).await;
    assert!(printed.to_string().contains("hello there"), "{printed}");
    both.desk.editor.command("PolecatLabel build1:shop/cedar the other one").await.unwrap();
    both.desk.editor.command("PolecatStatus!").await.unwrap();
    both.desk.editor.expect_line(STATUS, "the other one").await;
    both.call("stop", json!(["build1:shop/cedar", {}])).await;
    let removed = both.call("remove", json!(["build1:shop/cedar", {}])).await;
    assert_eq!(removed["polecat"], "cedar", "{removed}");
    both.desk.editor.expect_line(STATUS, "build1:shop: 1 polecat").await;
    assert_eq!(both.desk.sessions(), ["gt-shop-ash"]);
}

/// Runs what follows, and changes what it prints on its way.
const FILTER: &str = "import os, subprocess, sys
served = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
while printed := os.read(served.stdout.fileno(), 65536):
    os.write(1, printed.replace(b'polecat/ash', b'pol\\n\\x1b[2Jash'))
";

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_a_host_made_up_is_shown_as_text() {
    let there = asking("permission").await;
    let desk = reaching(&there.shop, &json!({ "command": ["python3", "-c", FILTER] })).await;
    desk.editor.command("PolecatStatus!").await.unwrap();
    desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    desk.editor.command("PolecatStatus build1:shop/ash").await.unwrap();
    let detail = "polecat://status/build1:shop/ash";
    desk.editor.expect_line(detail, "pol\\n\\u{1b}[2Jash").await;
}
