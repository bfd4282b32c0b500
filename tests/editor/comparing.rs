//! `:PolecatDiff ash birch`: what makes the work of one polecat of that of another, to be looked at.

use std::fs;

use serde_json::{Value as Json, json};

use crate::{
    desk::reaching,
    diffing::{NINE, expect, go_to, press, shop, value},
    rig::Shop,
    support::{eventually, rig::git},
};

const DIFF: &str = "polecat://diff/ash..birch";

fn write(shop: &Shop, polecat: &str, file: &str, text: &str) {
    fs::write(shop.project.worktree(polecat).join(file), text).unwrap();
}

/// `ash`, with a commit, and `birch`, with nothing committed, differ in `a`, and `new` is birch's.
async fn two() -> Shop {
    let shop = shop(&[("a", NINE), ("same", "same\n")]).await;
    shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    write(&shop, "ash", "a", &NINE.replace('5', "five"));
    git(&shop.project.worktree("ash"), &["commit", "--quiet", "--all", "--message", "five"]);
    write(&shop, "birch", "a", &NINE.replace('5', "FIVE"));
    write(&shop, "birch", "new", "new\n");
    // Both have done this.
    for polecat in ["ash", "birch"] {
        write(&shop, polecat, "same", "both\n");
    }
    shop
}

/// All that looking must leave as it is.
fn state(shop: &Shop) -> Vec<String> {
    let of = |polecat: &str| {
        let worktree = shop.project.worktree(polecat);
        let args: [&[&str]; 2] = [&["status", "--porcelain"], &["ls-files", "--stage"]];
        args.map(|args| git(&worktree, args))
    };
    let refs = shop.project.git(&["for-each-ref"]);
    [of("ash"), of("birch")].concat().into_iter().chain([refs]).collect()
}

/// Waits until this has been told so many times.
async fn expect_messages(shop: &Shop, part: &str, count: usize) {
    eventually(&format!("`{part}` {count} times"), async || {
        let all = shop.editor.messages().await;
        let told = all.iter().filter(|text| text.contains(part)).count();
        if told == count { Ok(()) } else { Err(format!("{all:?}")) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_has_that_the_other_has_not_is_shown_and_nothing_is_touched() {
    let shop = two().await;
    let before = state(&shop);
    shop.editor.command("PolecatDiff ash birch").await.unwrap();
    let lines = shop.editor.expect_line(DIFF, "+FIVE").await;
    expect(&shop, "vim.api.nvim_buf_get_name(0)", json!(DIFF)).await;
    assert_eq!(lines[0], "ash → birch: 2 files, +2 -1", "{lines:#?}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("Differences: ")).count(), 1);
    for line in ["-five", "+FIVE", "+new"] {
        assert!(lines.contains(&line.to_owned()), "{line}: {lines:#?}");
    }
    assert!(!lines.iter().any(|line| line.contains("same")), "{lines:#?}");
    assert_eq!(value(&shop, "vim.b.polecat_title").await, json!("ash → birch"));
    go_to(&shop, "+FIVE").await;
    let told = "`ash → birch` cannot be changed: `:PolecatDiff birch` has this key";
    for (at, key) in ["s", "X", "u", "c", "x", "S", "gR"].into_iter().enumerate() {
        press(&shop, key).await;
        expect_messages(&shop, told, at + 1).await;
    }
    assert_eq!(state(&shop), before);
    press(&shop, "<CR>").await;
    let file = json!(shop.project.worktree("birch").join("a"));
    expect(&shop, "vim.api.nvim_buf_get_name(0)", file).await;
    // It is drawn anew, and by its name too.
    write(&shop, "ash", "a", &NINE.replace('5', "FIVE"));
    shop.editor.command(&format!("buffer {DIFF}")).await.unwrap();
    press(&shop, "r").await;
    shop.editor.expect_line(DIFF, "ash → birch: 1 file, +1 -0").await;
    fs::remove_file(shop.project.worktree("birch").join("new")).unwrap();
    shop.editor.command(&format!("bwipeout | edit {DIFF}")).await.unwrap();
    shop.editor.expect_line(DIFF, "ash → birch: no difference").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_both_is_shown_side_by_side() {
    let shop = two().await;
    shop.editor.command("PolecatDiff ash birch").await.unwrap();
    shop.editor.expect_line(DIFF, "+FIVE").await;
    go_to(&shop, "+FIVE").await;
    press(&shop, "dv").await;
    let left = "polecat://base/ash..birch/a";
    expect(&shop, "vim.api.nvim_buf_get_name(0)", json!(left)).await;
    let five = json!(["five", "a of ash", false]);
    let shown = "{ vim.fn.getline(5), vim.b.polecat_title, vim.bo.modifiable }";
    expect(&shop, shown, five.clone()).await;
    let right = "vim.fn.getbufline(vim.fn.winbufnr(2), 5)[1]";
    expect(&shop, right, json!("FIVE")).await;
    shop.editor.command("edit").await.unwrap();
    expect(&shop, shown, five).await;
    shop.editor.command(&format!("tabclose | buffer {DIFF}")).await.unwrap();
    go_to(&shop, "+new").await;
    press(&shop, "dv").await;
    expect(&shop, "vim.b.polecat_title", json!("ash has no such file")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_there_or_elsewhere_is_refused_and_names_are_completed() {
    let shop = two().await;
    for (at, (args, part)) in [
        ("ash cedar", "polecat not found: `cedar`"),
        ("cedar birch", "polecat not found: `cedar`"),
        ("ash ../birch", "bad polecat name"),
        ("ash yard/birch", "no rig"),
        ("ash birch since=review", "are about one polecat, not about two"),
    ]
    .into_iter()
    .enumerate()
    {
        shop.editor.command(&format!("PolecatDiff {args}")).await.unwrap();
        expect_messages(&shop, "", at + 1).await;
        let told = shop.editor.messages().await.pop().unwrap_or_default();
        assert!(told.contains(part), "{args}: {told}");
    }
    let completed = "return vim.fn.getcompletion(..., 'cmdline')";
    let names = shop.editor.lua(completed, json!(["PolecatDiff ash b"])).await.unwrap();
    assert_eq!(names, json!(["birch"]));
    // For the buffer's own keys and commands it is the second one.
    let code = "require('polecat').open_diff('birch', { against = 'ash' })";
    shop.editor.lua(code, Json::Null).await.unwrap();
    shop.editor.expect_line(DIFF, "+FIVE").await;
    expect(&shop, "vim.api.nvim_buf_get_name(0)", json!(DIFF)).await;
    for (at, merge) in ["M", ":PolecatMerge<CR>"].into_iter().enumerate() {
        press(&shop, merge).await;
        expect_messages(&shop, "all commits of `birch`", at + 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_a_host_are_compared_there() {
    let there = two().await;
    let desk = reaching(&there, &Json::Null).await;
    let diff = "polecat://diff/build1:shop/ash..birch";
    for other in ["birch", "build1:shop/birch"] {
        desk.editor.command(&format!("PolecatDiff build1:shop/ash {other}")).await.unwrap();
        let lines = desk.editor.expect_line(diff, "+FIVE").await;
        assert_eq!(lines[0], "build1:shop/ash → birch: 2 files, +2 -1");
        expect(&desk, "vim.api.nvim_buf_get_name(0)", json!(diff)).await;
        desk.editor.command("close").await.unwrap();
    }
    desk.editor.command("PolecatDiff build1:shop/ash build1:yard/birch").await.unwrap();
    desk.editor.expect_message("are in two rigs").await;
}
