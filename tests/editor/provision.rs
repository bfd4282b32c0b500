//! What the town gives a new polecat's worktree, through the real door.

use std::{fs, path::Path};

use serde_json::{Value as Json, json};

use crate::{
    framed::Yard,
    rig::agent,
    support::{
        neovim::tracker,
        rig::{Town, br},
    },
};

fn overlay(town: &Town) {
    let folder = town.rig().join(".runtime/overlay");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(".env"), "KEY=1\n").unwrap();
}

fn read(worktree: &Path, file: &str) -> String {
    fs::read_to_string(worktree.join(file)).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_there_when_the_polecat_is_new_and_when_it_came_back() {
    let yard = Yard::new(Json::Null).await;
    overlay(&yard.town);
    fs::create_dir(yard.town.rig().join(".beads")).unwrap();
    yard.editor.call("new", json!(["ash", {}])).await.unwrap();
    let worktree = yard.town.worktree("ash");
    let given = || (read(&worktree, ".env"), read(&worktree, ".beads/redirect"));
    let expected = ("KEY=1\n".to_owned(), "../../../.beads\n".to_owned());
    assert_eq!(given(), expected);
    // It is no work: nobody is asked.
    yard.editor.call("remove", json!(["ash", {}])).await.unwrap();
    assert!(!worktree.exists());
    yard.editor.call("new", json!(["ash", {}])).await.unwrap();
    fs::write(worktree.join("mine"), "mine\n").unwrap();
    let refused = yard.editor.call("remove", json!(["ash", {}])).await.unwrap_err();
    assert!(refused.message.contains("1 file is untracked: mine"), "{refused:?}");
    yard.editor.call("remove", json!(["ash", { "force": true }])).await.unwrap();
    yard.editor.call("restore", json!(["ash", {}])).await.unwrap();
    assert_eq!(given(), expected);
    assert_eq!(read(&worktree, "mine"), "mine\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_could_not_be_given_is_named_and_the_agent_runs() {
    let yard = Yard::new(Json::Null).await;
    overlay(&yard.town);
    let link = yard.town.rig().join(".runtime/overlay/secret");
    std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
    let options = json!({ "new": true, "cmd": agent("prompts"), "agent": "prompts" });
    let info = yard.editor.call("start", json!(["ash", options])).await.unwrap();
    let warnings = info["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{info}");
    assert!(warnings[0].as_str().unwrap().contains(link.to_str().unwrap()), "{info}");
    assert_eq!(read(&yard.town.worktree("ash"), ".env"), "KEY=1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_tracker_finds_the_rigs_issues_from_there() {
    let yard = Yard::new(json!({ "tracker": { "command": tracker() } })).await;
    br(&yard.town.rig(), &["init"]);
    let made = br(&yard.town.rig(), &["create", "Paint the door", "--json"]);
    let issue = serde_json::from_str::<Json>(&made).unwrap()["id"].as_str().unwrap().to_owned();
    let options = json!({ "new": true, "issue": issue, "agent": "claude", "cmd": yard.framed("") });
    let info = yard.editor.call("start", json!(["ash", options])).await.unwrap();
    assert_eq!(info["warnings"], json!([]), "{info}");
    let shown = br(&yard.town.worktree("ash"), &["show", &issue, "--json"]);
    let shown: Json = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown[0]["assignee"], "shop/polecats/ash", "{shown}");
}
