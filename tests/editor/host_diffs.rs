//! What a polecat of a host changed, and reviews of it.

use serde_json::{Value as Json, json};

use crate::{
    desk::{Cuttable, reaching},
    diffing::{NINE, expect, git, go_to, press, shop, value, write},
    rig::Shop,
    states::{cue, playing},
    support::rig::git as git_in,
};

pub(crate) const DIFF: &str = "polecat://diff/build1:shop/ash";

/// The comments as they are drawn: row, from 0, and text.
const DRAWN: &str = "vim.tbl_map(function(mark)
    local lines = vim.tbl_map(function(line) return line[1][1] end, mark[4].virt_lines)
    return { mark[2], table.concat(lines, '|') }
end, vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace('polecat_notes'), 0, -1,
    { details = true }))";

pub(crate) async fn open(desk: &Shop, part: &str) -> Vec<String> {
    desk.editor.command("PolecatDiff build1:shop/ash").await.unwrap();
    let lines = desk.editor.expect_line(DIFF, part).await;
    expect(desk, "vim.api.nvim_buf_get_name(0)", json!(DIFF)).await;
    lines
}

/// Answers the question that comes.
async fn agree(desk: &Shop) {
    let code = "vim.ui.select = function(items, opts, done) _G.asked = opts.prompt done(items[#items]) end";
    desk.editor.lua(code, Json::Null).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_on_changes_there_are_kept_there_and_sent_to_the_agent_there() {
    let there = shop(&[("a", NINE)]).await;
    there.start("ash", "prompts").await;
    write(&there, "a", &NINE.replace('5', "five"));
    let desk = reaching(&there, &Json::Null).await;
    // One of the same name and rig is here too, and is nobody's business.
    desk.start("ash", "prompts").await;
    open(&desk, "+five").await;
    go_to(&desk, "+five").await;
    let row = value(&desk, "vim.fn.line('.') - 1").await;
    press(&desk, "c").await;
    expect(&desk, "vim.bo.filetype", json!("polecat-compose")).await;
    let say = "vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'Why?', 'Please explain.' })
        vim.cmd('write')";
    desk.editor.lua(say, Json::Null).await.unwrap();
    expect(&desk, "vim.api.nvim_buf_get_name(0)", json!(DIFF)).await;
    expect(&desk, DRAWN, json!([[row, "  ┃ Why?|  ┃ Please explain."]])).await;
    press(&desk, "gQ").await;
    let list = "vim.tbl_map(function(item)
        return { vim.api.nvim_buf_get_name(item.bufnr), item.lnum, item.text }
    end, vim.fn.getqflist())";
    let file = format!("polecat://build1{}", there.project.worktree("ash").join("a").display());
    expect(&desk, list, json!([[file, 5, "Why?\nPlease explain."]])).await;
    desk.editor.command(&format!("cclose | call win_gotoid(bufwinid('{DIFF}'))")).await.unwrap();
    press(&desk, "S").await;
    desk.editor.expect_message("1 comment sent to `build1:shop/ash`").await;
    there.editor.expect_capture("ash", 60, "Please explain.").await;
    expect(&desk, DRAWN, json!([])).await;
    let here = desk.editor.call("capture", json!(["ash", {}])).await.unwrap();
    assert!(!here.to_string().contains("Please explain."), "{here}");
    press(&desk, "gR").await;
    desk.editor.expect_line(DIFF, "nothing was changed").await;
    write(&there, "a", "1\n");
    press(&desk, "r").await;
    desk.editor.expect_line(DIFF, "-five").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hunks_are_staged_and_undone_there() {
    let there = shop(&[("a", NINE)]).await;
    write(&there, "a", &NINE.replace('5', "five"));
    let desk = reaching(&there, &Json::Null).await;
    agree(&desk).await;
    open(&desk, "+five").await;
    go_to(&desk, "+five").await;
    press(&desk, "Vs").await;
    desk.editor.expect_message("1 line of `a` is staged in the main worktree").await;
    assert_eq!(git_in(there.project.path(), &["diff", "--cached", "--name-only"]), "a");
    let file = std::fs::read_to_string(there.project.path().join("a")).unwrap();
    assert_eq!(file, NINE.replace("5\n", "5\nfive\n"), "the removed one was not selected");
    assert_eq!(git_in(desk.project.path(), &["status", "--porcelain"]), "");
    press(&desk, "u").await;
    desk.editor.expect_message("is as it was").await;
    assert_eq!(git_in(there.project.path(), &["diff", "--cached", "--name-only"]), "");
    press(&desk, "X").await;
    desk.editor.expect_message("`u` brings it back").await;
    assert_eq!(git(&there, &["status", "--porcelain"]), "");
    desk.editor.expect_line(DIFF, "nothing was changed").await;
    press(&desk, "u").await;
    desk.editor.expect_line(DIFF, "+five").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_it_comes_to_rest_there_it_is_drawn_anew_around_the_cursor() {
    let there = playing("claude", "claude/ready").await;
    write(&there, "a", NINE);
    let desk = reaching(&there, &Json::Null).await;
    open(&desk, "+9").await;
    go_to(&desk, "+9").await;
    write(&there, "a", &format!("first\n{NINE}"));
    cue(&there, "claude/working 1 claude/idle-after-answer");
    desk.editor.expect_line(DIFF, "+first").await;
    assert_eq!(value(&desk, "vim.fn.getline('.')").await, "+9");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_one_buffer_from_wherever_it_is_opened() {
    let there = shop(&[("a", NINE)]).await;
    let desk = reaching(&there, &Json::Null).await;
    desk.editor.call("new", json!(["birch", {}])).await.unwrap();
    write(&there, "a", "1\n");
    let all = "#vim.tbl_filter(function(buf)
        return vim.startswith(vim.api.nvim_buf_get_name(buf), 'polecat://diff/')
    end, vim.api.nvim_list_bufs())";
    open(&desk, "-2").await;
    desk.editor.command("close | PolecatDiff birch").await.unwrap();
    desk.editor.expect_line("polecat://diff/birch", "nothing was changed").await;
    expect(&desk, "vim.api.nvim_buf_get_name(0)", json!("polecat://diff/birch")).await;
    open(&desk, "-2").await;
    assert_eq!(value(&desk, all).await, json!(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_its_host_is_out_of_reach_what_was_drawn_stays_and_says_so() {
    let there = shop(&[("a", NINE)]).await;
    write(&there, "a", &NINE.replace('5', "five"));
    let way = Cuttable::reaching(&there).await;
    let desk = &way.desk;
    open(desk, "+five").await;
    way.cut();
    let title = "vim.b.polecat_title";
    expect(desk, title, json!("build1:shop/ash (unreachable, as it was)")).await;
    write(&there, "a", "1\n");
    press(desk, "r").await;
    go_to(desk, "+five").await;
    press(desk, "<CR>").await;
    desk.editor.expect_message("`build1` cannot be reached").await;
    expect(desk, "vim.api.nvim_buf_get_name(0)", json!(DIFF)).await;
    way.mend().await;
    desk.editor.expect_line(DIFF, "-2").await;
    expect(desk, title, json!("build1:shop/ash")).await;
}

/// The path of a file with conflicts is one of the host: here it may be another file, or none.
#[tokio::test(flavor = "multi_thread")]
async fn conflicts_of_a_merge_there_are_listed_by_the_files_there() {
    let there = shop(&[("a", NINE)]).await;
    write(&there, "a", &NINE.replace('5', "five"));
    git(&there, &["commit", "--quiet", "--all", "--message", "five"]);
    there.project.commit("a", &NINE.replace('5', "fifth"));
    for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.invalid")] {
        there.project.git(&["config", key, value]);
    }
    let desk = reaching(&there, &Json::Null).await;
    crate::merging::answers(&desk, &["Merge"]).await;
    desk.editor.command("PolecatMerge! build1:shop/ash").await.unwrap();
    desk.editor.expect_message("conflicts of `build1:shop/ash` in 1 file").await;
    let files = "vim.tbl_map(function(item)
        return vim.api.nvim_buf_get_name(item.bufnr)
    end, vim.fn.getqflist())";
    let file = there.project.path().join("a");
    expect(&desk, files, json!([format!("polecat://build1{}", file.display())])).await;
}
