//! What holds an agent up or ends its turn, and turns that are over before anybody looks, as they
//! are told while an agent shows recorded screens of a real one.

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    states::{cue, expect_told, playing},
    support::eventually,
};

/// Keeps what is told of trouble.
const LISTEN: &str = "
    _G.trouble = {}
    vim.api.nvim_create_autocmd('User', { pattern = 'PolecatTrouble', callback = function(event)
        table.insert(_G.trouble, { event.data.polecat, event.data.kind, event.data.text })
    end })
";

async fn detail(shop: &Shop) -> Json {
    let status = shop.editor.call("status", json!(["ash"])).await.unwrap();
    status["detail"].clone()
}

/// Waits until `ash` has exactly this detail.
async fn expect_detail(shop: &Shop, expected: Json) {
    eventually(&format!("{expected}"), async || {
        let seen = detail(shop).await;
        if seen == expected { Ok(()) } else { Err(seen) }
    })
    .await;
}

async fn trouble(shop: &Shop) -> Json {
    shop.editor.lua("return _G.trouble", Json::Null).await.unwrap()
}

/// What a person was told of `ash`.
async fn notified(shop: &Shop) -> Vec<String> {
    let told = shop.editor.messages().await;
    let told = told.iter().filter_map(|one| one.strip_prefix("`ash` (shop) "));
    told.map(|one| one.chars().take(30).collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_is_told_once_and_is_over_with_the_next_turn() {
    let shop = playing("claude", "claude/ready").await;
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    cue(&shop, "claude/working 0.6 claude/retrying 0.6 claude/working 0.6 claude/retrying");
    let retrying =
        json!({ "kind": "retrying", "text": "API error", "attempt": "6/10", "wait": "12s" });
    expect_detail(&shop, retrying).await;
    shop.editor.expect_line("polecat://status", "retrying 6/10 in 12s: API error").await;
    cue(&shop, "claude/error-529");
    let line = shop.editor.expect_line("polecat://status", "error: 529 Mock error 529.").await;
    assert!(line.iter().any(|line| line.contains("idle")), "{line:#?}");
    expect_told(&shop, &["working", "idle"]).await;
    let told = trouble(&shop).await;
    let kinds: Vec<_> = told.as_array().unwrap().iter().map(|one| one[1].clone()).collect();
    assert_eq!(kinds, ["retrying", "error"], "{told}");
    assert_eq!(
        notified(&shop).await,
        ["is retrying (6/10): API error", "failed: 529 Mock error 529. Th"],
        "and not that it is idle"
    );
    cue(&shop, "claude/working");
    expect_detail(&shop, Json::Null).await;
    cue(&shop, "claude/idle-after-answer");
    expect_told(&shop, &["working", "idle"]).await;
    assert_eq!(detail(&shop).await, Json::Null);
    assert_eq!(trouble(&shop).await.as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_told_with_its_end_behind_the_question_about_it_too() {
    let shop = playing("claude", "claude/ready").await;
    shop.editor.lua(LISTEN, Json::Null).await.unwrap();
    cue(&shop, "claude/working 0.6 claude/limit-asked 1 claude/limit");
    let (end, text) = ("12:05pm (UTC)", "You've hit your session limit · resets 12:05pm (UTC)");
    expect_told(&shop, &["working", "waiting", "question: What do you want to do?", "idle"]).await;
    expect_detail(&shop, json!({ "kind": "limit", "text": text, "until": end })).await;
    assert_eq!(trouble(&shop).await, json!([["ash", "limit", text]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_is_over_before_anybody_looks_is_told_once_and_a_redraw_is_none() {
    let shop = playing("claude", "claude/limit").await;
    // At first a screen is drawn in pieces, and its messages are no news.
    cue(&shop, "claude/limit 4 claude/idle-after-limit");
    expect_told(&shop, &["working", "idle"]).await;
    assert_eq!(detail(&shop).await, Json::Null);
    assert_eq!(notified(&shop).await, ["has used up its limit until 12", "is idle"]);
    // The same drawn anew, and the window in another size.
    cue(&shop, "claude/idle-after-limit 0.6 claude/idle-after-limit");
    let resized = ["resize-window", "-t", "=gt-shop-ash:", "-x", "100", "-y", "20"];
    shop.tmux.run(&resized);
    cue(&shop, "claude/limit 0.6 claude/idle-after-limit 1 claude/retrying");
    eventually("the last screen", async || {
        let screen = shop.screen("gt-shop-ash");
        if screen.contains("Retrying in 12s") { Ok(()) } else { Err(screen) }
    })
    .await;
    expect_told(&shop, &["working"]).await;
}
