//! `:PolecatDiff`: what a polecat changed, and the way from there to its files.

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    states::{cue, playing},
    support::{eventually_equal, neovim::has_logged},
};

pub(crate) const DIFF: &str = "polecat://diff/ash";
pub(crate) const NINE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

/// A shop whose polecat `ash` has a worktree, with `files` in its base.
pub(crate) async fn shop(files: &[(&str, &str)]) -> Shop {
    let shop = Shop::new().await;
    for (file, text) in files {
        shop.project.commit(file, text);
    }
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    shop
}

pub(crate) fn write(shop: &Shop, file: &str, text: &str) {
    std::fs::write(shop.project.worktree("ash").join(file), text).unwrap();
}

pub(crate) fn git(shop: &Shop, args: &[&str]) -> String {
    crate::support::rig::git(&shop.project.worktree("ash"), args)
}

pub(crate) async fn open(shop: &Shop, part: &str) -> Vec<String> {
    shop.editor.command("PolecatDiff ash").await.unwrap();
    let lines = shop.editor.expect_line(DIFF, part).await;
    expect(shop, "vim.api.nvim_buf_get_name(0)", json!(DIFF)).await;
    lines
}

/// Waits until a Lua expression has this value.
pub(crate) async fn expect(shop: &Shop, expression: &str, value: Json) {
    let code = format!("return {expression}");
    eventually_equal(value, async || shop.editor.lua(&code, Json::Null).await.unwrap()).await;
}

pub(crate) async fn value(shop: &Shop, expression: &str) -> Json {
    shop.editor.lua(&format!("return {expression}"), Json::Null).await.unwrap()
}

/// Types `keys` as a person does, with the maps there are.
pub(crate) async fn press(shop: &Shop, keys: &str) {
    let code = "vim.api.nvim_feedkeys(vim.keycode(...), 'mx', false)";
    shop.editor.lua(code, json!([keys])).await.unwrap();
}

/// Puts the cursor on the line that is `text`.
pub(crate) async fn go_to(shop: &Shop, text: &str) {
    let code = "return vim.fn.search('^\\\\V' .. vim.fn.escape(..., '\\\\') .. '\\\\$', 'w')";
    let row = shop.editor.lua(code, json!([text])).await.unwrap();
    assert_ne!(row, json!(0), "no line `{text}` in {:#?}", shop.editor.lines(DIFF).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_changed_is_there_told_apart() {
    let shop = shop(&[("a", NINE), ("b", "b\n")]).await;
    write(&shop, "a", &NINE.replace('5', "five"));
    git(&shop, &["commit", "--quiet", "--all", "--message", "five"]);
    git(&shop, &["mv", "b", "c"]);
    write(&shop, "a", &NINE.replace('5', "five").replace('9', "nine"));
    write(&shop, "new", "x\n");
    write(&shop, "picture", "\0");
    let lines = open(&shop, "Untracked").await;
    let headings: Vec<_> = lines.iter().filter(|line| line.contains(" file")).collect();
    let since = &shop.project.git(&["rev-parse", "HEAD"])[..7];
    assert_eq!(
        headings[..5],
        [
            &format!("ash: 4 files, +3 -2 since main ({since})"),
            "Committed: 1 commit, 1 file, +1 -1",
            "Staged: 1 file",
            "Not staged: 1 file, +1 -1",
            "Untracked: 2 files, +1 -0",
        ]
    );
    for line in ["rename from b", "rename to c", "Binary files /dev/null and b/picture differ"] {
        assert!(lines.contains(&line.to_owned()), "{line}: {lines:#?}");
    }
    let options = "{ vim.bo.filetype, vim.bo.syntax, vim.bo.modifiable, vim.bo.buflisted }";
    let expected = json!(["polecat-diff", "diff", false, false]);
    assert_eq!(value(&shop, options).await, expected);
    go_to(&shop, "+five").await;
    let group = "vim.fn.synIDattr(vim.fn.synID(vim.fn.line('.'), 1, 1), 'name')";
    assert_eq!(value(&shop, group).await, "diffAdded");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changed_and_no_such_polecat_are_said() {
    let shop = shop(&[]).await;
    open(&shop, "ash: nothing was changed since main").await;
    shop.editor.command("PolecatDiff birch").await.unwrap();
    shop.editor.expect_message("polecat not found: `birch`").await;
    expect(&shop, "vim.fn.bufexists('polecat://diff/birch')", json!(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_hunks_are_folds_and_stops_of_the_cursor() {
    let shop = shop(&[("a", &NINE.repeat(3)), ("b", "b\n")]).await;
    write(&shop, "a", &format!("0\n{}0\n", NINE.repeat(3)));
    write(&shop, "b", "c\n");
    open(&shop, "+c").await;
    press(&shop, "gg]c").await;
    assert_eq!(value(&shop, "vim.fn.getline('.')").await, "@@ -1,3 +1,4 @@");
    press(&shop, "2]c").await;
    assert_eq!(value(&shop, "vim.fn.getline('.')").await, "@@ -1 +1 @@");
    press(&shop, "]c").await;
    assert_eq!(value(&shop, "vim.fn.getline('.')").await, "@@ -1 +1 @@", "it was the last");
    press(&shop, "[[").await;
    assert_eq!(value(&shop, "vim.fn.getline('.')").await, "diff --git a/b b/b");
    press(&shop, "gg]czc").await;
    let folded = "{ vim.fn.foldclosed('.'), vim.fn.foldclosedend('.') - vim.fn.foldclosed('.') }";
    assert_eq!(value(&shop, folded).await, json!([8, 4]));
    press(&shop, "zM").await;
    let text = "vim.fn.foldtextresult(4)";
    assert_eq!(value(&shop, text).await, "modified  a  +2");
    assert_eq!(value(&shop, "vim.fn.foldclosed(3)").await, json!(-1), "headings stay");
    press(&shop, "Gzv").await;
    write(&shop, "a", &format!("0\n{}0\n1\n", NINE.repeat(3)));
    press(&shop, "r").await;
    shop.editor.expect(DIFF, "the new line", |lines| lines.contains(&"+1".to_owned())).await;
    assert_eq!(value(&shop, "vim.fn.getline('.')").await, "+c");
    let closed = "{ vim.fn.foldclosed(4), vim.fn.foldclosed('.') }";
    assert_eq!(value(&shop, closed).await, json!([4, -1]), "what was closed stays closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn moves_count_repeat_and_take_operators_also_without_a_backend() {
    let shop = shop(&[("a", &NINE.repeat(3)), ("b", "b\n")]).await;
    write(&shop, "a", &format!("0\n{}0\n", NINE.repeat(3)));
    write(&shop, "b", "c\n");
    open(&shop, "+c").await;
    // Nobody answers any more.
    kill_process(shop.backend().unwrap(), Signal::STOP).unwrap();
    let line = "vim.fn.getline('.')";
    press(&shop, "gg2]c").await;
    let second = value(&shop, line).await;
    assert_eq!(second.as_str().unwrap().split(' ').next(), Some("@@"), "{second}");
    shop.editor.command("normal gg]c]c").await.unwrap();
    assert_eq!(value(&shop, line).await, second, "`:normal`");
    shop.editor.command("let @q = ']c' | execute 'normal gg2@q'").await.unwrap();
    assert_eq!(value(&shop, line).await, second, "a register");
    for forward in ["normal gg]f]f", "normal gg2]f", "let @q = ']f' | execute 'normal gg2@q'"] {
        shop.editor.command(forward).await.unwrap();
        assert_eq!(value(&shop, line).await, "diff --git a/b b/b", "{forward}");
    }
    for back in ["[f", "G9[[", "G2[f"] {
        press(&shop, back).await;
        assert_eq!(value(&shop, line).await, "diff --git a/a b/a", "{back}");
    }
    press(&shop, "y]f").await;
    let count = "select(2, vim.fn.getreg('\"'):gsub('diff %-%-git ', ''))";
    assert_eq!(value(&shop, count).await, json!(1), "one file, to the beginning of the next");
    press(&shop, "y]]").await;
    let yanked = "vim.split(vim.fn.getreg('\"'), '\\n')[1]";
    assert_eq!(value(&shop, yanked).await, "diff --git a/a b/a");
    press(&shop, "V]c<Esc>").await;
    assert_eq!(value(&shop, "vim.fn.line(\"'>\") - vim.fn.line(\"'<\")").await, 4);
    kill_process(shop.backend().unwrap(), Signal::CONT).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn enter_opens_the_file_at_the_line_also_where_later_changes_moved_it() {
    let shop = shop(&[("a", NINE)]).await;
    write(&shop, "a", &NINE.replace('8', "eight"));
    git(&shop, &["commit", "--quiet", "--all", "--message", "eight"]);
    write(&shop, "a", &format!("x\ny\n{}", NINE.replace('8', "eight")));
    open(&shop, "+x").await;
    go_to(&shop, "+eight").await;
    press(&shop, "<CR>").await;
    let file = shop.project.worktree("ash").join("a");
    expect(&shop, "vim.api.nvim_buf_get_name(0)", json!(file)).await;
    assert_eq!(value(&shop, "vim.fn.getline('.')").await, "eight");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_and_what_it_was_stand_side_by_side() {
    let shop = shop(&[("a.lua", NINE)]).await;
    git(&shop, &["mv", "a.lua", "b.lua"]);
    write(&shop, "b.lua", &NINE.replace('5', "five"));
    open(&shop, "+five").await;
    go_to(&shop, "+five").await;
    shop.editor.command("PolecatDiff!").await.unwrap();
    expect(&shop, "vim.fn.tabpagenr('$')", json!(2)).await;
    let windows = "vim.tbl_map(function(win)
        local buf = vim.api.nvim_win_get_buf(win)
        return { vim.fs.basename(vim.api.nvim_buf_get_name(buf)), vim.wo[win].diff,
            vim.bo[buf].filetype, vim.api.nvim_buf_get_lines(buf, 4, 5, false)[1] }
    end, vim.api.nvim_tabpage_list_wins(0))";
    let expected = json!([["b.lua", true, "lua", "5"], ["b.lua", true, "lua", "five"]]);
    expect(&shop, windows, expected).await;
    let lines = "vim.tbl_map(function(win) return vim.api.nvim_win_get_cursor(win)[1] end,
        vim.api.nvim_tabpage_list_wins(0))";
    assert_eq!(value(&shop, lines).await, json!([5, 5]), "the line that was under the cursor");
    // Where the cursor is, and no macro is recorded.
    press(&shop, "q").await;
    assert_eq!(value(&shop, "vim.fn.reg_recording()").await, "");
    expect(&shop, "vim.fn.tabpagenr('$')", json!(1)).await;
    expect(
        &shop,
        "#vim.fn.filter(vim.api.nvim_list_wins(), 'getwinvar(v:val, \"&diff\")')",
        json!(0),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_side_begins_at_the_line_that_stands_beside_the_new_one() {
    let shop = shop(&[("a", NINE)]).await;
    write(&shop, "a", &format!("x\ny\n{}", NINE.replace("2\n", "").replace('8', "eight")));
    open(&shop, "+eight").await;
    go_to(&shop, "+eight").await;
    press(&shop, "dv").await;
    expect(&shop, "vim.fn.tabpagenr('$')", json!(2)).await;
    let lines = "vim.tbl_map(function(win) return vim.api.nvim_win_call(win, function()
        return vim.api.nvim_get_current_line() end) end, vim.api.nvim_tabpage_list_wins(0))";
    expect(&shop, lines, json!(["8", "eight"])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_worktree_that_is_being_edited_is_compared_as_well() {
    let shop = shop(&[("a", NINE)]).await;
    write(&shop, "a", "1\n");
    let file = shop.project.worktree("ash").join("a");
    shop.editor.command(&format!("edit {}", file.display())).await.unwrap();
    shop.editor.command("PolecatDiff!").await.unwrap();
    expect(&shop, "#vim.api.nvim_tabpage_list_wins(0)", json!(2)).await;
    expect(&shop, "vim.api.nvim_buf_get_name(0)", json!(file)).await;
    assert_eq!(value(&shop, "vim.fn.maparg('q', 'n')").await, "", "who edits records macros");
    shop.editor.command("tabclose | enew").await.unwrap();
    shop.editor.command("PolecatDiff!").await.unwrap();
    shop.editor.expect_message("not a polecat's diff or a file").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_as_it_was_and_a_message_are_there_when_they_are_edited_by_their_names() {
    let shop = shop(&[("a", "one\r\ntwo\r\n"), ("b", "\0")]).await;
    write(&shop, "a", "1\n");
    shop.editor.command("edit polecat://base/ash/a").await.unwrap();
    let was = "{ vim.fn.getline(1, '$'), vim.bo.fileformat, vim.bo.modifiable, vim.b.polecat }";
    expect(&shop, was, json!([["one", "two"], "dos", false, "ash"])).await;
    shop.editor.command("edit polecat://base/ash/b").await.unwrap();
    shop.editor.expect_message("`b` is a binary file").await;
    shop.editor.command("edit polecat://compose/ash").await.unwrap();
    let message = "{ vim.bo.buftype, vim.bo.filetype, vim.bo.modified, vim.b.polecat }";
    expect(&shop, message, json!(["acwrite", "polecat-compose", false, "ash"])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_latin_file_is_compared_as_neovim_reads_it() {
    let shop = Shop::new().await;
    std::fs::write(shop.project.path().join("a"), b"gr\xfcn\nrot\n").unwrap();
    shop.project.git(&["add", "a"]);
    shop.project.git(&["commit", "--quiet", "--message", "latin"]);
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    std::fs::write(shop.project.worktree("ash").join("a"), b"gr\xfcn\nblau\n").unwrap();
    open(&shop, "+blau").await;
    go_to(&shop, "+blau").await;
    press(&shop, "dv").await;
    let lines = "vim.tbl_map(function(win)
        return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false)
    end, vim.api.nvim_tabpage_list_wins(0))";
    expect(&shop, lines, json!([["grün", "rot"], ["grün", "blau"]])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_polecat_comes_to_rest_it_is_drawn_anew_around_the_cursor() {
    let shop = playing("claude", "claude/ready").await;
    write(&shop, "a", NINE);
    open(&shop, "+9").await;
    go_to(&shop, "+9").await;
    write(&shop, "a", &format!("first\n{NINE}"));
    cue(&shop, "claude/working 1 claude/idle-after-answer");
    shop.editor.expect_line(DIFF, "+first").await;
    assert_eq!(value(&shop, "vim.fn.getline('.')").await, "+9");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_changed_lines_all_arrive_and_a_refresh_keeps_the_cursor() {
    let shop = shop(&[("a", &numbers(5_000))]).await;
    write(&shop, "a", &numbers(5_000).replace('\n', "x\n"));
    let lines = open(&shop, "+4999x").await;
    let count = |mark: char| lines.iter().filter(|line| line.starts_with(mark)).count();
    assert_eq!((count('+'), count('-')), (5_001, 5_001), "and one line each of the head");
    go_to(&shop, "+2500x").await;
    write(&shop, "b", "first\n");
    write(&shop, "a", &format!("0\n{}", numbers(5_000).replace('\n', "x\n")));
    press(&shop, "r").await;
    shop.editor.expect_line(DIFF, "+first").await;
    expect(&shop, "vim.fn.getline('.')", json!("+2500x")).await;
}

fn numbers(count: usize) -> String {
    (0..count).map(|number| format!("{number}\n")).collect::<Vec<_>>().concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_window_opens_it_and_a_restarted_backend_draws_it_again() {
    let shop = shop(&[("a", NINE)]).await;
    write(&shop, "a", "1\n");
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "ash").await;
    expect(&shop, "vim.bo.filetype", json!("polecat-status")).await;
    expect(&shop, "vim.fn.getline('.'):match('ash')", json!("ash")).await;
    press(&shop, "d").await;
    expect(&shop, "vim.api.nvim_buf_get_name(0)", json!(DIFF)).await;
    shop.editor.expect_line(DIFF, "-2").await;
    write(&shop, "a", "changed\n");
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    shop.editor.expect_line(DIFF, "+changed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_large_difference_is_drawn_other_calls_are_answered() {
    let shop = shop(&[("large", "small\n")]).await;
    let line = |number: usize| format!("{number} is a line of a file that nobody reads\n");
    write(&shop, "large", &(0..250_000).map(line).collect::<String>());
    shop.editor.command("PolecatDiff ash").await.unwrap();
    eventually_equal(true, async || has_logged(shop.editor.home.path(), "drawing what it changed"))
        .await;
    assert_eq!(shop.editor.call("is_running", json!(["ash"])).await.unwrap(), json!(false));
    let drawn = shop.editor.lines(DIFF).await;
    assert!(drawn.concat().is_empty(), "the call waited for the drawing");
    let first = "vim.fn.getbufline('polecat://diff/ash', 1)[1]:match('^ash: 1 file, .250000')";
    expect(&shop, first, json!("ash: 1 file, +250000")).await;
}
