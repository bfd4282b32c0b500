//! One task for several agents: begun together or not at all, seen together, and when one of them is
//! taken, the others go and nothing is lost.

use std::{collections::BTreeSet, fs};

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    desk::reaching,
    diffing::expect,
    merging::{answers, asked},
    racing::backend,
    rig::{Shop, agent},
    slinging::world,
    support::{
        eventually,
        neovim::tracker,
        rig::{Project, git},
    },
};

fn own(command: &str, args: &[&str]) -> Json {
    let ready = json!({ "prompt": "❯ " });
    json!({
        "preset": "generic", "command": agent(command), "args": args,
        "process_names": ["python3"], "ready": ready,
    })
}

fn config() -> Json {
    json!({
        "tracker": { "command": tracker() },
        "agents": {
            "brush": own("prompts", &[]), "roller": own("works", &[]),
            "dies": own("dies", &["--status", "6"]), "slow": own("prompts", &["--delay", "60000"]),
            "gone": { "command": "no-such-program" },
        },
    })
}

async fn shop() -> Shop {
    Shop::of(Project::new().with_tracker(), config()).await
}

/// `field` of each in the list that a call answered.
fn each<'a>(all: &'a Json, field: &str) -> Vec<&'a Json> {
    all.as_array().expect("a list").iter().map(|one| &one[field]).collect()
}

fn texts(all: &Json, field: &str) -> Vec<String> {
    each(all, field).into_iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_agent_gets_the_same_task_in_a_polecat_of_its_own_from_one_commit() {
    let shop = shop().await;
    let task = json!([null, { "prompt": "Paint it red", "agent": ["brush", "roller", "brush"] }]);
    let all = shop.editor.call("sling", task).await.unwrap();
    assert_eq!(texts(&all, "agent"), ["brush", "roller", "brush"], "{all}");
    let names = texts(&all, "polecat");
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 3, "{names:?}");
    let attempts = each(&all, "attempt");
    for (at, attempt) in attempts.iter().enumerate() {
        assert_eq!(attempt["task"], attempts[0]["task"]);
        assert_eq!((&attempt["number"], &attempt["of"]), (&json!(at + 1), &json!(3)), "{attempt}");
    }
    let head = shop.project.git(&["rev-parse", "HEAD"]);
    for (name, session) in names.iter().zip(texts(&all, "session_id")) {
        let worktree = shop.project.worktree(name);
        assert_eq!(git(&worktree, &["rev-parse", "HEAD"]), head);
        let branch = git(&worktree, &["branch", "--show-current"]);
        assert!(branch.starts_with(&format!("polecat/{name}/paint-it-red@")), "{branch}");
        eventually("the task on its screen", async || {
            let screen = shop.screen(&session);
            if screen.contains("Paint it red") { Ok(()) } else { Err(screen) }
        })
        .await;
    }
    // One that is asked for alone is answered as ever, in a list where a list was asked for.
    let alone = json!([null, { "prompt": "Sweep", "agent": "brush" }]);
    let alone = shop.editor.call("sling", alone).await.unwrap();
    assert!(alone["attempt"].is_null() && alone["polecat"].is_string(), "{alone}");
    let listed = json!([null, { "prompt": "Sweep", "agent": ["brush"] }]);
    let listed = shop.editor.call("sling", listed).await.unwrap();
    assert!(listed[0]["attempt"].is_null() && listed[0]["polecat"].is_string(), "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_for_several_is_written_and_its_issue_is_hooked_to_the_first() {
    let shop = shop().await;
    shop.editor.command("PolecatSling agent=brush,roller").await.unwrap();
    let title = json!("a task for 2 polecats of shop: `:w` starts it");
    expect(&shop, "vim.b.polecat_title", title).await;
    shop.editor.command("call setline(1, 'Paint it blue') | write").await.unwrap();
    let told = shop.editor.expect_message("2 agents work on the task: ").await;
    assert!(told.contains("(brush), ") && told.contains("(roller)"), "{told}");
    let issue = shop.project.issue("Paint the door");
    shop.editor.command(&format!("PolecatSling {issue} agent=brush,brush")).await.unwrap();
    let told = shop.editor.expect_message(&format!("2 agents work on `{issue}`: ")).await;
    let state = shop.project.issue_state(&issue);
    let assignee = state["assignee"].as_str().unwrap().rsplit('/').next().unwrap();
    let first = told.split('`').nth(3).unwrap();
    assert_eq!((state["status"].as_str(), assignee), (Some("hooked"), first), "{told}");
    let completed = "return vim.fn.getcompletion(..., 'cmdline')";
    let line = json!(["PolecatSling agent=brush,rol"]);
    let names = shop.editor.lua(completed, line).await.unwrap();
    assert_eq!(names, json!(["agent=brush,roller"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_cannot_begin_none_does_and_it_is_named() {
    let shop = shop().await;
    let issue = shop.project.issue("Paint the door");
    let before = world(&shop, &issue);
    for (agents, code, part) in [
        ("brush,nope", "bad_argument", "`nope` (2 of 2)"),
        ("gone,brush", "command_not_found", "`gone` (1 of 2)"),
        ("brush,slow,dies", "died_during_startup", "`dies` (3 of 3)"),
    ] {
        let task = json!([issue, { "agent": agents }]);
        let refused = shop.refusal("sling", task).await;
        assert_eq!(refused.code, code, "{refused:?}");
        assert!(refused.message.contains(part), "{refused:?}");
        assert!(!refused.message.contains("not rolled back"), "{refused:?}");
        assert_eq!(world(&shop, &issue), before, "{agents}");
    }
    for (options, part) in [
        (json!({ "polecat": "ash" }), "not `ash`"),
        (json!({ "cmd": "true" }), "`cmd` is one agent's"),
        (json!({ "branch": "main" }), "use `base`"),
        (json!({ "agent": "brush," }), "name of an agent is missing"),
        (json!({ "agent": [] }), "name of an agent is missing"),
        (json!({ "agent": vec!["brush"; 17] }), "16 agents at most"),
    ] {
        let mut task = json!({ "agent": "brush,brush" });
        task.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let refused = shop.refusal("sling", json!([issue, task])).await;
        assert_eq!(refused.code, "bad_argument", "{refused:?}");
        assert!(refused.message.contains(part), "{refused:?}");
    }
    assert_eq!(world(&shop, &issue), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_committed_goes_to_each_and_is_moved_when_all_have_it() {
    let shop = shop().await;
    fs::write(shop.project.path().join("README"), "half of an idea\n").unwrap();
    let refused = json!({ "prompt": "Go on", "agent": "brush,dies", "changes": "move" });
    shop.refusal("sling", json!([null, refused])).await;
    assert_eq!(shop.project.git(&["status", "--porcelain"]).trim(), "M README");
    let task = json!({ "prompt": "Go on", "agent": "brush,roller", "changes": "move" });
    let all = shop.editor.call("sling", json!([null, task])).await.unwrap();
    for name in texts(&all, "polecat") {
        let text = fs::read_to_string(shop.project.worktree(&name).join("README")).unwrap();
        assert_eq!(text, "half of an idea\n", "{name}");
    }
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_are_known_after_a_restart_and_without_a_server_until_there_is_other_work() {
    let shop = shop().await;
    let task = json!([null, { "prompt": "Paint it", "agent": "brush,roller" }]);
    let all = shop.editor.call("sling", task).await.unwrap();
    let (names, attempts) = (texts(&all, "polecat"), each(&all, "attempt"));
    shop.editor.command("PolecatStatus").await.unwrap();
    shop.editor.expect_line("polecat://status", "1/2").await;
    let choose = "
        vim.ui.select = function(items, opts)
            local label = opts.format_item or tostring
            _G.rows = vim.tbl_map(label, items)
        end
        vim.cmd.PolecatList()
    ";
    shop.editor.lua(choose, Json::Null).await.unwrap();
    let mut rows = Vec::new();
    eventually("the list", async || {
        let found = shop.editor.lua("return _G.rows", Json::Null).await.unwrap();
        rows = serde_json::from_value::<Vec<String>>(found).unwrap_or_default();
        if rows.len() == 2 { Ok(()) } else { Err(format!("{rows:?}")) }
    })
    .await;
    for (row, number) in rows.iter().zip(["1/2", "2/2"]) {
        assert!(row.contains(number), "{rows:?}");
    }
    shop.editor.call("stop", json!([names[0], { "force": true }])).await.unwrap();
    let stopped = shop.editor.call("status", json!([names[0]])).await.unwrap();
    assert_eq!(&stopped["attempt"], attempts[0], "{stopped}");
    let again = shop.try_start(&names[0], json!({})).await.unwrap();
    assert_eq!(&again["attempt"], attempts[0], "{again}");
    shop.tmux.run(&["kill-server"]);
    for (name, attempt) in names.iter().zip(attempts) {
        eventually("what is known without a server", async || {
            let lost = shop.editor.call("status", json!([name])).await;
            let is_same = lost.as_ref().is_ok_and(|lost| &lost["attempt"] == attempt);
            if is_same { Ok(()) } else { Err(format!("{lost:?}")) }
        })
        .await;
    }
    shop.editor.expect_line("polecat://status", "2/2").await;
    let other = json!([null, { "prompt": "Sweep", "polecat": names[0], "agent": "brush" }]);
    let other = shop.editor.call("sling", other).await.unwrap();
    assert!(other["attempt"].is_null(), "{other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_one_is_taken_the_others_are_offered_to_be_removed_with_what_they_have() {
    let shop = shop().await;
    for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.invalid")] {
        shop.project.git(&["config", key, value]);
    }
    let task = json!([null, { "prompt": "Paint it", "agent": "brush,roller,brush" }]);
    let all = shop.editor.call("sling", task).await.unwrap();
    let names = texts(&all, "polecat");
    for (name, text) in names.iter().zip(["one\n", "two\n", "three\n"]) {
        let worktree = shop.project.worktree(name);
        fs::write(worktree.join("paint"), text).unwrap();
        if name != &names[2] {
            git(&worktree, &["add", "--all"]);
            git(&worktree, &["commit", "--quiet", "--message", &format!("paint: {text}")]);
        }
    }
    let rest = format!("Remove {}, {}", names[1], names[2]);
    answers(&shop, &["Merge"]).await;
    shop.editor.command(&format!("PolecatMerge {}", names[0])).await.unwrap();
    let questions = asked(&shop, 2).await;
    let question = format!("`{}` is merged into `main`: remove the other attempts?", names[0]);
    assert_eq!(questions[1], question);
    // Nobody has answered: all are there.
    assert_eq!(shop.sessions().len(), 3);
    let others = shop.editor.call("attempts", json!([names[0]])).await.unwrap();
    assert_eq!(texts(&others, "polecat"), names[1..], "{others}");
    assert!(
        others[0]["unsaved"][0].as_str().unwrap().contains("1 commit is neither pushed"),
        "{others}"
    );
    assert!(others[1]["unsaved"][0].as_str().unwrap().contains("1 file is untracked"), "{others}");
    // More work, and this time yes.
    let worktree = shop.project.worktree(&names[0]);
    fs::write(worktree.join("more"), "more\n").unwrap();
    git(&worktree, &["add", "--all"]);
    git(&worktree, &["commit", "--quiet", "--message", "more"]);
    answers(&shop, &["Merge", &rest]).await;
    shop.editor.command(&format!("PolecatMerge {}", names[0])).await.unwrap();
    for name in &names[1..] {
        let told = shop.editor.expect_message(&format!("removed `{name}`, its work is kept")).await;
        assert!(told.contains(&format!("`:PolecatRestore {name}`")), "{told}");
    }
    assert_eq!(shop.sessions(), [format!("gt-shop-{}", names[0])]);
    shop.editor.call("restore", json!([names[2]])).await.unwrap();
    let paint = shop.project.worktree(&names[2]).join("paint");
    assert_eq!(fs::read_to_string(paint).unwrap(), "three\n");
    let others = shop.editor.call("attempts", json!([names[0]])).await.unwrap();
    assert_eq!(others, json!([]), "what came back is nobody's attempt");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_given_a_task_on_a_host_and_taken_there() {
    let there = shop().await;
    let desk = reaching(&there, &json!({ "agents": config()["agents"] })).await;
    let task =
        json!({ "polecat": "build1:shop/", "prompt": "Paint", "agent": ["brush", "roller"] });
    let all = desk.editor.call("sling", json!([null, task])).await.unwrap();
    let names = texts(&all, "polecat");
    assert_eq!(there.sessions().len(), 2, "{all}");
    assert_eq!(each(&all, "attempt")[1]["number"], json!(2));
    let worktree = there.project.worktree(&names[0]);
    fs::write(worktree.join("paint"), "red\n").unwrap();
    git(&worktree, &["add", "--all"]);
    git(&worktree, &["commit", "--quiet", "--message", "paint"]);
    let other = format!("build1:shop/{}", names[1]);
    answers(&desk, &["Merge", &format!("Remove {other}")]).await;
    desk.editor.command(&format!("PolecatMerge build1:shop/{}", names[0])).await.unwrap();
    desk.editor.expect_message(&format!("removed `{other}`")).await;
    assert_eq!(there.sessions(), [format!("gt-shop-{}", names[0])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_whose_backend_is_killed_are_still_such_and_can_be_removed() {
    let shop = shop().await;
    let task = json!([null, { "prompt": "Paint", "agent": "slow,slow" }]);
    let slung = shop.editor.ask("sling", task).await;
    eventually("both sessions", async || {
        let sessions = shop.sessions();
        if sessions.len() == 2 { Ok(()) } else { Err(format!("{sessions:?}")) }
    })
    .await;
    kill_process(backend(&shop.editor).expect("it runs"), Signal::KILL).unwrap();
    drop(slung.await);
    let mut all = Json::Null;
    eventually("both attempts", async || {
        let listed = shop.editor.call("list", json!([])).await;
        all = listed.map_err(|failure| format!("{failure:?}"))?;
        let numbers = each(&all, "attempt").iter().filter(|one| one["of"] == 2).count();
        if numbers == 2 { Ok(()) } else { Err(all.to_string()) }
    })
    .await;
    for name in texts(&all, "polecat") {
        shop.editor.call("stop", json!([name, { "force": true }])).await.unwrap();
        // The next backend has gone on with its start, and may not have seen yet that it is over.
        eventually("it can be removed", async || {
            let removed = shop.editor.call("remove", json!([name, {}])).await;
            removed.map(drop).map_err(|failure| format!("{failure:?}"))
        })
        .await;
    }
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
}
