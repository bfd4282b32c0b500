//! The changed files as a tree, above a diff.

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    desk::reaching,
    diffing::{DIFF, NINE, expect, git, go_to, open, press, value, write},
    host_diffs,
    reviewing::act,
    rig::Shop,
};

/// The rows of the tree, which begin with a letter or a folder.
const TREE: &str = "vim.tbl_filter(function(line)
    return line:match('^  [%u ]  +%S') ~= nil
end, vim.fn.getline(1, '$'))";
/// Where the closed fold under the cursor begins and ends.
const CLOSED: &str = "{ vim.fn.foldclosed('.'), vim.fn.foldclosedend('.') }";

/// An `ash` that has changed files in two folders, some of them in two stages.
async fn changed() -> Shop {
    let shop = Shop::new().await;
    std::fs::create_dir_all(shop.project.path().join("src/core")).unwrap();
    for path in ["src/core/a", "src/core/b"] {
        shop.project.commit(path, NINE);
    }
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let five = NINE.replace('5', "five");
    for (path, text) in
        [("NOTES", NINE), ("src/core/a", &five), ("src/core/b", &five), ("src/main", NINE)]
    {
        write(&shop, path, text);
    }
    git(&shop, &["add", "--all"]);
    git(&shop, &["commit", "--quiet", "--message", "all of them"]);
    write(&shop, "src/core/a", &both());
    write(&shop, "src/core/b", &both());
    shop
}

fn both() -> String {
    NINE.replace('5', "five").replace('8', "eight")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_stand_above_their_differences_and_lead_to_them_also_without_a_backend() {
    let shop = changed().await;
    open(&shop, "+five").await;
    let tree = json!([
        "  A  NOTES    +9",
        "     src/",
        "       core/",
        "  M      a    +2   -2  committed, not staged",
        "  M      b    +2   -2  committed, not staged",
        "  A    main   +9",
    ]);
    // Only what is in several stages says more than `committed`.
    let told = value(&shop, TREE).await.to_string().replace("       committed", "");
    assert_eq!(told, tree.to_string());
    kill_process(shop.backend().unwrap(), Signal::STOP).unwrap();
    go_to(&shop, "  M      b    +2   -2  committed, not staged").await;
    let row = value(&shop, "vim.fn.line('.')").await;
    press(&shop, "<CR>").await;
    assert_eq!(value(&shop, "vim.fn.getline('.')").await, "diff --git a/src/core/b b/src/core/b");
    press(&shop, "<C-o>").await;
    assert_eq!(value(&shop, "vim.fn.line('.')").await, row);
    go_to(&shop, "       core/").await;
    press(&shop, "<CR>").await;
    assert_eq!(value(&shop, CLOSED).await, json!([5, 7]));
    let text = "vim.fn.foldtextresult(5)";
    assert_eq!(value(&shop, text).await, "       core/  +4   -4  2 files");
    press(&shop, "<CR>").await;
    assert_eq!(value(&shop, CLOSED).await, json!([-1, -1]));
    press(&shop, "zM").await;
    assert_eq!(
        value(&shop, "{ vim.fn.foldclosed(3), vim.fn.foldclosed(8) }").await,
        json!([-1, 4])
    );
    kill_process(shop.backend().unwrap(), Signal::CONT).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn drawn_anew_it_keeps_its_folds_and_the_cursor() {
    let shop = changed().await;
    open(&shop, "+five").await;
    go_to(&shop, "       core/").await;
    press(&shop, "zc").await;
    go_to(&shop, "  A    main   +9       committed").await;
    write(&shop, "src/another", "1\n");
    write(&shop, "src/main", "1\n");
    press(&shop, "r").await;
    shop.editor.expect_line(DIFF, "+++ b/src/another").await;
    let line = "vim.fn.getline('.')";
    expect(&shop, line, json!("  A    main     +9   -8   committed, not staged")).await;
    assert_eq!(value(&shop, "vim.fn.foldclosed(6)").await, json!(6), "what was closed stays so");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_act_on_the_file_or_on_all_of_a_folder() {
    let shop = changed().await;
    let code = "vim.ui.select = function(items, opts, done) _G.asked = opts.prompt done(items[#items]) end";
    shop.editor.lua(code, Json::Null).await.unwrap();
    let staged = || shop.project.git(&["diff", "--cached", "--name-only"]);
    open(&shop, "+five").await;
    go_to(&shop, "       core/").await;
    press(&shop, "s").await;
    shop.editor.expect_message("all of `src/core/` (2 files) is staged").await;
    expect(&shop, "_G.asked", json!("Stage all of `src/core/` (2 files) in the main worktree?"))
        .await;
    assert_eq!(staged(), "src/core/a\nsrc/core/b");
    let there = std::fs::read_to_string(shop.project.path().join("src/core/a")).unwrap();
    assert_eq!(there, both(), "with both stages of it");
    press(&shop, "gf").await;
    shop.editor.expect_message("there is no file on this line").await;
    press(&shop, "u").await;
    let undone =
        "`src/core/a` and 1 other file in the main worktree and its index are as they were";
    shop.editor.expect_message(undone).await;
    assert_eq!(staged(), "");
    go_to(&shop, "  A  NOTES    +9       committed").await;
    press(&shop, "Vjjjs").await;
    shop.editor.expect_message("2 files are staged").await;
    assert_eq!(staged(), "NOTES\nsrc/core/a", "the folders of a selection are none");
    press(&shop, "3Ggf").await;
    expect(&shop, "vim.fs.basename(vim.api.nvim_buf_get_name(0))", json!("NOTES")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_changed_since_it_was_drawn_is_left_alone() {
    let shop = changed().await;
    open(&shop, "+five").await;
    go_to(&shop, "     src/").await;
    let id = "(require('polecat.ui.views.rows').id(vim.fn.bufnr(), vim.fn.line('.') - 1))";
    let before = value(&shop, id).await;
    write(&shop, "src/main", "1\n");
    press(&shop, "r").await;
    shop.editor.expect_line(DIFF, "@@ -1,9 +1 @@").await;
    let refused = act(&shop, "stage", &before).await.unwrap_err();
    assert_eq!(refused.code, "stale", "{refused:?}");
    assert_eq!(shop.project.git(&["diff", "--cached", "--name-only"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_host_and_of_two_polecats_it_is_the_same() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    host_diffs::open(&desk, "+five").await;
    go_to(&desk, "       core/").await;
    press(&desk, "<CR>").await;
    assert_eq!(value(&desk, CLOSED).await, json!([5, 7]));
    there.editor.call("new", json!(["birch", {}])).await.unwrap();
    there.editor.command("PolecatDiff birch ash").await.unwrap();
    there.editor.expect_line("polecat://diff/birch..ash", "  A  NOTES    +9").await;
    expect(&there, "vim.fn.bufname()", json!("polecat://diff/birch..ash")).await;
    go_to(&there, "  A    main   +9").await;
    press(&there, "<CR>").await;
    assert_eq!(value(&there, "vim.fn.getline('.')").await, "diff --git a/src/main b/src/main");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_git_cannot_take_back_at_once_is_staged_one_section_after_the_other() {
    let shop = changed().await;
    let code = "vim.ui.select = function(items, opts, done) done(items[#items]) end";
    shop.editor.lua(code, Json::Null).await.unwrap();
    write(&shop, "NOTES", "1\n");
    open(&shop, "@@ -1,9 +1 @@").await;
    press(&shop, "3Gs").await;
    let refused = "`NOTES` is added in one section and changed in another: stage the sections one \
                   after the other";
    shop.editor.expect_message(refused).await;
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
}
