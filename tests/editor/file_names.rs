//! Names: files called whatever they are called, and buffers of ours that are edited or written by
//! another name.

use std::fs;

use serde_json::json;

use crate::{
    diffing::{NINE, expect, go_to, open, press, shop, value, write},
    rig::Shop,
};

/// A name in which a command line, a pattern and a shell each find something.
const HOSTILE: &str = "a b%#[1]$HOME'`x|.txt";

const NAME: &str = "vim.api.nvim_buf_get_name(0)";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_opened_and_compared_whatever_it_is_called() {
    let shop = shop(&[(HOSTILE, NINE)]).await;
    write(&shop, HOSTILE, &NINE.replace('5', "five"));
    let file = shop.project.worktree("ash").join(HOSTILE);
    open(&shop, "+five").await;
    go_to(&shop, "+five").await;
    press(&shop, "<CR>").await;
    expect(&shop, NAME, json!(file)).await;
    assert_eq!(value(&shop, "vim.fn.getline('.')").await, "five");
    open(&shop, "+five").await;
    go_to(&shop, "+five").await;
    press(&shop, "dv").await;
    let sides = "vim.tbl_map(function(win)
        return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 4, 5, false)[1] or ''
    end, vim.api.nvim_tabpage_list_wins(0))";
    expect(&shop, &format!("{{ vim.fn.tabpagenr('$'), {sides} }}"), json!([2, ["5", "five"]]))
        .await;
}

/// A message to `ash` that is being written.
async fn composing(text: &str) -> Shop {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.command("PolecatInject ash").await.unwrap();
    expect(&shop, NAME, json!("polecat://compose/ash")).await;
    shop.editor
        .lua("vim.api.nvim_buf_set_lines(0, 0, -1, false, { ... })", json!([text]))
        .await
        .unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_written_to_a_file_is_not_sent() {
    let shop = composing("a draft").await;
    let [draft, other] = ["draft.md", "other.md"].map(|name| shop.project.around().join(name));
    shop.editor.command(&format!("write {}", draft.display())).await.unwrap();
    assert_eq!(fs::read_to_string(&draft).unwrap(), "a draft\n");
    assert_eq!(
        value(&shop, "{ vim.fn.getline(1), vim.bo.modified }").await,
        json!(["a draft", true])
    );
    shop.editor.command(&format!("saveas {}", other.display())).await.unwrap();
    assert_eq!(fs::read_to_string(&other).unwrap(), "a draft\n");
    expect(&shop, NAME, json!(other)).await;
    // By now it is a file as any other.
    shop.editor.command("call setline(1, 'more') | write").await.unwrap();
    assert_eq!(fs::read_to_string(&other).unwrap(), "more\n");
    shop.editor.call("inject", json!(["ash", "last"])).await.unwrap();
    let lines = shop.editor.expect_capture("ash", 40, "got: last").await;
    let sent = format!("{lines:?}");
    assert!(!sent.contains("a draft") && !sent.contains("more"), "{sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_edited_again_is_drawn_anew_and_a_text_is_as_it_began() {
    let shop = composing("a draft").await;
    shop.editor.command("quit!").await.unwrap();
    shop.editor.command("PolecatStatus sidebar").await.unwrap();
    shop.editor.expect_line("polecat://sidebar", "ash").await;
    shop.editor.command("edit").await.unwrap();
    shop.editor.expect_line("polecat://sidebar", "ash").await;
    let kept = "{ vim.bo.buftype, vim.bo.filetype, vim.bo.modifiable }";
    assert_eq!(value(&shop, kept).await, json!(["nofile", "polecat-status", false]));
    shop.editor.command("quit | PolecatSling").await.unwrap();
    expect(&shop, NAME, json!("polecat://sling/shop")).await;
    shop.editor.command("call setline(1, 'a task') | edit!").await.unwrap();
    let text = "{ vim.bo.buftype, vim.bo.modifiable, vim.bo.modified, vim.fn.getline(1, '$') }";
    expect(&shop, text, json!(["acwrite", true, false, [""]])).await;
    assert_eq!(shop.editor.messages().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buffer_of_ours_that_only_its_command_opens_says_so_when_it_is_edited_by_its_name() {
    let shop = Shop::new().await;
    for kind in
        ["sling/shop", "squash/ash", "pull-request/ash", "comment/ash", "answer/ash", "question"]
    {
        shop.editor.command(&format!("edit polecat://{kind}")).await.unwrap();
        let told = "vim.b.polecat_title";
        let said = format!("`polecat://{kind}` is opened by its command alone");
        expect(&shop, told, json!(said)).await;
        let state = "{ vim.bo.buftype, vim.bo.modifiable, vim.b.polecat_file == nil }";
        assert_eq!(value(&shop, state).await, json!(["nofile", false, true]), "{kind}");
    }
    assert_eq!(shop.editor.messages().await, [""; 0]);
}
