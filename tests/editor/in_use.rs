//! A worktree in which a process works is not taken from under it without a word.

use std::io::ErrorKind;

use serde_json::{Value as Json, json};

use crate::{
    rig::{Shop, agent},
    support::eventually,
};

/// A process of a person's in the worktree of `ash`. Ends with the value.
struct Beside(std::process::Child);

impl Beside {
    /// `program`, which sleeps, called `name`.
    fn named(shop: &Shop, name: &str) -> Self {
        let program = shop.project.around().join(name);
        std::fs::copy(which::which("sleep").unwrap(), &program).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test starts what a person would")]
        let mut command = std::process::Command::new(&program);
        command.arg("600").current_dir(shop.project.worktree("ash"));
        // Another test that starts a program just now has our copy open for writing, for a moment.
        loop {
            match command.spawn() {
                Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                    std::thread::yield_now();
                }
                child => return Self(child.unwrap()),
            }
        }
    }

    fn shown(&self, name: &str) -> String {
        format!("`{name}` (pid {})", self.0.id())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

async fn shop_with_idle_ash() -> Shop {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worktree_in_which_an_agent_works_is_nobody_elses() {
    let shop = shop_with_idle_ash().await;
    let claude = Beside::named(&shop, "claude");
    let start = json!(["ash", { "cmd": agent("prompts"), "in_use": "ignore" }]);
    let remove = json!(["ash", { "force": true, "in_use": "ignore" }]);
    for (method, args) in [("start", start.clone()), ("remove", remove)] {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, "session_running", "{method}: {refused:?}");
        assert!(refused.message.contains(&claude.shown("claude")), "{method}: {refused:?}");
    }
    assert!(shop.project.worktree("ash").join("README").exists());
    drop(claude);
    shop.editor.call("start", start).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn other_processes_in_a_worktree_are_named_and_asked_about() {
    let shop = shop_with_idle_ash().await;
    let make = Beside::named(&shop, "make");
    for (method, args) in [
        ("start", json!(["ash", { "cmd": agent("prompts") }])),
        ("remove", json!(["ash", { "force": true }])),
    ] {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, "in_use", "{method}: {refused:?}");
        let expected = format!("{} is running in the worktree of `ash`", make.shown("make"));
        assert_eq!(refused.message, expected, "{method}");
    }
    let bad = shop.refusal("start", json!(["ash", { "in_use": "yes" }])).await;
    assert_eq!(bad.code, "bad_argument", "{bad:?}");
    let ask = "_G.answer = ...; vim.ui.select = function(items, opts, done)
        _G.asked = { opts.prompt, items[1] }; done(_G.answer == 1 and 'Yes' or nil) end";
    for (doing, command, answer) in [
        ("start", format!("PolecatStart ash cmd={}", agent("prompts")), 2),
        ("start", format!("PolecatStart ash cmd={}", agent("prompts")), 1),
        ("remove", "PolecatRemove ash".to_owned(), 2),
        ("remove", "PolecatRemove! ash".to_owned(), 1),
    ] {
        shop.editor.lua("_G.asked = nil", Json::Null).await.unwrap();
        shop.editor.lua(ask, json!([answer])).await.unwrap();
        shop.editor.command(&command).await.unwrap();
        let question =
            format!("{} is running in the worktree of `ash`: {doing} anyway?", make.shown("make"));
        eventually("the question, with Cancel in front", async || {
            let asked = shop.editor.lua("return _G.asked or {}", Json::Null).await.unwrap();
            if asked == json!([question, "Cancel"]) { Ok(()) } else { Err(asked) }
        })
        .await;
        match (doing, answer) {
            ("start", 1) => {
                shop.editor.expect_message("`ash` runs in session").await;
                shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
            }
            ("remove", 1) => drop(shop.editor.expect_message("removed `ash`").await),
            _ => assert_eq!(shop.sessions(), [""; 0], "{doing}"),
        }
    }
    assert!(!shop.project.worktree("ash").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_neovim_runs_in_a_worktree_is_only_named() {
    let shop = shop_with_idle_ash().await;
    let job = "_G.job = vim.fn.jobstart({ 'sleep', '600' }, { cwd = ... })";
    shop.editor.lua(job, json!([shop.project.worktree("ash")])).await.unwrap();
    shop.start("ash", "prompts").await;
    let told = shop.editor.expect_message("in the worktree of `ash`").await;
    assert!(told.contains("`sleep` (pid ") && told.contains("for this Neovim"), "{told}");
    shop.editor.call("stop", json!(["ash", {}])).await.unwrap();
    shop.editor.call("remove", json!(["ash", {}])).await.unwrap();
    shop.editor.lua("vim.fn.jobstop(_G.job)", Json::Null).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_agent_left_behind_and_what_only_passes_through_is_in_nobodys_way() {
    let shop = shop_with_idle_ash().await;
    // Its child outlives it in the same session, which the next start ends.
    let leaves = "sh -c 'sleep 600 & sleep 1; exit 3'";
    drop(shop.try_start("ash", json!({ "cmd": leaves })).await);
    eventually("its end", async || {
        let info = shop.editor.call("status", json!(["ash"])).await.unwrap();
        if info["running"] == json!(false) { Ok(()) } else { Err(info) }
    })
    .await;
    #[expect(clippy::disallowed_methods, reason = "a test starts what a person would")]
    let mut passing = std::process::Command::new("sleep");
    let mut passing = passing.arg("0.1").current_dir(shop.project.worktree("ash")).spawn().unwrap();
    shop.start("ash", "prompts").await;
    passing.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_does_not_come_back_under_what_still_stands_in_its_folder_without_a_word() {
    let shop = shop_with_idle_ash().await;
    let worktree = shop.project.worktree("ash");
    std::fs::write(worktree.join("new"), "new\n").unwrap();
    shop.editor.call("remove", json!(["ash", { "force": true }])).await.unwrap();
    std::fs::create_dir_all(&worktree).unwrap();
    let make = Beside::named(&shop, "make");
    std::fs::remove_dir_all(worktree.parent().unwrap()).unwrap();
    let refused = shop.refusal("restore", json!(["ash", {}])).await;
    assert_eq!(refused.code, "in_use", "{refused:?}");
    assert!(refused.message.contains(&make.shown("make")), "{refused:?}");
    shop.editor.call("restore", json!(["ash", { "in_use": "ignore" }])).await.unwrap();
    assert!(worktree.join("new").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_in_whose_worktree_somebody_works_is_not_free() {
    let shop = Shop::with_tracker().await;
    let (one, two) = (shop.project.issue("One"), shop.project.issue("Two"));
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let make = Beside::named(&shop, "make");
    let options = json!({ "cmd": agent("prompts") });
    let slung = shop.editor.call("sling", json!([one, options])).await.unwrap();
    assert_ne!(slung["polecat"], "ash", "{slung}");
    let named = json!({ "cmd": agent("prompts"), "polecat": "ash" });
    let refused = shop.refusal("sling", json!([two, named])).await;
    assert_eq!(refused.code, "in_use", "{refused:?}");
    assert!(refused.message.contains(&make.shown("make")), "{refused:?}");
    let state = shop.project.issue_state(&two);
    assert_eq!(state["status"], "open", "{state}");
    let named = json!({ "cmd": agent("prompts"), "polecat": "ash", "in_use": "ignore" });
    let slung = shop.editor.call("sling", json!([two, named])).await.unwrap();
    assert_eq!(slung["polecat"], "ash", "{slung}");
}

/// As it is where several machines have one home: the record is there, the session is not.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_may_run_on_another_machine_is_not_known_to_be_stopped() {
    let shop = Shop::new().await;
    shop.start("ash", "prompts").await;
    shop.editor.call("stop", json!(["ash"])).await.unwrap();
    let file = shop.project.home().join(".runtime/polecat/sessions/ash.json");
    let mut record: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    record.as_object_mut().unwrap().remove("ended");
    record["server"]["machine"] = json!("00000000deadbeef");
    std::fs::write(&file, record.to_string()).unwrap();
    shop.editor.expect_state("ash", "unknown").await;
    for (call, args) in [("start", json!(["ash", {}])), ("remove", json!(["ash", {}]))] {
        let refused = shop.refusal(call, args).await;
        assert_eq!(refused.code, "in_use", "{call}: {refused:?}");
        assert!(refused.message.contains("another machine"), "{call}: {refused:?}");
    }
    let anyway = json!(["ash", { "in_use": "ignore" }]);
    shop.editor.call("start", anyway).await.unwrap();
    shop.editor.expect_state("ash", "idle").await;
}
