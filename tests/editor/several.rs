//! Several Neovims in one rig: all see the same, and none of them is a person at a session.

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    states::{cue, player, playing},
    support::{editor::Editor, eventually, eventually_equal},
};

/// What an editor knows without asking. Since when something is so, each has seen for itself.
async fn sessions(editor: &Editor) -> Json {
    let code = "return vim.tbl_map(function(session)
        session.last_activity, session.state_since = nil, nil
        return session
    end, require('polecat').sessions())";
    editor.lua(code, Json::Null).await.unwrap()
}

pub(crate) async fn another(shop: &Shop, config: Json) -> Editor {
    Editor::with(&shop.tmux, shop.project.path(), config).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_of_a_new_one_tells_what_the_others_see() {
    let shop = playing("claude", "claude/ready").await;
    cue(&shop, "claude/permission-bash");
    shop.editor.expect_state("ash", "waiting").await;
    let config = || player("claude", "claude/ready");
    let listed = another(&shop, config()).await.call("list", json!([])).await.unwrap();
    assert_eq!(listed[0]["state"], "waiting", "{listed}");
    assert_eq!(listed[0]["waiting"]["reason"], "permission", "{listed}");
    let status = another(&shop, config()).await.call("status", json!(["ash"])).await.unwrap();
    assert_eq!(status["state"], "waiting", "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_show_the_same_and_only_a_person_counts_as_attached() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch"] {
        shop.start(polecat, "prompts").await;
    }
    let second = another(&shop, Json::Null).await;
    for editor in [&shop.editor, &second] {
        editor.command("PolecatStatus").await.unwrap();
        editor.expect_line("polecat://status", "2 polecats, 2 running").await;
        editor.command("PolecatCapture ash").await.unwrap();
        editor.expect_line("polecat://capture/gt-shop-ash", "A scripted agent").await;
        editor.expect_state("ash", "idle").await;
        editor.expect_state("birch", "idle").await;
    }
    eventually("the same sessions", async || {
        let (one, other) = (sessions(&shop.editor).await, sessions(&second).await);
        if one == other && one[1].is_object() { Ok(()) } else { Err(format!("{one} {other}")) }
    })
    .await;
    for polecat in ["ash", "birch"] {
        let info = second.call("status", json!([polecat])).await.unwrap();
        assert_eq!(info["attached"], false, "{info}");
    }

    shop.editor.command("PolecatAttach ash").await.unwrap();
    for editor in [&second, &shop.editor] {
        eventually_equal(json!(true), async || {
            editor.call("status", json!(["ash"])).await.unwrap()["attached"].clone()
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_stops_the_others_status_windows_show() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let second = another(&shop, Json::Null).await;
    second.command("PolecatStatus").await.unwrap();
    second.expect_line("polecat://status", "1 running").await;
    shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    second.expect_line("polecat://status", "stopped").await;
}
