//! Windows and buffers of ours among those of others: where one comes back to, what they let in,
//! what stays when they go.

use serde_json::{Value as Json, json};

use crate::{
    diffing::{expect, press, value},
    rig::Shop,
    support::{eventually, eventually_equal},
};

const STATUS: &str = "polecat://status";
const NAME: &str = "vim.api.nvim_buf_get_name(0)";

async fn open_status(shop: &Shop) {
    shop.editor.command("PolecatStatus").await.unwrap();
    expect(shop, NAME, json!(STATUS)).await;
    expect(shop, "vim.fn.getline('.'):match('ash')", json!("ash")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_any_chain_of_floats_one_comes_back_the_way_one_went() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    shop.editor.command("edit README | vsplit").await.unwrap();
    let window = "vim.api.nvim_get_current_win()";
    let file = value(&shop, window).await;
    let detail = format!("{STATUS}/ash");
    // The last keys close all that the others opened, one by one; `:close` is as good as `q`.
    for (keys, close) in [("K", "q"), ("Kg?q", "q"), ("g?q", ""), ("Kg?qg?q", ":close<CR>")] {
        open_status(&shop).await;
        let status = value(&shop, window).await;
        let (first, rest) = keys.split_at(1);
        press(&shop, first).await;
        if first == "K" {
            expect(&shop, NAME, json!(detail)).await;
        }
        press(&shop, rest).await;
        settled(&shop).await;
        press(&shop, close).await;
        settled(&shop).await;
        assert_eq!(value(&shop, window).await, status, "after `{keys}` and `{close}`");
        press(&shop, "q").await;
        settled(&shop).await;
        assert_eq!(value(&shop, window).await, file, "after `{keys}`, `{close}` and `q`");
        assert_eq!(value(&shop, "#vim.api.nvim_list_wins()").await, 2, "after `{keys}`");
    }
}

/// What was scheduled has been done.
async fn settled(shop: &Shop) {
    shop.editor
        .lua("_G.turn = nil vim.schedule(function() _G.turn = 1 end)", Json::Null)
        .await
        .unwrap();
    expect(shop, "_G.turn", json!(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_opened_from_a_float_takes_the_place_of_all_of_them() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    open_status(&shop).await;
    press(&shop, "K").await;
    expect(&shop, NAME, json!(format!("{STATUS}/ash"))).await;
    press(&shop, "<CR>").await;
    expect(&shop, NAME, json!("polecat://capture/gt-shop-ash")).await;
    let floats = "#vim.tbl_filter(function(win)
        return vim.api.nvim_win_get_config(win).relative ~= '' end, vim.api.nvim_list_wins())";
    assert_eq!(value(&shop, floats).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_window_of_ours_takes_other_buffers_and_one_beside_a_file_does_not() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    for command in ["tab PolecatDiff ash", "tab PolecatCapture ash"] {
        shop.editor.command("edit README").await.unwrap();
        shop.editor.command(command).await.unwrap();
        expect(&shop, "vim.fn.tabpagenr('$')", json!(2)).await;
        shop.editor.command("split README").await.unwrap();
        shop.editor.command("wincmd p").await.unwrap();
        let refused = shop.editor.command("edit other").await.unwrap_err();
        assert!(refused.contains("E1513"), "{refused}");
        shop.editor.command("only | edit other").await.unwrap();
        assert_eq!(value(&shop, "vim.fs.basename(vim.api.nvim_buf_get_name(0))").await, "other");
        assert_eq!(value(&shop, "vim.wo.winfixbuf").await, false);
        shop.editor.command("tabonly | tabnew | tabonly").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_opened_and_closed_leaves_neither_groups_nor_autocommands() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let left = "{ vim.fn.getcompletion('polecat', 'augroup'), #vim.api.nvim_get_autocmds({}) }";
    let mut seen = Vec::new();
    for _ in 0..3 {
        open_status(&shop).await;
        press(&shop, "K").await;
        expect(&shop, NAME, json!(format!("{STATUS}/ash"))).await;
        press(&shop, "g?").await;
        press(&shop, "qd").await;
        expect(&shop, NAME, json!("polecat://diff/ash")).await;
        press(&shop, "q").await;
        for (command, buffer) in [
            ("PolecatCapture ash", "polecat://capture/gt-shop-ash"),
            ("PolecatInject ash", "polecat://compose/ash"),
        ] {
            shop.editor.command(command).await.unwrap();
            expect(&shop, NAME, json!(buffer)).await;
            shop.editor.command("bwipeout!").await.unwrap();
        }
        settled(&shop).await;
        seen.push(value(&shop, left).await);
    }
    assert_eq!(seen[1], seen[2]);
    // Windows and buffers share their numbers, from 1000 on.
    let numbered = |group: &&Json| group.to_string().contains(|char: char| char.is_ascii_digit());
    let groups = seen[2][0].as_array().unwrap();
    assert_eq!(groups.iter().find(numbered), None, "a group named by a number");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_would_open_a_window_beside_the_command_line_window_says_so() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let first = "close the command-line window first";
    for (open, said) in [
        ("open_status()", first),
        ("open_capture('ash')", first),
        ("open_diff('ash')", first),
        ("attach('ash')", "not attached to `ash` while you are busy"),
    ] {
        shop.editor.lua("_G.notified = {}", Json::Null).await.unwrap();
        shop.editor.nvim.input("q:").await.unwrap();
        expect(&shop, "vim.fn.getcmdwintype()", json!(":")).await;
        shop.editor.command(&format!("lua require('polecat').{open}")).await.unwrap();
        let told = shop.editor.expect_message(said).await;
        assert!(!told.contains("traceback"), "{told}");
        shop.editor.nvim.input(":quit<CR>").await.unwrap();
        expect(&shop, "vim.fn.getcmdwintype()", json!("")).await;
        settled(&shop).await;
        assert_eq!(shop.editor.messages().await, [told], "after `{open}`");
        assert_eq!(value(&shop, "#vim.api.nvim_list_wins()").await, 1, "after `{open}`");
    }
    let buffers = "vim.tbl_filter(function(buf) return vim.startswith(
        vim.api.nvim_buf_get_name(buf), 'polecat://') end, vim.api.nvim_list_bufs())";
    assert_eq!(value(&shop, buffers).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_wrote_over_a_line_of_ours_is_gone_with_the_next_frame() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch"] {
        shop.editor.call("new", json!([polecat, {}])).await.unwrap();
    }
    open_status(&shop).await;
    let overwrite = "setlocal modifiable | call setline('$', 'nonsense') | setlocal nomodifiable";
    shop.editor.command(overwrite).await.unwrap();
    shop.start("ash", "prompts").await;
    let whole = |lines: &[String]| {
        lines[0].contains("1 running") && lines.iter().any(|line| line.contains("birch"))
    };
    shop.editor.expect(STATUS, "both polecats", whole).await;
    shop.editor.command(overwrite).await.unwrap();
    press(&shop, "r").await;
    shop.editor.expect(STATUS, "both polecats again", whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_that_somebody_wrote_into_is_drawn_anew_as_long_as_it_was() {
    let shop = Shop::new().await;
    shop.start("ash", "bursts").await;
    let live = "polecat://capture/gt-shop-ash";
    shop.editor.command("PolecatCapture ash 10").await.unwrap();
    shop.editor.expect_line(live, "ready").await;
    // As a person's keys: the agent shows nothing of what is typed, as a message must be.
    let print = |count: &str| {
        shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", count, "Enter"]);
    };
    print("300");
    shop.editor.expect_line(live, "<300").await;
    shop.editor
        .command("setlocal modifiable | 100,200delete | setlocal nomodifiable")
        .await
        .unwrap();
    print("1");
    let whole = |lines: &[String]| {
        let numbered = lines.iter().filter(|line| line.starts_with('<')).count();
        numbered == 301 && lines.iter().any(|line| line.starts_with("<301"))
    };
    shop.editor.expect(live, "all lines", whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_only_read_and_a_message_is_highlighted_as_markdown() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.command("PolecatLog").await.unwrap();
    let refused = shop.editor.command("call setline(1, 'x')").await.unwrap_err();
    assert!(refused.contains("E21"), "{refused}");
    shop.editor.command("close").await.unwrap();
    shop.editor.command("PolecatInject ash").await.unwrap();
    expect(&shop, NAME, json!("polecat://compose/ash")).await;
    let marked = "vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()] ~= nil
        or vim.bo.syntax";
    eventually("highlights", async || {
        let seen = value(&shop, marked).await;
        if seen == json!(true) || seen == json!("markdown") { Ok(()) } else { Err(seen) }
    })
    .await;
    assert_eq!(value(&shop, "vim.bo.filetype").await, "polecat-compose");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_where_no_window_may_be_opened_says_so_and_throws_nothing() {
    let shop = Shop::new().await;
    shop.editor.call("list", json!([])).await.unwrap();
    let locked = "
        _G.Locked = function()
            _G.ok, _G.why = pcall(vim.cmd, 'PolecatLog')
            return ''
        end
        vim.keymap.set('n', 'gz', 'v:lua.Locked()', { expr = true })";
    shop.editor.lua(locked, Json::Null).await.unwrap();
    press(&shop, "gz").await;
    assert_eq!(value(&shop, "{ _G.ok, _G.why }").await, json!([true, ""]));
    let told = shop.editor.expect_message("E565").await;
    assert!(!told.contains(".lua"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_window_waits_for_the_end_of_an_operator_and_of_a_single_command() {
    let shop = Shop::new().await;
    let open = "Opened = nil
        require('polecat.ui.windows.defer').when_idle(function()
            Opened = vim.api.nvim_get_mode().mode
        end)
        return { vim.api.nvim_get_mode().mode, Opened or 'waits' }";
    for (keys, mode) in [("d", "no"), ("i<C-o>", "niI")] {
        shop.editor.lua("vim.api.nvim_input(...)", json!([keys])).await.unwrap();
        eventually_equal(json!(mode), async || {
            shop.editor.lua("return vim.api.nvim_get_mode().mode", Json::Null).await.unwrap()
        })
        .await;
        let seen = shop.editor.lua(open, Json::Null).await.unwrap();
        assert_eq!(seen, json!([mode, "waits"]));
        shop.editor.lua("vim.api.nvim_input('<Esc><Esc>')", Json::Null).await.unwrap();
        eventually_equal(json!("n"), async || {
            shop.editor.lua("return Opened", Json::Null).await.unwrap()
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_character_that_is_wider_than_the_message_line_ends_no_editor() {
    let shop = Shop::new().await;
    let options = nvim_rs::UiAttachOptions::new();
    shop.editor.nvim.ui_attach(21, 12, &options).await.unwrap();
    shop.editor.command("set ruler").await.unwrap();
    let tell = "vim.api.nvim_open_win(0, true, { relative = 'editor', row = 1, col = 1, width = 9, height = 2 })
        require('polecat.ui.message').show(('\\u{200b}'):rep(9), vim.log.levels.WARN)";
    shop.editor.lua(tell, Json::Null).await.unwrap();
    let told = value(&shop, "vim.fn.execute('messages')").await;
    assert_eq!(told.as_str().unwrap().matches("<200b>").count(), 9, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_done_is_done_in_its_order_also_where_the_first_has_to_wait() {
    let shop = Shop::new().await;
    let apply = "local ask, effects = require('polecat.ui.ask'), require('polecat.ui.effects')
        local from = ask.from()
        vim.api.nvim_feedkeys('j', 'tx', false)
        effects.apply({
            { kind = 'notify', text = 'one', busy = 'busy' },
            { kind = 'notify', text = 'two' },
        }, { at = {}, split = {}, from = from })";
    shop.editor.lua(apply, Json::Null).await.unwrap();
    expect(&shop, "#_G.notified", json!(2)).await;
    assert_eq!(shop.editor.messages().await, ["one", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_could_not_be_opened_is_not_reported_as_attached() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    // No room for one more.
    shop.editor.command("for number in range(40) | silent! split | endfor").await.unwrap();
    let refused = shop.refusal("attach", json!(["ash"])).await;
    assert!(refused.message.contains("E36"), "{refused:?}");
}
