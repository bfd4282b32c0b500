//! The set-up of new worktrees: copies, links, a command of the configuration, and its failing, its
//! undoing and its end.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value as Json, json};

use crate::{
    diffing::{expect, press},
    merging::{answers, asked},
    racing::backend,
    rig::{Shop, agent},
    support::{
        eventually,
        rig::{Project, git},
    },
};

/// A project that npm would work on, whose secrets and dependencies git ignores.
pub(super) fn project() -> Project {
    let project = Project::new();
    let text = ".env\nnode_modules/\n*.log\npid\n";
    project.commit(".gitignore", text);
    project.commit(".worktreeinclude", ".env\n");
    project.commit("package.json", "{}\n");
    fs::write(project.path().join(".env"), "KEY=1\n").unwrap();
    let modules = project.path().join("node_modules/left");
    fs::create_dir_all(&modules).unwrap();
    fs::write(modules.join("index.js"), "left\n").unwrap();
    for (key, value) in [("user.name", "Ann"), ("user.email", "ann@example.invalid")] {
        project.git(&["config", key, value]);
    }
    project
}

pub(crate) async fn shop(setup: Json) -> Shop {
    Shop::of(project(), json!({ "setup": setup })).await
}

pub(super) fn names(shop: &Shop) -> Vec<String> {
    let folder = fs::read_dir(shop.project.polecats()).into_iter().flatten().flatten();
    folder.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

pub(crate) fn records(shop: &Shop) -> Vec<PathBuf> {
    let folder = shop.project.home().join(".runtime/polecat/setups");
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Waits for the process whose id a command has written.
pub(crate) async fn pid_in(file: &Path) -> Pid {
    let mut pid = None;
    eventually("the command", async || {
        let text = fs::read_to_string(file).unwrap_or_default();
        pid = text.strip_suffix('\n').and_then(|pid| Pid::from_raw(pid.parse().ok()?));
        pid.map(drop).ok_or(text)
    })
    .await;
    pid.unwrap()
}

pub(crate) async fn expect_gone(pid: Pid) {
    eventually("its end", async || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        // A zombie is gone, too.
        match stat {
            Ok(stat) if !stat.contains(") Z ") && test_kill_process(pid).is_ok() => Err(stat),
            _ => Ok(()),
        }
    })
    .await;
}

/// From an empty editor in a repository without a tracker: a task, a worktree that is ready for it, work,
/// a squash, and nothing left.
#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_worked_on_in_a_worktree_that_was_set_up_and_merged_and_removed() {
    let run = "echo installing; cp -r \"$POLECAT_MAIN/node_modules\" . && echo \"$POLECAT_NAME\" > run.log";
    let shop = shop(json!({ "run": run })).await;
    answers(&shop, &["Remove"]).await;
    shop.editor.command(&format!("PolecatSling cmd={}", agent("works"))).await.unwrap();
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    let task = "test -f node_modules/left/index.js && . ./.env && echo $KEY > price && \
                git add price && git commit --quiet --message Price";
    shop.editor.lua("vim.fn.append(0, ...)", json!([task])).await.unwrap();
    shop.editor.command("write").await.unwrap();
    shop.editor.expect_message("works on branch").await;
    let polecat = names(&shop).remove(0);
    let worktree = shop.project.worktree(&polecat);
    assert_eq!(fs::read_to_string(worktree.join("run.log")).unwrap().trim(), polecat);
    eventually("the commit", async || {
        let log = git(&worktree, &["log", "--format=%s", "main.."]);
        if log == "Price" { Ok(()) } else { Err(log) }
    })
    .await;
    assert_eq!(git(&worktree, &["status", "--porcelain"]), "");
    shop.editor.call("stop", json!([polecat, { "force": true }])).await.unwrap();
    shop.editor.command(&format!("PolecatMerge {polecat} squash")).await.unwrap();
    expect(&shop, "vim.bo.filetype", json!("polecat-compose")).await;
    shop.editor.command("write").await.unwrap();
    assert_eq!(asked(&shop, 1).await.len(), 1);
    shop.editor.expect_message("removed").await;
    assert_eq!(shop.project.git(&["show", "HEAD:price"]), "1");
    assert_eq!((names(&shop), records(&shop)), (Vec::new(), Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sling_whose_set_up_fails_takes_all_back_and_says_what_was_printed_last() {
    let run = "echo one > package.json; echo loose > loose; echo first; echo 'no such package' >&2; exit 3";
    let shop = shop(json!({ "run": run })).await;
    let task = json!([null, { "prompt": "Paint", "cmd": agent("prompts") }]);
    let failed = shop.refusal("sling", task).await;
    assert_eq!(failed.code, "setup_failed", "{failed:?}");
    let end = "exited with status 3; last lines:\nfirst\nno such package";
    assert!(failed.message.ends_with(end), "{failed:?}");
    assert_eq!((names(&shop), records(&shop)), (Vec::new(), Vec::new()));
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
    assert_eq!(shop.project.git(&["status", "--porcelain"]), "");
    let polecat = failed.message.split('`').nth(1).unwrap();
    shop.editor.command(&format!("PolecatSetup! {polecat}")).await.unwrap();
    let buffer = format!("polecat://setup/{polecat}");
    let lines = shop.editor.expect_line(&buffer, "no such package").await;
    assert_eq!(lines[0], format!("{polecat} was not set up"));
    // A worktree that an agent has died in is taken back as well, with what was set up in it.
    let run = "echo one > package.json; echo loose > loose";
    shop.editor.lua("vim.g.polecat = ...", json!([configured(&shop, run).await])).await.unwrap();
    let task = json!([null, { "prompt": "Paint", "cmd": agent("dies --status 6") }]);
    let died = shop.refusal("sling", task).await;
    assert_eq!((&*died.code, names(&shop)), ("died_during_startup", Vec::new()), "{died:?}");
}

/// The configuration, with this command.
async fn configured(shop: &Shop, run: &str) -> Json {
    let mut config = shop.editor.lua("return vim.g.polecat", json!([])).await.unwrap();
    config["setup"] = json!({ "run": run });
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_polecat_whose_set_up_fails_stays_and_is_set_up_again() {
    let shop =
        shop(json!({ "run": "test -f \"$POLECAT_MAIN/ready.log\" && echo done > run.log" })).await;
    let failed = shop.refusal("new", json!(["ash", {}])).await;
    assert_eq!(failed.code, "setup_failed", "{failed:?}");
    assert!(failed.hint.unwrap().contains("`:PolecatSetup ash` runs it again"));
    let failed = shop.try_start("birch", json!({ "new": true, "cmd": agent("prompts") })).await;
    assert_eq!(failed.unwrap_err().code, "setup_failed");
    assert_eq!((names(&shop).len(), shop.sessions()), (2, Vec::new()));
    let again = shop.refusal("set_up", json!(["ash", {}])).await;
    assert_eq!(again.code, "setup_failed", "{again:?}");
    fs::write(shop.project.path().join("ready.log"), "").unwrap();
    shop.editor.command("PolecatSetup ash").await.unwrap();
    shop.editor.expect_message("`ash` is set up").await;
    let worktree = shop.project.worktree("ash");
    assert!(worktree.join("run.log").exists());
    assert_eq!(fs::read_to_string(worktree.join(".env")).unwrap(), "KEY=1\n");
    // Whoever starts it as it is is told.
    let started = shop.try_start("birch", json!({ "cmd": agent("prompts") })).await.unwrap();
    assert!(started["warnings"].to_string().contains("`:PolecatSetup birch`"), "{started}");
    let refused = shop.refusal("set_up", json!(["birch", {}])).await;
    assert_eq!(refused.code, "session_running", "{refused:?}");
    shop.editor.call("stop", json!(["birch", { "force": true }])).await.unwrap();
    // A free one is set up before it is given work.
    let slung = json!([null, { "prompt": "x", "polecat": "birch", "cmd": agent("prompts") }]);
    shop.editor.call("sling", slung).await.unwrap();
    assert!(shop.project.worktree("birch").join("run.log").exists());
    assert_eq!(records(&shop), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_is_shown_while_it_runs_nobody_else_takes_its_polecat_and_it_can_be_ended() {
    let run = "echo $$ > pid; echo waiting; sleep 600";
    let shop = shop(json!({ "run": run })).await;
    let made = shop.editor.ask("new", json!(["ash", {}])).await;
    let pid = pid_in(&shop.project.worktree("ash").join("pid")).await;
    shop.editor.command("PolecatSetup! ash").await.unwrap();
    let lines = shop.editor.expect_line("polecat://setup/ash", "waiting").await;
    assert_eq!(lines, ["ash is being set up", &format!("$ {run}"), "waiting"]);
    for (method, args) in [
        ("start", json!(["ash", { "cmd": agent("prompts") }])),
        ("set_up", json!(["ash", {}])),
        ("remove", json!(["ash", { "force": true }])),
    ] {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, "setup_running", "{method}: {refused:?}");
    }
    press(&shop, "x").await;
    let ended = made.await.unwrap_err();
    assert_eq!(ended.code, "cancelled", "{ended:?}");
    expect_gone(pid).await;
    // A sling that is ended leaves nothing.
    let task = json!([null, { "prompt": "x", "polecat": "birch", "cmd": agent("prompts") }]);
    let slung = shop.editor.ask("sling", task).await;
    let pid = pid_in(&shop.project.worktree("birch").join("pid")).await;
    shop.editor.command("PolecatStop birch").await.unwrap();
    let ended = slung.await.unwrap_err();
    assert_eq!((&*ended.code, names(&shop)), ("cancelled", vec!["ash".to_owned()]), "{ended:?}");
    expect_gone(pid).await;
    shop.editor.expect_line("polecat://setup/ash", "ash was not set up").await;
    shop.editor.call("remove", json!(["ash", {}])).await.unwrap();
    assert_eq!(records(&shop), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_backend_leaves_no_process_and_a_worktree_that_can_be_set_up() {
    let run = "test -f \"$POLECAT_MAIN/ready.log\" || { echo $$ > pid; sleep 600; }";
    let shop = shop(json!({ "run": run })).await;
    let made = shop.editor.ask("new", json!(["ash", {}])).await;
    let pid = pid_in(&shop.project.worktree("ash").join("pid")).await;
    kill_process(backend(&shop.editor).unwrap(), Signal::KILL).unwrap();
    made.await.unwrap_err();
    expect_gone(pid).await;
    let env = shop.project.worktree("ash").join(".env");
    fs::remove_file(&env).unwrap();
    fs::write(shop.project.path().join("ready.log"), "").unwrap();
    assert_eq!(records(&shop).len(), 1);
    shop.editor.call("set_up", json!(["ash", {}])).await.unwrap();
    assert!(env.exists());
    assert_eq!(records(&shop), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_killed_in_a_copy_leaves_whole_files_and_the_rest_is_added() {
    const COUNT: usize = 4000;
    let project = project();
    fs::write(project.path().join(".worktreeinclude"), "node_modules/\n").unwrap();
    let modules = project.path().join("node_modules/many");
    fs::create_dir(&modules).unwrap();
    let text = |at: usize| format!("{at}\n").repeat(200);
    for at in 0..COUNT {
        fs::write(modules.join(at.to_string()), text(at)).unwrap();
    }
    let shop = Shop::of(project, Json::Null).await;
    let made = shop.editor.ask("new", json!(["ash", {}])).await;
    let copies = shop.project.worktree("ash").join("node_modules/many");
    let count = || fs::read_dir(&copies).map_or(0, Iterator::count);
    eventually("the first copies", async || if count() > 20 { Ok(()) } else { Err(count()) }).await;
    kill_process(backend(&shop.editor).unwrap(), Signal::KILL).unwrap();
    drop(made.await);
    let whole = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        let text_there = fs::read_to_string(entry.path()).unwrap();
        name.starts_with('.') || text_there == text(name.parse().unwrap())
    };
    assert!(fs::read_dir(&copies).unwrap().flatten().all(whole));
    shop.editor.call("set_up", json!(["ash", {}])).await.unwrap();
    assert_eq!(count(), COUNT);
    let names = fs::read_dir(&copies).unwrap().flatten().map(|entry| entry.file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with('.')));
    assert_eq!(records(&shop), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rigs_own_set_up_takes_the_place_of_the_general_one_and_its_words_wrap_what_runs() {
    let project = project();
    let wrap = project.around().join("wrap");
    crate::framed::program(&wrap, "echo \"$@\" >> wrapped.log\nWRAPPED=yes exec \"$@\"");
    // Another way to the same folder.
    let link = project.around().join("link");
    symlink(project.path(), &link).unwrap();
    let own = json!({
        "setup": { "link": ["node_modules"], "run": "echo $WRAPPED > run.log" },
        "wrap": [wrap],
    });
    let config = json!({ "setup": { "run": "exit 1" }, "rigs": { link.to_str().unwrap(): own } });
    let shop = Shop::of(project, config).await;
    shop.start("ash", "prompts").await;
    let worktree = shop.project.worktree("ash");
    assert_eq!(fs::read_to_string(worktree.join("run.log")).unwrap(), "yes\n");
    let wrapped = fs::read_to_string(worktree.join("wrapped.log")).unwrap();
    assert_eq!(wrapped.lines().count(), 2, "{wrapped}");
    assert!(wrapped.lines().nth(1).unwrap().ends_with("tests/agents/prompts"), "{wrapped}");
    let modules = fs::read_link(worktree.join("node_modules")).unwrap();
    assert_eq!(modules, shop.project.path().join("node_modules"));
    assert_eq!(git(&worktree, &["status", "--porcelain"]), "");
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    // The link is nobody's work, and what it leads to stays.
    shop.editor.call("remove", json!(["ash", {}])).await.unwrap();
    assert!(shop.project.path().join("node_modules/left/index.js").exists());
    let missing = json!({ "rigs": { link.to_str().unwrap(): { "wrap": ["no-such-wrap"] } } });
    let mut config = shop.editor.lua("return vim.g.polecat", json!([])).await.unwrap();
    config["rigs"] = missing["rigs"].clone();
    shop.editor.lua("vim.g.polecat = ...", json!([config])).await.unwrap();
    let refused = shop.try_start("birch", json!({ "new": true, "cmd": agent("prompts") })).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, "command_not_found", "{refused:?}");
    assert!(refused.message.contains("no-such-wrap"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_copy_is_asked_about_before_anything_is_made() {
    let project = project();
    fs::write(project.path().join(".worktreeinclude"), "*.log\n").unwrap();
    let large = fs::File::create(project.path().join("large.log")).unwrap();
    large.set_len(501_000_000).unwrap();
    let shop = Shop::of(project, Json::Null).await;
    let copy = || fs::metadata(shop.project.worktree("ash").join("large.log")).unwrap();
    let Err(refused) = shop.editor.call("new", json!(["ash", {}])).await else {
        // The file system shares it.
        return assert_eq!(copy().len(), 501_000_000);
    };
    assert_eq!((&*refused.code, names(&shop).len()), ("large_copy", 0), "{refused:?}");
    assert!(refused.message.contains("would copy 501 MB"), "{refused:?}");
    answers(&shop, &["Cancel", "Copy"]).await;
    shop.editor.command("PolecatNew ash").await.unwrap();
    asked(&shop, 1).await;
    assert_eq!(names(&shop).len(), 0);
    shop.editor.command("PolecatNew ash").await.unwrap();
    shop.editor.expect_message("created `ash`").await;
    assert_eq!(copy().len(), 501_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_is_set_up_like_any_other() {
    let shop = shop(json!({ "run": "echo changed > package.json" })).await;
    shop.start("ash", "prompts").await;
    let options = json!({ "name": "birch", "fresh": true });
    shop.editor.call("fork", json!(["ash", options])).await.unwrap();
    let env = fs::read_to_string(shop.project.worktree("birch").join(".env")).unwrap();
    assert_eq!(env, "KEY=1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_a_filter_cannot_bring_is_named_with_what_to_do() {
    let project = project();
    project.git(&["config", "filter.lfs.smudge", "echo 'cannot download' >&2; exit 2; #"]);
    project.git(&["config", "filter.lfs.required", "true"]);
    project.git(&["config", "filter.lfs.clean", "cat"]);
    project.commit("large.bin", "x\n");
    project.commit(".gitattributes", "*.bin filter=lfs\n");
    let shop = Shop::of(project, Json::Null).await;
    let refused = shop.refusal("new", json!(["ash", {}])).await;
    assert_eq!((&*refused.code, names(&shop).len()), ("git_failed", 0), "{refused:?}");
    assert!(refused.message.contains("large.bin"), "{refused:?}");
    assert!(refused.hint.unwrap().contains("`git lfs fetch`"));
}
