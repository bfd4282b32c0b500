//! What the words of a message stand for in the editor.

use serde_json::{Value as Json, json};

use crate::{
    diffing,
    rig::{Shop, agent},
    support::{eventually, eventually_equal, rig::Project},
};

const CODE: &str = "local function add(a, b)\n  return a + b\nend\n\nprint(add(1, 2))\n";

/// A shop with `src/add.lua` open, and an agent that tells what it got.
async fn shop(config: Json) -> Shop {
    let shop = Shop::of(Project::new(), config).await;
    std::fs::create_dir(shop.project.path().join("src")).unwrap();
    shop.project.commit("src/add.lua", CODE);
    shop.start("ash", "prompts").await;
    let file = shop.project.path().join("src/add.lua");
    shop.editor.command(&format!("edit {}", file.display())).await.unwrap();
    shop
}

/// What the agent got, as soon as it got something that ends with `end`.
async fn got(shop: &Shop, end: &str) -> String {
    eventually("the message", async || {
        let seen = shop.editor.call("capture", json!(["ash", { "lines": 200 }])).await.unwrap();
        let seen = seen.as_str().unwrap().to_owned();
        let last = seen.rsplit("got: ").next().map(|text| text.split("\n❯").next().unwrap_or(text));
        match last.map(str::trim_end).filter(|text| seen.contains("got: ") && text.ends_with(end)) {
            Some(text) => Ok(text.to_owned()),
            None => Err(seen),
        }
    })
    .await
}

async fn send(shop: &Shop, message: &str, end: &str) -> String {
    shop.editor.command(&format!("PolecatInject ash {message}")).await.unwrap();
    got(shop, end).await
}

#[tokio::test(flavor = "multi_thread")]
async fn words_in_braces_are_what_they_name_in_the_editor() {
    let shop = shop(Json::Null).await;
    // The path is that of every worktree, wherever one is.
    shop.editor.command("lcd src | 2").await.unwrap();
    let told = send(&shop, "in {file} {other} {{line}}.", "{line}.").await;
    assert_eq!(told, "in src/add.lua {other} {line}.");
    let told = send(&shop, "why {line}?", "?").await;
    assert_eq!(told, "why src/add.lua:2 (`return a + b`)?");
    let told = send(&shop, "explain {function} now", "now").await;
    let block = "src/add.lua:1-3\n```lua\nlocal function add(a, b)\n  return a + b\nend\n```";
    assert_eq!(told, format!("explain\n{block}\nnow"));
    shop.editor.command("normal! Vj\u{1b}").await.unwrap();
    let told = send(&shop, "{selection} x", "x").await;
    assert_eq!(told, "src/add.lua:2-3\n```lua\n  return a + b\nend\n```\nx");
    let told = send(&shop, "{buffers}", "lua").await;
    assert_eq!(told, "src/add.lua");
    // One of our windows shows no file: the one before it is meant.
    shop.editor.command("2 | PolecatCapture ash | wincmd p | PolecatStatus").await.unwrap();
    diffing::expect(&shop, "vim.api.nvim_buf_get_name(0)", json!("polecat://status")).await;
    let told = send(&shop, "{line} here", "here").await;
    assert_eq!(told, "src/add.lua:2 (`return a + b`) here");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_the_editor_are_one_entry_a_line() {
    let shop = shop(Json::Null).await;
    let told = "vim.diagnostic.set(vim.api.nvim_create_namespace('test'), 0, {
            { lnum = 4, col = 6, message = 'late', severity = 2 },
            { lnum = 1, col = 2, message = 'no\\nb', severity = 1, source = 'ls' } })
        vim.fn.setqflist({ { bufnr = vim.fn.bufnr(), lnum = 5, col = 1, text = ' slow {file}' },
            { text = 'make: nothing' } })";
    shop.editor.lua(told, Json::Null).await.unwrap();
    let told = send(&shop, "fix {diagnostics}", "late").await;
    let diagnostics = "src/add.lua:2:3: error: no b (ls)\nsrc/add.lua:5:7: warning: late";
    assert_eq!(told, format!("fix\n{diagnostics}"));
    let told = send(&shop, "{quickfix}", "}").await;
    assert_eq!(told, "src/add.lua:5:1: slow {file}");
    std::fs::write(shop.project.path().join("src/add.lua"), "print(1)\n").unwrap();
    std::fs::write(shop.project.path().join("notes"), "").unwrap();
    let told = send(&shop, "{diff}", "notes").await;
    assert!(told.starts_with("```diff\ndiff --git a/src/add.lua b/src/add.lua\n"), "{told}");
    assert!(told.ends_with("\n+print(1)\n```\nnew files:\nnotes"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_refused_by_its_name_and_nothing_is_sent() {
    let shop = shop(Json::Null).await;
    for (word, why) in [
        ("diagnostics", "there are none in `src/add.lua`"),
        ("quickfix", "the quickfix list is empty"),
        ("selection", "nothing is selected in `src/add.lua`"),
        ("diff", "everything is committed"),
    ] {
        shop.editor.command(&format!("PolecatInject ash fix {{{word}}}")).await.unwrap();
        shop.editor.expect_message(&format!("`{{{word}}}`: {why}")).await;
    }
    shop.editor.command("4 | PolecatInject ash {function}").await.unwrap();
    let none = "`{function}`: there is no function around line 4 of `src/add.lua`";
    shop.editor.expect_message(none).await;
    shop.editor.command("setfiletype nosuch | enew | set ft=nosuch").await.unwrap();
    shop.editor.command("PolecatInject ash {function}").await.unwrap();
    shop.editor.expect_message("there is no tree-sitter parser for `nosuch`").await;
    shop.editor.command("PolecatInject ash {file}").await.unwrap();
    shop.editor.expect_message("`{file}`: the buffer shows no file").await;
    assert_eq!(send(&shop, "hello", "hello").await, "hello");
    let seen = shop.editor.call("capture", json!(["ash", { "lines": 200 }])).await.unwrap();
    assert_eq!(seen.as_str().unwrap().matches("got: ").count(), 1, "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_compose_buffer_words_are_about_where_it_was_opened_from() {
    let shop = shop(Json::Null).await;
    shop.editor.command("2 | 1,2PolecatInject ash").await.unwrap();
    let compose = "polecat://compose/ash";
    let lines = shop.editor.expect_line(compose, "return").await;
    assert_eq!(lines[..2], ["src/add.lua:1-2", "```lua"]);
    diffing::expect(&shop, "vim.api.nvim_buf_get_name(0)", json!(compose)).await;
    let text = "call setline(1, ['`{{file}}`', '```', '{file}', '```', 'at {line} {diagnostics}'])";
    shop.editor.command(&format!("%delete _ | {text}")).await.unwrap();
    shop.editor.command("write").await.unwrap();
    shop.editor.expect_message("there are none in `src/add.lua`").await;
    let seen = "vim.bo.modified and vim.fn.getline(5)";
    diffing::expect(&shop, seen, json!("at {line} {diagnostics}")).await;
    shop.editor.command("call setline(5, 'at {line}') | write").await.unwrap();
    let told = got(&shop, ")").await;
    assert_eq!(told, "`{file}`\n```\n{file}\n```\nat src/add.lua:2 (`return a + b`)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_begins_with_a_prompt_of_the_users() {
    let prompts = json!({ "review": "Review {selection}\nBriefly.", "src": "Explain {file}" });
    let shop = shop(json!({ "prompts": prompts })).await;
    assert_eq!(send(&shop, "@src now", "now").await, "Explain src/add.lua now");
    assert_eq!(send(&shop, "@src/add.lua it", "it").await, "@src/add.lua it");
    shop.editor.command("2,2PolecatInject ash @review").await.unwrap();
    let told = got(&shop, "Briefly.").await;
    assert_eq!(told, "Review\nsrc/add.lua:2\n```lua\n  return a + b\n```\nBriefly.");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_and_prompts_are_completed_on_the_command_line_and_in_a_message() {
    let prompts = json!({ "review": "Review {selection}" });
    let shop = shop(json!({ "prompts": prompts })).await;
    for (line, expected) in [
        ("PolecatInject ash {di", vec!["{diagnostics}", "{diff}"]),
        ("PolecatInject ash see {fi", vec!["{file}"]),
        ("PolecatInject ash @", vec!["@review"]),
        ("PolecatInject ash see @", vec![]),
        ("PolecatStart! elm prompt=@re", vec!["prompt=@review"]),
        ("PolecatStart! elm prompt=see {li", vec!["{line}"]),
        ("PolecatStart! elm cmd=see {li", vec![]),
    ] {
        let code = "return vim.fn.getcompletion(..., 'cmdline')";
        let found = shop.editor.lua(code, json!([line])).await.unwrap();
        let expected = if expected.is_empty() { json!([]) } else { json!(expected) };
        assert!(
            found == expected || found.as_object().is_some_and(serde_json::Map::is_empty),
            "{line}: {found}"
        );
    }
    shop.editor.command("PolecatInject ash").await.unwrap();
    let compose = json!("polecat://compose/ash");
    diffing::expect(&shop, "vim.api.nvim_buf_get_name(0)", compose).await;
    diffing::press(&shop, "i@r<C-x><C-u><C-y> in {fi<C-x><C-u><C-y>.<Esc>").await;
    diffing::expect(&shop, "vim.fn.getline(1)", json!("@review in {file}.")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_alone_opens_a_message_as_the_map_does() {
    let shop = shop(Json::Null).await;
    let compose = "polecat://compose/ash";
    shop.editor.command("execute \"normal VjjV\\<Esc>Vj\\<Esc>\"").await.unwrap();
    shop.editor.command("'<,'>PolecatInject ash").await.unwrap();
    let by_command = shop.editor.expect_line(compose, "```lua").await;
    shop.editor.command("quit! | 1").await.unwrap();
    let choose = "vim.ui.select = function(items, opts, done) done(items[1]) end";
    shop.editor.lua(choose, Json::Null).await.unwrap();
    let gone = async || shop.editor.lines(compose).await;
    eventually_equal(Vec::<String>::new(), gone).await;
    shop.editor.command("execute \"normal gv\\<Plug>(PolecatInject)\"").await.unwrap();
    assert_eq!(shop.editor.expect_line(compose, "```lua").await, by_command);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_a_diff_are_named_by_their_file() {
    let shop = shop(Json::Null).await;
    let worktree = shop.project.worktree("ash");
    std::fs::write(worktree.join("src/add.lua"), CODE.replace("a + b", "b + a")).unwrap();
    diffing::open(&shop, "b + a").await;
    diffing::go_to(&shop, "-  return a + b").await;
    shop.editor.command(".,+1PolecatInject ash why?").await.unwrap();
    let told = got(&shop, "```").await;
    let block = "src/add.lua:2\n```diff\n-  return a + b\n+  return b + a\n```";
    assert_eq!(told, format!("why?\n\n{block}"));
    let told = send(&shop, "{file} {line} x", "x").await;
    assert_eq!(told, "src/add.lua src/add.lua:2 (`-  return a + b`) x");
}

#[tokio::test(flavor = "multi_thread")]
async fn first_words_name_what_is_in_the_editor_too() {
    let shop = shop(Json::Null).await;
    let command = agent("prompts");
    let config = "vim.g.polecat = vim.tbl_deep_extend('force', vim.g.polecat, {
        agents = { told = { command = ..., prompt_mode = 'none', ready = { prompt = '❯ ' } } } })";
    shop.editor.lua(config, json!([command])).await.unwrap();
    let start = "PolecatStart! birch agent=told prompt=explain {line}";
    shop.editor.command(&format!("2 | {start}")).await.unwrap();
    shop.editor.expect_capture("birch", 20, "explain src/add.lua:2 (`return a + b`)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_composed_reaches_several() {
    let shop = shop(Json::Null).await;
    shop.start("birch", "prompts").await;
    shop.editor.command("2PolecatInject ash,birch").await.unwrap();
    let compose = "polecat://compose/ash,birch";
    diffing::expect(&shop, "vim.api.nvim_buf_get_name(0)", json!(compose)).await;
    shop.editor.command("call setline('$', 'of {file}') | write").await.unwrap();
    shop.editor.expect_message("sent to `ash`, `birch`").await;
    for polecat in ["ash", "birch"] {
        shop.editor.expect_capture(polecat, 30, "of src/add.lua").await;
    }
}
