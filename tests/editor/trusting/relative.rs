//! A `PATH` with a relative folder does not make programs of what a project's files are called.

use serde_json::json;

use super::program;
use crate::{
    rig::{Shop, agent},
    support::rig::git,
};

#[tokio::test(flavor = "multi_thread")]
async fn no_program_is_taken_from_the_folder_that_it_is_started_in() {
    let shop = Shop::new().await;
    let bin = shop.project.around().join("bin");
    program(&bin.join("claude"), &format!("exec {}", agent("prompts --nbsp")));
    let pwned = shop.project.around().join("pwned");
    for name in ["claude", "git", "tmux", "gt", "env", "python3"] {
        program(&shop.project.path().join(name), &format!("touch {}; exec cat", pwned.display()));
    }
    git(shop.project.path(), &["add", "--all"]);
    git(shop.project.path(), &["commit", "--quiet", "--message", "Programs"]);
    let code = "vim.env.PATH = '.::' .. ... .. ':' .. vim.env.PATH";
    shop.editor.lua(code, json!([bin])).await.unwrap();
    let options = json!({ "new": true, "agent": "claude" });
    shop.try_start("ash", options).await.unwrap();
    assert!(shop.project.worktree("ash").join("claude").exists());
    shop.editor.command("PolecatDiff ash").await.unwrap();
    shop.editor.expect_line("polecat://diff/ash", "").await;
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    shop.editor.call("remove", json!(["ash", { "force": true }])).await.unwrap();
    assert!(!pwned.exists(), "a file of the project was run");
}
