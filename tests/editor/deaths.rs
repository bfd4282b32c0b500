//! A death always says why.

use serde_json::json;

use crate::{
    rig::{Shop, agent},
    support::eventually,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_ends_during_its_start_says_how_and_with_which_words() {
    let shop = Shop::new().await;
    let command = agent("dies --after 100 --status 3");
    let failed = shop.try_start("ash", json!({ "new": true, "cmd": command })).await.unwrap_err();
    assert_eq!(failed.code, "died_during_startup");
    for part in ["gt-shop-ash", "exited with status 3", "dies --after 100", "no connection"] {
        assert!(failed.message.contains(part), "`{part}` is not in: {}", failed.message);
    }
    assert_eq!(shop.sessions(), [""; 0]);

    // The record outlives the session, and a backend that knew of it.
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert_eq!(info["exit"]["status"], 3);
    assert!(info["exit"]["tail"][0].as_str().unwrap().contains("no connection"), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_is_told_from_a_status() {
    let shop = Shop::new().await;
    let command = agent("dies --after 100 --signal KILL");
    let failed = shop.try_start("ash", json!({ "new": true, "cmd": command })).await.unwrap_err();
    assert!(failed.message.contains("SIGKILL"), "{}", failed.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_death_is_seen_with_its_status_every_time() {
    let shop = Shop::new().await;
    // tmux 3.3a loses about one status in three; each of these must be there.
    for polecat in ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"] {
        shop.start(polecat, "prompts").await;
        shop.editor.call("inject", json!([polecat, "/exit 7"])).await.unwrap();
        shop.editor.expect_state(polecat, "died").await;
        let info = shop.editor.call("status", json!([polecat])).await.unwrap();
        assert_eq!(info["exit"]["status"], 7, "{info}");
        assert_eq!(info["running"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_screen_of_a_dead_agent_can_be_captured() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.call("inject", json!(["ash", "/exit 7"])).await.unwrap();
    shop.editor.expect_state("ash", "died").await;
    let last = shop.editor.call("capture", json!(["ash", { "lines": 20 }])).await.unwrap();
    assert!(last.as_str().unwrap().contains("A scripted agent that prompts."), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_long_after_a_stop_that_was_cut_off_is_a_death() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let long_ago = ["set-option", "-t", "=gt-shop-ash:", "@polecat_stopping", "1700000000"];
    shop.tmux.run(&long_ago);
    shop.editor.call("inject", json!(["ash", "/exit 7"])).await.unwrap();
    shop.editor.expect_state("ash", "died").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn last_words_with_line_breaks_in_them_are_shown_like_others() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.call("inject", json!(["ash", "/exit 4"])).await.unwrap();
    shop.editor.expect_state("ash", "died").await;
    let record = shop.project.home().join(".runtime/polecat/exits/ash.json");
    let written = eventually("the record", async || std::fs::read_to_string(&record)).await;
    let mut written: serde_json::Value = serde_json::from_str(&written).unwrap();
    written["tail"] = json!(["first\nsecond\r\nthird"]);
    std::fs::write(&record, written.to_string()).unwrap();
    // While its pane is there, that is what tells.
    shop.tmux.run(&["kill-session", "-t", "=gt-shop-ash"]);
    shop.editor.command("PolecatStatus ash").await.unwrap();
    for line in ["first", "second", "third"] {
        shop.editor.expect_line("polecat://status/ash", line).await;
    }
    let told = shop.editor.messages().await;
    assert!(!told.iter().any(|message| message.contains("frame")), "{told:?}");
}
