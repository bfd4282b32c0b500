//! Agents that tell of their work by hooks, in settings that are made for their session.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, process::Stdio};

use serde_json::{Value as Json, json};
use tokio::io::AsyncWriteExt;

use crate::{
    framed::Log,
    rig::{Shop, agent},
    support::{eventually, rig::Project},
};

/// A shop in which `ash` tells of its work, and every change of its state is kept.
async fn telling(args: &[&str], more: Json) -> (Shop, Log) {
    let project = Project::new();
    let log = Log(project.around().join("log"));
    let args = [&["--tells", "--log", log.0.to_str().unwrap()], args].concat();
    let mut teller = json!({
        "preset": "claude",
        "command": agent("framed"),
        "args": args,
        "process_names": ["python3"],
        "events": true,
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        teller[key] = value.clone();
    }
    let shop = Shop::of(project, json!({ "agents": { "teller": teller } })).await;
    let listen = "
        _G.told = {}
        vim.api.nvim_create_autocmd('User', {
            pattern = 'PolecatStateChanged',
            callback = function(event) table.insert(_G.told, event.data.new) end,
        })
        vim.cmd('split polecat://status')
    ";
    shop.editor.lua(listen, Json::Null).await.unwrap();
    shop.editor.expect_line("polecat://status", "shop").await;
    (shop, log)
}

async fn start(shop: &Shop) -> Json {
    let options = json!({ "new": true, "agent": "teller" });
    let info = shop.try_start("ash", options).await.unwrap();
    expect_told(shop, &["starting", "idle"]).await;
    info
}

/// Waits until exactly this was told since the last time.
async fn expect_told(shop: &Shop, expected: &[&str]) {
    eventually(&format!("{expected:?}"), async || {
        let told = shop.editor.lua("return _G.told", Json::Null).await.unwrap();
        if told == json!(expected) { Ok(()) } else { Err(told.to_string()) }
    })
    .await;
    shop.editor.lua("_G.told = {}", Json::Null).await.unwrap();
}

/// Waits until `ash` has this state from this source.
async fn expect_state(shop: &Shop, state: &str, source: &str) -> Json {
    eventually(&format!("{state} by {source}"), async || {
        let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
        let is = info["state"] == state && info["state_source"] == source;
        if is { Ok(info) } else { Err(info.to_string()) }
    })
    .await
}

fn say(shop: &Shop, text: &str) {
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "-l", text]);
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", "Enter"]);
}

/// The files of settings that there are.
fn files(shop: &Shop) -> Vec<PathBuf> {
    let folder = shop.project.path().join(".git/polecat/.runtime/polecat/settings");
    let files = fs::read_dir(folder).into_iter().flatten();
    files.map(|entry| entry.unwrap().path()).collect()
}

/// Waits for so many runs of hooks, which are all silent and without failure.
async fn expect_hooks(log: &Log, count: usize) -> Vec<Json> {
    let hooks = eventually(&format!("{count} hooks"), async || {
        let hooks = log.values("hook");
        if hooks.len() >= count { Ok(hooks) } else { Err(format!("{hooks:?}")) }
    })
    .await;
    assert!(log.values("printed").iter().all(|printed| printed == ""), "{}", log.0.display());
    assert!(log.values("status").iter().all(|status| status == 0));
    hooks
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_says_counts_where_its_screen_says_nothing() {
    let (shop, log) = telling(&[], Json::Null).await;
    start(&shop).await;
    say(&shop, "shows A page that is not known");
    say(&shop, "tell UserPromptSubmit {\"prompt\":\"go\"}");
    expect_state(&shop, "working", "events").await;
    say(&shop, "tell PermissionRequest {\"tool_name\":\"Bash\"}");
    let info = expect_state(&shop, "waiting", "events").await;
    assert_eq!(info["waiting"]["reason"], "permission", "{info}");
    say(&shop, "tell Stop");
    expect_state(&shop, "idle", "events").await;
    expect_told(&shop, &["working", "waiting", "idle"]).await;
    let hooks = expect_hooks(&log, 3).await;
    assert_eq!(hooks, ["UserPromptSubmit", "PermissionRequest", "Stop"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_its_screen_contradicts_does_not_last() {
    let (shop, _log) = telling(&[], Json::Null).await;
    start(&shop).await;
    // Its prompt stays.
    say(&shop, "tell UserPromptSubmit {\"prompt\":\"go\"}");
    expect_told(&shop, &["working", "idle"]).await;
    expect_state(&shop, "idle", "screen").await;
    // The next word counts again.
    say(&shop, "tell Stop");
    expect_state(&shop, "idle", "events").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_word_wins_over_a_dialog() {
    let (shop, log) = telling(&["--ask"], Json::Null).await;
    start(&shop).await;
    // It says that it rests, and asks.
    say(&shop, "go");
    expect_told(&shop, &["waiting"]).await;
    expect_hooks(&log, 2).await;
    let info = expect_state(&shop, "waiting", "screen").await;
    assert_eq!(info["waiting"]["text"], "Do you want to proceed?", "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_editors_are_told_the_same_and_so_is_a_backend_that_comes_later() {
    let (shop, _log) = telling(&[], Json::Null).await;
    start(&shop).await;
    say(&shop, "shows A page that is not known");
    say(&shop, "tell UserPromptSubmit {\"prompt\":\"go\"}");
    expect_state(&shop, "working", "events").await;
    let another = crate::support::editor::Editor::start(&shop.tmux, shop.project.path()).await;
    another.command("split polecat://status").await.unwrap();
    let told = eventually("the word of the agent", async || {
        let info = another.call("status", json!(["ash"])).await.unwrap();
        if info["state_source"] == "events" { Ok(info) } else { Err(info.to_string()) }
    });
    assert_eq!(told.await["state"], "working");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_are_one_file_with_the_agents_own_and_end_with_the_session() {
    let mine = Project::new();
    let own = mine.around().join("own.json");
    fs::write(&own, r#"{"env":{"A":"1"},"hooks":{"Stop":[{"hooks":[{"command":"true"}]}]}}"#)
        .unwrap();
    let inline = r#"{"model":"opus"}"#;
    for (given, key) in [(own.to_str().unwrap(), "env"), (inline, "model")] {
        let (shop, log) = telling(&["--settings", given], Json::Null).await;
        let info = start(&shop).await;
        assert_eq!(info["warnings"], json!([]), "{info}");
        let argv = log.values("argv").remove(0);
        let files = files(&shop);
        assert_eq!(argv, json!(["--settings", files[0]]), "{given}");
        let mode = fs::metadata(&files[0]).unwrap().permissions().mode();
        assert_eq!((files.len(), mode & 0o777), (1, 0o600));
        let settings: Json = serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap();
        assert!(settings[key] != Json::Null, "{settings}");
        let stops = settings["hooks"]["Stop"].as_array().unwrap();
        assert_eq!(stops.len(), if key == "env" { 2 } else { 1 }, "{settings}");
        shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
        assert_eq!(self::files(&shop), Vec::<PathBuf>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_variable_named_before_is_in_the_file_that_it_names_now() {
    let project = Project::new();
    let own = project.around().join("own.json");
    fs::write(&own, r#"{"ui":{"theme":"GitHub"}}"#).unwrap();
    let teller = json!({
        "preset": "qwen",
        "command": agent("screens"),
        "args": ["qwen/ready"],
        "process_names": ["python3"],
        "env": { "QWEN_CODE_SYSTEM_DEFAULTS_PATH": own },
        "events": true,
    });
    let shop = Shop::of(project, json!({ "agents": { "teller": teller } })).await;
    let options = json!({ "new": true, "agent": "teller" });
    let info = shop.try_start("ash", options).await.unwrap();
    let files = files(&shop);
    let environment = fs::read(format!("/proc/{}/environ", info["pid"])).unwrap();
    let named = format!("QWEN_CODE_SYSTEM_DEFAULTS_PATH={}", files[0].display());
    assert!(environment.split(|byte| *byte == 0).any(|one| one == named.as_bytes()), "{named}");
    let settings: Json = serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap();
    assert_eq!(settings["ui"]["theme"], "GitHub", "{settings}");
    assert!(settings["hooks"]["Stop"].to_string().contains("polecat-nvim hook "), "{settings}");
    assert_eq!(fs::read_to_string(&own).unwrap(), r#"{"ui":{"theme":"GitHub"}}"#);
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    assert_eq!(self::files(&shop), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_read_stay_as_they_are_and_are_named() {
    for given in ["/nowhere/x.json", "{\"a\":", "[]"] {
        let (shop, log) = telling(&["--settings", given], Json::Null).await;
        let info = start(&shop).await;
        let warning = info["warnings"][0].as_str().unwrap();
        assert!(warning.contains("`teller` sends no events"), "{warning}");
        assert_eq!(log.values("argv")[0], json!(["--settings", given]));
        assert_eq!(files(&shop), Vec::<PathBuf>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_events_nothing_is_passed_or_written() {
    let (shop, log) = telling(&[], json!({ "events": false })).await;
    start(&shop).await;
    assert_eq!(log.values("argv")[0], json!([]));
    assert_eq!(files(&shop), Vec::<PathBuf>::new());
    say(&shop, "go");
    eventually("the message", async || {
        if log.said().is_empty() { Err("nothing was said".to_owned()) } else { Ok(()) }
    })
    .await;
}

/// Ends tmux's server, which takes a moment after it was told to.
async fn end_server(shop: &Shop) {
    shop.tmux.run(&["kill-server"]);
    eventually("the end of the server", async || match shop.tmux.try_run(&["list-sessions"]) {
        Err(said) if said.contains("no server") => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_died_leaves_no_settings_after_the_next_start_or_removal() {
    let (shop, _log) = telling(&[], Json::Null).await;
    start(&shop).await;
    let first = files(&shop);
    end_server(&shop).await;
    shop.try_start("ash", json!({ "agent": "teller" })).await.unwrap();
    let second = files(&shop);
    assert!(second.len() == 1 && second != first, "{first:?} {second:?}");
    // A start that is refused takes nothing from the one that runs.
    shop.refusal("start", json!(["ash", { "agent": "teller" }])).await;
    assert_eq!(files(&shop), second);
    end_server(&shop).await;
    shop.editor.call("remove", json!(["ash", {}])).await.unwrap();
    assert_eq!(files(&shop), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_reaches_nobody_ends_silently_and_does_not_keep_the_agent() {
    let nowhere = tempfile::tempdir().unwrap();
    let socket = format!("{},1,0", nowhere.path().join("none").display());
    let hook = async |input: &str, closes: bool| {
        #[expect(clippy::disallowed_methods, reason = "a test starts what an agent would")]
        let mut hook = tokio::process::Command::new(env!("CARGO_BIN_EXE_polecat-nvim"))
            .args(["hook", "tmux"])
            .envs([("TMUX", socket.as_str()), ("TMUX_PANE", "%0")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdin = hook.stdin.take().unwrap();
        // On a busy machine it may have ended before it has read all.
        drop(stdin.write_all(input.as_bytes()).await);
        let open = (!closes).then_some(stdin);
        let done = hook.wait_with_output().await.unwrap();
        drop(open);
        done
    };
    let long = format!(r#"{{"hook_event_name":"Stop","x":"{}"}}"#, "x".repeat(2_000_000));
    for (input, closes) in [
        (r#"{"hook_event_name":"Stop"}"#, true),
        ("no event", true),
        (long.as_str(), true),
        // It waits for no end.
        (r#"{"hook_event_name":"Stop"}"#, false),
    ] {
        let done = hook(input, closes).await;
        let printed = [done.stdout, done.stderr].concat();
        let printed = String::from_utf8_lossy(&printed);
        assert!(done.status.success() && printed.is_empty(), "{} {printed}", done.status);
    }
}
