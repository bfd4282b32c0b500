//! Lua functions that are called where Neovim allows little.

use serde_json::{Value as Json, json};

use crate::{rig::Shop, support::eventually};

/// Calls public functions in the callback of a timer, where Neovim's API is out of bounds, and
/// keeps what they threw in `_G.threw`. The functions named in `...` are first.
const IN_A_TIMER: &str = "
    local first = { ... }
    local config = vim.g.polecat
    local timer = vim.uv.new_timer()
    timer:start(0, 0, function()
        timer:close()
        local threw, names = {}, {}
        local ok, polecat = pcall(require, 'polecat')
        if not ok then
            _G.threw = { polecat }
            return
        end
        for name in pairs(polecat) do
            names[#names + 1] = name
        end
        table.sort(names)
        for _, name in ipairs(vim.list_extend(first, names)) do
            local args = name == 'setup' and config or 'ash'
            local called, why = pcall(polecat[name], args)
            threw[#threw + 1] = not called and (name .. ': ' .. tostring(why)) or nil
        end
        _G.threw = threw
    end)
";

async fn threw(shop: &Shop) -> Json {
    eventually("the timer", async || {
        let threw = shop.editor.lua("return _G.threw or false", Json::Null).await.unwrap();
        if threw == json!(false) { Err("nothing yet") } else { Ok(threw) }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_can_be_called_in_a_timer_first_of_all() {
    for first in ["sessions", "statusline", "setup", "start", "open_status"] {
        let shop = Shop::new().await;
        shop.editor.lua(IN_A_TIMER, json!([first])).await.unwrap();
        assert_eq!(threw(&shop).await, json!([]), "first `{first}`");
        shop.editor.call("list", json!([])).await.unwrap();
        let sessions = shop.editor.lua("return require('polecat').sessions()", Json::Null).await;
        assert!(sessions.is_ok(), "first `{first}`: {sessions:?}");
    }
}
