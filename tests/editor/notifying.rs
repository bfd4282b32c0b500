//! `notify_command`: what a person is told outside of Neovim, by a real program.

use std::{fs, path::PathBuf};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    rig::{Shop, agent},
    support::{editor::Editor, eventually, processes, rig::Project},
};

/// Where a command writes what it was told: one line for each run.
struct Told(TempDir);

impl Told {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The configuration whose command runs `before` and then writes `mark` and what it reads. It
    /// also prints, as such commands do: that must not get into what Neovim reads.
    fn by(&self, mark: &str, before: &str) -> Json {
        let script = format!(
            "cd \"$1\" || exit; echo noise; echo noise >&2; {before}
             json=$(cat) && printf '%s %s\\n' \"$2\" \"$json\" >> told"
        );
        json!({ "notify_command": ["sh", "-c", script, "sh", self.0.path(), mark] })
    }

    /// By whom it was told what, in order.
    fn all(&self) -> Vec<(String, Json)> {
        let text = fs::read_to_string(self.file("told")).unwrap_or_default();
        let lines = text.lines().map(|line| line.split_once(' ').unwrap());
        lines.map(|(mark, text)| (mark.to_owned(), serde_json::from_str(text).unwrap())).collect()
    }

    /// Waits until this was told: by whom, what happened, and to whom.
    async fn expect(&self, expected: &[&str]) -> Vec<Json> {
        eventually(&format!("{expected:?}"), async || {
            let all = self.all();
            let word = |one: &Json, key: &str| one[key].as_str().unwrap_or_default().to_owned();
            let short = |(mark, one): &(String, Json)| {
                format!("{mark} {} {}", word(one, "event"), word(one, "polecat"))
            };
            let seen: Vec<_> = all.iter().map(short).collect();
            if seen == expected { Ok(all) } else { Err(format!("{seen:?}")) }
        })
        .await
        .into_iter()
        .map(|(_, one)| one)
        .collect()
    }

    /// The process that a command wrote down.
    async fn pid(&self, name: &str) -> u32 {
        eventually("a process", async || {
            let text = fs::read_to_string(self.file(name)).map_err(|why| why.to_string())?;
            text.trim().parse().map_err(|_| text)
        })
        .await
    }
}

/// A polecat that is at its prompt, as this editor sees it.
async fn ready(shop: &Shop, polecat: &str) {
    shop.start(polecat, "prompts").await;
    shop.editor.expect_state(polecat, "idle").await;
}

/// Has a polecat's agent die, whoever looks on.
fn dies(shop: &Shop, polecat: &str) {
    let target = format!("=gt-shop-{polecat}:");
    shop.tmux.run(&["send-keys", "-t", &target, "-l", "/exit 7"]);
    shop.tmux.run(&["send-keys", "-t", &target, "Enter"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_editors_one_tells_and_when_it_quits_the_other() {
    let told = Told::new();
    let shop = Shop::of(Project::new(), told.by("first", "")).await;
    for polecat in ["ash", "birch", "cedar"] {
        ready(&shop, polecat).await;
    }
    dies(&shop, "ash");
    let all = told.expect(&["first died ash"]).await;
    let died = all[0].as_object().unwrap();
    for (key, value) in [
        ("rig_name", json!("shop")),
        ("state", json!("died")),
        ("level", json!("error")),
        ("title", json!("polecat")),
    ] {
        assert_eq!(died[key], value, "{key}: {died:#?}");
    }
    assert_eq!(died["exit"]["status"], 7, "{died:#?}");
    assert!(["idle", "working"].map(Json::from).contains(&died["old"]), "{died:#?}");
    let message = died["message"].as_str().unwrap();
    assert!(message.starts_with("`ash` (shop) died: exit status 7"), "{message}");
    died["time"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();

    let second = Editor::with(&shop.tmux, shop.project.path(), told.by("second", "")).await;
    second.call("list", json!([])).await.unwrap();
    second.expect_state("birch", "idle").await;
    dies(&shop, "birch");
    for editor in [&shop.editor, &second] {
        editor.expect_message("`birch` (shop) died").await;
    }
    told.expect(&["first died ash", "first died birch"]).await;
    let Shop { editor, tmux, project } = shop;
    editor.quit().await;
    tmux.run(&["send-keys", "-t", "=gt-shop-cedar:", "-l", "/exit 7"]);
    tmux.run(&["send-keys", "-t", "=gt-shop-cedar:", "Enter"]);
    told.expect(&["first died ash", "first died birch", "second died cedar"]).await;
    drop((second, tmux, project));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_told_with_what_the_event_of_it_has() {
    let told = Told::new();
    let shop = Shop::of(Project::new(), told.by("-", "")).await;
    let cmd = agent("framed --ask");
    let options = json!({ "new": true, "agent": "claude", "cmd": cmd });
    shop.try_start("ash", options).await.unwrap();
    shop.editor.call("inject", json!(["ash", "go"])).await.unwrap();
    let all = told.expect(&["- waiting ash"]).await;
    let waiting = &all[0];
    for (key, value) in [
        ("reason", json!("permission")),
        ("text", json!("Do you want to proceed?")),
        ("level", json!("warn")),
        ("state", json!("waiting")),
    ] {
        assert_eq!(waiting[key], value, "{key}: {waiting:#}");
    }
    let message = waiting["message"].as_str().unwrap();
    assert!(message.starts_with("`ash` (shop) waits for permission: "), "{message}");
    assert!(waiting["choices"].as_array().is_some_and(|all| all.len() > 1), "{waiting:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_neovim_that_is_suspended_is_no_reason_to_be_silent() {
    let told = Told::new();
    let shop = Shop::of(Project::new(), told.by("-", "")).await;
    for polecat in ["ash", "birch"] {
        ready(&shop, polecat).await;
    }
    let pid = shop.editor.lua("return vim.fn.getpid()", Json::Null).await.unwrap();
    let nvim = Pid::from_raw(pid.as_i64().unwrap().try_into().unwrap()).unwrap();
    kill_process(nvim, Signal::STOP).unwrap();
    // Neovim takes the news of the first one when it goes on: what comes behind it must not wait.
    dies(&shop, "ash");
    told.expect(&["- died ash"]).await;
    dies(&shop, "birch");
    told.expect(&["- died ash", "- died birch"]).await;
    kill_process(nvim, Signal::CONT).unwrap();
    for polecat in ["ash", "birch"] {
        shop.editor.expect_message(&format!("`{polecat}` (shop) died")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_hangs_is_ended_told_and_the_next_one_runs() {
    let told = Told::new();
    let hangs = "[ -e pid ] || { sleep 600 & echo $! > pid; wait; }";
    let shop = Shop::of(Project::new(), told.by("-", hangs)).await;
    for polecat in ["ash", "birch"] {
        ready(&shop, polecat).await;
    }
    dies(&shop, "ash");
    let pid = told.pid("pid").await;
    dies(&shop, "birch");
    shop.editor.expect_message("did not end within 10s").await;
    told.expect(&["- died birch"]).await;
    processes::ended(&[pid]).unwrap();
    let messages = shop.editor.messages().await;
    let warned = messages.iter().filter(|one| one.contains("`notify_command`"));
    assert_eq!(warned.count(), 1, "{messages:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_neovim_ends_what_its_command_has_begun() {
    let told = Told::new();
    let hangs = "sleep 600 & echo $! > pid; wait";
    let shop = Shop::of(Project::new(), told.by("-", hangs)).await;
    ready(&shop, "ash").await;
    dies(&shop, "ash");
    let pid = told.pid("pid").await;
    let Shop { editor, tmux, project } = shop;
    editor.quit().await;
    processes::ended(&[pid]).unwrap();
    drop((tmux, project));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_configured_later_tells_what_comes_then() {
    let told = Told::new();
    let shop = Shop::new().await;
    for polecat in ["ash", "birch"] {
        ready(&shop, polecat).await;
    }
    dies(&shop, "ash");
    shop.editor.expect_message("`ash` (shop) died").await;
    let setup = "require('polecat').setup(vim.tbl_deep_extend('force', vim.g.polecat, ...))";
    shop.editor.lua(setup, json!([told.by("-", "")])).await.unwrap();
    shop.editor.call("list", json!([])).await.unwrap();
    shop.editor.expect_state("birch", "idle").await;
    dies(&shop, "birch");
    told.expect(&["- died birch"]).await;
}
