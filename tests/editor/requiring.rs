//! What it costs to have the plugin: nothing, until one of its commands or functions is used.

use serde_json::{Value as Json, json};

use crate::rig::Shop;

/// All modules but those of other plugins' pickers, which these alone load.
const REQUIRE_ALL: &str = "
    local function state()
        return {
            autocommands = #vim.api.nvim_get_autocmds({}),
            buffers = #vim.api.nvim_list_bufs(),
            windows = #vim.api.nvim_list_wins(),
            channels = #vim.api.nvim_list_chans(),
            children = #vim.api.nvim_get_proc_children(vim.fn.getpid()),
            commands = vim.tbl_count(vim.api.nvim_get_commands({})),
            maps = #vim.api.nvim_get_keymap('n') + #vim.api.nvim_get_keymap('x'),
            global = vim.g.polecat_groups,
        }
    end
    local before, required = state(), 0
    for _, file in ipairs(vim.api.nvim_get_runtime_file('lua/polecat/**/*.lua', true)) do
        local name = file:match('lua/(polecat/.*)%.lua$'):gsub('/init$', ''):gsub('/', '.')
        local theirs = name:find('integrations') and not name:find('pickers')
        if not theirs and name ~= 'polecat.types' then
            require(name)
            required = required + 1
        end
    end
    return { before = before, after = state(), required = required }
";

#[tokio::test(flavor = "multi_thread")]
async fn to_require_a_module_does_nothing() {
    let shop = Shop::new().await;
    let found = shop.editor.lua(REQUIRE_ALL, Json::Null).await.unwrap();
    assert!(found["required"].as_u64().is_some_and(|count| count > 30), "{found}");
    assert_eq!(found["before"], found["after"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_the_table_of_commands_is_loaded_before_one_is_used() {
    let shop = Shop::new().await;
    let loaded = "return vim.tbl_filter(function(name)
        return vim.startswith(name, 'polecat')
    end, vim.tbl_keys(package.loaded))";
    let found = shop.editor.lua(loaded, Json::Null).await.unwrap();
    assert_eq!(found, json!(["polecat.commands"]));
}
