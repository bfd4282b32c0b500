//! How a person is asked by the commands: all of it is shown, and nothing taken for an answer that
//! is none.

use std::fs;

use serde_json::{Value as Json, json};

use super::{Clone, registry, write};
use crate::support::{eventually, rig::git};

/// Answers each question with what `_G.answer` says, and keeps what was shown and offered.
const ANSWERING: &str = "_G.answer, _G.asked = ..., {}
    vim.ui.select = function(items, opts, done)
      local shown
      for _, win in ipairs(vim.api.nvim_list_wins()) do
        local buf = vim.api.nvim_win_get_buf(win)
        if vim.bo[buf].filetype == 'polecat-trust' then
          shown = vim.api.nvim_buf_get_lines(buf, 0, -1, false)
        end
      end
      table.insert(_G.asked, { items = items, prompt = opts.prompt, shown = shown })
      done(_G.answer)
    end";

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_show_all_of_it_and_ask_once() {
    let town = Clone::hostile().await;
    let agents = town.path.join("shop/settings/agents.json");
    let script = format!("touch {} # \u{1b}[2K\ntrue", town.pwned.display());
    write(&agents, &registry(&script).to_string());
    git(&town.path, &["commit", "--quiet", "--all", "--message", "Hidden"]);
    town.editor.lua(ANSWERING, json!(["No"])).await.unwrap();
    let asked = async || town.editor.lua("return _G.asked", Json::Null).await.unwrap();
    let count = async |number: usize| {
        eventually(&format!("{number} questions"), async || {
            let asked = asked().await;
            let there = asked.as_array().is_some_and(|asked| asked.len() == number);
            if there { Ok(asked) } else { Err(asked) }
        })
        .await
    };
    town.editor.command("PolecatStart ash").await.unwrap();
    let seen = count(1).await;
    assert_eq!(seen[0]["items"], json!(["No", "Run once", "Always"]));
    let shown = seen[0]["shown"].to_string();
    for part in
        [&town.file("shop/settings/agents.json"), "/bin/sh -c", "\\\\u{1b}[2K\\\\ntrue; exec "]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(town.made(), "");
    assert!(!town.pwned.exists());
    // Who said no needs no message about it, and no window stays.
    assert_eq!(town.editor.messages().await, [""; 0]);
    assert_eq!(town.editor.lua("return #vim.api.nvim_list_wins()", Json::Null).await.unwrap(), 1);

    // Two at once are about the same thing; from the status window it is no other.
    town.editor.lua(ANSWERING, json!(["Always"])).await.unwrap();
    town.editor.lua("for _ = 1, 2 do vim.cmd('PolecatStart ash') end", Json::Null).await.unwrap();
    town.editor.expect_message("`ash` runs in session").await;
    count(1).await;
    assert!(town.store().exists());

    town.editor.command("checkhealth polecat").await.unwrap();
    let code = "return vim.api.nvim_buf_get_lines(0, 0, -1, false)";
    let told = town.editor.lua(code, Json::Null).await.unwrap().to_string();
    for part in ["shop/settings/agents.json`", "/bin/sh -c", "to revoke one, delete its entry in"] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_for_the_screen_can_be_read_before_it_is_allowed() {
    let town = Clone::hostile().await;
    let hooks = town.path.join("shop/polecats/.claude/settings.json");
    write(&hooks, &"{ \"hooks\": 1 }\n".repeat(200));
    let runtime = json!({ "runtime": { "provider": "claude", "command": "cat" } });
    write(&town.path.join("shop/settings/config.json"), &runtime.to_string());
    town.editor.lua(ANSWERING, json!(["No, show all of it first"])).await.unwrap();
    town.editor.command("PolecatStart ash").await.unwrap();
    let code = "return vim.bo.filetype == 'polecat-trust' and vim.api.nvim_buf_line_count(0) or 0";
    eventually("all of it in a window", async || {
        let lines = town.editor.lua(code, Json::Null).await.unwrap();
        if lines.as_u64() > Some(200) { Ok(()) } else { Err(lines) }
    })
    .await;
    let items = town.editor.lua("return _G.asked[1].items", Json::Null).await.unwrap();
    assert_eq!(items, json!(["No", "Run once", "Always", "No, show all of it first"]));
    assert!(town.tmux.try_run(&["has-session", "-t", "=gt-shop-ash"]).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_a_file_completes_to_one_word_of_one_command() {
    let mut agents = json!({});
    for name in ["x", "x cmd=touch\\ /x", "x\n!touch /x", "x\r", "x\u{202e}", ""] {
        agents[name] = json!({ "command": "claude" });
    }
    let town = Clone::new(&[("settings/agents.json", json!({ "agents": agents }))]).await;
    fs::create_dir(town.path.join("shop/x\n!touch")).unwrap();
    let complete = async |line: &str| {
        let code = "return vim.fn.getcompletion(..., 'cmdline')";
        town.editor.lua(code, json!([line])).await.unwrap()
    };
    eventually("the town's agents", async || {
        let found = complete("PolecatStart ash agent=x").await;
        let expected = json!(["agent=x", "agent=x\\ cmd=touch\\\\\\ /x"]);
        if found == expected { Ok(()) } else { Err(found) }
    })
    .await;
    assert_eq!(complete("PolecatStart ash workdir=x").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_types_something_else_meanwhile_is_not_asked() {
    let town = Clone::hostile().await;
    town.editor.lua(ANSWERING, json!(["Run once"])).await.unwrap();
    let code = "vim.cmd('PolecatStart ash'); vim.cmd('split')";
    town.editor.lua(code, Json::Null).await.unwrap();
    let told = town.editor.expect_message("not asked while you are busy").await;
    assert!(told.contains("`:PolecatStart ash` asks again"), "{told}");
    assert_eq!(town.editor.lua("return _G.asked", Json::Null).await.unwrap(), json!([]));
    assert!(!town.pwned.exists());
    assert_eq!(town.made(), "");
    assert_eq!(town.editor.lua("return #vim.api.nvim_list_wins()", Json::Null).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nobody_answers_any_more_is_over_when_its_window_is_closed() {
    let town = Clone::hostile().await;
    // As pickers do that are closed by other keys than their own.
    let silent = "_G.asked = 0 vim.ui.select = function() _G.asked = _G.asked + 1 end";
    town.editor.lua(silent, Json::Null).await.unwrap();
    for number in 1..3 {
        town.editor.command("PolecatStart ash").await.unwrap();
        eventually("a question", async || {
            let asked = town.editor.lua("return _G.asked", Json::Null).await.unwrap();
            if asked == json!(number) { Ok(()) } else { Err(asked) }
        })
        .await;
        town.editor.nvim.input("<C-w>wq").await.unwrap();
        eventually("no window of it", async || {
            let open =
                town.editor.lua("return #vim.api.nvim_list_wins()", Json::Null).await.unwrap();
            if open == json!(1) { Ok(()) } else { Err(open) }
        })
        .await;
    }
    assert_eq!(town.made(), "");
    assert!(!town.pwned.exists());
}
