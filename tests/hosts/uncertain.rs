//! Links that are lost when the host has done what it was asked for, and nobody here knows: it is told so,
//! and never done again.

use serde_json::{Value as Json, json};

use crate::{
    cuts::{kill, may_have_happened},
    desk::{Desk, Plan, STATUS},
    link::Cut,
    rig::agent,
    support::eventually,
};

const ASH: &str = "build1:shop/ash";

impl Desk {
    /// Asks for something, and loses the link once it `is_done` there; then all is seen again, with this
    /// in the heading.
    async fn loses(&self, asked: (&str, Json), is_done: impl Fn() -> bool, heading: &str) {
        let (there, (method, args)) = (&self.hosts[0], asked);
        there.link.cut(Cut::FromHost);
        let asked = self.editor().ask(method, args).await;
        eventually(
            method,
            async || if is_done() { Ok(()) } else { Err(there.sessions().join(", ")) },
        )
        .await;
        kill(&self.ssh());
        may_have_happened(&asked.await.unwrap_err());
        there.link.mend();
        let is_heading = |line: &String| line.trim_end().ends_with(heading);
        self.editor().expect(STATUS, heading, |lines| lines.iter().any(is_heading)).await;
        assert!(is_done(), "`{method}` was undone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_there_but_not_answered_is_told_as_uncertain_and_is_done_once() {
    let plan = Plan { polecats: 1, ..Plan::default() };
    let Some(desk) = Desk::with(&[plan]).await else { return };
    let (there, project) = (&desk.hosts[0], &desk.here.project);
    let logs = desk.framed("questions permission").await;
    desk.call("inject", json!([ASH, "go"])).await;
    desk.editor().expect_state(ASH, "waiting").await;
    desk.look().await;
    let worktree = |polecat: &str| there.machine.at(project.worktree(polecat).to_str().unwrap());
    let session = |name: &str| there.sessions().iter().filter(|one| *one == name).count();

    let answer = ("answer", json!([ASH, 3, {}]));
    let keys = || logs[0].values("choice").len() == 1;
    desk.loses(answer, keys, "build1:shop: 2 polecats, 1 running").await;

    let new = ("new", json!(["build1:shop/cedar", {}]));
    let made = || worktree("cedar").join("README").exists();
    desk.loses(new, made, "build1:shop: 3 polecats, 1 running").await;

    let options = json!({ "new": true, "cmd": agent("prompts") });
    let start = ("start", json!(["build1:shop/birch", options]));
    desk.loses(start, || session("gt-shop-birch") == 1, "build1:shop: 4 polecats, 2 running").await;

    let remove = ("remove", json!(["build1:shop/p0", {}]));
    desk.loses(remove, || !worktree("p0").exists(), "build1:shop: 3 polecats, 2 running").await;

    assert_eq!(logs[0].keys().len(), 1);
    assert_eq!(there.sessions().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_queued_there_but_not_answered_waits_there_once() {
    let Some(desk) = Desk::new(1).await else { return };
    let there = &desk.hosts[0];
    desk.framed("questions permission").await;
    desk.call("inject", json!([ASH, "go"])).await;
    desk.editor().expect_state(ASH, "waiting").await;
    desk.look().await;
    let options = || there.tmux(&["show-options", "-p", "-t", "=gt-shop-ash:"]).unwrap_or_default();
    let queue = ("inject", json!([ASH, "wait for it", { "queue": true }]));
    let is_queued = || options().contains("wait for it");
    desk.loses(queue, is_queued, "build1:shop: 1 polecat, 1 running, 1 waiting").await;
    let queued = desk.call("queue", json!([ASH])).await;
    let messages = queued["messages"].as_array().map(Vec::len);
    assert_eq!(messages, Some(1), "{queued}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_or_merged_there_but_not_answered_is_there_once() {
    let plan = Plan { polecats: 2, ..Plan::default() };
    let Some(desk) = Desk::with(&[plan]).await else { return };
    let (there, project) = (&desk.hosts[0], &desk.here.project);
    let (shop, p0) = (project.path().to_str().unwrap(), project.worktree("p0"));
    let git = |args: &[&str]| there.machine.run(&[&["git", "-C", shop], args].concat());
    let commits = || git(&["rev-list", "--count", "HEAD"]).parse::<usize>().unwrap();
    let worktrees = || git(&["worktree", "list", "--porcelain"]).matches("worktree ").count();
    desk.look().await;

    let task = json!({ "prompt": "Paint it", "polecat": ASH, "cmd": agent("prompts") });
    let told = || there.screen("gt-shop-ash").contains("got: Paint it");
    desk.loses(("sling", json!([null, task])), told, "build1:shop: 3 polecats, 1 running").await;
    assert_eq!(there.screen("gt-shop-ash").matches("got: Paint it").count(), 1);
    assert_eq!(there.sessions(), ["gt-shop-ash"]);

    let before = commits();
    there.machine.write(p0.join("README").to_str().unwrap(), "painted\n");
    let who = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
    let commit = ["commit", "-q", "-a", "-m", "painted"];
    there.machine.run(&[&["git", "-C", p0.to_str().unwrap()][..], &who, &commit].concat());
    let merged = || commits() > before;
    let merge = ("merge", json!(["build1:shop/p0", {}]));
    desk.loses(merge, merged, "build1:shop: 3 polecats, 1 running").await;
    assert_eq!(commits(), before + 1);

    let new = project.worktree("p1").join("new");
    there.machine.write(new.to_str().unwrap(), "kept\n");
    desk.call("remove", json!(["build1:shop/p1", { "force": true }])).await;
    let restore = ("restore", json!(["build1:shop/p1", {}]));
    let restored = || there.machine.at(new.to_str().unwrap()).exists();
    desk.loses(restore, restored, "build1:shop: 3 polecats, 1 running").await;
    assert_eq!(worktrees(), 4);
    assert_eq!(there.sessions(), ["gt-shop-ash"]);
}
