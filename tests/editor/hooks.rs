//! The hooks file of a town whose `gt` is installed.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::json;

use crate::{gastown::Gastown, support::rig::git};

#[tokio::test(flavor = "multi_thread")]
async fn hooks_are_written_once_beside_the_worktrees_and_left_alone_after() {
    let town = Gastown::new(&[], &["claude", "gt"]).await;
    town.started("ash", json!({})).await;
    let written = fs::read_to_string(town.hooks()).unwrap();
    assert!(written.contains("gt mail check --inject"), "{written}");
    assert_eq!(fs::metadata(town.hooks()).unwrap().permissions().mode() & 0o777, 0o600);
    fs::write(town.hooks(), "mine").unwrap();
    town.started("birch", json!({})).await;
    assert_eq!(fs::read_to_string(town.hooks()).unwrap(), "mine");
    for folder in [town.town.worktree("ash"), town.town.rig().join("mayor/rig")] {
        assert_eq!(git(&folder, &["status", "--porcelain"]), "", "{}", folder.display());
        assert!(!folder.join(".claude").exists());
    }
    assert!(!town.editor.home.path().join(".claude").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_gt_there_are_no_hooks() {
    let town = Gastown::new(&[], &["claude"]).await;
    town.started("ash", json!({})).await;
    assert!(!town.hooks().parent().unwrap().exists());
}
