//! `inject`: byte for byte, once, submitted once.

use serde_json::json;

use crate::{rig::Shop, support::eventually};

/// The bytes that the recorder got, apart from the marks of a bracketed paste.
async fn received(shop: &Shop, text: &str, expected: &[u8]) {
    let file = shop.project.around().join("received");
    shop.start("ash", &format!("records {}", file.display())).await;
    shop.editor.call("inject", json!(["ash", text])).await.unwrap();
    let length = expected.len();
    eventually(&format!("{length} bytes"), async || {
        let got = std::fs::read(&file).unwrap_or_default();
        if got.len() >= length { Ok(()) } else { Err(format!("{} bytes", got.len())) }
    })
    .await;
    let got = std::fs::read(&file).unwrap();
    assert!(got == expected, "not what was sent: {:?}", String::from_utf8_lossy(&got));
}

#[tokio::test(flavor = "multi_thread")]
async fn text_with_every_hostile_part_arrives_as_it_is() {
    let shop = Shop::new().await;
    let text = "-flag `x` $(touch x) ${HOME} #{pane_id} 'q' \"d\" \\ ~ \t ; \nsecond; größe 漢 🦨;";
    received(&shop, text, format!("{text}\r").as_bytes()).await;
    assert!(!shop.project.worktree("ash").join("x").exists(), "something was executed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mebibyte_arrives_whole() {
    let shop = Shop::new().await;
    let lines: Vec<_> = (0..65_536).map(|line| format!("{line:015}\n")).collect();
    let text = lines.concat();
    assert_eq!(text.len(), 1 << 20);
    received(&shop, &text, format!("{text}\r").as_bytes()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_mode_is_in_nobodys_way() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.tmux.run(&["copy-mode", "-t", "=gt-shop-ash:"]);
    shop.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    shop.editor.expect_capture("ash", 20, "got: hello").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_senders_never_mix_their_texts() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let mut sent = Vec::new();
    for n in 0..6 {
        let text = format!("message-{n}-{}", "x".repeat(200));
        sent.push(shop.editor.ask("inject", json!(["ash", text])).await);
    }
    for one in sent {
        one.await.unwrap();
    }
    eventually("six answers", async || {
        let lines = json!(["ash", { "lines": 200 }]);
        let seen = shop.editor.call("capture", lines).await.unwrap();
        let seen = seen.as_str().unwrap();
        if seen.matches("got: message-").count() == 6 { Ok(()) } else { Err(seen.to_owned()) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_where_nobody_reads_it() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.call("inject", json!(["ash", "/exit 0"])).await.unwrap();
    shop.editor.expect_state("ash", "exited").await;
    let refused = shop.refusal("inject", json!(["ash", "hello"])).await;
    assert_eq!(refused.code, "session_not_found");
    assert!(refused.message.contains("its agent has ended"), "{refused:?}");
    assert_eq!(shop.refusal("inject", json!(["ash", ""])).await.code, "bad_argument");
    assert_eq!(shop.refusal("inject", json!(["ash", "a\u{0}b"])).await.code, "bad_argument");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_get_a_message_and_each_is_told_apart() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch"] {
        shop.start(polecat, "prompts").await;
    }
    shop.editor.call("new", json!(["cedar", {}])).await.unwrap();
    shop.editor.command("PolecatInject ash,cedar,birch hello | all").await.unwrap();
    shop.editor.expect_message("sent to `ash`, `birch`").await;
    shop.editor.expect_message("not sent to `cedar`: session not found").await;
    for polecat in ["ash", "birch"] {
        shop.editor.expect_capture(polecat, 20, "got: hello | all").await;
    }
    for polecat in ["ash", "birch"] {
        shop.editor.expect_state(polecat, "idle").await;
    }
    shop.editor.command("PolecatInject * once more").await.unwrap();
    for polecat in ["ash", "birch"] {
        shop.editor.expect_capture(polecat, 20, "got: once more").await;
    }
    shop.editor.command("PolecatInject *").await.unwrap();
    shop.editor.expect_message("`message` is missing").await;
}
