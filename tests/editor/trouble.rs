//! Missing programs, dead and stopped servers, a killed backend: a clear word, no hang, and the
//! next call works.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    support::{eventually, eventually_equal, neovim::logs, rig::Project},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_tmux_is_named() {
    let config = json!({ "tmux": { "command": "/no/such/tmux" } });
    let shop = Shop::of(Project::new(), config).await;
    let refused = shop.refusal("list", json!([])).await;
    assert_eq!(refused.code, "tmux_missing");
    assert!(refused.message.contains("/no/such/tmux"), "{refused:?}");
    assert!(refused.hint.unwrap().contains("3.2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_cannot_be_reached_is_named() {
    let long = format!("/tmp/{}/socket", "s".repeat(200));
    let shop = Shop::of(Project::new(), json!({ "tmux": { "socket": long } })).await;
    let refused = shop.refusal("list", json!([])).await;
    assert_eq!(refused.code, "tmux_failed", "{refused:?}");
    assert!(refused.message.contains("ssss"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_git_is_named() {
    let shop = Shop::new().await;
    shop.editor.lua("vim.env.PATH = '/no/such/dir'", Json::Null).await.unwrap();
    let refused = shop.refusal("new", json!(["ash", {}])).await;
    assert_eq!(refused.code, "git_failed", "{refused:?}");
    assert!(refused.message.contains("`git`"), "{refused:?}");
    assert!(!shop.project.polecats().join("ash").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_tracker_is_named_and_a_broken_one_too() {
    for (command, part) in [("no-such-bd", "no-such-bd"), ("echo", "cannot be read")] {
        let config = json!({ "tracker": { "command": command } });
        let shop = Shop::of(Project::new(), config).await;
        let options = json!({ "new": true, "issue": "x-1", "cmd": agent("prompts") });
        let refused = shop.try_start("ash", options).await.unwrap_err();
        assert_eq!(refused.code, "tracker_failed", "{refused:?}");
        assert!(refused.message.contains(part), "{refused:?}");
        assert!(!shop.project.polecats().join("ash").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_tmux_is_stopped_the_editor_goes_on_and_afterwards_all_works_again() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let server = shop.tmux.pid();
    kill_process(server, Signal::STOP).unwrap();
    let listed = shop.editor.ask("list", json!([])).await;
    // `lua` fails when Neovim does not answer.
    assert_eq!(shop.editor.lua("return 1 + 1", Json::Null).await.unwrap(), json!(2));
    let refused = listed.await.unwrap_err();
    kill_process(server, Signal::CONT).unwrap();
    assert_eq!(refused.code, "timeout", "{refused:?}");
    let list = shop.editor.call("list", json!([])).await.unwrap();
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_killed_leaves_no_sessions_and_the_next_start_works() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    kill_process(shop.tmux.pid(), Signal::KILL).unwrap();
    eventually_equal(json!([]), async || {
        shop.editor.call("list", json!([])).await.unwrap_or_else(|failure| json!(failure.code))
    })
    .await;
    shop.try_start("ash", json!({ "cmd": agent("prompts") })).await.unwrap();
    assert_eq!(shop.sessions(), ["gt-shop-ash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_backend_is_told_with_the_pending_call_and_comes_back_with_the_agents_alive() {
    let shop = Shop::new().await;
    let info = shop.start("ash", "prompts").await;
    let hello = shop.editor.call("list", json!([])).await.unwrap();
    assert_eq!(hello.as_array().unwrap().len(), 1);
    let server = shop.tmux.pid();
    kill_process(server, Signal::STOP).unwrap();
    let pending = shop.editor.ask("list", json!([])).await;
    kill_process(backend(&shop), Signal::KILL).unwrap();
    let refused = pending.await.unwrap_err();
    kill_process(server, Signal::CONT).unwrap();
    assert_eq!(refused.code, "internal", "{refused:?}");
    let list = shop.editor.expect_state("ash", "idle").await;
    assert_eq!(list["pid"], info["pid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hub_is_gone_with_the_backend_and_agents_outlive_the_editor() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let Shop { editor, tmux, project } = shop;
    editor.quit().await;
    eventually_equal("gt-shop-ash".to_owned(), async || {
        tmux.try_run(&["list-sessions", "-F", "#S"]).unwrap_or_default()
    })
    .await;
    drop(project);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_backend_says_how_to_build_it() {
    let config = json!({ "backend": { "command": "/no/such/backend" } });
    let shop = Shop::of(Project::new(), config).await;
    let refused = shop.refusal("list", json!([])).await;
    assert!(refused.message.contains("/no/such/backend"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_dies_at_once_is_told_with_its_last_words() {
    let config = json!({ "backend": { "command": ["sh", "-c", "echo no libfoo >&2; exit 3"] } });
    let shop = Shop::of(Project::new(), config).await;
    let refused = shop.refusal("list", json!([])).await;
    assert_eq!(refused.code, "internal");
    assert!(refused.message.contains("no libfoo"), "{refused:?}");
}

/// What a backend says is carried out here, so that none may be another machine's.
#[tokio::test(flavor = "multi_thread")]
async fn a_backend_on_another_machine_is_refused_with_a_word_about_hosts() {
    let config = json!({ "backend": { "command": ["/usr/bin/ssh", "build1", "polecat-nvim"] } });
    let shop = Shop::of(Project::new(), config).await;
    let refused = shop.refusal("list", json!([])).await;
    assert_eq!(refused.code, "config_invalid");
    assert!(refused.message.contains("not through `/usr/bin/ssh`"), "{refused:?}");
    assert!(refused.hint.is_some_and(|hint| hint.contains(":help polecat-hosts")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exit_code_that_is_no_signal_is_no_signal() {
    let config = json!({ "backend": { "command": ["sh", "-c", "exit 255"] } });
    let shop = Shop::of(Project::new(), config).await;
    let refused = shop.refusal("list", json!([])).await;
    assert!(refused.message.contains("ended with exit code 255"), "{refused:?}");
}

/// The backend among the editor's processes.
fn backend(shop: &Shop) -> Pid {
    let is_backend = |pid: &u32| {
        let command = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        command.starts_with("polecat")
    };
    let pid = shop.editor.processes().into_iter().find(is_backend).expect("a backend runs");
    Pid::from_raw(pid.cast_signed()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_goes_wrong_in_neovim_is_in_the_log() {
    let shop = Shop::new().await;
    shop.editor.call("list", json!([])).await.unwrap();
    let broken = "local backend = require('polecat.rpc.client')
        local answer = backend.answer
        backend.answer = function(...) answer(...) error('out of ink') end";
    shop.editor.lua(broken, Json::Null).await.unwrap();
    shop.editor.call("list", json!([])).await.unwrap();
    eventually("a word of it", async || {
        let log = logs(shop.editor.home.path());
        let told = log.contains("Neovim did not take a message") && log.contains("out of ink");
        if told { Ok(()) } else { Err(log) }
    })
    .await;
}
