//! Hosts that say too much of what they may say: it is taken at a pace of ours, and none is lost that an
//! honest host would tell.

use std::{io::Write as _, process::Stdio, time::Duration};

use polecat::core::host_files::{FileContent, digest};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use crate::{
    framed::STEPS,
    hostile::{MEMORY_LIMIT, Scene},
    machine::program,
    played::{Heard, Played, Said, rig, rigs},
    support::{eventually, processes},
};

impl Scene {
    /// A host that has told of `shop` with a polecat.
    async fn host(&self) -> Played {
        let mut host = self.look().await;
        host.greet().await;
        host.say(&rigs(vec![rig("shop", 1)])).await;
        self.expect("evil:shop: 1 polecat").await;
        host
    }

    async fn lua(&self, code: &str) -> Json {
        self.here.editor.lua(code, Json::Null).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_without_an_end_are_shown_now_and_then_and_the_newest_of_them() {
    let scene = Scene::new(json!({})).await;
    let mut host = scene.host().await;
    scene.lua(STEPS).await;
    let begun = Instant::now();
    let asked = scene.here.editor.ask("status", json!(["evil:shop/p0"])).await;
    let (id, _) = host.called("session.status").await;
    let mut said = 0;
    // So many may be under way at once.
    while said < 3 {
        said += 1;
        host.part(id, &format!("step {said}")).await;
    }
    while said < 3_000 {
        if let Heard::Taken(_) = host.hear().await {
            said += 1;
            host.part(id, &format!("step {said}")).await;
        }
    }
    scene.nobody_waits().await;
    let shown = scene.lua("return #_G.steps").await.as_u64().unwrap();
    let most = begun.elapsed().as_millis() / 100 + 1;
    assert!((1..=most).contains(&shown.into()), "{shown} of them are shown, not {most}");
    eventually("the newest step", async || {
        let newest = scene.lua("return _G.steps[#_G.steps]").await;
        if newest == json!("step 3000") { Ok(()) } else { Err(newest.to_string()) }
    })
    .await;
    host.answer(id, &"nonsense").await;
    assert_eq!(asked.await.unwrap_err().code, "internal");
}

const MAKEFILE: &str = "polecat://evil/srv/shop-p0/Makefile";

/// What is in a file, and on which machine.
fn content(text: &str) -> (&'static str, FileContent) {
    let text = text.as_bytes().to_vec();
    ("a machine", FileContent { digest: Some(digest(&text)), text, writable: true })
}

fn files() -> Said {
    let [worktree, path] = ["/srv/shop-p0", "Makefile"].map(|text| text.as_bytes().to_vec().into());
    let (rig, polecat) = ("/srv/shop".to_owned(), "p0".to_owned());
    Said::Files { rig, polecat, worktree, paths: vec![path], whole: false }
}

/// How many polecats and rigs Lua knows.
const KNOWN: &str = "
    local rigs = require('polecat.editor.sessions').known()
    return { #require('polecat').sessions(), #rigs }
";

/// Counts in `_G.told` how often Lua is told of files.
const TOLD: &str = "
    _G.told = 0
    local reload = require('polecat.editor.reload')
    local changed = reload.changed
    reload.changed = function(files)
        changed(files)
        _G.told = _G.told + 1
    end
";

impl Scene {
    /// Waits until Lua knows so many polecats, each in a rig of its own.
    async fn expect_known(&self, count: usize) {
        eventually(&format!("{count} polecats"), async || {
            let known = self.lua(KNOWN).await;
            if known == json!([count, count]) { Ok(()) } else { Err(known.to_string()) }
        })
        .await;
    }

    async fn expect_told_of_files(&self) {
        eventually("files that were changed", async || {
            if self.lua("return _G.told").await == json!(0) { Err("none") } else { Ok(()) }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_changed_without_an_end_are_read_one_at_a_time() {
    let scene = Scene::new(json!({})).await;
    let editor = &scene.here.editor;
    let mut host = scene.host().await;
    editor.command(&format!("tabedit {MAKEFILE}")).await.unwrap();
    let (id, _) = host.called("host.read").await;
    host.answer(id, &content("one\n")).await;
    editor.expect_line(MAKEFILE, "one").await;
    scene.lua(TOLD).await;
    for _ in 0..10_000 {
        host.say(&files()).await;
    }
    host.say(&rigs(vec![rig("shop", 1), rig("mill", 1)])).await;
    // With `ash` here: by then all that it said before was taken.
    scene.expect_known(3).await;
    scene.expect_told_of_files().await;
    for _ in 0..3 {
        scene.lua("_G.told = 0").await;
        host.say(&files()).await;
        scene.expect_told_of_files().await;
    }
    let asked = editor.ask("status", json!(["evil:shop/p0"])).await;
    let (status, reads) = host.called("session.status").await;
    let [(id, _)] = &reads[..] else { panic!("{} reads are under way", reads.len()) };
    host.answer(status, &"nonsense").await;
    assert_eq!(asked.await.unwrap_err().code, "internal");
    // Changed since it was asked for: it is read once more, though it was told while one was read.
    scene.lua("_G.told = 0").await;
    host.say(&files()).await;
    scene.expect_told_of_files().await;
    host.answer(*id, &content("two\n")).await;
    editor.expect_line(MAKEFILE, "two").await;
    let (id, _) = host.called("host.read").await;
    host.answer(id, &content("three\n")).await;
    editor.expect_line(MAKEFILE, "three").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rigs_that_a_host_does_not_tell_of_any_more_are_forgotten() {
    let scene = Scene::new(json!({})).await;
    let mut host = scene.host().await;
    for turn in 0..20 {
        let many = (0..500).map(|number| rig(&format!("r{turn}x{number}"), 1)).collect();
        host.say(&rigs(many)).await;
    }
    scene.expect("evil:r19x0: 1 polecat").await;
    // With `ash` here.
    scene.expect_known(501).await;
    let most = scene.most_memory().await;
    assert!(most < MEMORY_LIMIT, "{most} kB");
    host.say(&rigs(vec![])).await;
    scene.expect_known(1).await;
}

/// Each byte of it is six where it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn texts_that_are_too_long_where_they_are_shown_end_the_connection() {
    let scene = Scene::new(json!({})).await;
    let mut host = scene.host().await;
    let mut unseen = rig("shop", 1_000);
    let label = "\u{1b}".repeat(16_000);
    unseen.polecats.iter_mut().for_each(|info| info.label = Some(label.clone()));
    host.say(&rigs(vec![unseen])).await;
    host.left().await;
    scene.expect("?  p0").await;
    scene.expect("evil:shop: 1 polecat").await;
    let most = scene.most_memory().await;
    assert!(most < MEMORY_LIMIT, "{most} kB");
}

/// The pipe to the hub is full, and nobody closes it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is noticed after a minute: `make soak`"]
async fn what_serves_a_hub_that_takes_nothing_any_more_ends() {
    let home = tempfile::tempdir().unwrap();
    let mut serves = program(env!("CARGO_BIN_EXE_polecat-nvim"));
    serves.arg("serve").env("HOME", home.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut serves = serves.spawn().unwrap();
    let mut hub = serves.stdin.take().unwrap();
    let mut say = move |what: &Json| {
        let message = rmp_serde::to_vec_named(what).unwrap();
        let length = u32::try_from(message.len()).unwrap();
        hub.write_all(&[&length.to_be_bytes(), &message[..]].concat())
    };
    let config = [0x80_u8];
    say(&json!({ "Hello": { "config": config, "log": "" } })).unwrap();
    let pid = serves.id();
    // Until it does not take them any more, and then until it has ended.
    let ends = tokio::task::spawn_blocking(move || {
        while say(&json!({ "Ping": 1 })).is_ok() {}
        serves.wait().unwrap()
    });
    let ended = tokio::time::timeout(Duration::from_secs(150), ends).await;
    if ended.is_err() {
        processes::kill(&[pid]);
        panic!("it serves on");
    }
}
