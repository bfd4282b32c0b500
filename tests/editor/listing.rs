//! How the status window lists polecats: filter, order and folds are a person's, and stay.

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    answering::asking,
    diffing::{expect, press, value},
    rig::Shop,
    states::{cue, playing},
    support::{eventually, eventually_equal, rig::Project},
};

const STATUS: &str = "polecat://status";
/// What stands on the cursor's line, but for its sign.
const UNDER_CURSOR: &str = "vim.fn.getline('.'):match('%a[%w-]*')";

/// Opens the status window with the cursor on `polecat`.
async fn open(shop: &Shop, polecat: &str) {
    shop.editor.command("PolecatStatus").await.unwrap();
    expect(shop, "vim.api.nvim_buf_get_name(0)", json!(STATUS)).await;
    shop.editor.expect_line(STATUS, polecat).await;
    shop.editor.command(&format!("call search(' {polecat}', 'w')")).await.unwrap();
    expect(shop, UNDER_CURSOR, json!(polecat)).await;
}

/// Presses `key`, which lets one choose, and takes what begins with `label`.
async fn choose(shop: &Shop, key: &str, label: &str) {
    let select = "local label = ...
        vim.ui.select = function(items, opts, done)
            for at, item in ipairs(items) do
                local text = (opts.format_item or tostring)(item)
                if vim.startswith(text, label) then return done(item, at) end
            end
            _G.no_choice = vim.inspect(items)
        end";
    shop.editor.lua(select, json!([label])).await.unwrap();
    press(shop, key).await;
}

async fn rows(shop: &Shop) -> Vec<String> {
    shop.editor.lines(STATUS).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_hides_and_counts_and_is_there_again_after_a_crash_and_the_cursor_comes_back() {
    let shop = Shop::new().await;
    shop.start("birch", "prompts").await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    open(&shop, "ash").await;
    shop.editor.expect_line(STATUS, "birch  idle").await;
    choose(&shop, "f", "idle").await;
    let only = |lines: &[String]| {
        lines.iter().any(|line| line.contains("birch"))
            && !lines.iter().any(|line| line.contains("ash"))
            && lines.iter().any(|line| line.contains("1 hidden by the filter"))
    };
    shop.editor.expect(STATUS, "birch alone", only).await;
    // No key is about the row that has come under the cursor.
    expect(&shop, "vim.fn.line('.')", json!(1)).await;
    let title = "vim.b.polecat_title";
    assert!(value(&shop, title).await.as_str().unwrap().contains("only idle"));

    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    press(&shop, "q").await;
    eventually("a window of the next backend", async || {
        drop(shop.editor.command("PolecatStatus").await);
        let lines = rows(&shop).await;
        if only(&lines) { Ok(()) } else { Err(format!("{lines:#?}")) }
    })
    .await;
    shop.editor.command("call search(' birch', 'w')").await.unwrap();
    choose(&shop, "f", "everything").await;
    shop.editor.expect_line(STATUS, "ash").await;
    expect(&shop, UNDER_CURSOR, json!("birch")).await;
    choose(&shop, "f", "stopped").await;
    shop.editor
        .expect(STATUS, "ash alone", |lines| lines.get(1).is_some_and(|line| line.contains("ash")))
        .await;
    choose(&shop, "f", "everything").await;
    shop.editor.expect_line(STATUS, "birch").await;
    expect(&shop, UNDER_CURSOR, json!("birch")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rig_is_folded_with_vims_own_keys_and_its_window_is_as_tall_as_what_it_shows() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch", "cedar"] {
        shop.editor.call("new", json!([polecat, {}])).await.unwrap();
    }
    open(&shop, "birch").await;
    let height = "vim.api.nvim_win_get_height(0)";
    expect(&shop, height, json!(4)).await;
    let row = "vim.api.nvim_win_get_config(0).row";
    let top = value(&shop, row).await;
    let folded = async || {
        shop.editor.expect(STATUS, "the heading alone", |lines| lines.len() == 1).await;
        expect(&shop, height, json!(1)).await;
        assert!(rows(&shop).await[0].starts_with("▸ shop: 3 polecats"));
    };
    let open_again = async || {
        shop.editor.expect(STATUS, "all rows", |lines| lines.len() == 4).await;
        expect(&shop, UNDER_CURSOR, json!("birch")).await;
        expect(&shop, height, json!(4)).await;
    };
    for (close, open) in [("za", "za"), ("zc", "zo"), ("zM", "zR"), ("<Tab>", "<CR>")] {
        press(&shop, close).await;
        folded().await;
        press(&shop, open).await;
        open_again().await;
    }
    assert_eq!(value(&shop, row).await, top, "its first line has moved");
    press(&shop, "zc").await;
    folded().await;
    press(&shop, "q").await;
    shop.editor.command("PolecatStatus").await.unwrap();
    folded().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_is_a_persons_and_stays() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    shop.start("birch", "prompts").await;
    open(&shop, "birch").await;
    shop.editor
        .expect(STATUS, "who runs first", |lines| {
            lines.get(1).is_some_and(|line| line.contains("birch"))
        })
        .await;
    choose(&shop, "o", "by name").await;
    shop.editor
        .expect(STATUS, "by name", |lines| lines.get(1).is_some_and(|line| line.contains("ash")))
        .await;
    expect(&shop, UNDER_CURSOR, json!("birch")).await;
    press(&shop, "q").await;
    open(&shop, "ash").await;
    assert!(rows(&shop).await[1].contains("ash"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_says_what_is_worked_on_by_the_title_else_by_the_last_message() {
    let shop = playing("claude", "claude/ready").await;
    open(&shop, "ash").await;
    shop.editor.expect(STATUS, "no task", |lines| !lines[1].contains("Mock title")).await;
    cue(&shop, "claude/accept-edits-60");
    shop.editor.expect_line(STATUS, "Mock title").await;

    let shop = Shop::new().await;
    let prompt = json!({ "new": true, "cmd": crate::rig::agent("prompts"),
        "prompt": "# Refactor #{x} the cart\nand test it" });
    shop.try_start("birch", prompt).await.unwrap();
    open(&shop, "birch").await;
    shop.editor.expect_line(STATUS, "Refactor #{x} the cart").await;
    shop.editor.call("inject", json!(["birch", "now the totals\nplease"])).await.unwrap();
    shop.editor.expect_line(STATUS, "now the totals").await;
    let info = shop.editor.call("status", json!(["birch"])).await.unwrap();
    assert_eq!(info["task"], "now the totals", "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_stands_below_its_row_and_who_asks_nothing_says_who_does() {
    let yard = asking("permission").await;
    let shop = &yard.shop;
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    shop.start("cedar", "prompts").await;
    open(shop, "cedar").await;
    let below = "(function()
        local space = vim.api.nvim_get_namespaces().polecat_notes
        local marks = vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })
        return vim.tbl_map(function(mark)
            local texts = vim.tbl_map(function(chunk) return chunk[1] end, mark[4].virt_lines[1])
            return { mark[2], vim.trim(table.concat(texts)) }
        end, marks)
    end)()";
    eventually("the question below", async || {
        let seen = value(shop, below).await;
        let text = seen[0][1].as_str().unwrap_or_default();
        if text.starts_with("Do you want to proceed?   1 Yes") { Ok(()) } else { Err(seen) }
    })
    .await;
    // A heading, three rows, and what stands below one of them.
    expect(shop, "vim.api.nvim_win_get_height(0)", json!(5)).await;
    press(shop, "A").await;
    shop.editor.expect_message("`cedar` asks nothing; `ash` does: `]w` goes there").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_docked_list_has_its_width_and_a_preview_follows_the_cursor() {
    let config = json!({ "status": { "columns": ["name", "state"],
        "sidebar": { "side": "right", "width": 30 } } });
    let shop = Shop::of(Project::new(), config).await;
    shop.start("ash", "prompts").await;
    shop.start("birch", "bursts").await;
    let completed = "vim.fn.getcompletion('PolecatStatus ', 'cmdline')";
    expect(&shop, completed, json!(["sidebar", "ash", "birch"])).await;
    shop.editor.command("PolecatStatus sidebar").await.unwrap();
    expect(&shop, "vim.api.nvim_buf_get_name(0)", json!("polecat://sidebar")).await;
    shop.editor.expect_line("polecat://sidebar", "birch").await;
    assert_eq!(value(&shop, "vim.fn.winwidth(0)").await, 30);
    let lines = shop.editor.lines("polecat://sidebar").await;
    assert!(lines[1].starts_with("ash") || lines[1].starts_with("birch"), "{lines:?}");
    assert_eq!(value(&shop, "vim.fn.win_screenpos(0)[2] > 40").await, true);
    shop.editor.command("wincmd =").await.unwrap();
    assert_eq!(value(&shop, "vim.fn.winwidth(0)").await, 30);
    shop.editor.command("call search('ash')").await.unwrap();
    press(&shop, "p").await;
    shop.editor.expect_line("polecat://preview", "A scripted agent that prompts.").await;
    shop.editor.command("call search('birch') | doautocmd CursorMoved").await.unwrap();
    shop.editor
        .expect("polecat://preview", "birch", |lines| {
            lines.first().is_some_and(|line| line.contains("birch"))
        })
        .await;
    press(&shop, "p").await;
    eventually_equal(json!(0), async || {
        value(&shop, "vim.fn.bufexists('polecat://preview')").await
    })
    .await;
    press(&shop, "p").await;
    shop.editor.expect_line("polecat://preview", "birch").await;
    press(&shop, "q").await;
    eventually_equal(json!(0), async || {
        value(&shop, "vim.fn.bufexists('polecat://preview')").await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_of_a_question_fits_the_screen_when_that_changes() {
    let yard = asking("permission").await;
    let shop = &yard.shop;
    shop.editor.command("set columns=100 lines=40").await.unwrap();
    shop.editor.command("PolecatAnswer ash").await.unwrap();
    expect(shop, "vim.bo.filetype", json!("polecat-question")).await;
    let inside = "(function()
        local config = vim.api.nvim_win_get_config(0)
        local whole = vim.api.nvim_win_text_height(0, {}).all
        return config.col + config.width + 2 <= vim.o.columns
            and config.row + config.height + 2 <= vim.o.lines
            and (config.height == whole or config.height >= vim.o.lines - 4)
    end)()";
    for (columns, lines) in [(100, 40), (40, 12), (120, 50)] {
        shop.editor.command(&format!("set columns={columns} lines={lines}")).await.unwrap();
        expect(shop, inside, Json::Bool(true)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_stands_beside_the_name_outlives_the_backend_and_goes_with_its_polecat() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    open(&shop, "ash").await;
    shop.editor.command("PolecatLabel ash the cart\\\tof Ada").await.unwrap();
    shop.editor.expect_line(STATUS, "ash  the cart").await;
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    eventually("the label after a crash", async || {
        let info = shop.editor.call("status", json!(["ash"])).await;
        let label = info.map(|info| info["label"].clone()).unwrap_or_default();
        if label.as_str().is_some_and(|label| label.starts_with("the cart")) {
            return Ok(());
        }
        Err(label)
    })
    .await;
    let unknown = shop.refusal("label", json!(["dora", "x"])).await;
    assert_eq!(unknown.code, "polecat_not_found");
    shop.editor.command("PolecatLabel ash").await.unwrap();
    shop.editor.expect(STATUS, "no label", |lines| !lines[1].contains("cart")).await;
    shop.editor.call("label", json!(["ash", "again"])).await.unwrap();
    shop.editor.call("remove", json!(["ash", {}])).await.unwrap();
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
    assert!(info["label"].is_null(), "{info}");
}
