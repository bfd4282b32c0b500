//! Views of polecats in several rigs: each stays with its own.

use serde_json::{Value as Json, json};

use polecat::core::rig::town::socket_name;

use super::{Street, folder};
use crate::{
    gastown::Gastown,
    rig::agent,
    support::{eventually, eventually_equal, rig::Town, tmux::TmuxServer},
};

const HERE: &str = "return vim.api.nvim_buf_get_name(0)";

async fn expect_here(street: &Street, name: &str) {
    eventually_equal(json!(name), async || street.editor().lua(HERE, Json::Null).await.unwrap())
        .await;
}

/// Puts the cursor on the line of the status window that begins with a sign and `name`.
async fn on_row(street: &Street, name: &str) {
    let code = "return vim.fn.search('\\\\V' .. ... .. ' ', 'w')";
    eventually("the row", async || {
        let found = street.editor().lua(code, json!([name])).await.unwrap();
        if found.as_u64() > Some(0) { Ok(()) } else { Err(found) }
    })
    .await;
}

/// Puts the cursor on the row that stands for `id`.
async fn on_id(street: &Street, id: &str) {
    let code = "local buf, rows = vim.api.nvim_get_current_buf(), require('polecat.ui.views.rows')
        for row = 0, vim.api.nvim_buf_line_count(buf) - 1 do
            if rows.id(buf, row) == ... .. '#+0' then
                vim.api.nvim_win_set_cursor(0, { row + 1, 0 })
                return true
            end
        end
        return vim.api.nvim_buf_get_lines(buf, 0, -1, false)";
    eventually(&format!("the row of `{id}`"), async || {
        match street.editor().lua(code, json!([id])).await.unwrap() {
            Json::Bool(true) => Ok(()),
            seen => Err(seen),
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_on_the_row_of_another_rig_is_about_that_one() {
    let street = Street::new(&["bank"]).await;
    for polecat in ["ash", "bank/ash"] {
        street.start(polecat).await;
    }
    street.editor().command("PolecatStatus!").await.unwrap();
    on_id(&street, "bank/ash").await;
    street.editor().command("normal i").await.unwrap();
    expect_here(&street, "polecat://compose/bank/ash").await;
    street.editor().command("call setline(1, 'from its row') | write").await.unwrap();
    street.editor().expect_message("sent to `bank/ash`").await;
    street.editor().command("PolecatStatus!").await.unwrap();
    on_id(&street, "bank/ash").await;
    street.editor().command("normal X").await.unwrap();
    eventually_equal(vec!["gt-shop-ash".to_owned()], async || street.shop.sessions()).await;
    assert!(!street.shop.screen("gt-shop-ash").contains("from its row"));
}

#[tokio::test(flavor = "multi_thread")]
async fn views_of_one_name_in_two_rigs_are_two_buffers_and_stay_with_their_rigs() {
    let street = Street::new(&["bank"]).await;
    for polecat in ["ash", "bank/ash"] {
        street.start(polecat).await;
    }
    let [shop, bank] = [&street.shop.project, &street.others[0]];
    std::fs::write(shop.worktree("ash").join("shop.txt"), "of the shop\n").unwrap();
    std::fs::write(bank.worktree("ash").join("bank.txt"), "of the bank\n").unwrap();
    let editor = street.editor();
    editor.command("PolecatDiff ash").await.unwrap();
    editor.expect_line("polecat://diff/ash", "shop.txt").await;
    editor.command("PolecatDiff bank/ash").await.unwrap();
    editor.expect_line("polecat://diff/bank/ash", "bank.txt").await;
    expect_here(&street, "polecat://diff/bank/ash").await;
    // From the bank it is the other way round; a bare name is of the rig around.
    editor.command(&format!("cd {} | new", folder(bank))).await.unwrap();
    editor.command("PolecatDiff ash").await.unwrap();
    let name = format!("polecat://diff/{}/ash", folder(bank));
    editor.expect_line(&name, "bank.txt").await;
    let lines = editor.lines("polecat://diff/ash").await;
    assert!(lines.iter().any(|line| line.contains("shop.txt")), "{lines:?}");

    editor.command("only | PolecatCapture shop/ash").await.unwrap();
    expect_here(&street, "polecat://capture/gt-shop-ash").await;
    editor.expect_line("polecat://capture/gt-shop-ash", "A scripted agent").await;
    // A command that is typed in the view is about its rig.
    editor.command("PolecatInject ash typed in its view").await.unwrap();
    editor.expect_message("sent to `shop/ash`").await;
    assert!(street.shop.screen("gt-shop-ash").contains("typed in its view"));
    assert!(!street.shop.screen("gt-bank-ash").contains("typed in its view"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_shows_each_rig_and_says_of_one_that_cannot_be_read_why() {
    let street = Street::new(&["bank", "mill"]).await;
    for polecat in ["ash", "bank/birch"] {
        street.start(polecat).await;
    }
    let mill = street.others[1].path().to_owned();
    let away = mill.with_file_name("away");
    std::fs::rename(&mill, &away).unwrap();
    street.editor().command("PolecatStatus!").await.unwrap();
    for text in ["shop: 1 polecat", "bank: 1 polecat", "is gone"] {
        street.editor().expect_line("polecat://status", text).await;
    }
    on_row(&street, "birch").await;
    std::fs::rename(&away, &mill).unwrap();
    street.editor().expect_line("polecat://status", "mill: 0 polecats").await;
    // One that is shown already.
    let bank = street.others[0].path();
    std::fs::rename(bank, bank.with_file_name("away")).unwrap();
    street.editor().expect_line("polecat://status", "is gone").await;
    let lines = street.editor().lines("polecat://status").await;
    assert!(lines.iter().any(|line| line.contains("birch")), "its agent runs: {lines:#?}");
    std::fs::rename(bank.with_file_name("away"), bank).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_one_name_on_servers_of_their_own_are_told_apart() {
    let one = Gastown::of_today(&[], &[]).await;
    let other = Town::new();
    let server = TmuxServer::beside(&one.tmux, &socket_name(other.path()));
    let rigs = json!({ "rigs": { "shop": { "beads": { "prefix": "sh" } } } }).to_string();
    std::fs::write(other.path().join("mayor/rigs.json"), &rigs).unwrap();
    std::fs::write(other.path().join("rigs.json"), &rigs).unwrap();
    let path = other.rig().to_str().unwrap().to_owned();
    let configure = "local config, path = vim.g.polecat, ...
        config.rigs = { [path] = vim.empty_dict() }
        vim.g.polecat = config";
    one.editor.lua(configure, json!([path])).await.unwrap();
    let ash = format!("{path}/ash");
    for polecat in ["ash", &ash] {
        let options = json!({ "new": true, "cmd": agent("prompts") });
        let info = one.editor.call("start", json!([polecat, options])).await.unwrap();
        assert_eq!(info["session_id"], "sh-ash");
    }
    let screen = |server: &TmuxServer| server.run(&["capture-pane", "-p", "-t", "=sh-ash:"]);
    for (polecat, server, other) in [("ash", &one.tmux, &server), (&ash, &server, &one.tmux)] {
        let text = format!("for {}", if polecat == "ash" { "this one" } else { "the other" });
        one.editor.call("inject", json!([polecat, text])).await.unwrap();
        eventually("the message", async || {
            let seen = screen(server);
            if seen.contains(&text) { Ok(()) } else { Err(seen) }
        })
        .await;
        assert!(!screen(other).contains(&text));
        one.editor.command(&format!("PolecatCapture {polecat}")).await.unwrap();
    }
    one.editor.expect_line("polecat://capture/sh-ash", "got: for this one").await;
    let name = format!("polecat://capture/{path}/sh-ash");
    one.editor.expect_line(&name, "got: for the other").await;
    one.editor.command("PolecatStatus!").await.unwrap();
    one.editor
        .expect("polecat://status", "both servers", |lines| {
            lines.iter().filter(|line| line.contains("tmux -L")).count() == 2
        })
        .await;
    one.editor.call("stop", json!([ash, { "force": true }])).await.unwrap();
    assert!(screen(&one.tmux).contains("for this one"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_was_is_there_once_for_each_rig_and_each_path() {
    let street = Street::new(&["bank"]).await;
    let (shop, bank) = (&street.shop.project, &street.others[0]);
    for (project, text) in [(shop, "of the shop\n"), (bank, "of the bank\n")] {
        project.commit("a", text);
        std::fs::create_dir(project.path().join("b")).unwrap();
        project.commit("b/a", &format!("deeper {text}"));
    }
    for polecat in ["ash", "bank/ash"] {
        street.editor().call("new", json!([polecat, {}])).await.unwrap();
    }
    let sides = "return vim.tbl_map(function(tab)
        return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(
            vim.api.nvim_tabpage_list_wins(tab)[1]), 0, 1, false)[1]
    end, vim.list_slice(vim.api.nvim_list_tabpages(), 2))";
    let mut expected = Vec::new();
    for (project, path, was) in [
        (shop, "a", "of the shop"),
        (bank, "a", "of the bank"),
        (bank, "b/a", "deeper of the bank"),
        (shop, "b/a", "deeper of the shop"),
    ] {
        let file = project.worktree("ash").join(path);
        std::fs::write(&file, "new\n").unwrap();
        street.editor().command(&format!("edit {} | PolecatDiff!", file.display())).await.unwrap();
        expected.push(was);
        let seen = async || street.editor().lua(sides, Json::Null).await.unwrap();
        eventually_equal(json!(expected), seen).await;
    }
    // By its name one of them is what it was, too.
    street.editor().command("wincmd h | edit").await.unwrap();
    let text = "return vim.api.nvim_buf_get_lines(0, 0, -1, false)";
    eventually_equal(json!(["deeper of the shop"]), async || {
        street.editor().lua(text, Json::Null).await.unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_rig_has_a_buffer_of_its_own_for_a_task() {
    let street = Street::new(&["bank"]).await;
    let (editor, bank) = (street.editor(), folder(&street.others[0]));
    editor.command("PolecatSling").await.unwrap();
    expect_here(&street, "polecat://sling/shop").await;
    editor.command("call setline(1, 'for the shop')").await.unwrap();
    editor.command(&format!("new | lcd {bank} | PolecatSling")).await.unwrap();
    expect_here(&street, "polecat://sling/bank").await;
    let text = "return { vim.fn.getline(1), vim.b.polecat_title }";
    let seen = editor.lua(text, Json::Null).await.unwrap();
    assert_eq!(seen, json!(["", "a task for a polecat of bank: `:w` starts it"]));
    editor.command("quit | quit | PolecatSling").await.unwrap();
    expect_here(&street, "polecat://sling/shop").await;
    assert_eq!(editor.lua(text, Json::Null).await.unwrap()[0], json!("for the shop"));
}
