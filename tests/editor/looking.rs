//! Who looks at a session already is not told of it: by whichever window, while Neovim has the
//! focus.

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    states::{cue, playing},
    support::{eventually, eventually_equal},
};

const PERMISSION: &str = "claude/permission-bash";
const QUESTION: &str = "claude/question-80";

/// Counts the calls for a person, notified or not.
const COUNT: &str = "
    _G.calls = 0
    vim.api.nvim_create_autocmd('User', { pattern = 'PolecatWaiting', callback = function()
        _G.calls = _G.calls + 1
    end })
";

/// Has `ash` ask something new, waits until that was heard of, and tells what was notified.
async fn asks(shop: &Shop, screen: &str) -> Vec<String> {
    let calls = async || shop.editor.lua("return _G.calls", Json::Null).await.unwrap();
    let before = calls().await.as_u64().unwrap();
    shop.editor.lua("_G.notified = {}", Json::Null).await.unwrap();
    cue(shop, screen);
    eventually(&format!("call {} for a person", before + 1), async || match calls().await {
        seen if seen == json!(before + 1) => Ok(()),
        seen => Err(format!("{seen}, and on the screen\n{}", shop.screen("gt-shop-ash"))),
    })
    .await;
    // What follows an event in the same turn is there when the next call is answered.
    shop.editor.call("list", json!([])).await.unwrap();
    let told = shop.editor.messages().await;
    told.into_iter().filter(|one| one.contains("`ash` (shop) waits")).collect()
}

async fn shop_that_asks() -> Shop {
    let shop = playing("claude", "claude/ready").await;
    shop.editor.lua(COUNT, Json::Null).await.unwrap();
    assert_eq!(asks(&shop, PERMISSION).await.len(), 1, "nobody looks at it");
    shop
}

async fn expect_window(shop: &Shop, part: &str) {
    eventually(&format!("a window on `{part}`"), async || {
        let name = "return vim.api.nvim_buf_get_name(0)";
        let name = shop.editor.lua(name, Json::Null).await.unwrap();
        if name.to_string().contains(part) { Ok(()) } else { Err(name) }
    })
    .await;
}

/// With a window on the session open and current.
async fn check(shop: &Shop) {
    assert_eq!(asks(shop, QUESTION).await, [""; 0], "who looks is told");
    shop.editor.command("doautocmd FocusLost").await.unwrap();
    assert_eq!(asks(shop, PERMISSION).await.len(), 1, "Neovim has no focus");
    shop.editor.command("doautocmd FocusGained").await.unwrap();
    assert_eq!(asks(shop, QUESTION).await, [""; 0], "who looks again is told");
    shop.editor.command("stopinsert | wincmd p").await.unwrap();
    assert_eq!(asks(shop, PERMISSION).await.len(), 1, "another window is current");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_followed_capture() {
    let shop = shop_that_asks().await;
    shop.editor.command("PolecatCapture ash").await.unwrap();
    expect_window(&shop, "polecat://capture/gt-shop-ash").await;
    check(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_attached_terminal() {
    let shop = shop_that_asks().await;
    shop.editor.command("PolecatAttach ash").await.unwrap();
    expect_window(&shop, "term://").await;
    eventually_equal(json!(true), async || {
        shop.editor.call("status", json!(["ash"])).await.unwrap()["attached"].clone()
    })
    .await;
    check(&shop).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn but_not_in_a_snapshot_which_does_not_move() {
    let shop = shop_that_asks().await;
    shop.editor.command("PolecatCapture! ash").await.unwrap();
    expect_window(&shop, "polecat://capture/gt-shop-ash#1").await;
    assert_eq!(asks(&shop, QUESTION).await.len(), 1);
}
