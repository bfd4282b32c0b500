//! Files of hosts, where a name leads to another machine by now.

use std::fs;

use serde_json::{Value as Json, json};

use crate::{desk::Desk, support::eventually};

/// Has `build1` reached as `build2` is.
const SWAP: &str = "
    local config = vim.deepcopy(vim.g.polecat)
    config.hosts.build1.command = config.hosts.build2.command
    vim.g.polecat = config
    require('polecat.rpc.client').configure()
";
const WRITE: &str = "local ok, why = pcall(vim.cmd, ...) return ok and 'written' or tostring(why)";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_not_written_on_another_machine_than_it_was_read_on() {
    let Some(desk) = Desk::new(2).await else { return };
    let file = desk.here.project.path().join("notes");
    let there: Vec<_> =
        desk.hosts.iter().map(|there| there.machine.at(file.to_str().unwrap())).collect();
    for file in &there {
        fs::write(file, "the same\n").unwrap();
    }
    let editor = desk.editor();
    editor.command(&format!("edit polecat://build1{}", file.display())).await.unwrap();
    eventually("it is read", async || {
        let line = editor.lua("return vim.fn.getline(1)", Json::Null).await.unwrap();
        if line == "the same" { Ok(()) } else { Err(line) }
    })
    .await;
    editor.lua("vim.fn.setline(1, 'mine')", Json::Null).await.unwrap();
    editor.command("write").await.unwrap();
    assert_eq!(fs::read_to_string(&there[0]).unwrap(), "mine\n");
    // What it is here, it is there too.
    fs::write(&there[1], "mine\n").unwrap();
    editor.lua(SWAP, Json::Null).await.unwrap();
    editor.lua("vim.fn.setline(1, 'for the first')", Json::Null).await.unwrap();
    let refused = editor.lua(WRITE, json!(["write"])).await.unwrap();
    assert!(refused.to_string().contains("was read on another machine"), "{refused}");
    assert_eq!(fs::read_to_string(&there[1]).unwrap(), "mine\n");
    assert_eq!(editor.lua("return vim.bo.modified", Json::Null).await, Ok(json!(true)));
    // By a person's word.
    assert_eq!(editor.lua(WRITE, json!(["write!"])).await, Ok(json!("written")));
    assert_eq!(fs::read_to_string(&there[1]).unwrap(), "for the first\n");
    editor.lua("vim.fn.setline(1, 'for the second')", Json::Null).await.unwrap();
    assert_eq!(editor.lua(WRITE, json!(["write"])).await, Ok(json!("written")));
}
