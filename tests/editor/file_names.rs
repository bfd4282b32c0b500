//! Files, whatever they are called.

use serde_json::json;

use crate::{
    diffing::{NINE, expect, go_to, open, press, shop, value, write},
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
    expect(&shop, &format!("{{ vim.fn.tabpagenr('$'), {sides} }}"), json!([2, ["5", "five"]])).await;
}
