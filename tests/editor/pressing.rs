//! The keys of the status window: each is about what was looked at when it was pressed, or does
//! nothing.

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    support::{eventually, eventually_equal, rig::Project},
};

const STATUS: &str = "polecat://status";

/// Counts the keys that go to the backend, keeps what it answers a question with, and drops frames
/// from the time that `Frozen` is set.
const WATCH: &str = "
    local backend, view = require('polecat.rpc.client'), require('polecat.ui.views.view')
    Pressed, Asked, Dropped = 0, 0, 0
    local call, frame = backend.call, view.frame
    backend.call = function(method, ...)
        Pressed = Pressed + (method == 'view.act' and 1 or 0)
        return call(method, ...)
    end
    view.frame = function(...)
        if not Frozen then return frame(...) end
        Dropped = Dropped + 1
    end
    vim.ui.select = function() Asked = Asked + 1 end
";

/// What the rows say besides what was drawn.
const MARKS: &str = "
    local buf = vim.fn.bufnr('polecat://status')
    local space = vim.api.nvim_get_namespaces().polecat_under_way
    local marks = vim.api.nvim_buf_get_extmarks(buf, space, 0, -1, { details = true })
    return vim.tbl_map(function(mark)
        local line = vim.api.nvim_buf_get_lines(buf, mark[2], mark[2] + 1, false)[1]
        return { line:match('%l+'), vim.trim(mark[4].virt_text[1][1]) }
    end, marks)
";

/// The status window on `ash`, which runs, with the cursor on its row.
async fn on_ash() -> Shop {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.lua(WATCH, Json::Null).await.unwrap();
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line(STATUS, "1 polecat, 1 running").await;
    shop.editor.command("call search('ash ')").await.unwrap();
    shop
}

async fn value(shop: &Shop, name: &str) -> Json {
    shop.editor.lua(&format!("return {name}"), Json::Null).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_on_a_polecat_that_is_gone_by_now_does_nothing_and_says_so() {
    let shop = on_ash().await;
    shop.editor.lua("Frozen = true", Json::Null).await.unwrap();
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    shop.editor.call("remove", json!(["ash", {}])).await.unwrap();
    let told = "`ash` is no longer shown here, nothing was done";
    eventually("the view to know", async || {
        shop.editor.command("normal D").await.unwrap();
        let seen = shop.editor.messages().await;
        if seen.iter().any(|text| text.contains(told)) { Ok(()) } else { Err(format!("{seen:?}")) }
    })
    .await;
    shop.editor.lua("Asked = 0", Json::Null).await.unwrap();
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    let line = value(&shop, "vim.api.nvim_get_current_line()").await;
    assert!(line.as_str().unwrap().contains("ash"), "it is still drawn: {line}");
    let before = shop.editor.messages().await.len();
    shop.editor.command("normal D").await.unwrap();
    eventually("another message", async || {
        let seen = shop.editor.messages().await;
        if seen.len() > before { Ok(()) } else { Err(format!("{seen:?}")) }
    })
    .await;
    assert!(shop.editor.messages().await.last().unwrap().contains(told));
    assert_eq!(value(&shop, "Asked").await, 0);
    assert!(shop.project.worktree("birch").exists());
}

/// Pins another rig, which has a running `ash` too.
async fn pin_another(shop: &Shop) -> Project {
    let other = Project::named("mill");
    shop.editor.command(&format!("PolecatRig {}", other.path().display())).await.unwrap();
    shop.editor.expect_message("rig `mill`").await;
    shop.start("mill/ash", "prompts").await;
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_window_of_another_rig_than_the_pinned_one_is_about_what_it_shows() {
    let shop = on_ash().await;
    let _other = pin_another(&shop).await;
    shop.editor.command("normal X").await.unwrap();
    eventually_equal(vec!["gt-mill-ash".to_owned()], async || shop.sessions()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_takes_time_marks_its_row_and_is_pressed_once() {
    let shop = on_ash().await;
    let pid = value(&shop, "require('polecat.rpc.client').greeting().pid").await;
    let signal = async |name: &str| {
        let code = format!("vim.uv.kill({pid}, '{name}')");
        shop.editor.lua(&code, Json::Null).await.unwrap();
    };
    signal("sigstop").await;
    shop.editor.command("normal X").await.unwrap();
    shop.editor.command("normal X").await.unwrap();
    let marks = async || shop.editor.lua(MARKS, Json::Null).await.unwrap();
    eventually_equal(json!([["ash", "stopping..."]]), marks).await;
    shop.editor.command("normal X").await.unwrap();
    assert_eq!(value(&shop, "Pressed").await, 1);
    signal("sigcont").await;
    eventually_equal(json!([]), marks).await;
    shop.editor.expect_line(STATUS, "1 polecat").await;
    assert_eq!(shop.sessions(), [""; 0]);
    let told = shop.editor.messages().await;
    assert!(!told.iter().any(|text| text.contains("stopped")), "the row says it: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_a_polecat_is_said_to_have_none() {
    let shop = on_ash().await;
    shop.editor.command("normal ggX").await.unwrap();
    shop.editor.expect_message("there is no polecat on this line").await;
    assert_eq!(shop.sessions(), ["gt-shop-ash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_of_one_polecat_has_its_keys_but_the_one_that_opens_it() {
    let shop = on_ash().await;
    shop.editor.command("normal K").await.unwrap();
    eventually_equal(json!("polecat://status/ash"), async || {
        value(&shop, "vim.api.nvim_buf_get_name(0)").await
    })
    .await;
    let maps = "vim.tbl_map(function(map) return map.lhs end, vim.api.nvim_buf_get_keymap(0, 'n'))";
    let mut keys: Vec<String> = serde_json::from_value(value(&shop, maps).await).unwrap();
    keys.sort();
    assert_eq!(
        keys,
        [
            "<CR>", "A", "D", "M", "P", "Q", "R", "X", "a", "d", "g?", "gI", "gY", "gd", "gy", "i",
            "q", "r", "s", "x"
        ]
    );
    shop.editor.expect_line("polecat://status/ash", "ash").await;
    shop.editor.command("normal X").await.unwrap();
    eventually("no session", async || {
        let left = shop.sessions();
        if left.iter().all(String::is_empty) { Ok(()) } else { Err(format!("{left:?}")) }
    })
    .await;
}

const LIVE: &str = "polecat://capture/gt-shop-ash";
const HERE: &str = "vim.api.nvim_buf_get_name(0)";

/// A capture of `ash` by `command`, with a location of a file that is there under the cursor.
async fn on_a_location(command: &str) -> Shop {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    std::fs::write(shop.project.worktree("ash").join("main.rs"), "one\ntwo\n").unwrap();
    shop.editor.call("inject", json!(["ash", "see main.rs:2"])).await.unwrap();
    shop.editor.expect_capture("ash", 50, "got: see").await;
    shop.editor.command(command).await.unwrap();
    eventually("the location", async || {
        let found = value(&shop, "vim.fn.search('got: see main', 'w')").await;
        if found.as_u64() > Some(0) { Ok(()) } else { Err(found) }
    })
    .await;
    shop.editor.command("call search('main') | stopinsert").await.unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_snapshot_are_about_its_polecat_though_its_view_has_ended() {
    let shop = on_a_location("PolecatCapture! ash").await;
    shop.editor.command("normal gF").await.unwrap();
    let file = shop.project.worktree("ash").join("main.rs").display().to_string();
    eventually_equal(json!([file, 2]), async || {
        value(&shop, "{vim.fn.expand('%:p'), vim.fn.line('.')}").await
    })
    .await;
    shop.editor.command("wincmd p | normal i").await.unwrap();
    eventually_equal(json!("polecat://compose/ash"), async || value(&shop, HERE).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_a_capture_is_about_its_own_rig_while_another_is_pinned() {
    let shop = on_a_location("PolecatCapture ash").await;
    let _other = pin_another(&shop).await;
    shop.editor.command("normal gF").await.unwrap();
    let file = shop.project.worktree("ash").join("main.rs").display().to_string();
    eventually_equal(json!(file), async || value(&shop, "vim.fn.expand('%:p')").await).await;
    shop.editor.command("wincmd p").await.unwrap();
    assert_eq!(value(&shop, HERE).await, LIVE);
    shop.editor.command("normal i").await.unwrap();
    eventually_equal(json!("polecat://compose/shop/ash"), async || value(&shop, HERE).await).await;
    shop.editor.command("call setline(1, 'to the shop') | write").await.unwrap();
    shop.editor.expect_message("sent to `shop/ash`").await;
    assert!(!shop.screen("gt-mill-ash").contains("to the shop"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_not_opened_for_who_has_gone_elsewhere_meanwhile() {
    let shop = on_a_location("PolecatCapture ash").await;
    let pid = value(&shop, "require('polecat.rpc.client').greeting().pid").await;
    let signal = async |name: &str| {
        let code = format!("vim.uv.kill({pid}, '{name}')");
        shop.editor.lua(&code, Json::Null).await.unwrap();
    };
    signal("sigstop").await;
    shop.editor.command("normal gF").await.unwrap();
    shop.editor.command("wincmd p").await.unwrap();
    let before = value(&shop, HERE).await;
    signal("sigcont").await;
    shop.editor.expect_message("not opened while you are busy").await;
    assert_eq!(value(&shop, HERE).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_opened_by_its_name_is_only_looked_at() {
    let shop = on_a_location("PolecatCaptureSession gt-shop-ash").await;
    shop.editor.command("normal i").await.unwrap();
    shop.editor.expect_message("read-only: this session was opened by its name").await;
    assert_eq!(value(&shop, HERE).await, LIVE);
}
