//! What is open of a host goes on with it: also when it is lost for a while, and when by its name another
//! one is reached. Hosts that nobody asked about are left alone.

use polecat::{core::session::State, fleet::FarError};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    desk::STATUS,
    played::{Played, Said, Stage, rig, rigs},
    rig::Shop,
    support::{eventually, rig::Project},
};

const P0: &str = "far:shop/p0";
const CAPTURE: &str = "polecat://capture/far:shop/p0";
/// Sets a key of a host's settings, or takes the host out.
const SET: &str = "
    local host, key, value = ...
    local config = vim.g.polecat
    if key then config.hosts[host][key] = value else config.hosts[host] = nil end
    vim.g.polecat = config
    require('polecat.rpc.client').configure()
";

/// A rig whose `p0` runs, and so many more polecats.
fn running(more: usize) -> Said {
    let mut rig = rig("shop", more + 1);
    let info = &mut rig.polecats[0];
    (info.running, info.state, info.pid) = (true, State::Idle, Some(7));
    info.pane_id = Some("%1".to_owned());
    rigs(vec![rig])
}

async fn serve(stage: &Stage, more: usize) -> Played {
    let mut host = stage.connected().await;
    host.greet().await;
    host.say(&running(more)).await;
    host
}

async fn editor(hosts: Json) -> Shop {
    Shop::of(Project::new(), json!({ "hosts": hosts })).await
}

/// Opens a capture of `p0`, of which `host` says what it prints.
async fn capture(here: &Shop, host: &mut Played, text: &str) {
    let asked = host.asked("session.follow").await;
    host.say(&Said::printed(asked, text)).await;
    here.editor.expect_line(CAPTURE, text).await;
}

/// Waits until the title of what `p0` prints says this.
async fn expect_title(here: &Shop, part: &str) {
    let code = format!("return vim.b[vim.fn.bufnr('{CAPTURE}')].polecat_title");
    eventually(part, async || {
        let title = here.editor.lua(&code, Json::Null).await.unwrap().to_string();
        if title.contains(part) { Ok(()) } else { Err(title) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_of_a_host_follows_its_settings_and_other_hosts_are_left_alone() {
    let (one, two, near) = (Stage::new(), Stage::new(), Stage::new());
    let mut watched = near.settings();
    watched["watch"] = json!(true);
    let here = editor(json!({ "far": one.settings(), "near": watched })).await;
    here.editor.command(&format!("PolecatCapture {P0}")).await.unwrap();
    let mut near = serve(&near, 0).await;
    let mut first = serve(&one, 0).await;
    capture(&here, &mut first, "from the first").await;
    let command = two.settings()["command"].clone();
    here.editor.lua(SET, json!(["far", "command", command])).await.unwrap();
    let mut second = serve(&two, 0).await;
    first.left().await;
    capture(&here, &mut second, "from the second").await;
    // What it says over the connection of before is heard.
    near.say(&running(1)).await;
    here.editor.command("PolecatStatus!").await.unwrap();
    here.editor.expect_line(STATUS, "near:shop: 2 polecats, 1 running").await;
    here.editor.command("close").await.unwrap();
    here.editor.lua(SET, json!(["far"])).await.unwrap();
    second.left().await;
    expect_title(&here, "far:shop").await;
    expect_title(&here, " [").await;
    here.editor.expect_line(CAPTURE, "from the second").await;
    near.say(&running(2)).await;
    here.editor.command("PolecatStatus!").await.unwrap();
    here.editor.expect_line(STATUS, "near:shop: 3 polecats, 1 running").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_waits_for_its_host_opens_when_that_is_reached_in_another_way() {
    let (one, two) = (Stage::new(), Stage::new());
    let here = editor(json!({ "far": one.settings() })).await;
    here.editor.command(&format!("PolecatCapture {P0}")).await.unwrap();
    let mut silent = one.connected().await;
    let command = two.settings()["command"].clone();
    here.editor.lua(SET, json!(["far", "command", command])).await.unwrap();
    let mut second = serve(&two, 0).await;
    silent.left().await;
    capture(&here, &mut second, "from the second").await;
    let shown = "return vim.fn.bufwinid(...) > 0";
    eventually("its window", async || {
        let shown = here.editor.lua(shown, json!(CAPTURE)).await;
        if shown == Ok(json!(true)) { Ok(()) } else { Err(format!("{shown:?}")) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_of_one_host_connects_no_other() {
    let (far, folder) = (Stage::new(), TempDir::new().unwrap());
    let touched = folder.path().join("touched");
    let near = json!({ "command": ["sh", "-c", "touch \"$0\"; exec cat", touched], "rigs": {} });
    let here = editor(json!({ "far": far.settings(), "near": near })).await;
    here.editor.command(&format!("PolecatCapture {P0}")).await.unwrap();
    let mut host = serve(&far, 0).await;
    capture(&here, &mut host, "on its way").await;
    here.editor.command(&format!("PolecatStatus {P0}")).await.unwrap();
    host.asked("session.status").await;
    here.editor.command(&format!("close | PolecatQueue {P0}")).await.unwrap();
    host.asked("session.queue").await;
    here.editor.command(&format!("PolecatDiff {P0}")).await.unwrap();
    host.asked("review.changes").await;
    assert!(!touched.exists());
    here.editor.command("PolecatStatus!").await.unwrap();
    eventually("the other one", async || touched.exists().then_some(()).ok_or("nobody")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_host_cannot_see_just_now_is_followed_on_when_it_can() {
    let far = Stage::new();
    let here = editor(json!({ "far": far.settings() })).await;
    here.editor.command(&format!("PolecatCapture {P0}")).await.unwrap();
    let mut host = serve(&far, 0).await;
    capture(&here, &mut host, "before").await;
    drop(host);
    expect_title(&here, "unreachable").await;
    here.editor.command("PolecatReconnect").await.unwrap();
    let mut host = serve(&far, 0).await;
    for code in ["tmux_failed", "timeout"] {
        let (code, message) = (code.to_owned(), "tmux is busy".to_owned());
        let result = Err(FarError { code, message, hint: None, detail: None });
        let id = host.asked("session.follow").await;
        host.say(&Said::Answer { id, result }).await;
    }
    capture(&here, &mut host, "after").await;
    expect_title(&here, "far:shop/p0\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_reached_says_so_no_more_when_it_is_reached_in_another_way() {
    let (one, two) = (Stage::new(), Stage::new());
    let here = editor(json!({ "far": one.settings() })).await;
    here.editor.command(&format!("PolecatCapture {P0}")).await.unwrap();
    let mut first = serve(&one, 0).await;
    capture(&here, &mut first, "from the first").await;
    let command = two.settings()["command"].clone();
    drop((one, first));
    expect_title(&here, "unreachable").await;
    here.editor.lua(SET, json!(["far", "command", command])).await.unwrap();
    let mut second = serve(&two, 0).await;
    capture(&here, &mut second, "from the second").await;
    expect_title(&here, "far:shop/p0\"").await;
}
