//! Hosts that say too much of what they may say: it is taken at a pace of ours, and none is lost that an
//! honest host would tell.

use polecat::core::host_files::{FileContent, digest};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use crate::{
    framed::STEPS,
    hostile::Scene,
    played::{Heard, Played, Said, rig, rigs},
    support::eventually,
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

fn content(text: &str) -> FileContent {
    let text = text.as_bytes().to_vec();
    FileContent { digest: Some(digest(&text)), text, writable: true }
}

fn files() -> Said {
    let [worktree, path] = ["/srv/shop-p0", "Makefile"].map(|text| text.as_bytes().to_vec().into());
    let (rig, polecat) = ("/srv/shop".to_owned(), "p0".to_owned());
    Said::Files { rig, polecat, worktree, paths: vec![path], whole: false }
}

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
    scene.expect("evil:mill: 1 polecat").await;
    scene.expect_told_of_files().await;
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
