//! Words and syntax in a diff, as they are seen in a terminal.

use std::path::Path;

use serde_json::json;

use crate::{
    desk::host,
    diffing::{NINE, expect, open, shop, value, write},
    support::{eventually, neovim::config, rig::Project, screen::Screen},
};

/// The colour of a text, or of its ground, as tmux tells it.
fn colour(of: &str, rgb: [u8; 3]) -> String {
    let kind = if of == "ground" { 48 } else { 38 };
    format!("{kind};2;{};{};{}", rgb[0], rgb[1], rgb[2])
}

/// The line that shows `part`, once it has all of these colours.
async fn expect_colours(screen: &Screen, part: &str, colours: &[String]) -> String {
    eventually(&format!("{colours:?} on the line `{part}`"), async || {
        let seen = screen.colours();
        let plain = screen.text();
        let row = plain.lines().position(|line| line.contains(part));
        let line = row.and_then(|row| seen.lines().nth(row)).unwrap_or_default().to_owned();
        let all = colours.iter().all(|colour| line.contains(colour.as_str()));
        if all && !line.is_empty() { Ok(line) } else { Err(seen) }
    })
    .await
}

const BEFORE: &str =
    "local function count(list)\n  return #list\nend\n--[[ all\nthat\nwas said ]]\nreturn count\n";

/// What `ash` makes of it.
fn after() -> String {
    BEFORE.replace("#list", "#list + 1").replace("that\n", "this\n")
}

/// Gives the groups colours that are told apart.
async fn set_colours(screen: &Screen) {
    screen.expect("~").await;
    screen.command("set termguicolors notitle");
    for group in [
        "PolecatDiffAdded guibg=#0a0b0c guifg=#eeeeee",
        "PolecatDiffRemoved guibg=#1a1b1c guifg=#eeeeee",
        "PolecatDiffAddedWord guibg=#2a2b2c",
        "PolecatDiffRemovedWord guibg=#3a3b3c",
        "@keyword.return.lua guifg=#4a4b4c",
        "@comment.lua guifg=#5a5b5c",
    ] {
        screen.command(&format!("highlight {group}"));
    }
}

/// Opens the diff of `ash`, in which all of these are seen.
async fn expect_words_and_syntax(screen: &Screen, ash: &str) {
    screen.command(&format!("PolecatDiff {ash}"));
    screen.expect("+  return #list + 1").await;
    screen.keys(&["C-w", "_"]);
    let keyword = colour("text", [0x4a, 0x4b, 0x4c]);
    let added = [
        colour("ground", [0x0a, 0x0b, 0x0c]),
        colour("ground", [0x2a, 0x2b, 0x2c]),
        keyword.clone(),
    ];
    expect_colours(screen, "+  return #list + 1", &added).await;
    let removed = [colour("ground", [0x1a, 0x1b, 0x1c]), keyword.clone()];
    expect_colours(screen, "-  return #list", &removed).await;
    // It is a comment only in the whole file.
    let inside = [colour("text", [0x5a, 0x5b, 0x5c]), colour("ground", [0x0a, 0x0b, 0x0c])];
    expect_colours(screen, "+this", &inside).await;
    expect_colours(screen, " return count", &[keyword]).await;
    screen.command("qall!");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_differ_and_the_syntax_of_both_versions_are_seen() {
    let screen = Screen::new();
    screen.project.commit("a.lua", BEFORE);
    set_colours(&screen).await;
    screen.command("PolecatNew ash");
    screen.expect("created `ash`").await;
    std::fs::write(screen.project.worktree("ash").join("a.lua"), after()).unwrap();
    expect_words_and_syntax(&screen, "ash").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn so_they_are_of_a_polecat_on_a_host() {
    let there = shop(&[("a.lua", BEFORE)]).await;
    write(&there, "a.lua", &after());
    let reaching = |socket: &Path| {
        let mut config = config(socket);
        config["hosts"] = json!({ "build1": host(&there, &json!(null)) });
        config
    };
    let screen = Screen::with(("100", "30"), Project::new(), reaching, &[]);
    set_colours(&screen).await;
    expect_words_and_syntax(&screen, "build1:shop/ash").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_of_files_that_are_not_on_the_screen() {
    let shop = shop(&[("a.lua", &NINE.repeat(20)), ("b.lua", "b\n")]).await;
    write(&shop, "a.lua", &NINE.repeat(20).replace('5', "five"));
    write(&shop, "b.lua", "c\n");
    let count = "_G.asked = {}
        local client = require('polecat.rpc.client')
        local call = client.call
        client.call = function(method, args, done)
            if method == 'diff.highlight' then table.insert(_G.asked, args.id) end
            return call(method, args, done)
        end";
    shop.editor.lua(count, json!(null)).await.unwrap();
    // An editor without a screen draws nothing.
    let options = nvim_rs::UiAttachOptions::new();
    shop.editor.nvim.ui_attach(80, 24, &options).await.unwrap();
    open(&shop, "+c").await;
    expect(&shop, "#_G.asked", json!(1)).await;
    shop.editor.command("normal! G").await.unwrap();
    expect(&shop, "#_G.asked", json!(2)).await;
    let ids = value(&shop, "_G.asked").await;
    assert_ne!(ids[0], ids[1]);
    shop.editor.command("normal! ggG").await.unwrap();
    shop.editor.command("redraw!").await.unwrap();
    assert_eq!(value(&shop, "#_G.asked").await, json!(2), "each is asked for once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grounds_of_lines_follow_the_background_unless_they_are_the_users_own() {
    let shop = shop(&[("a.lua", BEFORE)]).await;
    write(&shop, "a.lua", &after());
    let options = nvim_rs::UiAttachOptions::new();
    shop.editor.nvim.ui_attach(80, 24, &options).await.unwrap();
    shop.editor.command("set background=dark").await.unwrap();
    open(&shop, "+  return #list + 1").await;
    let ground = |group: &str| format!("vim.api.nvim_get_hl(0, {{ name = '{group}' }}).bg or 0");
    let is_light = |group: &str| format!("({}) % 256 > 128", ground(group));
    let defined = format!("({}) ~= 0", ground("PolecatDiffAdded"));
    expect(&shop, &defined, json!(true)).await;
    expect(&shop, &is_light("PolecatDiffAdded"), json!(false)).await;
    shop.editor.command("set background=light").await.unwrap();
    expect(&shop, &is_light("PolecatDiffAdded"), json!(true)).await;
    shop.editor.command("highlight PolecatDiffRemoved guibg=#010203").await.unwrap();
    for background in ["dark", "light", "dark"] {
        shop.editor.command(&format!("set background={background}")).await.unwrap();
        let light = json!(background == "light");
        assert_eq!(value(&shop, &is_light("PolecatDiffAdded")).await, light, "{background}");
        assert_eq!(value(&shop, &ground("PolecatDiffRemoved")).await, 0x01_02_03);
    }
}
