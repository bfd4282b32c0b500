//! A polecat that is free gets a new branch in the worktree it has; one that is not is left alone.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value as Json, json};

use super::{names, sling, world};
use crate::{
    framed::program,
    rig::{Shop, agent},
    support::rig::git,
};

/// A polecat `ash` whose work is done: a commit that `main` has too.
async fn free_polecat(shop: &Shop) -> String {
    let made = shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let worktree = shop.project.worktree("ash");
    write(&worktree, "door", "blue");
    git(&worktree, &["add", "door"]);
    git(&worktree, &["commit", "--quiet", "--message", "Paint the door"]);
    let branch = made["branch"].as_str().unwrap().to_owned();
    shop.project.git(&["merge", "--quiet", "--ff-only", &branch]);
    shop.project.commit("yard", "swept");
    branch
}

fn write(folder: &Path, file: &str, text: &str) {
    fs::write(folder.join(file), text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_polecat_gets_a_new_branch_in_the_worktree_it_has() {
    for named in [None, Some("ash")] {
        let shop = Shop::with_tracker().await;
        let issue = shop.project.issue("Oil the hinges");
        let old = free_polecat(&shop).await;
        let tip = shop.project.git(&["rev-parse", &old]);
        let info = sling(&shop, &issue, named, &agent("prompts")).await.unwrap();
        assert_eq!(info["polecat"], "ash", "{named:?}");
        let worktree = shop.project.worktree("ash");
        assert_eq!(info["workdir"], worktree.to_str().unwrap());
        let branch = git(&worktree, &["branch", "--show-current"]);
        assert!(branch.starts_with(&format!("polecat/ash/{issue}@")), "{branch}");
        assert_eq!(info["branch"], branch);
        let main = shop.project.git(&["rev-parse", "main"]);
        assert_eq!(git(&worktree, &["rev-parse", "HEAD"]), main);
        assert_eq!(shop.project.git(&["rev-parse", &old]), tip);
        assert_eq!(git(&worktree, &["status", "--porcelain"]), "");
        let record = shop.project.home().join(".runtime/polecat/worktrees/ash.json");
        let record: Json = serde_json::from_str(&fs::read_to_string(record).unwrap()).unwrap();
        assert_eq!(record, json!({ "branch": "main", "commit": main }));
        assert_eq!(names(&shop.project.polecats()), BTreeSet::from(["ash".into()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_with_work_of_its_own_is_refused_by_name_and_passed_over_without_one() {
    let shop = Shop::with_tracker().await;
    free_polecat(&shop).await;
    let worktree = shop.project.worktree("ash");
    let undo = |args: &'static [&'static str]| git(&shop.project.worktree("ash"), args);
    for (what, part) in [
        ("untracked", "notes"),
        ("changed", "not committed: door"),
        ("commit", "red door"),
        ("detached", "no branch"),
    ] {
        let issue = shop.project.issue(what);
        match what {
            "untracked" => write(&worktree, "notes", "work"),
            "changed" => write(&worktree, "door", "green"),
            "commit" => {
                write(&worktree, "door", "red");
                git(&worktree, &["commit", "--quiet", "--all", "--message", "A red door"]);
            }
            _ => drop(git(&worktree, &["checkout", "--quiet", "--detach", "main"])),
        }
        let before = world(&shop, &issue);
        let refused = sling(&shop, &issue, Some("ash"), &agent("prompts")).await.unwrap_err();
        assert_eq!(refused.code, "dirty", "{what}: {refused:?}");
        assert!(refused.message.to_lowercase().contains(part), "{what}: {refused:?}");
        assert_eq!(world(&shop, &issue), before, "{what}");
        let info = sling(&shop, &issue, None, &agent("prompts")).await.unwrap();
        assert_ne!(info["polecat"], "ash", "{what}");
        match what {
            "untracked" => fs::remove_file(worktree.join("notes")).unwrap(),
            "changed" => drop(undo(&["checkout", "--quiet", "--", "door"])),
            "commit" => drop(undo(&["reset", "--quiet", "--hard", "HEAD~"])),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_polecat_is_given_back_on_its_old_branch_when_anything_fails() {
    for (what, code) in [("agent", "died_during_startup"), ("hook", "git_failed")] {
        let shop = Shop::with_tracker().await;
        let issue = shop.project.issue("Oil the hinges");
        free_polecat(&shop).await;
        let exits = shop.project.home().join(".runtime/polecat/exits");
        let before = world(&shop, &issue);
        if what == "hook" {
            let hook = shop.project.path().join(".git/hooks/post-checkout");
            program(&hook, "exit 1");
        }
        let refused = sling(&shop, &issue, Some("ash"), &agent("dies")).await.unwrap_err();
        assert_eq!(refused.code, code, "{what}: {refused:?}");
        assert!(!refused.message.contains("not rolled back"), "{refused:?}");
        assert_eq!(world(&shop, &issue), before, "{what}");
        assert_eq!(names(&exits), BTreeSet::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_that_is_being_started_is_given_to_nobody() {
    let shop = Shop::with_tracker().await;
    for round in 0..5 {
        let issue = shop.project.issue(&format!("Door {round}"));
        let name = format!("a{round}");
        let command = agent("prompts");
        let start = json!([name, { "new": true, "cmd": command }]);
        let started = shop.editor.ask("start", start).await;
        let slung = shop.editor.ask("sling", json!([issue, { "cmd": command }])).await;
        let (started, slung) = tokio::join!(started, slung);
        let info = slung.unwrap();
        match started {
            Ok(started) => assert_ne!(started["polecat"], info["polecat"], "{round}"),
            // It was made, and given to the issue before it was started.
            Err(refused) => {
                assert_eq!(refused.code, "session_running", "{refused:?}");
                assert_eq!(info["polecat"], name, "{round}");
            }
        }
        let holder = format!("shop/polecats/{}", info["polecat"].as_str().unwrap());
        assert_eq!(shop.project.issue_state(&issue)["assignee"], holder);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_free_polecat_is_given_to_one_of_three_who_ask_at_once() {
    let shop = Shop::with_tracker().await;
    free_polecat(&shop).await;
    let mut asked = Vec::new();
    for n in 0..3 {
        let issue = shop.project.issue(&format!("Door {n}"));
        let options = json!({ "cmd": agent("prompts --delay 200") });
        asked.push(shop.editor.ask("sling", json!([issue, options])).await);
    }
    let mut polecats = BTreeSet::new();
    for answer in asked {
        polecats.insert(answer.await.unwrap()["polecat"].as_str().unwrap().to_owned());
    }
    let expected = ["ash", "obsidian", "quartz"].map(str::to_owned);
    assert_eq!(polecats, BTreeSet::from(expected));
}
