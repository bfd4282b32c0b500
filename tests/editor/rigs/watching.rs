//! Rigs that are watched from the start of Neovim on.

use serde_json::{Value as Json, json};

use super::{Street, folder};
use crate::{
    desk::reaching,
    rig::Shop,
    support::{editor::Editor, eventually_equal, rig::Project},
};

async fn statusline(editor: &Editor) -> Json {
    editor.lua("return require('polecat').statusline()", Json::Null).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_be_watched_is_counted_without_a_command() {
    let street = Street::new(&["bank", "mill"]).await;
    for polecat in ["bank/ash", "mill/ash", "ash"] {
        street.start(polecat).await;
    }
    let [bank, mill] = [&street.others[0], &street.others[1]].map(folder);
    let rigs = json!({ &bank: { "watch": true }, &mill: {}, "/nosuch/rig": { "watch": true } });
    let outside = tempfile::tempdir().unwrap();
    let one = Editor::with(&street.shop.tmux, outside.path(), json!({ "rigs": rigs })).await;
    eventually_equal(json!("○1"), async || statusline(&one).await).await;
    let rigs = json!({ bank: {}, mill: {} });
    let config = json!({ "rigs": rigs, "watch": true });
    let all = Editor::with(&street.shop.tmux, street.shop.project.path(), config).await;
    eventually_equal(json!("○3"), async || statusline(&all).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_loaded_where_nothing_is_to_be_watched() {
    let bank = Project::named("bank");
    let street = Street::new(&[]).await;
    let config = json!({ "rigs": { folder(&bank): { "watch": false } }, "all": true });
    let editor = Editor::with(&street.shop.tmux, bank.path(), config).await;
    let loaded = "return vim.tbl_filter(function(name)
        return vim.startswith(name, 'polecat')
    end, vim.tbl_keys(package.loaded))";
    // What was planned for after the start has been done by the time of another turn.
    let waited = "local done vim.schedule(function() done = true end)
        return vim.wait(5000, function() return done end)";
    assert_eq!(editor.lua(waited, Json::Null).await.unwrap(), true);
    assert_eq!(editor.lua(loaded, Json::Null).await.unwrap(), json!(["polecat.commands"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_to_be_watched_is_connected_to_without_a_command() {
    let there = Shop::new().await;
    there.start("ash", "prompts").await;
    let desk = reaching(&there, &json!({ "watch": true })).await;
    eventually_equal(json!("○1"), async || statusline(&desk.editor).await).await;
}
