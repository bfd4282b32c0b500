//! Captures that follow: what is in the buffer, where cursors are, and what it costs the editor.

use serde_json::{Value as Json, json};

use crate::{
    rig::Shop,
    support::{eventually, eventually_equal},
};

const LIVE: &str = "polecat://capture/gt-shop-ash";

/// A shop with the agent `bursts` at work for `ash`, and a live capture of it in the window.
async fn following() -> Shop {
    let shop = Shop::new().await;
    shop.start("ash", "bursts --long 30").await;
    shop.editor.command("PolecatCapture ash").await.unwrap();
    shop.editor.expect_line(LIVE, "ready").await;
    shop
}

/// As a person's keys: the agent shows nothing of what is typed, as a message must be.
fn print(shop: &Shop, count: usize) {
    shop.tmux.run(&["send-keys", "-t", "=gt-shop-ash:", &count.to_string(), "Enter"]);
}

/// Waits until line `number` is in the buffer, and gives the numbers of all lines there.
async fn numbers(shop: &Shop, number: usize) -> Vec<usize> {
    let begins =
        |line: &String| ['.', '>'].iter().any(|end| line.starts_with(&format!("<{number}{end}")));
    let lines = shop
        .editor
        .expect(LIVE, &format!("line {number}"), |lines| lines.iter().rev().any(begins))
        .await;
    lines.iter().filter_map(|line| number_of(line)).collect()
}

fn number_of(line: &str) -> Option<usize> {
    line.strip_prefix('<')?.trim_end_matches(['.', '>']).parse().ok()
}

/// The highest number on tmux's own screen.
fn printed(shop: &Shop) -> usize {
    shop.screen("gt-shop-ash").lines().filter_map(number_of).max().unwrap_or_default()
}

async fn lua(shop: &Shop, code: &str) -> Json {
    shop.editor.lua(code, Json::Null).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_missed_the_word_of_output_asks_for_the_next_one() {
    let shop = following().await;
    let flag = async || {
        shop.tmux.run(&["display-message", "-p", "-t", "=gt-shop-ash:", "#{window_activity_flag}"])
    };
    // What is told now reaches nobody, and it is told once only.
    shop.tmux.run(&["rename-session", "-t", "=polecat-hub:", "elsewhere"]);
    print(&shop, 1);
    numbers(&shop, 1).await;
    eventually_equal("1", flag).await;
    shop.tmux.run(&["rename-session", "-t", "=elsewhere:", "polecat-hub"]);
    eventually_equal("0", flag).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buffer_keeps_what_tmux_has_dropped() {
    let shop = following().await;
    let mut last = 0;
    for _ in 0..6 {
        print(&shop, 4_999);
        last += 4_999;
        numbers(&shop, last).await;
    }
    let history =
        shop.tmux.run(&["display-message", "-p", "-t", "=gt-shop-ash:", "#{history_size}"]);
    assert!(history.parse::<usize>().unwrap() < last, "tmux has dropped nothing: {history}");
    assert_eq!(numbers(&shop, last).await, (1..=last).collect::<Vec<_>>());
    let changes = "return vim.fn.undotree(vim.fn.bufnr('capture/gt-shop-ash')).seq_last";
    assert_eq!(lua(&shop, changes).await, 0, "what is drawn can be undone");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cursor_follows_on_the_last_line_and_stays_on_any_other() {
    let shop = following().await;
    print(&shop, 100);
    numbers(&shop, 100).await;
    let at_end = "return vim.fn.line('.') == vim.fn.line('$')";
    eventually_equal(json!(true), async || lua(&shop, at_end).await).await;

    shop.editor.command("normal! 50ggzt").await.unwrap();
    let view = "return { vim.fn.line('.'), vim.fn.line('w0'), vim.fn.getline('.') }";
    let before = lua(&shop, view).await;
    print(&shop, 3_000);
    numbers(&shop, 3_100).await;
    assert_eq!(lua(&shop, view).await, before);

    shop.editor.command("normal! G").await.unwrap();
    print(&shop, 10);
    numbers(&shop, 3_110).await;
    eventually_equal(json!(true), async || lua(&shop, at_end).await).await;
    shop.editor.command("call search('<77\\.', 'bw')").await.unwrap();
    assert_eq!(lua(&shop, "return vim.fn.getline('.'):sub(1, 4)").await, "<77.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buffer_that_no_window_shows_rests_and_catches_up_when_it_is_shown() {
    let shop = following().await;
    print(&shop, 10);
    numbers(&shop, 10).await;
    shop.editor.command("quit | redraw").await.unwrap_or_default();
    shop.editor.command("new | only").await.unwrap();
    eventually_equal(json!(0), async || {
        lua(&shop, "return #vim.fn.win_findbuf(vim.fn.bufnr('capture/gt-shop-ash'))").await
    })
    .await;
    print(&shop, 5_000);
    shop.editor.expect_capture("ash", 5, "<5010>").await;
    let hidden = shop.editor.lines(LIVE).await;
    assert!(!hidden.iter().any(|line| line.starts_with("<5010>")), "it was drawn unseen");
    shop.editor.command("PolecatCapture ash").await.unwrap();
    assert_eq!(numbers(&shop, 5_010).await, (1..=5_010).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_a_gap_and_does_not_fill_the_editor() {
    let shop = following().await;
    print(&shop, 1_000_000);
    // How long all of it takes is the machine's affair, as long as it goes on.
    for tenth in 1..=10 {
        let there = tenth * 100_000;
        eventually(&format!("line {there} in tmux"), async || match printed(&shop) {
            number if number >= there => Ok(()),
            number => Err(number),
        })
        .await;
    }
    let seen = numbers(&shop, 1_000_000).await;
    let pairs = seen.windows(2).filter(|pair| pair[0] + 1 != pair[1]).count();
    let lines = shop.editor.lines(LIVE).await;
    let gaps = lines.iter().filter(|line| line.contains("more was printed here")).count();
    assert!(pairs <= gaps, "{pairs} holes, {gaps} of them told");
    assert!(lines.len() < 500_000, "{} lines", lines.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn places_in_the_output_are_opened_in_the_worktree_and_listed() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    let worktree = shop.project.worktree("ash");
    std::fs::create_dir(worktree.join("src")).unwrap();
    std::fs::write(worktree.join("src/main.rs"), "one\ntwo\nthree four\n").unwrap();
    shop.editor.command("PolecatCapture ash").await.unwrap();
    // A number that Neovim has none for does not keep the others from the list.
    let long = "9".repeat(30);
    let text = format!(
        "--> src/main.rs:3:7 and src/none.rs:1, a/src/main.rs(2,1) src/main.rs:{long}:{long}"
    );
    shop.editor.call("inject", json!(["ash", text])).await.unwrap();
    shop.editor.expect_line(LIVE, "got: -->").await;
    // In one turn: while the line is the last one, the cursor goes with what comes below it.
    let open = "call search('got: --> src', 'w') | call search('main') | normal gF";
    shop.editor.command(open).await.unwrap();
    let at = "return { vim.fn.expand('%:p'), vim.fn.line('.'), vim.fn.col('.'), vim.bo.buftype }";
    let file = worktree.join("src/main.rs").display().to_string();
    eventually_equal(json!([file, 3, 7, ""]), async || lua(&shop, at).await).await;

    shop.editor.command("call win_gotoid(bufwinid('capture/gt-shop-ash'))").await.unwrap();
    shop.editor.command("normal gQ").await.unwrap();
    let listed = "return vim.tbl_map(function(item)
        return { vim.fn.fnamemodify(vim.fn.bufname(item.bufnr), ':t'), item.lnum, item.col }
    end, vim.fn.getqflist())";
    eventually_equal(json!(true), async || {
        let items = lua(&shop, listed).await;
        let items = items.as_array().cloned().unwrap_or_default();
        let has = |lnum, col| items.contains(&json!(["main.rs", lnum, col]));
        json!(has(3, 7) && has(2, 1) && items.iter().all(|item| item[0] == "main.rs"))
    })
    .await;
}
