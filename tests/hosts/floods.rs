//! Hosts that say too much of what they may say: it is taken at a pace of ours, and none is lost that an
//! honest host would tell.

use serde_json::{Value as Json, json};
use tokio::time::Instant;

use crate::{
    framed::STEPS,
    hostile::Scene,
    played::{Heard, Played, rig, rigs},
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
