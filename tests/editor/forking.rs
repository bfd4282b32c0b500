//! `:PolecatFork`: another polecat with the same conversation and the same files, and a first one that
//! is as it was.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    support::{
        eventually,
        rig::{Project, git},
    },
};

/// Agents that keep their conversations: `forks` makes copies, `single` does not, `lost` looks for the
/// first one where it is not.
fn agents(project: &Project) -> Json {
    let of = |fork: Option<&str>| {
        let mut resume = json!({ "flag": "--resume", "new": "--session-id" });
        if let Some(fork) = fork {
            resume["fork"] = json!(fork);
        }
        json!({
            "preset": "generic", "command": agent("talks"), "process_names": ["python3"],
            "args": ["--in", project.around().join("kept")], "ready": { "prompt": "❯ " },
            "resume": resume,
        })
    };
    json!({
        "forks": of(Some("--fork {id} --session-id {new}")),
        "single": of(None),
        "lost": of(Some("--fork none-{id} --session-id {new}")),
    })
}

async fn shop() -> Shop {
    let project = Project::new();
    let config = json!({ "agents": agents(&project) });
    Shop::of(project, config).await
}

/// `ash` at work: it keeps a word, and has files that are staged and new.
async fn at_work(agent: &str) -> Shop {
    let shop = shop().await;
    shop.try_start("ash", json!({ "new": true, "agent": agent })).await.unwrap();
    shop.editor.call("inject", json!(["ash", "xylophone"])).await.unwrap();
    shop.editor.expect_capture("ash", 20, "kept: xylophone").await;
    let worktree = shop.project.worktree("ash");
    fs::write(worktree.join("staged"), "staged\n").unwrap();
    git(&worktree, &["add", "staged"]);
    fs::write(worktree.join("new"), "new\n").unwrap();
    shop
}

/// All that a first one must keep.
#[derive(Debug, PartialEq)]
struct Seen {
    status: String,
    branch: String,
    head: String,
    index: Vec<u8>,
    files: Vec<Vec<u8>>,
    conversation: Vec<u8>,
}

fn see(shop: &Shop, polecat: &str) -> Seen {
    let worktree = shop.project.worktree(polecat);
    let record = shop.project.home().join(format!(".runtime/polecat/sessions/{polecat}.json"));
    let record: Json = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
    let id = record["conversation"].as_str().unwrap_or_default();
    let kept = shop.project.around().join(format!("kept/ids/{id}.jsonl"));
    // `status` may write the index.
    let status = git(&worktree, &["status", "--porcelain", "--untracked-files=all"]);
    let index = PathBuf::from(git(&worktree, &["rev-parse", "--absolute-git-dir"])).join("index");
    Seen {
        status,
        branch: git(&worktree, &["symbolic-ref", "--short", "HEAD"]),
        head: git(&worktree, &["rev-parse", "HEAD"]),
        index: fs::read(index).unwrap(),
        files: ["staged", "new"].map(|name| fs::read(worktree.join(name)).unwrap()).into(),
        conversation: fs::read(kept).unwrap_or_default(),
    }
}

fn refs(shop: &Shop) -> BTreeSet<String> {
    let refs = git(shop.project.path(), &["for-each-ref", "--format=%(refname)"]);
    refs.lines().map(str::to_owned).collect()
}

/// Nothing is there of `birch`.
fn assert_no_birch(shop: &Shop, refs_before: &BTreeSet<String>) {
    assert_eq!(&refs(shop), refs_before);
    assert!(!shop.project.worktree("birch").exists());
    assert_eq!(shop.sessions(), ["gt-shop-ash"]);
    for kind in ["sessions", "worktrees", "restoring", "exits"] {
        let record = shop.project.home().join(format!(".runtime/polecat/{kind}/birch.json"));
        assert!(!record.exists(), "{}", record.display());
    }
}

/// As one of before machines without an id were told apart.
#[tokio::test(flavor = "multi_thread")]
async fn what_runs_here_is_forked_though_its_record_names_no_machine() {
    let shop = at_work("forks").await;
    let file = shop.project.home().join(".runtime/polecat/sessions/ash.json");
    let mut record: Json = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    record["server"].as_object_mut().unwrap().remove("machine");
    fs::write(&file, record.to_string()).unwrap();
    shop.editor.command("PolecatFork ash birch prompt=what?").await.unwrap();
    shop.editor.expect_capture("birch", 20, "known: xylophone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_knows_the_word_has_the_files_and_the_first_one_is_as_it_was() {
    let shop = at_work("forks").await;
    let (before, refs_before) = (see(&shop, "ash"), refs(&shop));
    shop.editor.command("PolecatFork ash birch prompt=what?").await.unwrap();
    shop.editor.expect_message("`birch`, forked from `ash`, runs in session").await;
    shop.editor.expect_capture("birch", 20, "known: xylophone").await;
    assert_eq!(see(&shop, "ash"), before);
    let forked = see(&shop, "birch");
    assert!(forked.branch.starts_with("polecat/birch-"), "{}", forked.branch);
    assert_eq!(
        (&forked.status, &forked.head, &forked.files),
        (&before.status, &before.head, &before.files),
        "staged is staged, untracked is untracked"
    );
    assert_eq!(refs(&shop).len(), refs_before.len() + 1);

    // Each goes its own way, also later.
    shop.editor.call("inject", json!(["birch", "of birch"])).await.unwrap();
    shop.editor.expect_capture("birch", 20, "kept: of birch").await;
    shop.editor.call("stop", json!(["birch"])).await.unwrap();
    shop.try_start("birch", json!({ "resume": true, "prompt": "what?" })).await.unwrap();
    shop.editor.expect_capture("birch", 20, "known: xylophone, of birch").await;
    shop.editor.call("inject", json!(["ash", "what?"])).await.unwrap();
    let knows = shop.editor.expect_capture("ash", 20, "known: xylophone").await;
    assert!(!knows.contains("of birch"), "{knows}");
    assert_eq!(see(&shop, "ash"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_name_it_gets_the_next_free_one_and_a_stopped_one_is_forked_too() {
    let shop = at_work("forks").await;
    shop.editor.call("stop", json!(["ash"])).await.unwrap();
    let forked = shop.editor.call("fork", json!(["ash", { "prompt": "what?" }])).await.unwrap();
    let name = forked["polecat"].as_str().unwrap();
    assert_ne!(name, "ash");
    shop.editor.expect_capture(name, 20, "known: xylophone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_copy_a_conversation_says_so_and_with_a_bang_begins_a_new_one() {
    let shop = at_work("single").await;
    let (before, refs_before) = (see(&shop, "ash"), refs(&shop));
    let refused = shop.refusal("fork", json!(["ash", { "name": "birch" }])).await;
    assert_eq!(refused.code, "cannot_fork", "{refused:?}");
    let why = "`ash` cannot be forked: its agent cannot copy conversations";
    assert_eq!(refused.message, why, "{refused:?}");
    assert!(refused.hint.unwrap().contains("`:PolecatFork! ash`"));
    assert_no_birch(&shop, &refs_before);
    shop.editor.command("PolecatFork! ash birch prompt=what?").await.unwrap();
    shop.editor.expect_capture("birch", 20, "known: nothing").await;
    assert_eq!(see(&shop, "birch").files, before.files);
    assert_eq!(see(&shop, "ash"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_not_known_is_no_new_one_in_silence() {
    let shop = shop().await;
    let cmd = agent("prompts");
    shop.try_start("ash", json!({ "new": true, "cmd": cmd })).await.unwrap();
    let refs_before = refs(&shop);
    let refused = shop.refusal("fork", json!(["ash", { "name": "birch" }])).await;
    assert_eq!(refused.code, "cannot_fork", "{refused:?}");
    assert_no_birch(&shop, &refs_before);
    let none = shop.refusal("fork", json!(["none", {}])).await;
    assert_eq!(none.code, "polecat_not_found", "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_fails_takes_all_of_the_fork_back() {
    let shop = at_work("lost").await;
    let (before, refs_before) = (see(&shop, "ash"), refs(&shop));
    let failed = shop.refusal("fork", json!(["ash", { "name": "birch" }])).await;
    assert_eq!(failed.code, "died_during_startup", "{failed:?}");
    assert!(failed.message.contains("No conversation found"), "{failed:?}");
    assert_no_birch(&shop, &refs_before);
    assert_eq!(see(&shop, "ash"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_is_refused_and_nobody_is_touched() {
    let shop = at_work("forks").await;
    shop.start("birch", "prompts").await;
    let before = (see(&shop, "ash"), refs(&shop));
    for name in ["birch", "ash"] {
        let refused = shop.refusal("fork", json!(["ash", { "name": name }])).await;
        assert_eq!(refused.code, "session_running", "{refused:?}");
    }
    shop.editor.call("stop", json!(["birch"])).await.unwrap();
    let refused = shop.refusal("fork", json!(["ash", { "name": "birch" }])).await;
    assert!(refused.message.contains("already exists"), "{refused:?}");
    let bad = shop.refusal("fork", json!(["ash", { "name": "../x" }])).await;
    assert_eq!(bad.code, "bad_name", "{bad:?}");
    assert_eq!((see(&shop, "ash"), refs(&shop)), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_whose_session_is_stopped_meanwhile_is_taken_back() {
    let shop = at_work("forks").await;
    let refs_before = refs(&shop);
    let slow = "vim.g.polecat = vim.tbl_deep_extend('force', vim.g.polecat, { agents = { forks = {
        ready = { prompt = 'never shown', delay_ms = 60000 } } } })";
    shop.editor.lua(slow, Json::Null).await.unwrap();
    let forking = shop.editor.ask("fork", json!(["ash", { "name": "birch" }])).await;
    eventually("the session", async || {
        let seen = shop.sessions();
        if seen.contains(&"gt-shop-birch".to_owned()) { Ok(()) } else { Err(format!("{seen:?}")) }
    })
    .await;
    shop.editor.call("stop", json!(["birch", { "force": true }])).await.unwrap();
    let failed = forking.await.unwrap_err();
    assert_eq!(failed.code, "cancelled", "{failed:?}");
    assert_no_birch(&shop, &refs_before);
}
