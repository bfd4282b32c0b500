//! `kill -9` of the backend at every step of a fork: the first polecat is as it was, the second one is
//! whole or was never there, and the next fork works.

use std::fs;

use serde_json::json;

use crate::{
    crashes::{Point, Site, described},
    support::{editor::Editor, eventually, rig::git},
};

const PARENT: &str = "ash";

/// A polecat at work, whose agent runs.
async fn parent(site: &Site, plain: &Editor) {
    plain.call("start", json!([PARENT, { "new": true, "agent": "prompts" }])).await.unwrap();
    let worktree = site.project.worktree(PARENT);
    for file in ["staged", "new", "README"] {
        fs::write(worktree.join(file), format!("{file} of it\n")).unwrap();
    }
    git(&worktree, &["add", "staged"]);
}

/// What git and a person see of a worktree: its files, what is staged, the commit.
fn seen(site: &Site, polecat: &str) -> [String; 3] {
    let worktree = site.project.worktree(polecat);
    let files = ["staged", "new", "README"].map(|file| fs::read_to_string(worktree.join(file)));
    [
        git(&worktree, &["status", "--porcelain", "--untracked-files=all"]),
        git(&worktree, &["rev-parse", "HEAD"]),
        files.map(Result::unwrap_or_default).concat(),
    ]
}

/// One crash point; whether somebody was killed there.
async fn at(site: &Site, plain: &Editor, point: Point) -> bool {
    let name = format!("{}{}", point.when, point.step);
    let (before, args) = (seen(site, PARENT), json!([PARENT, { "name": name, "fresh": true }]));
    let branch = git(&site.project.worktree(PARENT), &["symbolic-ref", "HEAD"]);
    let editor = site.editor().await;
    editor.call("list", json!([])).await.unwrap();
    site.arm(point);
    let answer = editor.call("fork", args.clone()).await;
    let (fired, steps) = (site.fired().is_some(), site.steps());
    site.disarm();
    editor.quit().await;
    assert!(fired || answer.is_ok(), "{point:?}: {answer:?}\n{steps}");
    assert_eq!(seen(site, PARENT), before, "{point:?}");
    assert_eq!(git(&site.project.worktree(PARENT), &["symbolic-ref", "HEAD"]), branch);
    eventually(&format!("the next fork after {point:?}"), async || {
        match plain.call("fork", args.clone()).await {
            // It was whole.
            Err(failure) if failure.message.contains("already exists") => Ok(()),
            Err(failure) if failure.code == "session_running" => Ok(()),
            other => other.map(drop).map_err(described),
        }
    })
    .await;
    assert_eq!(seen(site, &name), before, "{point:?}");
    // Its start may still be gone on with.
    eventually(&format!("the end of `{name}`"), async || {
        drop(plain.call("stop", json!([name, { "force": true }])).await);
        let removed = plain.call("remove", json!([name, { "force": true }])).await;
        removed.map(drop).map_err(described)
    })
    .await;
    assert_eq!(seen(site, PARENT), before, "{point:?}");
    fired
}

async fn site() -> (Site, Editor) {
    let site = Site::new();
    let plain = Editor::start(&site.tmux, site.project.path()).await;
    parent(&site, &plain).await;
    (site, plain)
}

/// Nothing is left, once the first polecat is gone too.
async fn ended(site: &Site, plain: Editor, point: Point) {
    plain.call("stop", json!([PARENT, { "force": true }])).await.unwrap();
    plain.call("remove", json!([PARENT, { "force": true }])).await.unwrap();
    plain.quit().await;
    site.expect_clean(point).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_killed_in_a_fork_leaves_the_first_one_and_no_half() {
    let (site, plain) = site().await;
    for (when, step, of) in [
        ("after", 1, "worktree add"),
        ("before", 1, "read-tree --reset -u"),
        ("before", 2, "read-tree --reset"),
        ("after", 1, "update-index -q --refresh"),
        ("before", 1, "new-session"),
    ] {
        let point = Point { victim: "backend", when, step, of };
        assert!(at(&site, &plain, point).await, "{point:?} was not met");
    }
    ended(&site, plain, Point { victim: "backend", when: "after", step: 0, of: "" }).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: `make soak`"]
async fn at_every_step_of_a_fork_a_backend_that_is_killed_leaves_the_first_one_and_no_half() {
    let (site, plain) = site().await;
    let mut killed = 0;
    for step in 1.. {
        let point = Point { victim: "backend", when: "before", step, of: "" };
        if !at(&site, &plain, point).await {
            break;
        }
        killed += 1;
    }
    eprintln!("backend: killed at {killed} points of a fork");
    assert!(killed > 20, "few steps of it were met");
    ended(&site, plain, Point { victim: "backend", when: "before", step: 0, of: "" }).await;
}
