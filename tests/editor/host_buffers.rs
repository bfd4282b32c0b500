//! Files of hosts in buffers, and what Neovim itself does with these: undo, `:saveas`, `<C-c>`.

use std::fs;

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    desk::{reaching, server},
    diffing::{expect, go_to, press, value, write},
    host_diffs::open,
    host_files::{changed, edit, file, name, set_lines},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_there_can_be_undone_after_somebody_else_wrote() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    edit(&desk, &there, "a.lua").await;
    press(&desk, "ggccmine<Esc>").await;
    desk.editor.command("write").await.unwrap();
    open(&desk, "+mine").await;
    write(&there, "a.lua", "theirs\n2\n");
    // It is read again by what opens it.
    go_to(&desk, "+mine").await;
    press(&desk, "<CR>").await;
    expect(&desk, "vim.api.nvim_buf_get_name(0)", json!(name(&there, "a.lua"))).await;
    expect(&desk, "vim.fn.getline(1)", json!("theirs")).await;
    press(&desk, "u").await;
    assert_eq!(value(&desk, "vim.fn.getline(1)").await, "mine");
    press(&desk, "u").await;
    assert_eq!(value(&desk, "vim.fn.getline(1)").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_wait_for_a_host_is_told_so() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    edit(&desk, &there, "a.lua").await;
    set_lines(&desk, &["mine"]).await;
    kill_process(server(&desk.editor).unwrap(), Signal::STOP).unwrap();
    let begins = "vim.schedule(function()
        _G.begun = true
        _G.written = { pcall(vim.cmd, 'write') }
    end)";
    desk.editor.lua(begins, Json::Null).await.unwrap();
    // Neovim answers only when it waits.
    expect(&desk, "_G.begun", json!(true)).await;
    desk.editor.nvim.input("<C-c>").await.unwrap();
    let told = "you stopped waiting for its host: the file may have been written";
    let failed = format!("_G.written and {{ _G.written[1], _G.written[2]:match('{told}') }}");
    expect(&desk, &failed, json!([false, told])).await;
    kill_process(server(&desk.editor).unwrap(), Signal::CONT).unwrap();
    desk.editor.expect_message("is written after all").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_there_that_is_saved_under_a_name_here_is_one_of_this_machine_from_then_on() {
    let there = changed().await;
    let desk = reaching(&there, &Json::Null).await;
    edit(&desk, &there, "a.lua").await;
    set_lines(&desk, &["mine"]).await;
    let [copy, other] = ["copy.lua", "other.lua"].map(|name| desk.project.around().join(name));
    desk.editor.command(&format!("write {}", copy.display())).await.unwrap();
    assert_eq!(value(&desk, "vim.bo.modified").await, true);
    desk.editor.command(&format!("saveas {}", other.display())).await.unwrap();
    desk.editor.command("call setline(1, 'more') | write").await.unwrap();
    for (path, text) in [(&copy, "mine\n"), (&other, "more\n")] {
        assert_eq!(fs::read_to_string(path).unwrap(), text);
    }
    assert!(fs::read_to_string(file(&there, "a.lua")).unwrap().starts_with("1\n"));
    assert_eq!(value(&desk, "{ vim.bo.buftype, vim.b.polecat_file }").await, json!([""]));
}
