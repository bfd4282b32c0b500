//! Clocks that jump: times of the future and of long ago in what is written on sessions and in
//! records. Nothing waits for the clock to catch up.

use std::fs;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::rig::{Shop, agent};

#[tokio::test(flavor = "multi_thread")]
async fn a_start_of_tomorrow_or_of_long_ago_is_over_for_everybody() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    for days in [1, -400] {
        let at = Timestamp::now() + SignedDuration::from_hours(24 * days);
        let text = shop.tmux.run(&["show-options", "-v", "-t", "=gt-shop-ash:", "@polecat"]);
        let mut mark: Json = serde_json::from_str(&text).unwrap();
        mark["started_ms"] = json!(at.as_millisecond());
        mark["starting"] = json!(true);
        let mark = mark.to_string();
        shop.tmux.run(&["set-option", "-t", "=gt-shop-ash:", "@polecat", &mark]);
        let info = shop.editor.expect_state("ash", "idle").await;
        assert_eq!(info["running"], json!(true), "{info}");
        shop.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    }
    shop.editor.call("inject", json!(["ash", "/exit 7"])).await.unwrap();
    let info = shop.editor.expect_state("ash", "died").await;
    assert!(info["exit"]["lived_ms"].is_u64(), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_of_tomorrow_is_shown_and_replaced() {
    let shop = Shop::new().await;
    let dies = json!({ "new": true, "cmd": agent("dies --status 5"), "agent": "claude" });
    shop.try_start("ash", dies).await.unwrap_err();
    let file = shop.project.home().join(".runtime/polecat/exits/ash.json");
    let mut record: Json = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let tomorrow = (Timestamp::now() + SignedDuration::from_hours(24)).to_string();
    record["at"] = json!(tomorrow);
    fs::write(&file, record.to_string()).unwrap();
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert_eq!(info["exit"]["status"], 5, "{info}");
    shop.editor.command("PolecatStatus ash").await.unwrap();
    shop.editor.expect_line("polecat://status/ash", "exited with status 5").await;
    shop.start("ash", "prompts").await;
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert_eq!(info["exit"], Json::Null, "{info}");
}
