//! What the buffers show.

use serde_json::{Value as Json, json};

use crate::{rig::Shop, support::eventually_equal};

const STATUS: &str = "polecat://status";

#[tokio::test(flavor = "multi_thread")]
async fn the_status_window_floats_and_follows_what_happens() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line(STATUS, "shop: 1 polecat").await;
    let relative = "return vim.api.nvim_win_get_config(0).relative";
    eventually_equal(json!("editor"), async || {
        shop.editor.lua(relative, Json::Null).await.unwrap()
    })
    .await;
    shop.start("ash", "prompts").await;
    let lines = shop.editor.expect_line(STATUS, "2 polecats, 1 running").await;
    assert!(lines.iter().any(|line| line.contains("ash  ") && !line.contains("polecat/")));
    shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    shop.editor.expect(STATUS, "no one running", |lines| !lines[0].contains("running")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cursor_stays_on_its_polecat_when_rows_move() {
    let shop = Shop::new().await;
    for polecat in ["ash", "birch", "cedar"] {
        shop.editor.call("new", json!([polecat, {}])).await.unwrap();
    }
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line(STATUS, "3 polecats").await;
    eventually_equal(json!(STATUS), async || {
        shop.editor.lua("return vim.api.nvim_buf_get_name(0)", Json::Null).await.unwrap()
    })
    .await;
    shop.editor.command("call search('birch', 'w')").await.unwrap();
    shop.start("cedar", "prompts").await;
    shop.editor
        .expect(STATUS, "cedar first", |lines| {
            lines.get(1).is_some_and(|line| line.contains("cedar"))
        })
        .await;
    let line = shop.editor.lua("return vim.api.nvim_get_current_line()", Json::Null).await.unwrap();
    assert!(line.as_str().unwrap().contains("birch"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_polecat_is_shown_in_detail_with_how_it_ended() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.command("PolecatStatus ash").await.unwrap();
    let name = "polecat://status/ash";
    shop.editor.expect_line(name, "A scripted agent that prompts.").await;
    shop.editor.call("inject", json!(["ash", "/exit 4"])).await.unwrap();
    shop.editor.expect_line(name, "exited with status 4").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cursor_stays_on_its_line_in_detail() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.command("PolecatStatus ash").await.unwrap();
    let name = "polecat://status/ash";
    shop.editor.expect_line(name, "A scripted agent that prompts.").await;
    let current = async |code| shop.editor.lua(code, Json::Null).await.unwrap();
    eventually_equal(json!(name), async || current("return vim.fn.bufname()").await).await;
    shop.editor.command("call search('^ *session')").await.unwrap();
    let line = current("return vim.fn.getline('.')").await;
    shop.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    shop.editor.expect_line(name, "got: hello").await;
    assert_eq!(current("return vim.fn.getline('.')").await, line);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_follows_live_with_colours_and_a_snapshot_does_not_move() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.command("PolecatCapture ash").await.unwrap();
    let live = "polecat://capture/gt-shop-ash";
    shop.editor.expect_line(live, "A scripted agent").await;
    shop.editor.command("PolecatCapture! ash").await.unwrap();
    shop.editor.expect_line(&format!("{live}#1"), "A scripted agent").await;
    shop.editor.call("inject", json!(["ash", "/colors"])).await.unwrap();
    shop.editor.expect_line(live, "red bold green orange").await;

    let groups = shop.editor.lua(GROUPS_AT, json!([live, "red bold"])).await.unwrap();
    let groups: Vec<String> = serde_json::from_value(groups).unwrap();
    assert!(groups.len() >= 6, "{groups:?}");
    let red = "return vim.api.nvim_get_hl(0, { name = ... }).fg";
    assert!(shop.editor.lua(red, json!([groups[0]])).await.unwrap().is_number(), "{groups:?}");

    let snapshot = "local live = ...
        return vim.iter(vim.api.nvim_list_bufs()):map(vim.api.nvim_buf_get_name)
        :filter(function(name) return vim.startswith(name, live .. '#') end):totable()";
    let names = shop.editor.lua(snapshot, json!([live])).await.unwrap();
    let lines = shop.editor.lines(names[0].as_str().expect("there is a snapshot")).await;
    assert!(!lines.iter().any(|line| line.contains("red bold")), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_buffers_are_no_files_and_cannot_be_changed_by_hand() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let capture = "polecat://capture/gt-shop-ash";
    for (command, name, shown, filetype) in [
        ("PolecatCapture ash", capture, "A scripted agent", "polecat-capture"),
        ("PolecatStatus", STATUS, "1 polecat", "polecat-status"),
    ] {
        shop.editor.command(command).await.unwrap();
        shop.editor.expect_line(name, shown).await;
        let options = shop.editor.lua(OPTIONS, json!([name])).await.unwrap();
        let expected = json!({ "buftype": "nofile", "buflisted": false, "swapfile": false,
            "modifiable": false, "filetype": filetype });
        assert_eq!(options, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_that_comes_late_leaves_the_float_that_was_asked_for_after_it() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let capture = "polecat://capture/gt-shop-ash";
    shop.editor.command("PolecatCapture ash | PolecatStatus").await.unwrap();
    let shown = "return vim.tbl_map(function(win)
        return vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(win))
        end, { 0, vim.fn.win_getid(1) })";
    eventually_equal(json!([STATUS, capture]), async || {
        shop.editor.lua(shown, Json::Null).await.unwrap()
    })
    .await;
    shop.editor.command("PolecatCapture ash").await.unwrap();
    eventually_equal(json!([capture, capture]), async || {
        shop.editor.lua(shown, Json::Null).await.unwrap()
    })
    .await;
    // It has its window already, which is left alone as well.
    shop.editor.command("2wincmd w | PolecatCapture ash | PolecatStatus").await.unwrap();
    shop.editor.call("status", json!(["ash"])).await.unwrap();
    eventually_equal(json!([STATUS, capture]), async || {
        shop.editor.lua(shown, Json::Null).await.unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_composed_in_a_buffer_and_sent_by_writing_it() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.command("PolecatInject ash").await.unwrap();
    eventually_equal(json!("polecat://compose/ash"), async || {
        shop.editor.lua("return vim.api.nvim_buf_get_name(0)", Json::Null).await.unwrap()
    })
    .await;
    shop.editor.command("call setline(1, ['first', 'second'])").await.unwrap();
    shop.editor.command("write").await.unwrap();
    shop.editor.expect_capture("ash", 20, "got: first\nsecond").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_sent_with_its_file_and_line_numbers() {
    let shop = Shop::new().await;
    shop.project.commit("main.rs", "one\ntwo\nthree\n");
    shop.start("ash", "prompts").await;
    shop.editor.command(&format!("edit {}/main.rs", shop.project.path().display())).await.unwrap();
    shop.editor.command("2,3PolecatInject ash look at this").await.unwrap();
    let seen = shop.editor.expect_capture("ash", 30, "three").await;
    for part in ["look at this", "main.rs:2-3", "two"] {
        assert!(seen.contains(part), "`{part}` is not in {seen}");
    }
    assert!(!seen.contains("one\n"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_keys_and_agents_are_completed() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    shop.start("ash", "prompts").await;
    for (line, expected) in [
        ("PolecatStart ", vec!["birch"]),
        ("PolecatFork ", vec!["ash", "birch"]),
        ("PolecatCapture ", vec!["ash"]),
        ("PolecatCapture ash 1", vec!["1000"]),
        ("PolecatStart ash agent=cla", vec!["agent=claude"]),
        ("PolecatCaptureSession gt-", vec!["gt-shop-ash"]),
    ] {
        let complete = json!([line]);
        let seen = async || {
            let code = "return vim.fn.getcompletion(..., 'cmdline')";
            let found = shop.editor.lua(code, complete.clone()).await.unwrap();
            serde_json::from_value::<Vec<String>>(found).unwrap_or_default()
        };
        let expected: Vec<_> = expected.into_iter().map(str::to_owned).collect();
        crate::support::eventually_equal(expected, seen).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_died_can_be_started_and_a_path_is_a_folder() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.call("inject", json!(["ash", "/exit 7"])).await.unwrap();
    shop.editor.expect_state("ash", "died").await;
    let around = tempfile::TempDir::new().unwrap();
    for name in ["a rig", "other"] {
        std::fs::create_dir(around.path().join(name)).unwrap();
    }
    std::fs::write(around.path().join("a file"), "").unwrap();
    let path = around.path().display();
    for (line, expected) in [
        ("PolecatStart ".to_owned(), vec!["ash".to_owned()]),
        (format!("PolecatRig {path}/"), vec![format!("{path}/a\\ rig/"), format!("{path}/other/")]),
        (format!("PolecatRig {path}/other/"), vec![]),
        (format!("PolecatRig {path}/a\\ r"), vec![format!("{path}/a\\ rig/")]),
    ] {
        let complete = json!([line]);
        let seen = async || {
            let code = "return vim.fn.getcompletion(..., 'cmdline')";
            let found = shop.editor.lua(code, complete.clone()).await.unwrap();
            serde_json::from_value::<Vec<String>>(found).unwrap_or_default()
        };
        crate::support::eventually_equal(expected, seen).await;
    }
}

const GROUPS_AT: &str = "
    local name, part = ...
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
        if vim.api.nvim_buf_get_name(buffer) == name then
            for row, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
                if line:find(part, 1, true) then
                    local from, to = { row - 1, 0 }, { row - 1, -1 }
                    local marks = vim.api.nvim_buf_get_extmarks(buffer, -1, from, to, { details = true })
                    return vim.tbl_map(function(mark) return mark[4].hl_group end, marks)
                end
            end
        end
    end
";

const OPTIONS: &str = "
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
        if vim.api.nvim_buf_get_name(buffer) == ... then
            local options = {}
            for _, name in ipairs({ 'buftype', 'buflisted', 'swapfile', 'modifiable', 'filetype' }) do
                options[name] = vim.bo[buffer][name]
            end
            return options
        end
    end
";
