//! `sling`: an issue, a polecat and a session in one step, or everything as it was.

mod free;

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use rustix::process::{Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::{
    framed::program,
    racing::{backend, beside},
    rig::{Shop, agent},
    support::{
        editor::Editor,
        eventually,
        neovim::tracker,
        pause,
        rig::{Project, Town, br},
        tmux::TmuxServer,
        values::Answer,
    },
};

/// All that a sling could leave behind.
#[derive(Debug, PartialEq)]
pub(crate) struct World {
    polecats: BTreeSet<String>,
    records: BTreeSet<String>,
    branches: String,
    worktrees: String,
    sessions: Vec<String>,
    issue: (Json, Json),
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

pub(crate) fn world(shop: &Shop, issue: &str) -> World {
    let home = shop.project.home();
    let state = shop.project.issue_state(issue);
    let mut records = BTreeSet::new();
    for kind in ["worktrees", "exits"] {
        let folder = home.join(".runtime/polecat").join(kind);
        for file in names(&folder) {
            let text = fs::read_to_string(folder.join(&file)).unwrap();
            records.insert(format!("{kind}/{file}: {text}"));
        }
    }
    World {
        polecats: names(&shop.project.polecats()),
        records,
        branches: shop.project.git(&["branch", "--list", "--verbose"]),
        worktrees: shop.project.git(&["worktree", "list"]),
        sessions: shop.sessions(),
        issue: (state["status"].clone(), state["assignee"].clone()),
    }
}

pub(crate) async fn sling(
    shop: &Shop,
    issue: &str,
    polecat: Option<&str>,
    command: &str,
) -> Answer {
    let mut options = json!({ "cmd": command });
    if let Some(polecat) = polecat {
        options["polecat"] = polecat.into();
    }
    shop.editor.call("sling", json!([issue, options])).await
}

/// A project whose tracker runs `script` first, with the arguments of the call.
async fn with_door(script: &str) -> (Shop, String) {
    let project = Project::new().with_tracker();
    let issue = project.issue("Paint the door");
    let door = project.around().join("br");
    program(&door, &format!("real={}\n{script}\nexec \"$real\" \"$@\"", tracker().display()));
    let shop = Shop::of(project, json!({ "tracker": { "command": door } })).await;
    (shop, issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_gets_a_new_polecat_a_branch_the_hook_and_a_session() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    let info = sling(&shop, &issue, None, &agent("prompts")).await.unwrap();
    assert_eq!(info["polecat"], "obsidian");
    assert_eq!(info["issue"], issue);
    assert_eq!(info["workdir"], shop.project.worktree("obsidian").to_str().unwrap());
    let branch = info["branch"].as_str().unwrap();
    assert!(branch.starts_with(&format!("polecat/obsidian/{issue}@")), "{branch}");
    assert_eq!(shop.sessions(), ["gt-shop-obsidian"]);
    let state = shop.project.issue_state(&issue);
    assert_eq!(state["status"], "hooked");
    assert_eq!(state["assignee"], "shop/polecats/obsidian");
    assert_eq!(info["warnings"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_takes_a_name_and_keys() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    shop.editor.command(&format!("PolecatSling {issue} ash isue=x")).await.unwrap();
    shop.editor.expect_message("`isue=` is not known").await;
    let command = agent("prompts");
    shop.editor.command(&format!("PolecatSling {issue} ash cmd={command}")).await.unwrap();
    let told = format!("`ash` works on `{issue}` in session `gt-shop-ash`");
    shop.editor.expect_message(&told).await;
    let completed = "return vim.fn.getcompletion(..., 'cmdline')";
    let names = shop.editor.lua(completed, json!(["PolecatSling x a"])).await.unwrap();
    assert_eq!(names, json!(["ash", "agent=", "account="]));
    let other = shop.project.issue("Paint the roof");
    let offered = async || {
        let found = shop.editor.lua(completed, json!(["PolecatSling "])).await.unwrap();
        if found[0] == json!(other) { Ok(()) } else { Err(found.to_string()) }
    };
    eventually("the issue that is ready", offered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_issue_to_be_worked_on_is_refused_and_nothing_is_made() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    let other = shop.project.issue("Sweep the yard");
    sling(&shop, &issue, Some("ash"), &agent("prompts")).await.unwrap();
    let before = world(&shop, &issue);
    for (id, part) in [
        ("shop-nosuch", "`shop-nosuch`"),
        ("-rf", "`-rf`"),
        ("", "issue id"),
        (&issue, "is on the hook of `shop/polecats/ash` already"),
    ] {
        let refused = sling(&shop, id, None, &agent("prompts")).await.unwrap_err();
        assert_eq!(refused.code, "issue_invalid", "{id}: {refused:?}");
        assert!(refused.message.contains(part), "{id}: {refused:?}");
    }
    let refused = sling(&shop, &other, Some("ash"), &agent("prompts")).await.unwrap_err();
    assert_eq!(refused.code, "session_running", "{refused:?}");
    let refused = sling(&shop, &other, Some("../x"), &agent("prompts")).await.unwrap_err();
    assert_eq!(refused.code, "bad_name", "{refused:?}");
    let refused = sling(&shop, &other, None, "no-such-agent").await.unwrap_err();
    assert_eq!(refused.code, "command_not_found", "{refused:?}");
    assert_eq!(world(&shop, &issue), before);
    assert_eq!(shop.project.issue_state(&other)["status"], "open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_that_refuses_the_hook_leaves_all_as_it_was() {
    for script in [
        "[ \"$1\" = update ] && case \"$*\" in *hooked*) exit 3;; esac",
        // It does what it was asked for and says that it did not.
        "[ \"$1\" = update ] && case \"$*\" in *hooked*) \"$real\" \"$@\"; exit 3;; esac",
    ] {
        let (shop, issue) = with_door(script).await;
        let before = world(&shop, &issue);
        let refused = sling(&shop, &issue, None, &agent("prompts")).await.unwrap_err();
        assert_eq!(refused.code, "tracker_failed", "{refused:?}");
        assert!(!refused.message.contains("not rolled back"), "{refused:?}");
        assert_eq!(world(&shop, &issue), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_dies_at_once_leaves_all_as_it_was() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    let before = world(&shop, &issue);
    for polecat in [None, Some("ash")] {
        let refused = sling(&shop, &issue, polecat, &agent("dies --status 6")).await.unwrap_err();
        assert_eq!(refused.code, "died_during_startup", "{refused:?}");
        assert!(refused.message.contains("exited with status 6"), "{refused:?}");
        assert!(!refused.message.contains("not rolled back"), "{refused:?}");
        assert_eq!(world(&shop, &issue), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_has_written_before_it_died_stays_and_is_named() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    let dies = "sh -c 'echo work > notes; exit 3'";
    let refused = sling(&shop, &issue, Some("ash"), dies).await.unwrap_err();
    assert_eq!(refused.code, "died_during_startup", "{refused:?}");
    let notes = shop.project.worktree("ash").join("notes");
    let told =
        format!("`{}` has been worked in: `notes` has changed", notes.parent().unwrap().display());
    assert!(refused.message.contains(&told), "{refused:?}");
    assert_eq!(fs::read_to_string(notes).unwrap(), "work\n");
    assert_eq!(shop.project.issue_state(&issue)["status"], "open");
    assert_eq!(shop.sessions(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_git_that_refuses_the_branch_or_the_worktree_leaves_all_as_it_was() {
    for (hook, script) in [
        ("reference-transaction", "grep -q refs/heads/polecat/ && exit 1; exit 0"),
        ("post-checkout", "exit 1"),
    ] {
        let shop = Shop::with_tracker().await;
        let issue = shop.project.issue("Paint the door");
        let before = world(&shop, &issue);
        program(&shop.project.path().join(".git/hooks").join(hook), script);
        let refused = sling(&shop, &issue, None, &agent("prompts")).await.unwrap_err();
        assert_eq!(refused.code, "git_failed", "{hook}: {refused:?}");
        assert_eq!(world(&shop, &issue), before, "{hook}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tmux_that_refuses_leaves_all_as_it_was() {
    let project = Project::new().with_tracker();
    let issue = project.issue("Paint the door");
    let socket = project.around().join("no/such/folder/socket");
    let config = json!({ "tracker": { "command": tracker() }, "tmux": { "socket": socket } });
    let shop = Shop::of(project, config).await;
    let before = world(&shop, &issue);
    let refused = sling(&shop, &issue, None, &agent("prompts")).await.unwrap_err();
    assert_eq!(refused.code, "tmux_failed", "{refused:?}");
    assert!(!refused.message.contains("not rolled back"), "{refused:?}");
    assert_eq!(world(&shop, &issue), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_somebody_elses_refuses_its_name_before_anything_is_made() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    shop.tmux.run(&["new-session", "-d", "-s", "gt-shop-ash", "cat"]);
    let before = world(&shop, &issue);
    let refused = sling(&shop, &issue, Some("ash"), &agent("prompts")).await.unwrap_err();
    assert_eq!(refused.code, "session_running", "{refused:?}");
    assert_eq!(world(&shop, &issue), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_is_stopped_gives_the_issue_back() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Paint the door");
    let before = world(&shop, &issue);
    let options = json!({ "cmd": agent("prompts --delay 60000"), "polecat": "ash" });
    let slung = shop.editor.ask("sling", json!([issue, options])).await;
    shop.editor.expect_state("ash", "starting").await;
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    let refused = slung.await.unwrap_err();
    assert_eq!(refused.code, "cancelled", "{refused:?}");
    assert_eq!(world(&shop, &issue), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_editors_that_sling_at_once_each_issue_has_its_polecat_once() {
    let shop = Shop::with_tracker().await;
    let second = Editor::with(
        &shop.tmux,
        shop.project.path(),
        json!({ "tracker": { "command": tracker() } }),
    )
    .await;
    let issues: Vec<_> = (0..3).map(|n| shop.project.issue(&format!("Door {n}"))).collect();
    let mut asked = Vec::new();
    for issue in &issues {
        for editor in [&shop.editor, &second] {
            asked.push(editor.ask("sling", json!([issue, { "cmd": agent("prompts") }])).await);
        }
    }
    let (mut polecats, mut worked_on) = (BTreeSet::new(), BTreeSet::new());
    for answer in asked {
        match answer.await {
            Ok(info) => {
                polecats.insert(info["polecat"].to_string());
                worked_on.insert(info["issue"].as_str().unwrap().to_owned());
            }
            Err(refused) => {
                assert_eq!(refused.code, "issue_invalid", "{refused:?}");
                assert!(refused.message.contains("already"), "{refused:?}");
            }
        }
    }
    assert_eq!((polecats.len(), worked_on.len()), (3, 3), "{polecats:?} {worked_on:?}");
    assert_eq!(shop.sessions().len(), 3);
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]).lines().count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_town_the_rigs_issue_is_hooked_and_given_back() {
    let town = Town::new();
    br(&town.rig(), &["init"]);
    let issue: Json = serde_json::from_str(&br(&town.rig(), &["create", "x", "--json"])).unwrap();
    let issue = issue["id"].as_str().unwrap();
    let tmux = TmuxServer::absent();
    let config = json!({ "tracker": { "command": tracker() } });
    let editor = Editor::with(&tmux, &town.rig(), config).await;
    let state = || {
        let shown: Json =
            serde_json::from_str(&br(&town.rig(), &["show", issue, "--json"])).unwrap();
        (shown[0]["status"].clone(), shown[0]["assignee"].clone())
    };
    let options = json!({ "cmd": agent("dies") });
    let refused = editor.call("sling", json!([issue, options])).await.unwrap_err();
    assert_eq!(refused.code, "died_during_startup", "{refused:?}");
    assert!(!refused.message.contains("not rolled back"), "{refused:?}");
    assert_eq!(state(), (json!("open"), Json::Null));
    assert_eq!(names(&town.rig().join("polecats")), BTreeSet::new());
    let options = json!({ "cmd": agent("prompts") });
    let info = editor.call("sling", json!([issue, options])).await.unwrap();
    assert_eq!(info["workdir"], town.worktree("obsidian").to_str().unwrap());
    assert_eq!(state(), (json!("hooked"), json!("shop/polecats/obsidian")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sling_whose_backend_is_killed_is_gone_on_with() {
    // In three editors: a backend that dies again and again is restarted ever later.
    let delays = [[0, 100], [30, 150], [60, 250]];
    for third in delays.map(|delays| beside(move || killed_in_slings(delays))) {
        third.await.unwrap();
    }
}

/// Kills the backend in a sling, so many milliseconds after it began, for each of `delays`.
async fn killed_in_slings(delays: [u64; 2]) {
    let shop = Shop::with_tracker().await;
    for delay in delays {
        let issue = shop.project.issue("Paint the door");
        // So that the backend runs.
        shop.editor.call("list", json!([])).await.unwrap();
        let args = json!([issue, { "cmd": agent("prompts --delay 100"), "agent": "prompts" }]);
        let slung = shop.editor.ask("sling", args.clone()).await;
        pause(Duration::from_millis(delay)).await;
        if let Some(backend) = backend(&shop.editor) {
            // It may have ended by itself.
            kill_process(backend, Signal::KILL).ok();
        }
        drop(slung.await);
        let polecat = eventually(&format!("`{issue}` to be slung"), async || {
            let refused = match shop.editor.call("sling", args.clone()).await {
                Ok(info) => return Ok(info["polecat"].as_str().unwrap().to_owned()),
                Err(refused) => refused,
            };
            let holder = refused.message.split("shop/polecats/").nth(1);
            let Some(holder) = holder.and_then(|rest| rest.split('`').next()) else {
                return Err(format!("{refused:?}"));
            };
            assert!(refused.hint.unwrap().contains(&format!("`:PolecatSling {issue} {holder}`")));
            let mut args = args.clone();
            args[1]["polecat"] = holder.into();
            match shop.editor.call("sling", args).await {
                Err(refused) if refused.code != "session_running" => Err(format!("{refused:?}")),
                _ => Ok(holder.to_owned()),
            }
        })
        .await;
        shop.editor.expect_state(&polecat, "idle").await;
        shop.editor.call("stop", json!([polecat, { "force": true }])).await.unwrap();
        let polecats = names(&shop.project.polecats());
        let worktrees = shop.project.git(&["worktree", "list", "--porcelain"]);
        let own = worktrees.matches("branch refs/heads/polecat/").count();
        assert_eq!(own, polecats.len(), "{delay} ms: {worktrees} {polecats:?}");
        assert_eq!(shop.sessions(), [""; 0]);
    }
}
