//! How often a call goes back and forth: over a slow link that is what it takes.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::desk::Desk;

/// What else is said meanwhile, pings and news, only adds to it: the least of some is what it takes.
const TRIES: [&str; 4] = ["ash", "birch", "cedar", "dogwood"];

async fn turns(desk: &Desk, method: &str, options: &[Json]) -> u64 {
    let mut least = u64::MAX;
    for polecat in TRIES {
        let args = [&[json!(format!("build1:shop/{polecat}"))], options].concat();
        let before = desk.hosts[0].link.traffic().turns;
        desk.call(method, args.into()).await;
        least = least.min(desk.hosts[0].link.traffic().turns - before);
    }
    least
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_takes_one_round_trip() {
    let Some(desk) = Desk::new(1).await else { return };
    let there = &desk.hosts[0];
    for polecat in TRIES {
        desk.start(&format!("build1:shop/{polecat}"), "prompts").await;
    }
    there.link.delay(Duration::from_millis(40));
    desk.look().await;
    desk.expect_status("build1:shop: 4 polecats, 4 running").await;
    for (method, options) in [
        ("status", vec![]),
        ("capture", vec![json!({ "lines": 200 })]),
        ("inject", vec![json!("hello")]),
        ("stop", vec![json!({})]),
    ] {
        assert_eq!(turns(&desk, method, &options).await, 1, "`{method}`");
    }
}
