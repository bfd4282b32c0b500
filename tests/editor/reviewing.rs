//! A review in `:PolecatDiff`: comments, their way to the agent, and what is done with hunks.

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    diffing::{DIFF, NINE, expect, git, go_to, open, press, shop, value, write},
    rig::Shop,
    support::{eventually, values::Failure},
};

/// What `vim.ui.select` answers: the last choice, the first being to cancel; or with `false` nothing.
const ANSWER: &str = "
    local yes = ...
    vim.ui.select = function(items, opts, done)
        _G.asked = opts.prompt
        done(yes and items[#items] or nil)
    end
";

/// The comments as they are drawn: row, from 0, and text.
const DRAWN: &str = "vim.tbl_map(function(mark)
    local lines = vim.tbl_map(function(line) return line[1][1] end, mark[4].virt_lines)
    return { mark[2], table.concat(lines, '|') }
end, vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace('polecat_notes'), 0, -1,
    { details = true }))";

/// Writes `text` into the small window and keeps it.
async fn say(shop: &Shop, text: &str) {
    expect(shop, "vim.bo.filetype", json!("polecat-compose")).await;
    let code =
        "vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(..., '\\n')) vim.cmd('write')";
    shop.editor.lua(code, json!([text])).await.unwrap();
    expect(shop, "vim.api.nvim_buf_get_name(0)", json!(DIFF)).await;
}

async fn answer(shop: &Shop, yes: bool) {
    shop.editor.lua(ANSWER, json!([yes])).await.unwrap();
}

/// A running `ash` that has changed the file `a`, and the diff of it.
async fn working() -> Shop {
    let shop = Shop::new().await;
    shop.project.commit("a", NINE);
    shop.start("ash", "prompts").await;
    write(&shop, "a", &format!("{}ten\n", NINE.replace('5', "five")));
    open(&shop, "+ten").await;
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_are_shown_listed_sent_as_one_message_and_then_gone() {
    let shop = working().await;
    go_to(&shop, "+five").await;
    let row = value(&shop, "vim.fn.line('.') - 1").await;
    press(&shop, "c").await;
    say(&shop, "Why?\nPlease explain.").await;
    expect(&shop, DRAWN, json!([[row, "  ┃ Why?|  ┃ Please explain."]])).await;
    go_to(&shop, "+ten").await;
    press(&shop, "Vkc").await;
    say(&shop, "One line is enough.").await;
    expect(&shop, &format!("#{DRAWN}"), json!(2)).await;

    press(&shop, "gQ").await;
    let list = "vim.tbl_map(function(item)
        return { vim.api.nvim_buf_get_name(item.bufnr), item.lnum, item.text }
    end, vim.fn.getqflist())";
    let file = shop.project.worktree("ash").join("a");
    let expected = json!([[file, 5, "Why?\nPlease explain."], [file, 10, "One line is enough."]]);
    expect(&shop, list, expected).await;
    let back = "cclose | call win_gotoid(bufwinid('polecat://diff/ash'))";
    shop.editor.command(back).await.unwrap();

    press(&shop, "S").await;
    shop.editor.expect_message("2 comments sent to `ash`").await;
    let seen = shop.editor.expect_capture("ash", 60, "One line is enough.").await;
    for part in ["Review of your changes, 2 comments:", "1. a:5", "five", "Why?", "2. a:9-10"] {
        assert!(seen.contains(part), "no `{part}` in\n{seen}");
    }
    expect(&shop, DRAWN, json!([])).await;
    press(&shop, "S").await;
    shop.editor.expect_message("there are no comments to send to `ash`").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_does_not_arrive_leaves_the_comments_and_no_mark_of_a_review() {
    let shop = shop(&[("a", NINE)]).await;
    write(&shop, "a", "1\n");
    open(&shop, "-2").await;
    go_to(&shop, "-2").await;
    press(&shop, "c").await;
    say(&shop, "Keep it.").await;
    press(&shop, "S").await;
    shop.editor.expect_message("session not found").await;
    expect(&shop, &format!("#{DRAWN}"), json!(1)).await;
    let args = ["for-each-ref", "--format=%(refname)", "refs/worktree"];
    assert_eq!(git(&shop, &args), "");
    press(&shop, "gR").await;
    shop.editor.expect_message("it has not been reviewed yet").await;
    shop.editor.expect_line(DIFF, "-2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_stays_with_its_lines_is_changed_and_dropped() {
    let shop = shop(&[("a", NINE)]).await;
    write(&shop, "a", &NINE.replace('5', "five"));
    open(&shop, "+five").await;
    go_to(&shop, "+five").await;
    press(&shop, "c").await;
    say(&shop, "Why?").await;
    write(&shop, "a", &format!("first\n{}", NINE.replace('5', "five")));
    press(&shop, "r").await;
    shop.editor.expect_line(DIFF, "+first").await;
    go_to(&shop, "+five").await;
    let row = value(&shop, "vim.fn.line('.') - 1").await;
    expect(&shop, DRAWN, json!([[row, "  ┃ Why?"]])).await;
    press(&shop, "c").await;
    expect(&shop, "vim.fn.getline(1)", json!("Why?")).await;
    say(&shop, "Why five?").await;
    expect(&shop, DRAWN, json!([[row, "  ┃ Why five?"]])).await;
    write(&shop, "a", &NINE.replace('6', "six"));
    press(&shop, "r").await;
    shop.editor.expect_line(DIFF, "+six").await;
    let outdated = "  ┃ outdated comment on a:5:|  ┃ Why five?";
    expect(&shop, DRAWN, json!([[3, outdated]])).await;
    go_to(&shop, "diff --git a/a b/a").await;
    press(&shop, "x").await;
    expect(&shop, DRAWN, json!([])).await;
    expect(&shop, "vim.fn.getreg('\"')", json!("Why five?")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_changes_after_a_review_is_shown_alone() {
    let shop = working().await;
    go_to(&shop, "+ten").await;
    press(&shop, "c").await;
    say(&shop, "And eleven?").await;
    press(&shop, "S").await;
    shop.editor.expect_message("1 comment sent to `ash`").await;
    press(&shop, "gR").await;
    shop.editor.expect_line(DIFF, "ash: nothing was changed since the last review").await;
    write(&shop, "a", &format!("{}ten\neleven\n", NINE.replace('5', "five")));
    press(&shop, "r").await;
    let lines = shop.editor.expect_line(DIFF, "+eleven").await;
    assert!(lines.contains(&"Since the last review: 1 file, +1 -0".to_owned()), "{lines:#?}");
    assert!(!lines.contains(&"+ten".to_owned()), "{lines:#?}");
    press(&shop, "gR").await;
    shop.editor.expect_line(DIFF, "+ten").await;
    shop.editor.command("PolecatDiff ash since=review").await.unwrap();
    shop.editor.expect_line(DIFF, "Since the last review").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hunk_is_taken_or_rejected_after_a_question_and_undone_also_by_another_backend() {
    let shop = shop(&[("a", NINE)]).await;
    write(&shop, "a", &format!("{}ten\n", NINE.replace('1', "one")));
    open(&shop, "+ten").await;
    go_to(&shop, "+ten").await;
    answer(&shop, false).await;
    press(&shop, "s").await;
    let asked = "Stage the hunk -7,3 +7,4 of `a` in the main worktree?";
    expect(&shop, "_G.asked", json!(asked)).await;
    answer(&shop, true).await;
    press(&shop, "s").await;
    shop.editor.expect_message("is staged in the main worktree").await;
    let staged = shop.project.git(&["diff", "--cached"]);
    assert!(staged.contains("+ten") && !staged.contains("+one"), "{staged}");
    go_to(&shop, "+one").await;
    press(&shop, "X").await;
    shop.editor.expect_message("is undone; `u` brings it back").await;
    let file = shop.project.worktree("ash").join("a");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{NINE}ten\n"));
    shop.editor.expect(DIFF, "the hunk to go", |lines| !lines.contains(&"+one".to_owned())).await;
    kill_process(shop.backend().unwrap(), Signal::KILL).unwrap();
    shop.editor.expect_message("the backend was killed").await;
    press(&shop, "u").await;
    shop.editor.expect_message("`a` in the worktree is as it was").await;
    press(&shop, "u").await;
    shop.editor.expect_message("`a` in the main worktree and its index is as it was").await;
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
    press(&shop, "u").await;
    shop.editor.expect_message("nothing to undo for `ash`").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_is_taken_and_undone_by_its_lines_also_of_several_files() {
    let shop = shop(&[("a", NINE), ("b", NINE)]).await;
    write(&shop, "a", &NINE.replace("5\n", "five\nand a half\n"));
    write(&shop, "b", &NINE.replace('1', "one"));
    let file = |name: &str| std::fs::read_to_string(shop.project.path().join(name)).unwrap();
    // What is edited in the main worktree sees it at once.
    shop.editor
        .command(&format!("edit {}", shop.project.path().join("a").display()))
        .await
        .unwrap();
    open(&shop, "+one").await;
    answer(&shop, true).await;
    go_to(&shop, "+and a half").await;
    press(&shop, "Vs").await;
    shop.editor.expect_message("1 line of `a` is staged in the main worktree; `u`").await;
    assert_eq!(value(&shop, "_G.asked").await, "Stage 1 line of `a` in the main worktree?");
    assert_eq!(file("a"), NINE.replace("5\n", "5\nand a half\n"));
    let there = "vim.fn.getbufline(vim.fn.bufnr('shop/a$'), 6)";
    expect(&shop, there, json!(["and a half"])).await;
    // From the rest of that to the end of the other file.
    go_to(&shop, "-5").await;
    press(&shop, "VGs").await;
    shop.editor.expect_message("5 lines of 2 files are staged in the main worktree; `u`").await;
    assert_eq!(file("a"), NINE.replace("5\n", "five\nand a half\n"));
    assert_eq!(file("b"), NINE.replace('1', "one"));
    let clean = shop.project.git(&["diff", "--name-only"]);
    assert_eq!(clean, "", "the index has the same");
    press(&shop, "u").await;
    shop.editor.expect_message("and 1 other file in the main worktree and its index are").await;
    press(&shop, "u").await;
    expect(&shop, there, json!(["6"])).await;
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
    go_to(&shop, " 4").await;
    press(&shop, "Vs").await;
    shop.editor.expect_message("no changed line is selected").await;
    go_to(&shop, "+and a half").await;
    press(&shop, "VX").await;
    shop.editor.expect_message("1 line of `a` is undone; `u` brings it back").await;
    let own = std::fs::read_to_string(shop.project.worktree("ash").join("a")).unwrap();
    assert_eq!(own, NINE.replace('5', "five"));
    write(&shop, "new", "x\n");
    press(&shop, "r").await;
    shop.editor.expect_line(DIFF, "+x").await;
    press(&shop, "ggVGX").await;
    shop.editor.expect_message("the selection spans several sections").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_other_changes_in_the_main_worktree_is_left_alone_by_name() {
    let shop = shop(&[("a", NINE)]).await;
    write(&shop, "a", &NINE.replace('5', "five"));
    std::fs::write(shop.project.path().join("a"), format!("{NINE}mine\n")).unwrap();
    open(&shop, "+five").await;
    answer(&shop, true).await;
    go_to(&shop, "+five").await;
    press(&shop, "s").await;
    let told = "is staged in the main worktree; `a` has other changes there, so only the index was changed";
    shop.editor.expect_message(told).await;
    let file = std::fs::read_to_string(shop.project.path().join("a")).unwrap();
    assert_eq!(file, format!("{NINE}mine\n"));
    assert!(shop.project.git(&["diff", "--cached"]).contains("+five"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_window_keeps_what_is_not_kept() {
    let shop = working().await;
    go_to(&shop, "+five").await;
    press(&shop, "c").await;
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    press(&shop, "ihalf<Esc>q").await;
    shop.editor.expect_message("the comment is not saved: `:w` saves it").await;
    shop.editor.command("write").await.unwrap();
    eventually("the comment to be drawn", async || {
        let drawn: Json = value(&shop, DRAWN).await;
        if drawn.to_string().contains("half") { Ok(()) } else { Err(drawn) }
    })
    .await;
}

/// Presses a key of the diff on the row `id`, as its answer to a question would.
pub(crate) async fn act(shop: &Shop, act: &str, id: &Json) -> Result<Json, Failure> {
    let view = "return require('polecat.ui.views.view').of(vim.fn.bufnr('polecat://diff/ash')).id";
    let view = shop.editor.lua(view, Json::Null).await.unwrap();
    let args = json!({ "view": view, "act": act, "id": id, "confirmed": true });
    let call = "require('polecat.rpc.client').call";
    shop.editor.begin(call, json!(["view.act", args])).await.await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_about_what_was_seen_or_about_nothing() {
    let shop = shop(&[("a", NINE)]).await;
    let changed = NINE.replace('1', "one");
    write(&shop, "a", &changed);
    open(&shop, "+one").await;
    go_to(&shop, "+one").await;
    let id = "(require('polecat.ui.views.rows').id(vim.fn.bufnr(), vim.fn.line('.') - 1))";
    let hunk = value(&shop, id).await;
    go_to(&shop, "diff --git a/a b/a").await;
    let file = value(&shop, id).await;
    // Not drawn yet, so that both ids are known.
    write(&shop, "a", &changed.replace('2', "two"));
    for id in [&hunk, &file] {
        let refused = act(&shop, "undo_hunk", id).await.unwrap_err();
        assert!(refused.message.contains("has changed meanwhile"), "{refused:?}");
    }
    // What was refused is drawn anew.
    shop.editor.expect_line(DIFF, "+two").await;
    for (key, id) in [("stage", &hunk), ("undo_hunk", &file), ("edit", &hunk), ("comment", &hunk)] {
        let refused = act(&shop, key, id).await.unwrap_err();
        assert_eq!(refused.code, "stale", "{key}: {refused:?}");
    }
    assert_eq!(shop.project.git(&["diff", "--cached"]), "");
    let left = std::fs::read_to_string(shop.project.worktree("ash").join("a")).unwrap();
    assert_eq!(left, changed.replace('2', "two"));
    go_to(&shop, "+two").await;
    let now = value(&shop, id).await;
    act(&shop, "undo_hunk", &now).await.unwrap();
    let file = std::fs::read_to_string(shop.project.worktree("ash").join("a")).unwrap();
    assert_eq!(file, NINE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_cannot_be_saved_is_not_lost() {
    let shop = shop(&[("a", NINE)]).await;
    write(&shop, "a", "1\n");
    open(&shop, "-2").await;
    go_to(&shop, "-2").await;
    press(&shop, "c").await;
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    let reviews = shop.project.path().join(".git/polecat/.runtime/polecat/reviews");
    std::fs::create_dir_all(reviews.parent().unwrap()).unwrap();
    std::fs::write(&reviews, "in the way").unwrap();
    shop.editor.command("call setline(1, 'Why?') | write | hide").await.unwrap();
    shop.editor.expect_message("the comment is kept: `c` in the diff shows it").await;
    std::fs::remove_file(&reviews).unwrap();
    press(&shop, "c").await;
    expect(&shop, "vim.fn.getline(1)", json!("Why?")).await;
    shop.editor.command("write").await.unwrap();
    expect(&shop, &format!("({DRAWN}[1] or {{}})[2]"), json!("  ┃ Why?")).await;
}
