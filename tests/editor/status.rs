//! The status window in narrow and changing terminals, with many polecats, in other colours.

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    support::{eventually, eventually_equal},
};

const STATUS: &str = "polecat://status";

/// Where the float is, and what of its lines is wider than it.
const FLOAT: &str = "
    local win = vim.fn.win_findbuf(vim.fn.bufnr('polecat://status'))[1]
    if not win then return { shown = false } end
    local config = vim.api.nvim_win_get_config(win)
    local too_wide = vim.tbl_filter(function(line)
        return vim.fn.strdisplaywidth(line) > config.width
    end, vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false))
    return {
        shown = true, too_wide = too_wide, height = config.height,
        inside = config.col + config.width + 2 <= vim.o.columns
            and config.row + config.height + 2 <= vim.o.lines,
        cursor = vim.api.nvim_win_get_cursor(win)[1],
        top = vim.api.nvim_win_call(win, function() return vim.fn.line('w0') end),
    }
";

async fn float(shop: &Shop) -> Json {
    shop.editor.lua(FLOAT, Json::Null).await.unwrap()
}

/// Opens the status window on `count` polecats, of which none runs.
async fn open(shop: &Shop, count: u32) {
    for number in 1..=count {
        let folder = shop.project.home().join(format!("polecats/p{number}"));
        std::fs::create_dir_all(folder).unwrap();
    }
    shop.editor.command("PolecatStatus").await.unwrap();
    eventually_equal(json!(true), async || float(shop).await["shown"].clone()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_fits_a_screen_of_any_size_also_while_another_window_is_current() {
    let shop = Shop::new().await;
    open(&shop, 30).await;
    shop.start("ash", "prompts").await;
    shop.editor.expect_line(STATUS, "31 polecats, 1 running").await;
    shop.editor.command("wincmd p").await.unwrap();
    for (columns, lines) in [(20, 12), (200, 50), (30, 8), (20, 6), (80, 24)] {
        shop.editor.command(&format!("set columns={columns} lines={lines}")).await.unwrap();
        eventually(&format!("a fit into {columns} by {lines}"), async || {
            let seen = float(&shop).await;
            let fits = seen["inside"] == true && seen["too_wide"] == json!([]);
            if fits { Ok(()) } else { Err(seen) }
        })
        .await;
        shop.editor
            .expect(STATUS, "name and state", |lines| {
                lines.get(1).is_some_and(|line| line.contains("ash  "))
            })
            .await;
    }
    assert_eq!(float(&shop).await["top"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_polecats_scroll_and_the_cursor_stays_on_its_own() {
    let shop = Shop::new().await;
    open(&shop, 100).await;
    let lines = shop.editor.expect_line(STATUS, "100 polecats").await;
    assert_eq!(lines.len(), 101);
    assert!(float(&shop).await["height"].as_u64().unwrap() < 25);
    shop.editor.command("call search('p57 ', 'w')").await.unwrap();
    let before = float(&shop).await["cursor"].as_u64().unwrap();
    shop.start("zinnia", "prompts").await;
    shop.editor
        .expect(STATUS, "`zinnia` first", |lines| {
            lines.get(1).is_some_and(|line| line.contains("zinnia"))
        })
        .await;
    assert_eq!(float(&shop).await["cursor"], before + 1);
    let line = shop.editor.lua("return vim.api.nvim_get_current_line()", Json::Null).await.unwrap();
    assert!(line.as_str().unwrap().contains("p57 "), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_colours_and_those_of_agents_outlive_a_colour_scheme() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    open(&shop, 1).await;
    shop.editor.command("PolecatCapture ash").await.unwrap();
    shop.editor.call("inject", json!(["ash", "/colors"])).await.unwrap();
    shop.editor.expect_line("polecat://capture/gt-shop-ash", "wide: 日本語").await;
    let own = "vim.api.nvim_set_hl(0, 'PolecatDied', { fg = '#123456' })";
    shop.editor.lua(own, Json::Null).await.unwrap();
    let groups = "local found = {}
        for name, group in pairs(vim.api.nvim_get_hl(0, {})) do
            if vim.startswith(name, 'Polecat') and next(group) then found[name] = true end
        end
        return found";
    let before = shop.editor.lua(groups, Json::Null).await.unwrap();
    assert!(before.as_object().unwrap().len() > 12, "{before}");
    for scheme in ["blue", "default"] {
        shop.editor.command(&format!("colorscheme {scheme}")).await.unwrap();
        assert_eq!(shop.editor.lua(groups, Json::Null).await.unwrap(), before, "{scheme}");
    }
    let link = "return vim.api.nvim_get_hl(0, { name = 'PolecatWaiting' }).link";
    assert_eq!(shop.editor.lua(link, Json::Null).await.unwrap(), "DiagnosticWarn");
}

#[tokio::test(flavor = "multi_thread")]
async fn opened_before_there_was_a_polecat_the_cursor_goes_to_the_first_one_that_comes() {
    let shop = Shop::new().await;
    open(&shop, 0).await;
    assert_eq!(float(&shop).await["cursor"], 1);
    shop.start("ash", "prompts").await;
    shop.editor
        .expect(STATUS, "a row", |lines| lines.get(1).is_some_and(|line| line.contains("ash  ")))
        .await;
    assert_eq!(float(&shop).await["cursor"], 2);
    shop.start("birch", "prompts").await;
    shop.editor.expect(STATUS, "a row more", |lines| lines.len() == 3).await;
    let first = shop.editor.lines(STATUS).await[1].clone();
    let expected = if first.contains("ash") { 2 } else { 3 };
    assert_eq!(float(&shop).await["cursor"], expected, "the cursor stays on ash");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_fits_is_shown_whole_wherever_its_rows_go() {
    let shop = Shop::new().await;
    open(&shop, 1).await;
    // It stands on this row, which goes to the end when others run.
    shop.start("ash", "prompts").await;
    shop.start("birch", "prompts").await;
    shop.editor
        .expect(STATUS, "p1 below", |lines| lines.get(3).is_some_and(|line| line.contains("p1  ")))
        .await;
    let seen = float(&shop).await;
    assert_eq!((&seen["cursor"], &seen["top"]), (&json!(4), &json!(1)), "{seen}");
}
