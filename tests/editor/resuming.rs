//! What a polecat ran is run again, and its conversation goes on.

mod records;

use std::{fs, path::PathBuf};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    support::{editor::Editor, eventually, eventually_equal, rig::Project, tmux::TmuxServer},
};

/// An agent that can be told the id of a new conversation, `named`; one that chooses it, `found`; one
/// that tells it by hooks, `teller`; one that knows only the last one of a folder, `folder`; and one
/// that cannot go on, `mute`.
fn agents(project: &Project) -> Json {
    let kept = project.around().join("kept");
    let of = |args: &[&str], resume: Json, more: Json| {
        let mut args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
        args.extend(["--in".to_owned(), kept.display().to_string()]);
        let mut agent = json!({
            "preset": "generic", "command": agent("talks"), "args": args,
            "ready": { "prompt": "❯ " }, "process_names": ["python3"], "resume": resume,
        });
        let agent_of = agent.as_object_mut().unwrap();
        agent_of.retain(|_, value| !value.is_null());
        agent_of.extend(more.as_object().cloned().unwrap_or_default());
        agent
    };
    let files = json!({
        "paths": ".talks/sessions/*/*/*/rollout-???????????????????-{id}.jsonl",
        "holds": "\"cwd\":\"{cwd}\"",
    });
    json!({
        "named": of(&[], json!({ "flag": "--resume", "new": "--session-id" }), Json::Null),
        "found": of(
            &["--found"],
            json!({ "subcommand": "resume", "files": files }),
            json!({ "config_dir_env": "TALKS_HOME", "env": { "TALKS_HOME": kept } }),
        ),
        "teller": of(
            &["--tells"],
            json!({ "flag": "--resume", "new": "--session-id" }),
            json!({ "preset": "claude", "events": true }),
        ),
        "folder": of(&["--here"], json!({ "last": "--restore" }), Json::Null),
        "stays": of(
            &["--stays"],
            json!({ "flag": "--resume", "new": "--session-id" }),
            Json::Null,
        ),
        "mute": of(&[], Json::Null, Json::Null),
    })
}

async fn shop() -> Shop {
    let project = Project::new();
    let config = json!({ "agents": agents(&project) });
    Shop::of(project, config).await
}

async fn another_editor(shop: &Shop) -> Editor {
    let config = json!({ "agents": agents(&shop.project) });
    Editor::with(&shop.tmux, shop.project.path(), config).await
}

async fn start(shop: &Shop, polecat: &str, agent: &str) -> Json {
    shop.try_start(polecat, json!({ "new": true, "agent": agent })).await.unwrap()
}

async fn resume(shop: &Shop, polecat: &str) -> Json {
    shop.try_start(polecat, json!({ "resume": true })).await.unwrap()
}

/// Has the agent of `polecat` keep `text`.
async fn say(shop: &Shop, polecat: &str, text: &str) {
    shop.editor.call("inject", json!([polecat, text])).await.unwrap();
    shop.editor.expect_capture(polecat, 20, &format!("kept: {text}")).await;
}

/// What the agent of `polecat` knows.
async fn expect_known(shop: &Shop, polecat: &str, known: &str) {
    shop.editor.call("inject", json!([polecat, "what?"])).await.unwrap();
    shop.editor.expect_capture(polecat, 20, &format!("known: {known}")).await;
}

async fn expect_stopped(shop: &Shop, polecat: &str) {
    shop.editor.call("stop", json!([polecat])).await.unwrap();
    shop.editor.expect_state(polecat, "stopped").await;
}

fn record(shop: &Shop, polecat: &str) -> PathBuf {
    shop.project.home().join(format!(".runtime/polecat/sessions/{polecat}.json"))
}

fn recorded(shop: &Shop, polecat: &str) -> Json {
    serde_json::from_str(&fs::read_to_string(record(shop, polecat)).unwrap()).unwrap()
}

async fn resumable(shop: &Shop, polecat: &str) -> Json {
    shop.editor.call("status", json!([polecat])).await.unwrap()["resumable"].clone()
}

fn lose_server(shop: &Shop) {
    kill_process(shop.tmux.pid(), Signal::KILL).unwrap();
}

async fn expect_lost(shop: &Shop, polecat: &str) {
    eventually("lost", async || {
        let info = shop.editor.call("status", json!([polecat])).await.unwrap();
        if info["lost"] == true { Ok(()) } else { Err(info.to_string()) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_a_dead_server_ran_go_on_with_their_conversations_by_one_command() {
    let shop = shop().await;
    shop.editor.lua("vim.cmd('split polecat://status')", Json::Null).await.unwrap();
    for (polecat, agent) in [("ash", "named"), ("birch", "found"), ("cedar", "folder")] {
        start(&shop, polecat, agent).await;
        say(&shop, polecat, &format!("the word of {polecat}")).await;
    }
    start(&shop, "doc", "mute").await;
    start(&shop, "elm", "named").await;
    expect_stopped(&shop, "elm").await;
    lose_server(&shop);
    let told = "the tmux server is gone with `ash`, `birch`, `cedar` and `doc` of `shop`: \
                `:PolecatResume` brings back `ash`, `birch` and `cedar`, not `doc`";
    shop.editor.expect_message(told).await;
    shop.editor.expect_line("polecat://status", "the tmux server is gone with `ash`").await;
    shop.editor.expect_line("polecat://status", "R resumes").await;
    assert!(resumable(&shop, "ash").await.is_string());
    assert_eq!(resumable(&shop, "cedar").await, "last");
    // A new Neovim knows as much.
    let Shop { editor, tmux, project } = shop;
    drop(editor);
    let config = json!({ "agents": agents(&project) });
    let editor = Editor::with(&tmux, project.path(), config).await;
    let shop = Shop { editor, tmux, project };
    shop.editor.lua("vim.cmd('split polecat://status')", Json::Null).await.unwrap();
    shop.editor.expect_line("polecat://status", "the tmux server is gone with `ash`").await;
    shop.editor.command("PolecatResume").await.unwrap();
    shop.editor.expect_message("resumed `ash`, `birch`, `cedar`").await;
    shop.editor.expect_message("`doc` was not resumed: `mute` cannot resume").await;
    for polecat in ["ash", "birch", "cedar"] {
        expect_known(&shop, polecat, &format!("the word of {polecat}")).await;
    }
    assert_eq!(shop.sessions(), ["gt-shop-ash", "gt-shop-birch", "gt-shop-cedar"]);
    // Nothing is left to resume; with `!` what was stopped is.
    shop.editor.command("PolecatResume!").await.unwrap();
    eventually_equal(4, async || shop.sessions().len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_polecats_of_one_project_never_get_each_others_conversation() {
    let shop = shop().await;
    for polecat in ["ash", "birch"] {
        start(&shop, polecat, "found").await;
    }
    // Birch keeps nothing, and would be given what ash keeps if the folder did not count.
    say(&shop, "ash", "of ash").await;
    lose_server(&shop);
    let refused = shop.refusal("start", json!(["birch", { "resume": true }])).await;
    assert_eq!(refused.code, "conversation_unknown", "{refused:?}");
    assert!(refused.message.contains("its agent has saved none"), "{refused:?}");
    resume(&shop, "ash").await;
    expect_known(&shop, "ash", "of ash").await;
    // One that works in the folder of another does not pass for it either.
    let elsewhere =
        json!({ "new": true, "agent": "found", "workdir": shop.project.worktree("elm") });
    start(&shop, "elm", "found").await;
    shop.try_start("fir", elsewhere).await.unwrap();
    say(&shop, "fir", "of fir").await;
    expect_stopped(&shop, "elm").await;
    let refused = shop.refusal("start", json!(["elm", { "resume": true }])).await;
    assert!(refused.message.contains("`fir` ran in its worktree too"), "{refused:?}");
    expect_stopped(&shop, "fir").await;
    // Two of one polecat are as little told apart.
    expect_stopped(&shop, "ash").await;
    start(&shop, "birch", "found").await;
    say(&shop, "birch", "one").await;
    shop.editor.call("inject", json!(["birch", "/clear"])).await.unwrap();
    say(&shop, "birch", "two").await;
    expect_stopped(&shop, "birch").await;
    let refused = shop.refusal("start", json!(["birch", { "resume": true }])).await;
    assert!(refused.message.contains("it may be any of `"), "{refused:?}");
    let id = refused.message.split('`').nth(3).unwrap().to_owned();
    shop.try_start("birch", json!({ "resume": id })).await.unwrap();
    shop.editor.call("inject", json!(["birch", "what?"])).await.unwrap();
    let known = shop.editor.expect_capture("birch", 20, "known: ").await;
    assert!(known.contains("known: one") ^ known.contains("known: two"), "{known}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_a_person_has_changed_is_the_one_that_goes_on() {
    let shop = shop().await;
    shop.editor.lua("vim.cmd('split polecat://status')", Json::Null).await.unwrap();
    start(&shop, "ash", "teller").await;
    say(&shop, "ash", "before").await;
    let first = recorded(&shop, "ash")["conversation"].clone();
    shop.editor.call("inject", json!(["ash", "/clear"])).await.unwrap();
    say(&shop, "ash", "after").await;
    eventually("another conversation", async || {
        let now = recorded(&shop, "ash");
        if now["conversation"] == first { Err(now.to_string()) } else { Ok(()) }
    })
    .await;
    lose_server(&shop);
    eventually("resumed", async || {
        shop.try_start("ash", json!({ "resume": true })).await.map_err(|error| error.message)
    })
    .await;
    expect_known(&shop, "ash", "after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_that_is_started_again_runs_what_it_ran_in_a_new_conversation() {
    let shop = shop().await;
    start(&shop, "ash", "named").await;
    say(&shop, "ash", "before").await;
    let first = recorded(&shop, "ash");
    expect_stopped(&shop, "ash").await;
    assert_eq!(recorded(&shop, "ash")["ended"]["how"], "stopped");
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert_eq!(info["agent"], "named", "{info}");
    let info = shop.try_start("ash", json!({})).await.unwrap();
    assert_eq!(info["agent"], "named", "{info}");
    expect_known(&shop, "ash", "nothing").await;
    assert_ne!(recorded(&shop, "ash")["conversation"], first["conversation"]);
    expect_stopped(&shop, "ash").await;
    // What a person says counts.
    let info = shop.try_start("ash", json!({ "agent": "mute" })).await.unwrap();
    assert_eq!(info["agent"], "mute", "{info}");
    expect_stopped(&shop, "ash").await;
    // And what they type, they have allowed for the next time.
    let cmd = agent("prompts");
    shop.try_start("ash", json!({ "cmd": cmd })).await.unwrap();
    expect_stopped(&shop, "ash").await;
    let info = shop.try_start("ash", json!({})).await.unwrap();
    assert_eq!(info["command"], cmd, "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_go_on_is_told_and_never_begins_anew() {
    let shop = shop().await;
    let nothing = shop.refusal("start", json!(["ash", { "resume": true }])).await;
    assert_eq!(nothing.code, "polecat_not_found");
    start(&shop, "ash", "mute").await;
    // While it runs, it is not resumed.
    let running = shop.refusal("start", json!(["ash", { "resume": true }])).await;
    assert_eq!(running.code, "session_running");
    expect_stopped(&shop, "ash").await;
    for resume in [json!(true), json!("7")] {
        let refused = shop.refusal("start", json!(["ash", { "resume": resume }])).await;
        assert_eq!(refused.code, "cannot_resume", "{refused:?}");
    }
    for id in ["--yolo", "../x", "a b", ""] {
        let refused = shop.refusal("start", json!(["ash", { "resume": id }])).await;
        assert_eq!(refused.code, "bad_argument", "{id}: {refused:?}");
    }
    // A record that is cut off tells nothing, and is replaced by the next start.
    fs::write(record(&shop, "ash"), r#"{"format":1,"agent":"na"#).unwrap();
    let refused = shop.refusal("start", json!(["ash", { "resume": true }])).await;
    assert_eq!(refused.code, "conversation_unknown", "{refused:?}");
    let started = shop.try_start("ash", json!({ "agent": "named" })).await.unwrap();
    assert!(started["warnings"].to_string().contains("what `ash` ran before is not known"));
    assert_eq!(recorded(&shop, "ash")["agent"], "named");
    expect_stopped(&shop, "ash").await;
    // Its agent has kept nothing of it: it says so and ends.
    let refused = shop.refusal("start", json!(["ash", { "resume": true }])).await;
    assert_eq!(refused.code, "died_during_startup", "{refused:?}");
    assert!(refused.message.contains("No conversation found"), "{refused:?}");
    assert_eq!(shop.sessions(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_editors_that_resume_at_once_start_each_polecat_once() {
    let shop = shop().await;
    for polecat in ["ash", "birch"] {
        start(&shop, polecat, "named").await;
        say(&shop, polecat, &format!("of {polecat}")).await;
    }
    let other = another_editor(&shop).await;
    lose_server(&shop);
    let (one, two) =
        tokio::join!(shop.editor.call("resume", json!([{}])), other.call("resume", json!([{}])));
    let (one, two) = (one.unwrap(), two.unwrap());
    let count = |all: &Json| all["resumed"].as_array().unwrap().len();
    assert_eq!(count(&one) + count(&two), 2, "{one} {two}");
    for all in [&one, &two] {
        assert_eq!(all["failed"], json!([]), "{all}");
    }
    for polecat in ["ash", "birch"] {
        expect_known(&shop, polecat, &format!("of {polecat}")).await;
    }
    drop(other);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_outlived_its_server_is_ended_before_it_is_resumed() {
    let shop = shop().await;
    for polecat in ["ash", "birch"] {
        start(&shop, polecat, "stays").await;
        say(&shop, polecat, "a word").await;
    }
    let pid =
        |info: Json| Pid::from_raw(info["pid"].as_i64().unwrap().try_into().unwrap()).unwrap();
    let [ash, birch] = ["ash", "birch"]
        .map(async |name| pid(shop.editor.call("status", json!([name])).await.unwrap()));
    let (ash, birch) = (ash.await, birch.await);
    lose_server(&shop);
    expect_lost(&shop, "ash").await;
    assert!(test_kill_process(ash).is_ok() && test_kill_process(birch).is_ok());
    let info = resume(&shop, "ash").await;
    assert!(info["warnings"].to_string().contains("had outlived its tmux server"), "{info}");
    expect_known(&shop, "ash", "a word").await;
    assert!(is_over(ash) && !is_over(birch));
    // A stop ends it too.
    expect_stopped(&shop, "birch").await;
    assert!(is_over(birch));
}

/// Whatever it says of itself: its terminal is there.
#[tokio::test(flavor = "multi_thread")]
async fn what_runs_in_another_tmux_server_has_not_outlived_the_lost_one_though_it_hides_it() {
    let shop = shop().await;
    start(&shop, "ash", "named").await;
    say(&shop, "ash", "a word").await;
    let elsewhere = TmuxServer::absent();
    let worktree = shop.project.worktree("ash").display().to_string();
    let hides = "exec env -u TMUX -u TMUX_PANE GT_POLECAT=ash GT_RIG=shop sleep 600";
    elsewhere.run(&["new-session", "-d", "-s", "mine", "-c", &worktree, hides]);
    let pid = elsewhere.run(&["display-message", "-p", "-t", "=mine:", "#{pane_pid}"]);
    let pid = pid.parse().ok().and_then(Pid::from_raw).unwrap();
    lose_server(&shop);
    expect_lost(&shop, "ash").await;
    let refused = shop.try_start("ash", json!({ "resume": true })).await.unwrap_err();
    assert_eq!(refused.code, "in_use", "{refused:?}");
    assert!(!is_over(pid));
}

/// A zombie counts as gone.
fn is_over(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero()));
    status.is_ok_and(|status| status.contains("State:\tZ")) || test_kill_process(pid).is_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_closes_in_tmux_is_not_lost() {
    let shop = shop().await;
    for polecat in ["ash", "birch"] {
        start(&shop, polecat, "named").await;
        say(&shop, polecat, "a word").await;
    }
    shop.tmux.run(&["kill-session", "-t", "=gt-shop-ash"]);
    shop.editor.lua("vim.cmd('split polecat://status')", Json::Null).await.unwrap();
    eventually_equal(json!("stopped"), async || recorded(&shop, "ash")["ended"]["how"].clone())
        .await;
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert!(info["lost"].is_null() && info["resumable"].is_string(), "{info}");
    lose_server(&shop);
    shop.editor.expect_message("the tmux server is gone with `birch` of `shop`").await;
    let all = shop.editor.call("resume", json!([{}])).await.unwrap();
    assert_eq!(all["resumed"], json!(["birch"]), "{all}");
    // A person may know better.
    lose_server(&shop);
    expect_lost(&shop, "birch").await;
    expect_stopped(&shop, "birch").await;
    let all = shop.editor.call("resume", json!([{}])).await.unwrap();
    assert_eq!(all, json!({ "resumed": [], "failed": [] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_has_lost_nothing() {
    let shop = shop().await;
    shop.editor.lua("vim.cmd('split polecat://status')", Json::Null).await.unwrap();
    start(&shop, "ash", "named").await;
    let server = shop.tmux.pid();
    kill_process(server, Signal::STOP).unwrap();
    let refused = shop.refusal("resume", json!([{}])).await;
    kill_process(server, Signal::CONT).unwrap();
    assert_eq!(refused.code, "timeout", "{refused:?}");
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert_eq!(info["running"], true, "{info}");
    let messages = shop.editor.lua("return vim.fn.execute('messages')", Json::Null).await.unwrap();
    assert!(!messages.to_string().contains("is gone"), "{messages}");
}
