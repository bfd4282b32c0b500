//! What work on a host begins with, from here: its issues, and the set-up of its worktrees.

use serde_json::{Value as Json, json};

use crate::{
    desk::reaching,
    merging::{answers, asked},
    rig::{Shop, agent},
    support::{eventually, neovim::tracker},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_is_ready_there_is_chosen_here_and_begun_there() {
    let there = Shop::with_tracker().await;
    let issue = there.project.issue("Paint the door");
    let own = json!({
        "tracker": { "command": tracker() },
        "agent": "scripted",
        "agents": { "scripted": { "command": agent("prompts"), "process_names": ["python3"] } },
    });
    let desk = reaching(&there, &own).await;
    answers(&desk, &[&format!("{issue}  Paint the door")]).await;
    desk.editor.command("PolecatIssues build1:shop").await.unwrap();
    assert_eq!(asked(&desk, 1).await, ["Give which issue to a polecat?"]);
    let told = desk.editor.expect_message(&format!("works on `{issue}`")).await;
    assert!(told.contains("`build1:shop/"), "{told}");
    assert_eq!((there.sessions().len(), desk.sessions().len()), (1, 0));
    let named = desk.editor.call("issues", json!([{ "rig": "build1:shop" }])).await.unwrap();
    assert_eq!(named, json!([]), "it is begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_set_up_there_prints_is_followed_here() {
    let there = Shop::new().await;
    let goes_on = there.project.around().join("goes-on");
    let run =
        format!("echo first; until test -e {}; do sleep 0.1; done; echo last", goes_on.display());
    let desk = reaching(&there, &json!({ "setup": { "run": run } })).await;
    let made = desk.editor.ask("new", json!(["build1:shop/birch", {}])).await;
    let buffer = "polecat://setup/build1:shop/birch";
    eventually("the set-up", async || {
        desk.editor.command("PolecatSetup! build1:shop/birch").await.unwrap();
        let lines = "return vim.fn.getbufline(..., 1, '$')";
        let lines = desk.editor.lua(lines, json!([buffer])).await.unwrap();
        if lines.to_string().contains("first") { Ok(()) } else { Err(lines) }
    })
    .await;
    desk.editor.expect_line(buffer, "build1:shop/birch is being set up").await;
    std::fs::write(&goes_on, "").unwrap();
    made.await.unwrap();
    desk.editor.expect_line(buffer, "last").await;
    let lines = desk.editor.expect_line(buffer, "build1:shop/birch is set up").await;
    assert!(lines.iter().any(|line| line == "first"), "{lines:?}");
    let none = desk.editor.call("status", json!(["build1:shop/birch"])).await.unwrap();
    assert_eq!(none["running"], Json::Bool(false));
}
