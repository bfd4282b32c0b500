//! Hosts that say what no host of ours says: nothing of it is run or written here, nobody waits for
//! them, and the list names them.

use polecat::core::build;
use serde_json::{Value as Json, json};

use crate::{
    desk::STATUS,
    played::{Played, Said, Stage, rig, rigs},
    rig::Shop,
    support::{eventually, rig::Project},
};

/// An editor with one host, played by the test, and `ash` at its prompt here.
pub(crate) struct Scene {
    pub(crate) here: Shop,
    pub(crate) stage: Stage,
}

impl Scene {
    pub(crate) async fn new(more: Json) -> Self {
        let stage = Stage::new();
        let mut host = stage.settings();
        crate::support::neovim::merge(&mut host, more);
        let here = Shop::of(Project::new(), json!({ "hosts": { "evil": host } })).await;
        here.start("ash", "prompts").await;
        Self { here, stage }
    }

    /// Looks at all rigs, and gives the connection that this makes.
    pub(crate) async fn look(&self) -> Played {
        self.here.editor.command("PolecatStatus!").await.unwrap();
        self.stage.connected().await
    }

    /// How much memory the backend took at most, in kB.
    pub(crate) async fn most_memory(&self) -> u64 {
        let pid = "return require('polecat.rpc.client').greeting().pid";
        let pid = self.here.editor.lua(pid, Json::Null).await.unwrap();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        most.trim().trim_end_matches(" kB").parse().unwrap()
    }

    pub(crate) async fn expect(&self, part: &str) {
        self.here.editor.expect_line(STATUS, part).await;
    }

    /// What is asked of others goes on, in an editor that answers.
    pub(crate) async fn nobody_waits(&self) {
        let editor = &self.here.editor;
        assert_eq!(editor.lua("return 1", Json::Null).await, Ok(json!(1)));
        let info = editor.call("status", json!(["ash"])).await.unwrap();
        assert_eq!(info["running"], true, "{info}");
    }
}

/// How much the backend may ever take, in kB: a message may be 16 MiB long.
pub(crate) const MEMORY_LIMIT: u64 = 200_000;

/// Bytes that look like a message and are none, and what is told of them.
fn nonsense() -> Vec<(Vec<u8>, &'static str)> {
    let message = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap();
        [&length.to_be_bytes(), bytes].concat()
    };
    let named = |value: &Json| message(&rmp_serde::to_vec_named(value).unwrap());
    let lua = json!([2, "nvim_exec_lua", ["vim.fn.writefile({'owned'}, '/tmp/owned')", []]]);
    // Rigs without an end in a message that has one.
    let endless =
        [&b"\x81\xa4Rigs\x82\xa3now\x00\xa4rigs\xdd\xff\xff\xff\xff"[..], &[0x80; 9]].concat();
    // Each byte a value: as values they would be forty times as much.
    let count = 16 * 1024 * 1024 - 100;
    let many = [&b"\x81\xa4Rigs\x82\xa3now\x00\xa4rigs\xdd"[..], &u32::to_be_bytes(count)].concat();
    let many = [&many, &vec![0xc0; count as usize][..]].concat();
    vec![
        (vec![0xff; 64], "a message of 4294967295 bytes"),
        (vec![1, 0, 0, 1], "a message of 16777217 bytes"),
        (message(&[0xc1]), "invalid message"),
        (message(&vec![0x91; 1_000_000]), "invalid message"),
        (message(&[&b"\x81\xa4Rigs"[..], &vec![0x91; 1_000_000][..]].concat()), "invalid message"),
        (
            message(&[&b"\x81\xa4Rigs"[..], &b"\x81\xa1a".repeat(300_000)].concat()),
            "invalid message",
        ),
        (message(&endless), "invalid message"),
        (message(&[0xdb, 0xff, 0xff, 0xff, 0xff]), "invalid message"),
        (message(&many), "invalid message"),
        (named(&lua), "invalid message"),
        (named(&json!({ "Effect": { "open": "/etc/passwd" } })), "invalid message"),
        (named(&json!({ "Pong": 1, "Rigs": [] })), "invalid message"),
        (named(&json!({ "Rigs": { "now": 0, "rigs": [], "more": 1 } })), "invalid message"),
        (named(&json!({ "Rigs": { "now": 0, "rigs": [{ "address": 1 }] } })), "invalid message"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_ends_the_connection_and_is_told_whenever_it_comes() {
    let scene = Scene::new(json!({})).await;
    let mut host = scene.look().await;
    for (bytes, told) in nonsense() {
        host.greet().await;
        host.say(&rigs(vec![rig("shop", 1)])).await;
        scene.expect("evil:shop: 1 polecat").await;
        host.bytes(&bytes).await;
        scene.expect(told).await;
        scene.expect("?  p0").await;
        host.left().await;
        scene.nobody_waits().await;
        scene.here.editor.command("PolecatReconnect").await.unwrap();
        host = scene.stage.connected().await;
        host.bytes(&[b"polecat-serve 1\n", &bytes[..]].concat()).await;
        host.left().await;
        scene.here.editor.command("PolecatReconnect").await.unwrap();
        host = scene.stage.connected().await;
    }
    assert!(!std::path::Path::new("/tmp/owned").exists());
    let most = scene.most_memory().await;
    assert!(most < MEMORY_LIMIT, "{most} kB");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_out_of_order_and_never_asked_for_are_refused_or_do_nothing() {
    let scene = Scene::new(json!({})).await;
    let mut host = scene.look().await;
    host.greet().await;
    for number in [0, 1, u64::MAX, 7, 7] {
        host.say(&Said::Pong(number)).await;
    }
    host.say(&rigs(vec![rig("shop", 1)])).await;
    scene.expect("evil:shop: 1 polecat").await;
    host.say(&Said::welcome(build::VERSION)).await;
    scene.expect("it greeted twice").await;
    scene.here.editor.command("PolecatReconnect").await.unwrap();
    let mut host = scene.stage.connected().await;
    host.bytes(b"polecat-serve 1\n").await;
    host.say(&rigs(vec![rig("mill", 1)])).await;
    scene.expect("it sent no greeting").await;
    scene.here.editor.command("PolecatReconnect").await.unwrap();
    let mut host = scene.stage.connected().await;
    host.bytes(b"polecat-serve 1\n").await;
    host.say(&Said::welcome("9.9.9\n\x1b[2J")).await;
    scene.expect("is version").await;
    scene.nobody_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_anybody_has_is_bounded_and_holds_nobody_up() {
    let scene = Scene::new(json!({})).await;
    let mut host = scene.look().await;
    host.greet().await;
    let many = (0..700).map(|number| rig(&format!("r{number}"), 1)).collect();
    host.say(&rigs(many)).await;
    scene.expect("evil:r499: 1 polecat").await;
    let lines = scene.here.editor.lines(STATUS).await;
    assert!(!lines.iter().any(|line| line.contains("evil:r500")));
    scene.nobody_waits().await;
    host.say(&rigs(vec![rig("shop", 3_000)])).await;
    scene.nobody_waits().await;
    scene.expect("evil:shop: 3000 polecats").await;
    scene.nobody_waits().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_stops_talking_holds_nobody_up() {
    let scene = Scene::new(json!({})).await;
    let mut host = scene.look().await;
    host.greet().await;
    let talks = tokio::spawn(async move {
        let all = [rigs(vec![rig("shop", 1_000)]), rigs(vec![rig("mill", 900)])];
        for turn in 0.. {
            host.say(&all[turn % 2]).await;
        }
    });
    scene.expect("evil:").await;
    for text in ["one", "two", "three"] {
        scene.nobody_waits().await;
        scene.here.editor.call("inject", json!(["ash", text])).await.unwrap();
    }
    talks.abort();
    let _ = talks.await;
    scene.expect("?  p0").await;

    scene.here.editor.command("PolecatReconnect").await.unwrap();
    let mut host = scene.stage.connected().await;
    let talks = tokio::spawn(async move {
        loop {
            host.bytes(&[b'x'; 4096]).await;
        }
    });
    scene.expect("it printed 65536 bytes").await;
    scene.nobody_waits().await;
    talks.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_answers_holds_nobody_up() {
    let scene = Scene::new(json!({})).await;
    let mut host = scene.look().await;
    host.greet().await;
    host.say(&rigs(vec![rig("shop", 1)])).await;
    scene.expect("evil:shop: 1 polecat").await;
    let asked = scene.here.editor.ask("status", json!(["evil:shop/p0"])).await;
    scene.nobody_waits().await;
    drop(host);
    // Asked once more, and greeted by nobody.
    let mut host = scene.stage.connected().await;
    host.greet().await;
    host.say(&rigs(vec![rig("shop", 1)])).await;
    drop(host);
    let refused = asked.await.unwrap_err();
    assert_eq!(refused.code, "host_unreachable", "{refused:?}");
    scene.nobody_waits().await;
}

/// It does not close its end, and what reaches it does not mind that we have.
#[tokio::test(flavor = "multi_thread")]
async fn what_reaches_one_that_never_ends_ends_with_us() {
    let scene = Scene::new(json!({})).await;
    scene.stage.stay();
    let mut host = scene.look().await;
    host.greet().await;
    host.say(&rigs(vec![rig("shop", 1)])).await;
    scene.expect("evil:shop: 1 polecat").await;
    // Which sees to it that nothing is left.
    scene.here.editor.quit().await;
    host.left().await;
}

/// What `attach` runs is ours, and a name that is none is no part of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_runs_what_the_configuration_says_whatever_a_session_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let ran = folder.path().join("ran");
    let attach = ["sh", "-c", "printf '%s\\n' \"$@\" > \"$0\"; exec cat", ran.to_str().unwrap()];
    let scene = Scene::new(json!({ "attach": attach })).await;
    let mut host = scene.look().await;
    host.greet().await;
    // The last one alone is a name: it comes to a terminal.
    let names = ["x;touch /tmp/owned", "a b\n", "$(touch /tmp/owned)", "a:b", "", "\x1b[2J"];
    let names = names.map(|name| (name, None));
    let sockets = ["../x", "x;touch /tmp/owned"].map(|socket| ("x", Some(socket.to_owned())));
    let all = [&names[..], &sockets, &[("-x", Some("gt-1".to_owned()))]].concat();
    for (at, (name, socket)) in all.into_iter().enumerate() {
        let mut bad = rig(&format!("r{at}"), 1);
        bad.polecats[0].pane_id = Some("%1".to_owned());
        bad.polecats[0].found_in = Some(name.to_owned());
        bad.socket = socket;
        host.say(&rigs(vec![bad])).await;
        scene.expect(&format!("evil:r{at}: 1 polecat")).await;
        scene.here.editor.command(&format!("PolecatAttach evil:r{at}/p0")).await.unwrap();
        eventually("a refusal or a terminal", async || {
            let told = scene.here.editor.messages().await;
            let has_run = std::fs::exists(&ran).unwrap();
            if has_run || told.len() > at { Ok(()) } else { Err(format!("{told:?}")) }
        })
        .await;
    }
    scene.nobody_waits().await;
    assert!(!std::path::Path::new("/tmp/owned").exists());
    let words = std::fs::read_to_string(&ran).unwrap();
    let last = "polecat\nunset POLECAT_LINE; exec tmux -L gt-1 attach-session -t '=-x'\n";
    assert!(words.starts_with("sh\n-c\n") && words.ends_with(last), "{words}");
}

/// Chosen, one of them would be another word of the command.
#[tokio::test(flavor = "multi_thread")]
async fn an_issue_whose_id_is_none_is_not_offered() {
    let scene = Scene::new(json!({})).await;
    let editor = &scene.here.editor;
    let mut host = scene.look().await;
    host.greet().await;
    host.say(&rigs(vec![rig("shop", 1)])).await;
    scene.expect("evil:shop: 1 polecat").await;
    editor.lua("vim.ui.select = function(items) _G.offered = items end", Json::Null).await.unwrap();
    editor.command("PolecatIssues evil:shop").await.unwrap();
    let (id, _) = host.called("rig.issues").await;
    let issue = |id: &str| json!({ "id": id, "title": "Paint the door", "status": "open" });
    let bad = ["cmd=touch${IFS}ran", "a b", "-x", "a/b", "", "a\nb"];
    let told: Vec<_> = bad.into_iter().chain(["gt-1"]).map(issue).collect();
    host.answer(id, &told).await;
    eventually("what is offered", async || {
        let offered = editor.lua("return _G.offered", Json::Null).await.unwrap();
        if offered.is_null() { Err("nothing".to_owned()) } else { Ok(()) }
    })
    .await;
    let offered = editor.lua("return #_G.offered", Json::Null).await.unwrap();
    assert_eq!(offered, json!(1));
}
