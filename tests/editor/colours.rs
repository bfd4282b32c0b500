//! What agents print in colours, and what that costs the editor.

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    support::{eventually, eventually_equal},
};

const LIVE: &str = "polecat://capture/gt-shop-ash";

/// A shop with an agent that paints, and a live capture of it.
async fn gallery() -> Shop {
    let shop = Shop::new().await;
    shop.start("ash", "paints").await;
    shop.editor.command("PolecatCapture ash 2000").await.unwrap();
    shop.editor.expect_line(LIVE, "ready").await;
    shop
}

async fn paint(shop: &Shop, count: usize, all: usize) {
    // As a person's keys: it shows nothing of what is typed, as a message must be.
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", &count.to_string(), "Enter"]);
    shop.editor.expect_line(LIVE, &format!("painted {all}")).await;
}

async fn lua(shop: &Shop, code: &str) -> Json {
    shop.editor.lua(code, Json::Null).await.unwrap()
}

/// Highlight groups of anybody's.
async fn groups(shop: &Shop) -> u64 {
    let count = "return vim.tbl_count(vim.api.nvim_get_hl(0, {}))";
    lua(shop, count).await.as_u64().unwrap()
}

/// What others do with highlight groups; any error of it is the test's.
const OTHERS: &str = "
    vim.api.nvim_set_hl(0, 'SomebodysGroup', { fg = '#00ff00' })
    vim.cmd('colorscheme habamax')
    vim.cmd('new | set filetype=python | syntax on')
    vim.cmd('close')
    return vim.fn.hlexists('pythonStatement') == 1 and vim.fn.hlID('SomebodysGroup') > 0
";

/// How far, in any channel, the colours of the last painted row are from what was printed; and in
/// how many cells there is none. `...` is the number behind the row's last cell.
const FARTHEST: &str = "
    local buf, last = vim.fn.bufnr('capture/gt-shop-ash'), ...
    local function printed(number, shift)
        local mixed = number * 2654435761 % 0x1000000
        return math.floor(mixed / 2 ^ shift) % 256
    end
    local row = vim.api.nvim_buf_line_count(buf) - 2
    local cells, far, bare = {}, 0, 0
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buf, -1, { row, 0 }, { row, -1 },
        { details = true })) do
        -- A half block has three bytes.
        for cell = mark[3] / 3, mark[4].end_col / 3 - 1 do
            cells[cell] = vim.api.nvim_get_hl(0, { name = mark[4].hl_group })
        end
    end
    for cell = 0, 79 do
        for key, number in pairs({ fg = last - 80 + cell, bg = last - 79 + cell }) do
            local shown = (cells[cell] or {})[key]
            bare = bare + (shown and 0 or 1)
            for _, shift in ipairs({ 0, 8, 16 }) do
                local value = math.floor((shown or 0) / 2 ^ shift) % 256
                far = shown and math.max(far, math.abs(value - printed(number, shift))) or far
            end
        end
    end
    return { bare, far }
";

#[tokio::test(flavor = "multi_thread")]
async fn tens_of_thousands_of_colours_leave_the_editor_its_highlight_groups() {
    let shop = gallery().await;
    let before = groups(&shop).await;
    paint(&shop, 160, 160).await;
    let exact = shop.editor.lua(FARTHEST, json!([160])).await.unwrap();
    assert_eq!(exact, json!([0, 0]), "the first picture is as it was painted");
    paint(&shop, 30_000, 30_160).await;
    assert_eq!(lua(&shop, OTHERS).await, true);
    assert!(groups(&shop).await - before < 6_000, "{} groups", groups(&shop).await);
    let rounded = shop.editor.lua(FARTHEST, json!([30_160])).await.unwrap();
    assert_eq!(rounded[0], 0, "cells without a colour");
    assert!(rounded[1].as_u64().unwrap() <= 68, "{rounded}");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_another_backend_nor_a_plugin_that_is_loaded_anew_begins_to_count_again() {
    let shop = gallery().await;
    paint(&shop, 8_000, 8_000).await;
    let before = groups(&shop).await;
    let pid = "return (require('polecat.rpc.client').greeting() or {}).pid";
    let first = lua(&shop, pid).await;
    lua(&shop, &format!("vim.uv.kill({first}, 'sigkill')")).await;
    eventually("another backend", async || {
        let now = lua(&shop, pid).await;
        if now.is_u64() && now != first { Ok(()) } else { Err(now) }
    })
    .await;
    paint(&shop, 8_000, 16_000).await;
    let anew = "vim.cmd('bwipeout ' .. vim.fn.bufnr('capture/gt-shop-ash'))
        package.loaded['polecat.ui.highlight'], package.loaded['polecat.ui.views.draw'] = nil, nil
        package.loaded['polecat.ui.views.view'], package.loaded['polecat.ui.views.open'] = nil, nil
        vim.cmd('PolecatCapture ash 2000')";
    lua(&shop, anew).await;
    shop.editor.expect_line(LIVE, "painted 16000").await;
    paint(&shop, 8_000, 24_000).await;
    // The few that a coarse cube has may not all be there yet.
    let more = groups(&shop).await - before;
    assert!(more < 2_000, "{more} groups more");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_ours_are_there_before_anything_is_shown_and_after_a_colour_scheme() {
    let shop = Shop::new().await;
    let links = "return { vim.api.nvim_get_hl(0, { name = 'PolecatWaiting' }).link,
        vim.api.nvim_get_hl(0, { name = 'PolecatComment' }).link }";
    let expected = json!(["DiagnosticWarn", "DiagnosticInfo"]);
    assert_eq!(lua(&shop, links).await, expected);
    shop.editor.command("colorscheme habamax").await.unwrap();
    assert_eq!(lua(&shop, links).await, expected);
    shop.editor.command("highlight PolecatWaiting guifg=#123456").await.unwrap();
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "no polecats yet").await;
    let own = "return vim.api.nvim_get_hl(0, { name = 'PolecatWaiting' }).fg";
    eventually_equal(json!(0x12_34_56), async || lua(&shop, own).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colour_scheme_keeps_what_agents_printed_in_their_colours() {
    let shop = gallery().await;
    paint(&shop, 160, 160).await;
    shop.editor.command("colorscheme habamax").await.unwrap();
    assert_eq!(shop.editor.lua(FARTHEST, json!([160])).await.unwrap(), json!([0, 0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pale_in_the_palette_can_be_read_on_a_light_background() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.command("PolecatCapture ash").await.unwrap();
    shop.editor.call("inject", json!(["ash", "/colors"])).await.unwrap();
    let greens = "return vim.tbl_map(function(green)
        return #vim.tbl_filter(function(name)
            return vim.api.nvim_get_hl(0, { name = name }).fg == green
        end, vim.fn.getcompletion('PolecatTerm', 'highlight')) > 0
    end, { 0x00cd00, 0x006400 })";
    let greens = async || lua(&shop, greens).await;
    for (background, expected) in
        [("dark", [true, false]), ("light", [false, true]), ("dark", [true, false])]
    {
        shop.editor.command(&format!("set background={background}")).await.unwrap();
        eventually_equal(json!(expected), greens).await;
    }
}
