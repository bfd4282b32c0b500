//! `vim.g.polecat`, as it is written, changed and mended while Neovim runs.

use serde_json::{Value as Json, json};

use crate::{rig::Shop, support::rig::Project};

const SET: &str = "vim.g.polecat = vim.tbl_extend('force', vim.g.polecat, ...)";
const PID: &str = "return require('polecat.rpc.client').greeting().pid";

async fn pid(shop: &Shop) -> Json {
    shop.editor.lua(PID, Json::Null).await.unwrap()
}

/// What every call is refused with.
async fn problems(shop: &Shop) -> String {
    let refused = shop.refusal("list", json!([])).await;
    assert_eq!(refused.code, "config_invalid", "{refused:?}");
    assert_eq!(refused.hint.as_deref(), Some("see `:checkhealth polecat`"), "{refused:?}");
    refused.message
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_wrong_is_told_at_once_and_no_agent_starts_until_it_is_mended() {
    let config = json!({ "worktrees": "../x", "agent": 3, "rig": { "pth": "x" } });
    let shop = Shop::of(Project::new(), config).await;
    let all = "the configuration: `agent`: expected a string that is not empty, got a number\n\
        `rig.pth` is not known; known here: name, path\n`worktrees`: `../x`: it must begin with";
    let told = problems(&shop).await;
    assert!(told.starts_with(all), "{told}");
    let options = json!(["ash", { "new": true }]);
    assert_eq!(shop.refusal("start", options).await.code, "config_invalid");
    assert!(!shop.project.polecats().exists());
    shop.editor.command("checkhealth polecat").await.unwrap();
    let code = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')";
    let health = shop.editor.lua(code, Json::Null).await.unwrap().to_string();
    for line in all.trim_start_matches("the configuration: ").lines() {
        assert!(health.contains(line), "{line}: {health}");
    }
    let before = pid(&shop).await;
    let mended = json!([{ "worktrees": null, "agent": "prompts", "rig": {} }]);
    shop.editor
        .lua("local c = vim.g.polecat c.worktrees = nil vim.g.polecat = c", Json::Null)
        .await
        .unwrap();
    let told = problems(&shop).await;
    assert!(!told.contains("worktrees"), "{told}");
    let mended = json!([{ "agent": mended[0]["agent"], "rig": {} }]);
    shop.editor.lua(SET, mended).await.unwrap();
    assert_eq!(shop.editor.call("list", json!([])).await.unwrap(), json!([]));
    assert_eq!(pid(&shop).await, before);
    shop.editor.lua(SET, json!([{ "notify": "ill" }])).await.unwrap();
    assert!(problems(&shop).await.contains("`notify`: expected one of"));
    shop.editor.lua(SET, json!([{ "notify": "" }])).await.unwrap();
    shop.editor.call("list", json!([])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_may_say_what_the_configuration_is() {
    let shop = Shop::new().await;
    let set = "local config = vim.g.polecat
        Wanted = function() return { notify = 'ill' } end
        vim.g.polecat = function() return vim.tbl_extend('force', config, Wanted()) end";
    shop.editor.lua(set, Json::Null).await.unwrap();
    assert!(problems(&shop).await.contains("`notify`"));
    shop.editor.lua("Wanted = function() error('out of ink') end", Json::Null).await.unwrap();
    let told = problems(&shop).await;
    assert!(told.contains("`vim.g.polecat()`: ") && told.contains("out of ink"), "{told}");
    shop.editor.lua("Wanted = function() return {} end", Json::Null).await.unwrap();
    shop.start("ash", "prompts").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn setup_reports_what_is_wrong_without_waiting_and_stores_only_what_can_be_held() {
    let shop = Shop::new().await;
    let set = "Before = vim.g.polecat
        local list = { '-y', key = 1 }
        local config = { agent = print, agents = { mine = { args = list } }, tmx = {} }
        config.rig = config
        require('polecat').setup(config)
        return vim.deep_equal(vim.g.polecat, Before)";
    assert_eq!(shop.editor.lua(set, Json::Null).await.unwrap(), true);
    let told = problems(&shop).await;
    for part in [
        "`agent`: a function cannot be sent to the backend",
        "`agents.mine.args`: its keys must be all names or all numbers from 1",
        "`rig`: it contains itself",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let notified = shop.editor.lua("return notified", Json::Null).await.unwrap().to_string();
    assert!(notified.contains("the configuration: `agent`: a function"), "{notified}");
    let wrong = "require('polecat').setup(vim.tbl_extend('force', Before, { tmx = {} }))";
    shop.editor.lua(wrong, Json::Null).await.unwrap();
    shop.editor.expect_message("the configuration: `tmx` is not known").await;
    assert!(problems(&shop).await.contains("`tmx` is not known"));
    shop.editor.lua("require('polecat').setup(Before)", Json::Null).await.unwrap();
    shop.editor.call("list", json!([])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_loaded_leaves_no_trace() {
    let shop = Shop::new().await;
    let trace = "local function groups()
            return vim.tbl_map(function(one) return one.group_name end,
                vim.tbl_filter(function(one) return (one.group_name or ''):find('^polecat') end,
                    vim.api.nvim_get_autocmds({})))
        end
        local before = groups()
        for _, name in ipairs({ 'config', 'health', 'rpc.client', 'editor.reload' }) do
            require('polecat.' .. name)
        end
        return { before, groups() }";
    let groups = shop.editor.lua(trace, Json::Null).await.unwrap();
    assert_eq!(groups[0], groups[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_what_is_wrong_with_a_configuration_that_is_no_table() {
    let shop = Shop::new().await;
    shop.editor.command("let g:polecat = 'foo'").await.unwrap();
    shop.editor.command("checkhealth polecat").await.unwrap();
    let code = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')";
    let health = shop.editor.lua(code, Json::Null).await.unwrap().to_string();
    assert!(health.contains("configuration: not a table"), "{health}");
    assert!(!health.contains("Failed to run healthcheck"), "{health}");
    assert!(health.contains("log: "), "{health}");
}
