//! What is of all rigs: who waits, the list to choose from, what is told.

use serde_json::{Value as Json, json};

use super::Street;
use crate::{
    rig::agent,
    support::{eventually, eventually_equal},
};

/// Has `polecat` ask whether it may touch `file`.
async fn asks(street: &Street, polecat: &str, file: &str) {
    let cmd = agent(&format!("questions permission:{file}"));
    let options = json!({ "new": true, "agent": "claude", "cmd": cmd });
    street.shop.try_start(polecat, options).await.unwrap();
    street.editor().call("inject", json!([polecat, "go"])).await.unwrap();
    eventually(&format!("`{polecat}` to ask"), async || {
        let info = street.editor().call("status", json!([polecat])).await.unwrap();
        if info["state"] == "waiting" { Ok(()) } else { Err(info) }
    })
    .await;
}

/// The text and the title of the window in which a question is answered.
async fn expect_question(street: &Street, text: &str, title: &str) {
    let code = "local win = vim.api.nvim_get_current_win()
        local config = vim.api.nvim_win_get_config(win)
        return { vim.bo.filetype, table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n'),
            vim.inspect(config.title), vim.inspect(config.footer) }";
    eventually(&format!("`{text}` in a window `{title}`"), async || {
        let seen = street.editor().lua(code, Json::Null).await.unwrap();
        let has = |at: usize, part: &str| seen[at].as_str().unwrap_or_default().contains(part);
        let is_it = has(1, text) && has(2, title) && has(3, "answer");
        if seen[0] == "polecat-question" && is_it { Ok(()) } else { Err(seen) }
    })
    .await;
}

async fn typed(street: &Street, keys: &str) {
    let code = "vim.api.nvim_feedkeys(vim.keycode(...), 'mtx', false)";
    street.editor().lua(code, json!([keys])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_waited_longest_in_six_projects_is_answered_in_three_keys_from_anywhere() {
    let street = Street::new(&["bank", "cafe", "dock", "farm", "mill"]).await;
    for polecat in ["ash", "bank/ash", "cafe/ash", "farm/oak"] {
        street.start(polecat).await;
    }
    asks(&street, "dock/elm", "first").await;
    asks(&street, "birch", "second").await;
    asks(&street, "mill/elm", "third").await;
    // In no rig at all.
    let outside = street.editor().home.path().join("tmp");
    street.editor().command(&format!("cd {} | enew", outside.display())).await.unwrap();
    street.editor().command("nmap gA <Plug>(PolecatAnswer)").await.unwrap();
    typed(&street, "gA").await;
    expect_question(&street, "touch first", "dock/elm asks").await;
    typed(&street, "1").await;
    expect_question(&street, "touch second", "shop/birch asks").await;
    street.editor().expect_message("`dock/elm`: Yes").await;
    typed(&street, "]w").await;
    expect_question(&street, "touch third", "mill/elm asks").await;
    typed(&street, "q").await;
    typed(&street, "gA").await;
    expect_question(&street, "touch second", "shop/birch asks").await;
    typed(&street, "q").await;
    // The same order for who is looked at.
    street.editor().command("nmap gw <Plug>(PolecatNextWaiting)").await.unwrap();
    for session in ["gt-shop-birch", "gt-mill-elm", "gt-shop-birch"] {
        typed(&street, if session == "gt-shop-birch" { "gw" } else { "]w" }).await;
        let name = format!("polecat://capture/{session}");
        eventually_equal(json!(name), async || {
            let here = "return vim.api.nvim_buf_get_name(0)";
            street.editor().lua(here, Json::Null).await.unwrap()
        })
        .await;
        if session == "gt-mill-elm" {
            street.editor().command("new").await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_to_choose_from_is_of_all_in_columns_and_acts_on_the_chosen_one() {
    let street = Street::new(&["bank"]).await;
    for polecat in ["ash", "bank/ash"] {
        street.start(polecat).await;
    }
    asks(&street, "bank/birch", "x").await;
    let pick = "_G.seen = {}
        vim.ui.select = function(labels, opts, done)
            table.insert(_G.seen, labels)
            for _, label in ipairs(labels) do
                if vim.startswith(label, 'bank/ash ') or label == 'Stop it by force' then
                    return done(label)
                end
            end
        end";
    street.editor().lua(pick, Json::Null).await.unwrap();
    let seen = async || -> Vec<Vec<String>> {
        let seen = street.editor().lua("return _G.seen", Json::Null).await.unwrap();
        serde_json::from_value(seen).unwrap()
    };
    street.editor().command("PolecatList").await.unwrap();
    eventually_equal(1, async || seen().await.len()).await;
    street.editor().command("PolecatList!").await.unwrap();
    eventually_equal(3, async || seen().await.len()).await;
    eventually_equal(false, async || street.shop.sessions().contains(&"gt-bank-ash".to_owned()))
        .await;
    assert!(street.shop.sessions().contains(&"gt-shop-ash".to_owned()));
    let lists = seen().await;
    let name = |row: &String| row.split_whitespace().next().unwrap_or_default().to_owned();
    assert_eq!(lists[0].iter().map(name).collect::<Vec<_>>(), ["ash"]);
    assert_eq!(name(&lists[1][0]), "bank/birch", "who needs a person stands first: {lists:#?}");
    let width = "bank/birch  ".len();
    let in_columns = |row: &String| {
        let (before, after) = row.split_at(width);
        before.trim_end() == name(row) && !after.starts_with(' ')
    };
    assert!(lists[1].len() == 3 && lists[1].iter().all(in_columns), "{lists:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_names_the_rig_where_it_is_not_the_one_around() {
    let street = Street::new(&["bank"]).await;
    let listen = "_G.heard = {}
        vim.api.nvim_create_autocmd('User', { pattern = 'PolecatWaiting', callback = function(event)
            table.insert(_G.heard, { event.data.address, event.data.rig_path })
        end })";
    street.editor().lua(listen, Json::Null).await.unwrap();
    street.editor().call("list", json!([])).await.unwrap();
    asks(&street, "bank/ash", "x").await;
    street.editor().expect_message("`bank/ash` waits for permission").await;
    asks(&street, "ash", "x").await;
    street.editor().expect_message("`ash` (shop) waits for permission").await;
    let heard = street.editor().lua("return _G.heard", Json::Null).await.unwrap();
    let paths = [&street.others[0], &street.shop.project].map(super::folder);
    assert_eq!(heard, json!([["bank/ash", paths[0]], ["shop/ash", paths[1]]]));
    let all = street.editor().call("list", json!([{ "all": true }])).await.unwrap();
    let addresses: Vec<_> = all.as_array().unwrap().iter().map(|one| &one["address"]).collect();
    assert_eq!(addresses, ["bank/ash", "shop/ash"]);
    street.editor().call("answer", json!(["bank/ash", 1, {}])).await.unwrap();
    let info = street.editor().call("status", json!(["ash"])).await.unwrap();
    assert_eq!(info["state"], "waiting", "it was not asked this");
}
