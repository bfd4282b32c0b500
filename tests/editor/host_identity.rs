//! Who a host is: a name that leads to another one, and two names of one.

#![allow(clippy::disallowed_methods, reason = "whether a test can be run is no business of ours")]

use std::{
    fs,
    process::{Command, Stdio},
};

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    answering::{Asking, asking},
    desk::server,
    news::{expect_heard, listening},
    rig::Shop,
    rigs::folder,
    support::{eventually, neovim::tmux, rig::Project},
};

const STATUS: &str = "polecat://status";

fn host(there: &Asking, command: &Json) -> Json {
    json!({
        "command": command,
        "backend": env!("CARGO_BIN_EXE_polecat-nvim"),
        "rigs": { folder(&there.shop.project): {} },
        "tmux": { "command": tmux(), "socket": there.shop.tmux.socket().to_str().unwrap() },
    })
}

/// Whether there can be a machine of another name here.
fn can_unshare() -> bool {
    let mut unshare = Command::new("unshare");
    let status = unshare.args(["-u", "hostname", "elsewhere"]).stderr(Stdio::null()).status();
    let can = status.is_ok_and(|status| status.success());
    if !can {
        eprintln!("skipped: this user cannot make a machine of another name");
    }
    can
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_elsewhere_by_now_is_told() {
    if !can_unshare() {
        return;
    }
    let there = asking("permission").await;
    let moved = there.log().0.with_file_name("moved");
    let script = format!(
        "if [ -e {} ]; then exec unshare -u sh -c 'hostname elsewhere; exec \"$@\"' sh \"$@\"; fi; \
         exec \"$@\"",
        moved.display()
    );
    let host = host(&there, &json!(["sh", "-c", script, "sh"]));
    let desk = Shop::of(Project::new(), json!({ "hosts": { "build1": host } })).await;
    listening(&desk.editor).await;
    desk.editor.command("PolecatStatus!").await.unwrap();
    desk.editor.expect_line(STATUS, "1 running, 1 waiting").await;
    let served = server(&desk.editor).expect("it is served");
    kill_process(served, Signal::STOP).unwrap();
    there.shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    fs::write(&moved, "").unwrap();
    kill_process(served, Signal::KILL).unwrap();
    desk.editor.expect_line(STATUS, "another container or machine than before, ").await;
    // Who was seen on the one before has not been stopped because another is not there.
    there.shop.start("birch", "prompts").await;
    expect_heard(&desk.editor, &["PolecatStarted birch"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_of_one_machine_are_fine_and_told() {
    let there = asking("permission").await;
    let [one, two] = ["1", "2"].map(|name| host(&there, &json!(["env", format!("NAME={name}")])));
    let hosts = json!({ "hosts": { "build1": one, "build2": two } });
    let desk = Shop::of(Project::new(), hosts).await;
    desk.editor.command("checkhealth polecat").await.unwrap();
    let told = "`build1` and `build2` are the same user of the same machine";
    eventually("a word of it", async || {
        let health = "return vim.fn.join(vim.fn.getline(1, '$'), ' ')";
        let health = desk.editor.lua(health, Json::Null).await.unwrap().to_string();
        if health.contains(told) { Ok(()) } else { Err(health) }
    })
    .await;
}
