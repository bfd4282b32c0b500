//! Files of hosts in buffers here.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    desk::{Cuttable, forging, reaching, server},
    diffing::{NINE, expect, go_to, press, shop, value, write},
    host_diffs::open,
    rig::Shop,
    support::values::Failure,
};

pub(crate) fn file(there: &Shop, name: &str) -> PathBuf {
    there.project.worktree("ash").join(name)
}

/// What the buffer of a file there is called.
pub(crate) fn name(there: &Shop, file_name: &str) -> String {
    format!("polecat://build1{}", file(there, file_name).display())
}

/// A host where `ash` has changed `a.lua`.
pub(crate) async fn changed() -> Shop {
    let there = shop(&[("a.lua", NINE)]).await;
    write(&there, "a.lua", &NINE.replace('5', "five"));
    there
}

/// Opens a file of `there` by its name.
pub(crate) async fn edit(desk: &Shop, there: &Shop, file_name: &str) {
    let edit = "vim.cmd({ cmd = 'edit', args = { vim.fn.fnameescape(...) } })";
    desk.editor.lua(edit, json!([name(there, file_name)])).await.unwrap();
    expect(desk, "vim.b.polecat_file.read", json!(true)).await;
}

/// Runs an Ex command, which must fail; gives why.
async fn failing(desk: &Shop, ex: &str) -> String {
    let code = "local ok, why = pcall(vim.cmd, ...) return { ok, tostring(why) }";
    let done = desk.editor.lua(code, json!([ex])).await.unwrap();
    assert_eq!(done[0], json!(false), "`:{ex}` did not fail");
    done[1].as_str().unwrap().to_owned()
}

pub(crate) async fn set_lines(desk: &Shop, lines: &[&str]) {
    let code = "vim.api.nvim_buf_set_lines(0, 0, -1, false, ...)";
    desk.editor.lua(code, json!([lines])).await.unwrap();
}

/// The names of all buffers that are none of ours.
async fn local_files(desk: &Shop) -> Json {
    let names = "vim.tbl_filter(function(name)
        return name ~= '' and not vim.startswith(name, 'polecat://')
    end, vim.tbl_map(vim.api.nvim_buf_get_name, vim.api.nvim_list_bufs()))";
    value(desk, names).await
}

#[tokio::test(flavor = "multi_thread")]
async fn enter_in_a_diff_opens_the_file_there_and_w_writes_it_there() {
    let there = changed().await;
    fs::set_permissions(file(&there, "a.lua"), fs::Permissions::from_mode(0o755)).unwrap();
    let desk = reaching(&there, &Json::Null).await;
    open(&desk, "+five").await;
    go_to(&desk, "+five").await;
    press(&desk, "<CR>").await;
    expect(&desk, "vim.api.nvim_buf_get_name(0)", json!(name(&there, "a.lua"))).await;
    assert_eq!(value(&desk, "vim.fn.getline('.')").await, "five");
    let options = "{ vim.bo.buftype, vim.bo.filetype, vim.bo.swapfile, vim.bo.undofile,
        vim.bo.modeline, vim.bo.readonly, vim.bo.modified, vim.bo.buflisted }";
    let expected = json!(["acwrite", "lua", false, false, false, false, false, true]);
    assert_eq!(value(&desk, options).await, expected);
    desk.editor.command("edit").await.unwrap();
    expect(&desk, "vim.fn.getline('.')", json!("five")).await;
    press(&desk, "ccfive and a half<Esc>").await;
    desk.editor.command("write").await.unwrap();
    let written = NINE.replace('5', "five and a half");
    assert_eq!(fs::read_to_string(file(&there, "a.lua")).unwrap(), written);
    let mode = fs::metadata(file(&there, "a.lua")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert_eq!(value(&desk, "vim.bo.modified").await, json!(false));
    press(&desk, "u").await;
    assert_eq!(
        value(&desk, "{ vim.fn.getline('.'), vim.bo.modified }").await,
        json!(["five", true])
    );
    // The path is one of this machine too, and no file of it was opened.
    assert!(file(&there, "a.lua").exists());
    assert_eq!(local_files(&desk).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_there_and_what_it_was_stand_side_by_side() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    open(&desk, "+five").await;
    go_to(&desk, "+five").await;
    press(&desk, "dv").await;
    expect(&desk, "vim.fn.tabpagenr('$')", json!(2)).await;
    let windows = "vim.tbl_map(function(win)
        local buf = vim.api.nvim_win_get_buf(win)
        return { vim.api.nvim_buf_get_name(buf), vim.wo[win].diff, vim.bo[buf].filetype,
            vim.api.nvim_buf_get_lines(buf, 4, 5, false)[1] }
    end, vim.api.nvim_tabpage_list_wins(0))";
    let base = "polecat://base/build1:shop/ash/a.lua";
    let expected = json!([[base, true, "lua", "5"], [name(&there, "a.lua"), true, "lua", "five"]]);
    expect(&desk, windows, expected).await;
    assert_eq!(local_files(&desk).await, json!([]));
    press(&desk, "q").await;
    expect(&desk, "vim.fn.tabpagenr('$')", json!(1)).await;
    fs::remove_file(file(&there, "a.lua")).unwrap();
    press(&desk, "<CR>").await;
    desk.editor.expect_message("`a.lua` is gone").await;
    press(&desk, "dv").await;
    expect(&desk, "vim.fn.tabpagenr('$')", json!(2)).await;
    let gone = "vim.api.nvim_buf_get_name(vim.api.nvim_win_get_buf(vim.fn.win_getid(2)))";
    expect(&desk, gone, json!("")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_there_that_is_being_edited_is_compared_and_quoted_by_its_path_in_the_worktree() {
    let there = changed().await;
    there.start("ash", "prompts").await;
    let desk = reaching(&there, &Json::Null).await;
    edit(&desk, &there, "a.lua").await;
    desk.editor.command("5PolecatInject build1:shop/ash look").await.unwrap();
    let seen = there.editor.expect_capture("ash", 60, "five").await;
    assert!(seen.contains("a.lua:5") && !seen.contains("polecat://"), "{seen}");
    desk.editor.command("PolecatDiff!").await.unwrap();
    expect(&desk, "#vim.api.nvim_tabpage_list_wins(0)", json!(2)).await;
    expect(&desk, "vim.fn.expand('%')", json!(name(&there, "a.lua"))).await;
    let base = "vim.fn.getbufline('polecat://base/build1:shop/ash/a.lua', 5)";
    expect(&desk, base, json!(["5"])).await;
}

/// Presses a key of a capture of `ash` there, on `text`.
async fn on_text(desk: &Shop, act: &str, text: &str) {
    let code = "local act, text = ...
        local at = require('polecat.editor.context').here()
        local args = { at = at, act = act, text = text, column = 1,
            about = { polecat = 'build1:shop/ash' } }
        require('polecat.ui.effects').call({ method = 'view.act', args = args },
            { at = at, split = {} })";
    desk.editor.lua(code, json!([act, text])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_its_output_names_is_looked_for_there() {
    let there = changed().await;
    there.start("ash", "prompts").await;
    let desk = reaching(&there, &Json::Null).await;
    on_text(&desk, "open_line", "a.lua:5:2: so").await;
    expect(&desk, "vim.api.nvim_buf_get_name(0)", json!(name(&there, "a.lua"))).await;
    assert_eq!(value(&desk, "vim.fn.line('.') .. ':' .. vim.fn.col('.')").await, "5:2");
    on_text(&desk, "open_file", "none.lua").await;
    desk.editor.expect_message("no file `none.lua`").await;
    desk.editor.command("bwipeout").await.unwrap();
    on_text(&desk, "locations", "a.lua:3 none.lua:3\nb/a.lua:7:1\n").await;
    let list = "vim.tbl_map(function(item)
        return { vim.api.nvim_buf_get_name(item.bufnr), item.lnum }
    end, vim.fn.getqflist())";
    let path = name(&there, "a.lua");
    expect(&desk, list, json!([[path, 3], [path, 7]])).await;
    // The window of the list has the focus.
    desk.editor.command("wincmd p | cc 2").await.unwrap();
    expect(&desk, "{ vim.fn.expand('%'), vim.fn.getline('.') }", json!([path, "7"])).await;
    assert_eq!(local_files(&desk).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_a_capture_opens_the_file_there_at_its_line() {
    let there = changed().await;
    there.start("ash", "prompts").await;
    let desk = reaching(&there, &Json::Null).await;
    desk.editor.call("inject", json!(["build1:shop/ash", "see a.lua:5"])).await.unwrap();
    desk.editor.command("PolecatCapture build1:shop/ash").await.unwrap();
    expect(&desk, "vim.bo.filetype", json!("polecat-capture")).await;
    expect(&desk, "vim.fn.search('see a.lua:5', 'w') > 0", json!(true)).await;
    press(&desk, "/a.lua<CR>gF").await;
    expect(&desk, "vim.api.nvim_buf_get_name(0)", json!(name(&there, "a.lua"))).await;
    assert_eq!(value(&desk, "vim.fn.getline('.')").await, "five");
    assert_eq!(local_files(&desk).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_wrote_meanwhile_is_not_written_over() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    edit(&desk, &there, "a.lua").await;
    set_lines(&desk, &["mine"]).await;
    write(&there, "a.lua", "theirs\n");
    let why = failing(&desk, "write").await;
    assert!(why.contains("was changed since it was read"), "{why}");
    failing(&desk, "wq").await;
    assert_eq!(value(&desk, "{ vim.fn.getline(1), vim.bo.modified }").await, json!(["mine", true]));
    assert_eq!(fs::read_to_string(file(&there, "a.lua")).unwrap(), "theirs\n");
    desk.editor.command("edit!").await.unwrap();
    expect(&desk, "vim.fn.getline(1)", json!("theirs")).await;
    set_lines(&desk, &["mine"]).await;
    write(&there, "a.lua", "theirs again\n");
    failing(&desk, "write").await;
    desk.editor.command("write!").await.unwrap();
    assert_eq!(fs::read_to_string(file(&there, "a.lua")).unwrap(), "mine\n");
    set_lines(&desk, &["mine", "too"]).await;
    desk.editor.command("write").await.unwrap();
    assert_eq!(fs::read_to_string(file(&there, "a.lua")).unwrap(), "mine\ntoo\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_out_of_reach_loses_nothing_of_what_is_written() {
    let there = changed().await;
    let way = Cuttable::reaching(&there).await;
    let desk = &way.desk;
    edit(desk, &there, "a.lua").await;
    set_lines(desk, &["mine"]).await;
    let before = fs::read_to_string(file(&there, "a.lua")).unwrap();
    way.cut();
    for write in ["write", "wq", "wq!", "x", "wall"] {
        let why = failing(desk, write).await;
        assert!(why.contains("`build1`"), "{why}");
        let kept = value(desk, "{ vim.fn.getline(1), vim.bo.modified }").await;
        assert_eq!(kept, json!(["mine", true]), "{write}");
    }
    assert_eq!(fs::read_to_string(file(&there, "a.lua")).unwrap(), before);
    way.mend().await;
    desk.editor.command("write").await.unwrap();
    assert_eq!(fs::read_to_string(file(&there, "a.lua")).unwrap(), "mine\n");
    assert_eq!(value(desk, "vim.bo.modified").await, json!(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_after_w_has_waited_counts_all_the_same() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    edit(&desk, &there, "a.lua").await;
    set_lines(&desk, &["mine"]).await;
    kill_process(server(&desk.editor).unwrap(), Signal::STOP).unwrap();
    let begin = "vim.schedule(function() _G.written = { pcall(vim.cmd, 'write') } end)";
    desk.editor.lua(begin, Json::Null).await.unwrap();
    let told = "has not answered within 5 s: the file may have been written";
    let failed = format!("{{ _G.written[1], _G.written[2]:match('{told}') }}");
    expect(&desk, &format!("_G.written and {failed}"), json!([false, told])).await;
    assert_eq!(value(&desk, "vim.bo.modified").await, json!(true));
    kill_process(server(&desk.editor).unwrap(), Signal::CONT).unwrap();
    desk.editor.expect_message("is written after all").await;
    expect(&desk, "vim.bo.modified", json!(false)).await;
    set_lines(&desk, &["mine", "too"]).await;
    desk.editor.command("write").await.unwrap();
    assert_eq!(fs::read_to_string(file(&there, "a.lua")).unwrap(), "mine\ntoo\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_no_worktree_is_read_only_and_a_new_file_is_made_where_its_folder_is() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    let outside = there.project.around().join("outside");
    fs::write(&outside, "one\r\ntwo\r\n").unwrap();
    std::os::unix::fs::symlink(&outside, file(&there, "link")).unwrap();
    for path in [outside.clone(), file(&there, "link")] {
        desk.editor.command(&format!("edit polecat://build1{}", path.display())).await.unwrap();
        let read = "{ vim.fn.getline(1, '$'), vim.bo.fileformat, vim.bo.readonly }";
        expect(&desk, read, json!([["one", "two"], "dos", true])).await;
        set_lines(&desk, &["mine"]).await;
        failing(&desk, "write").await;
        failing(&desk, "write!").await;
        assert_eq!(fs::read_to_string(&outside).unwrap(), "one\r\ntwo\r\n");
        desk.editor.command("edit!").await.unwrap();
    }
    edit(&desk, &there, "new.lua").await;
    set_lines(&desk, &["mine"]).await;
    desk.editor.command("setlocal noendofline nofixendofline | write").await.unwrap();
    assert_eq!(fs::read_to_string(file(&there, "new.lua")).unwrap(), "mine");
    edit(&desk, &there, "none/new.lua").await;
    set_lines(&desk, &["mine"]).await;
    let why = failing(&desk, "write!").await;
    assert!(why.contains("there is no folder"), "{why}");
    assert!(!file(&there, "none").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buffer_that_could_not_be_read_writes_nothing_and_says_why() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    let large = fs::File::create(file(&there, "large")).unwrap();
    large.set_len(10 * 1024 * 1024 + 1).unwrap();
    for (path, why) in [
        (name(&there, "large"), "more than 10 MiB are not opened"),
        (format!("polecat://build1{}", there.project.path().display()), "is not a file"),
        ("polecat://build2/etc/passwd".to_owned(), "is no buffer of polecat.nvim"),
        ("polecat://build1/etc/../etc/passwd".to_owned(), "is no buffer of polecat.nvim"),
    ] {
        desk.editor.command(&format!("edit {path}")).await.unwrap();
        desk.editor.expect_message(why).await;
        assert_eq!(value(&desk, "vim.bo.modifiable").await, json!(false), "{path}");
        let why = failing(&desk, "write!").await;
        assert!(why.contains("was not read"), "{why}");
    }
    let other = desk.project.path().join("other");
    desk.editor.command(&format!("edit {}", other.display())).await.unwrap();
    set_lines(&desk, &["mine"]).await;
    let why = failing(&desk, &format!("write {}", name(&there, "a.lua"))).await;
    assert!(why.contains("was not read"), "{why}");
    assert_eq!(fs::read_to_string(file(&there, "a.lua")).unwrap(), NINE.replace('5', "five"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_host_makes_up_about_a_file_is_found_out() {
    let there = changed().await;
    let forged = [
        // What is in the file is not what identifies it.
        (r"1\n2\n3\n4\nfive", r"1\n2\n3\n4\nSIX!", "did not answer that"),
        // A path that would break a line, or a command.
        ("/shop.polecats/", r"/shop.pole\nats/", "no buffer can be called"),
    ];
    for (text, other, told) in forged {
        let desk = reaching(&there, &forging(text, other)).await;
        open(&desk, "+five").await;
        go_to(&desk, "+five").await;
        press(&desk, "<CR>").await;
        desk.editor.expect_message(told).await;
        assert_eq!(local_files(&desk).await, json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_host_is_called_like_a_buffer_of_ours() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    let config =
        "vim.g.polecat = vim.tbl_deep_extend('force', vim.g.polecat, { hosts = { diff = {} } })";
    desk.editor.lua(config, Json::Null).await.unwrap();
    let refused: Failure = desk.refusal("list", json!([])).await;
    assert_eq!(refused.code, "config_invalid");
    assert!(refused.message.contains("`diff` is what buffers of ours are called"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_there_comes_into_its_buffer_unless_that_has_changes_too() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    edit(&desk, &there, "a.lua").await;
    press(&desk, "7G").await;
    desk.editor.command("PolecatStatus!").await.unwrap();
    desk.editor.expect_line("polecat://status", "build1:shop: 1 polecat").await;
    desk.editor.command("close").await.unwrap();
    write(&there, "a.lua", &NINE.replace('5', "fifty"));
    expect(&desk, "vim.fn.getline(5)", json!("fifty")).await;
    let state = "{ vim.fn.line('.'), vim.bo.modified, vim.bo.filetype }";
    assert_eq!(value(&desk, state).await, json!([7, false, "lua"]));
    press(&desk, "ccmine<Esc>").await;
    write(&there, "a.lua", &NINE.replace('5', "more"));
    let told = "`build1:shop/ash` changed `a.lua`: not reloaded";
    desk.editor.expect_message(told).await;
    assert_eq!(value(&desk, "vim.fn.getline(7)").await, json!("mine"));
    press(&desk, "u").await;
    fs::remove_file(file(&there, "a.lua")).unwrap();
    desk.editor.expect_message("`build1:shop/ash` deleted `a.lua`: its buffer stays").await;
    assert_eq!(value(&desk, "vim.fn.getline(5)").await, json!("fifty"));
    assert_eq!(local_files(&desk).await, json!([]));
}
