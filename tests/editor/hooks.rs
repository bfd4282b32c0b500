//! The hooks file of a town whose `gt` is installed: who is told of it, and who is told in words
//! what it would have said.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::{Value as Json, json};

use crate::{
    framed::{Yard, program},
    gastown::{Gastown, same},
    support::rig::git,
};

const TO_PRIME: &str = "gt prime && gt mail check --inject";

/// A town with `gt`, whose claude logs what it is started with.
async fn claudes(more: Json) -> Yard {
    let yard = Yard::new(more).await.with_gt();
    let claude = format!("exec {} \"$@\"", yard.framed(""));
    program(&yard.programs.path().join("claude"), &claude);
    yard
}

/// The words that the last agent was started with.
fn argv(yard: &Yard) -> Vec<String> {
    let argv = yard.log().values("argv").pop().unwrap();
    serde_json::from_value(argv).unwrap()
}

/// The settings that the last agent was given, and the words beside them.
fn given(yard: &Yard) -> (String, Vec<String>) {
    let mut words = argv(yard);
    let at = words.iter().position(|word| word == "--settings").unwrap();
    let given: Vec<_> = words.drain(at..at + 2).collect();
    assert!(!words.contains(&"--settings".to_owned()), "{words:?}");
    (fs::read_to_string(&given[1]).unwrap(), words)
}

fn settings(yard: &Yard) -> String {
    let path = yard.town.rig().join("polecats/.claude/settings.json");
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_is_told_of_the_hooks_which_tell_it_the_rest() {
    let yard = claudes(Json::Null).await;
    let options = json!({ "new": true, "agent": "claude" });
    let info = yard.editor.call("start", json!(["ash", options])).await.unwrap();
    assert_eq!(info["warnings"], json!([]), "{info}");
    let (given, words) = given(&yard);
    assert_eq!(words[0], "--dangerously-skip-permissions");
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(words[1].starts_with("[GAS TOWN]"), "{words:?}");
    // All of the town's, once, and ours.
    let own: Json = serde_json::from_slice(&fs::read(settings(&yard)).unwrap()).unwrap();
    let given: Json = serde_json::from_str(&given).unwrap();
    for (event, hooks) in own["hooks"].as_object().unwrap() {
        let all = given["hooks"][event].as_array().unwrap();
        for hook in hooks.as_array().unwrap() {
            assert_eq!(all.iter().filter(|one| *one == hook).count(), 1, "{event}: {all:?}");
        }
    }
    assert!(given["hooks"]["Stop"].to_string().contains("polecat-nvim hook "), "{given}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_settings_that_are_not_there_keeps_them_and_is_told_in_words() {
    let mine =
        json!({ "agents": { "mine": { "preset": "claude", "args": ["--settings", "/x"] } } });
    let yard = claudes(mine).await;
    let options = json!({ "new": true, "agent": "mine" });
    let info = yard.editor.call("start", json!(["ash", options])).await.unwrap();
    let warning = info["warnings"][0].as_str().unwrap();
    let lost = "the town's hooks are not loaded, and `mine` sends no events: ";
    assert!(warning.starts_with(lost) && warning.contains("`/x`"), "{warning}");
    let words = argv(&yard);
    assert_eq!(words[..2], ["--settings", "/x"]);
    assert_eq!(words.len(), 3, "{words:?}");
    assert!(words[2].starts_with(TO_PRIME), "{words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_a_file_of_settings_gets_it_with_the_towns() {
    let own = tempfile::NamedTempFile::new().unwrap();
    let hooks = r#"{"editorMode":"vim","hooks":{"Stop":[{"hooks":[{"command":"mine"}]}]}}"#;
    fs::write(own.path(), hooks).unwrap();
    for events in [true, false] {
        let args = ["--settings", own.path().to_str().unwrap()];
        let mine = json!({ "preset": "claude", "args": args, "events": events });
        let yard = claudes(json!({ "agents": { "mine": mine } })).await;
        let options = json!({ "new": true, "agent": "mine" });
        let info = yard.editor.call("start", json!(["ash", options])).await.unwrap();
        assert_eq!(info["warnings"], json!([]), "{info}");
        let (given, words) = given(&yard);
        assert!(words[0].starts_with("[GAS TOWN]"), "{words:?}");
        for part in ["\"editorMode\":\"vim\"", "\"command\":\"mine\"", TO_PRIME] {
            assert!(given.contains(part), "{part}: {given}");
        }
        assert_eq!(given.contains("polecat-nvim hook "), events, "{given}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_the_towns_own_file_is_told_by_its_hooks() {
    let yard = claudes(Json::Null).await;
    let args = json!(["--settings", settings(&yard)]);
    let code = "local config, args = vim.g.polecat, ...
        config.agents = { mine = { preset = 'claude', args = args } }
        vim.g.polecat = config";
    yard.editor.lua(code, json!([args])).await.unwrap();
    let options = json!({ "new": true, "agent": "mine" });
    let info = yard.editor.call("start", json!(["ash", options])).await.unwrap();
    assert_eq!(info["warnings"], json!([]), "{info}");
    let words = argv(&yard);
    assert_eq!(words.len(), 3, "{words:?}");
    assert!(words[2].starts_with("[GAS TOWN]"), "{words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_of_the_users_own_stays_as_it_is_and_is_told_in_words() {
    let yard = Yard::new(Json::Null).await.with_gt();
    yard.start("ash", "").await.unwrap();
    assert_eq!(argv(&yard), [""; 0]);
    let said = yard.log().said();
    assert!(said[0].starts_with(TO_PRIME) && said.len() == 3, "{said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_in_the_worktree_tell_it_once_too() {
    let yard = Yard::new(Json::Null).await.with_gt();
    let new = yard.editor.call("new", json!(["ash", {}])).await.unwrap();
    let folder = std::path::Path::new(new["workdir"].as_str().unwrap()).join(".claude");
    fs::create_dir(&folder).unwrap();
    let hooks = r#"{"hooks":{"SessionStart":[{"hooks":[{"command":"/x/gt prime --hook"}]}]}}"#;
    fs::write(folder.join("settings.json"), hooks).unwrap();
    yard.start("ash", "").await.unwrap();
    let said = yard.log().said();
    assert!(said[0].starts_with("[GAS TOWN]") && said.len() == 2, "{said:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_that_nobody_allowed_are_not_loaded() {
    let yard = claudes(Json::Null).await;
    let start = async |options: Json| yard.editor.call("start", json!(["ash", options])).await;
    start(json!({ "new": true, "agent": "claude" })).await.unwrap();
    yard.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    fs::write(settings(&yard), r#"{"hooks":{"SessionStart":"touch x"}}"#).unwrap();
    let refused = start(json!({ "agent": "claude" })).await.unwrap_err();
    assert_eq!(refused.code, "untrusted", "{refused:?}");
    let allowed = json!({
        "agent": "claude", "trust": "once", "trust_id": refused.untrusted["id"],
    });
    start(allowed).await.unwrap();
    // What was allowed is loaded, and tells the agent nothing.
    let (given, words) = given(&yard);
    assert!(given.contains(r#""SessionStart":"touch x""#), "{given}");
    assert!(words[1].starts_with(TO_PRIME), "{words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_of_today_has_the_hooks_and_the_words_of_its_gastown() {
    let town = Gastown::of_today(&[], &["claude", "gt"]).await;
    let info = town.started("ash", json!({})).await;
    let command = info["command"].as_str().unwrap();
    let settings = command.strip_prefix("claude --dangerously-skip-permissions --settings ");
    let given = fs::read_to_string(settings.unwrap()).unwrap();
    assert!(given.contains("/gt prime --hook && "), "{given}");
    let text = fs::read_to_string(town.hooks()).unwrap();
    assert!(text.contains("/gt prime --hook && ") && !text.contains("deacon"), "{text}");
    let session = format!("={}:", info["session_id"].as_str().unwrap());
    let told = town.tmux.run(&["display-message", "-p", "-t", &session, "#{pane_start_command}"]);
    assert!(told.contains("[GAS TOWN] polecat ash (rig: shop) <- witness"), "{told}");
    assert!(told.contains("Run `gt prime --hook` and begin work on your hook."), "{told}");
    let root = town.town.path().to_str().unwrap();
    let worktree = town.town.worktree("ash");
    let branch = info["branch"].as_str().unwrap();
    for (name, value) in [
        ("GT_ROLE", "shop/polecats/ash"),
        ("GT_POLECAT_PATH", worktree.to_str().unwrap()),
        ("GT_BRANCH", branch),
        ("POLECAT_SLOT", "0"),
        ("GIT_CEILING_DIRECTORIES", root),
        ("BEADS_DOLT_AUTO_START", "0"),
        ("BD_BACKUP_ENABLED", "false"),
    ] {
        assert_eq!(town.variable(&info, name), same(value), "{name}");
    }
}

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
