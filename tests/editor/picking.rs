//! Pickers of other plugins: what they are told when the plugin is missing, and the live preview.

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    rigs::Street,
    support::{eventually, eventually_equal},
};

/// Shows a preview of a polecat in a window of its own, as a picker does.
const PREVIEW: &str = "
    local polecat = ...
    local buf = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buf, 'preview of ' .. polecat)
    vim.api.nvim_open_win(buf, false, {
        relative = 'editor', row = 1, col = 1, width = 40, height = 5, noautocmd = true })
    local at = require('polecat.editor.context').here()
    require('polecat.integrations.pickers').preview(buf, polecat, at)
    return vim.api.nvim_buf_get_name(buf)
";

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_plugin_is_named() {
    let shop = Shop::new().await;
    for (picker, plugin) in [
        ("telescope", "telescope.nvim"),
        ("fzf_lua", "fzf-lua"),
        ("snacks", "snacks.nvim"),
        ("mini", "mini.pick"),
    ] {
        let open = "require('polecat.integrations.pickers')[...]()";
        shop.editor.lua(open, json!([picker])).await.unwrap();
        shop.editor.expect_message(&format!("`{plugin}` is not installed")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_live_keeps_its_end_in_view_and_stops_for_the_next() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch"] {
        shop.start(polecat, "prompts").await;
    }
    let preview = async |polecat: &str| {
        let name = shop.editor.lua(PREVIEW, json!([polecat])).await.unwrap();
        name.as_str().unwrap().to_owned()
    };
    let ash = preview("ash").await;
    shop.editor.expect_line(&ash, "A scripted agent").await;
    shop.editor.call("inject", json!(["ash", "/print 30"])).await.unwrap();
    // All of it, the prompt below too: the preview must show no more than that later.
    let lines = shop
        .editor
        .expect(&ash, "a prompt below line 30", |lines| {
            let at = lines.iter().position(|line| line == "line 30");
            at.is_some_and(|at| lines.get(at + 1).is_some_and(|line| line.starts_with('❯')))
        })
        .await;
    let last = "return vim.api.nvim_win_call(vim.fn.win_findbuf(vim.fn.bufnr(...))[1],
        function() return vim.fn.line('w$') end)";
    eventually("the end in view", async || {
        let seen = shop.editor.lua(last, json!([ash])).await.unwrap();
        if seen.as_u64().unwrap_or_default() >= lines.len() as u64 { Ok(()) } else { Err(seen) }
    })
    .await;

    let birch = preview("birch").await;
    shop.editor.expect_line(&birch, "A scripted agent").await;
    for polecat in ["ash", "birch"] {
        shop.editor.call("inject", json!([polecat, "hello"])).await.unwrap();
        shop.editor.expect_capture(polecat, 5, "got: hello").await;
    }
    shop.editor.expect_line(&birch, "got: hello").await;
    assert_eq!(shop.editor.lines(&ash).await, lines);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_of_a_session_that_is_gone_says_so() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let ash = shop.editor.lua(PREVIEW, json!(["ash"])).await.unwrap();
    shop.editor.expect_line(ash.as_str().unwrap(), "gt-shop-ash").await;
    assert_eq!(shop.editor.lua("return _G.notified", Json::Null).await.unwrap(), json!([]));
}

/// A picker plugin that keeps what it is opened with.
const SNACKS: &str = "
    package.loaded.snacks = { picker = { pick = function(opts) Picked = opts end } }
    require('polecat.integrations.pickers').snacks({ title = 'Mine' })
";

#[tokio::test(flavor = "multi_thread")]
async fn a_picker_lists_the_sessions_follows_one_and_asks_what_to_do_with_it() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.lua(SNACKS, Json::Null).await.unwrap();
    eventually("the picker", async || {
        let code = "return { (Picked or {}).title, ((Picked or {}).items or {})[1] }";
        let seen = shop.editor.lua(code, Json::Null).await.unwrap();
        let text = seen[1]["text"].as_str().unwrap_or_default();
        let is_ash = seen[0] == "Mine" && text.starts_with("ash  ");
        if is_ash { Ok(()) } else { Err(seen) }
    })
    .await;
    let press = "local done = ...
        vim.ui.select = function(items) Asked = items end
        local action = done == 'confirm' and Picked.confirm or Picked.actions.polecat_act
        action({ close = function() end }, Picked.items[1])";
    shop.editor.lua(press, json!(["act"])).await.unwrap();
    eventually("what to do", async || {
        let seen = shop.editor.lua("return Asked or {}", Json::Null).await.unwrap();
        let stops = seen.as_array().is_some_and(|all| all.contains(&json!("Stop it by force")));
        if stops { Ok(()) } else { Err(seen) }
    })
    .await;
    shop.editor.lua(press, json!(["confirm"])).await.unwrap();
    shop.editor.expect_line("polecat://capture/gt-shop-ash", "A scripted agent").await;
}

const MINI: &str = "
    package.loaded['mini.pick'] = {
        start = function(opts) Picked = opts end,
        get_picker_matches = function() return { current = Picked.source.items[2] } end,
    }
    require('polecat.integrations.pickers').mini({ all = true, source = { name = 'Mine' } })
";

#[tokio::test(flavor = "multi_thread")]
async fn a_picker_of_all_rigs_is_about_the_row_of_its_own_rig() {
    let street = Street::new(&["bank"]).await;
    for polecat in ["ash", "bank/ash"] {
        street.start(polecat).await;
    }
    let editor = street.editor();
    editor.lua(MINI, Json::Null).await.unwrap();
    let names = "return vim.tbl_map(function(row) return row:match('%S+') end,
        ((Picked or {}).source or {}).items or {})";
    let sorted = async || {
        let mut seen = editor.lua(names, Json::Null).await.unwrap();
        seen.as_array_mut().unwrap().sort_by_key(ToString::to_string);
        seen
    };
    eventually_equal(json!(["ash", "bank/ash"]), sorted).await;
    let act = "vim.ui.select = function(_, opts) Asked = opts.prompt end
        Picked.mappings.polecat_act.func()
        return Picked.source.items[2]:match('%S+')";
    let second = editor.lua(act, Json::Null).await.unwrap();
    eventually_equal(second, async || editor.lua("return Asked", Json::Null).await.unwrap()).await;
    let press = |code: &str| {
        format!(
            "for _, row in ipairs(Picked.source.items) do
                if vim.startswith(row, 'bank/') then {code} end
            end
            return vim.api.nvim_buf_get_name(0)"
        )
    };
    let preview = "local buf = vim.api.nvim_create_buf(false, true)
        vim.api.nvim_buf_set_name(buf, 'preview') vim.cmd.sbuffer(buf)
        Picked.source.preview(buf, row)";
    let shown = editor.lua(&press(preview), Json::Null).await.unwrap();
    editor.expect_line(shown.as_str().unwrap(), "A scripted agent").await;
    editor.lua(&press("Picked.source.choose(row)"), Json::Null).await.unwrap();
    editor.expect_line("polecat://capture/gt-bank-ash", "A scripted agent").await;
}
