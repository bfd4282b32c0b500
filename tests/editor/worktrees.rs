//! Where polecats of a plain repository work: beside it, where the configuration says, and where
//! older versions made them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::{
    gastown::environment,
    rig::{Shop, agent},
    slinging::sling,
    support::{
        eventually,
        neovim::tracker,
        rig::{Project, git},
    },
};

/// A polecat as an older version made it: inside of git's own folder.
fn older(project: &Project, name: &str) -> PathBuf {
    let worktree = project.home().join("polecats").join(name).join("shop");
    let branch = format!("polecat/{name}-1");
    let path = worktree.to_str().unwrap();
    project.git(&["worktree", "add", "--quiet", "-b", &branch, path]);
    worktree
}

async fn names(shop: &Shop) -> Vec<String> {
    shop.editor.command("PolecatStatus").await.unwrap();
    let lines = shop.editor.expect_line("polecat://status", "shop: ").await;
    shop.editor.command("close").await.unwrap();
    let words = lines.iter().filter_map(|line| line.split_whitespace().nth(1));
    words.skip(1).map(str::to_owned).collect()
}

async fn health(shop: &Shop) -> Vec<String> {
    shop.editor.command("checkhealth polecat").await.unwrap();
    let code = "return vim.api.nvim_buf_get_lines(0, 0, -1, false)";
    let lines = shop.editor.lua(code, Json::Null).await.unwrap();
    serde_json::from_value(lines).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_works_beside_its_repository_and_git_shows_nothing_of_it() {
    let shop = Shop::new().await;
    let info = shop.start("ash", "prompts").await;
    let workdir = PathBuf::from(info["workdir"].as_str().unwrap());
    assert_eq!(workdir, shop.project.around().join("shop.polecats/ash/shop"));
    assert!(!workdir.iter().any(|part| part == ".git"), "{}", workdir.display());
    let at =
        shop.tmux.run(&["display-message", "-p", "-t", "=gt-shop-ash:", "#{pane_current_path}"]);
    assert_eq!(Path::new(at.trim_end()), workdir);
    assert_eq!(shop.project.git(&["status", "--porcelain", "--ignored"]), "");
    shop.editor.command(&format!("edit {}/README", workdir.display())).await.unwrap();
    assert_eq!(shop.editor.call("status", json!(["ash"])).await.unwrap()["rig_name"], "shop");
    shop.editor.command("enew").await.unwrap();
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    shop.editor.call("remove", json!(["ash", {}])).await.unwrap();
    assert!(!shop.project.polecats().exists(), "it goes with its last polecat");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polecat_inside_of_git_works_on_until_it_is_moved_as_health_says() {
    let shop = Shop::with_tracker().await;
    let worktree = older(&shop.project, "ash");
    let info = shop.start("ash", "prompts").await;
    assert_eq!(info["workdir"], worktree.to_str().unwrap());
    shop.editor.call("inject", json!(["ash", "hello"])).await.unwrap();
    fs::write(worktree.join("new"), "new\n").unwrap();
    shop.editor.command("PolecatDiff ash").await.unwrap();
    shop.editor.expect_line("polecat://diff/ash", "new").await;
    fs::remove_file(worktree.join("new")).unwrap();
    let attached = shop.editor.call("attach", json!(["ash"])).await;
    assert!(attached.is_ok(), "{attached:?}");
    shop.editor.command("PolecatStop! ash").await.unwrap();
    eventually("the end", async || {
        let left = shop.sessions();
        if left.is_empty() { Ok(()) } else { Err(left.join(", ")) }
    })
    .await;
    let issue = shop.project.issue("Oil the hinges");
    let slung = sling(&shop, &issue, None, &agent("prompts")).await.unwrap();
    assert_eq!(slung["workdir"], worktree.to_str().unwrap());
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    // What health says is done, to the letter.
    let told = health(&shop).await.join("\n");
    assert!(told.contains("the worktree of `ash` is inside git's own folder"), "{told}");
    let command = told.split('`').find(|part| part.contains("worktree move")).expect(&told);
    run(command);
    let moved = shop.project.worktree("ash");
    assert!(!worktree.exists() && moved.exists());
    assert!(!health(&shop).await.join("\n").contains("inside git's own folder"));
    let started = shop.editor.call("start", json!(["ash", { "cmd": agent("prompts") }])).await;
    assert_eq!(started.unwrap()["workdir"], moved.to_str().unwrap());
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    shop.editor.call("remove", json!(["ash", { "force": true }])).await.unwrap();
    assert!(!shop.project.polecats().exists());
    assert_eq!(fs::read_dir(shop.project.home().join("polecats")).unwrap().count(), 0);
    shop.editor.call("restore", json!(["ash"])).await.map(drop).unwrap_err();
}

fn run(command: &str) {
    #[expect(clippy::disallowed_methods, reason = "a test does what a person is told to")]
    let done = std::process::Command::new("sh").args(["-c", command]).output().unwrap();
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_beside_its_repository_reaches_the_repositorys_tracker() {
    let shop = Shop::with_tracker().await;
    let issue = shop.project.issue("Oil the hinges");
    let info = shop.start("ash", "prompts").await;
    let beads = environment(&info).into_iter().find(|(name, _)| name == "BEADS_DIR");
    let beads = beads.expect("it is not found by walking up").1;
    #[expect(clippy::disallowed_methods, reason = "a test asks as an agent does")]
    let mut ask = std::process::Command::new(tracker());
    ask.args(["show", &issue]).current_dir(info["workdir"].as_str().unwrap());
    let shown = ask.env("BEADS_DIR", beads).output().unwrap();
    assert!(String::from_utf8_lossy(&shown.stdout).contains("Oil the hinges"), "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_somebody_elses_is_named_and_left_alone_whatever_is_asked() {
    let shop = Shop::new().await;
    shop.start("oak", "prompts").await;
    let ash = shop.project.polecats().join("ash");
    fs::create_dir_all(ash.join("shop")).unwrap();
    fs::write(ash.join("shop/mine"), "mine").unwrap();
    let options = json!({ "new": true, "cmd": agent("prompts") });
    for (method, args) in [
        ("start", json!(["ash", options])),
        ("new", json!(["ash", {}])),
        ("remove", json!(["ash", { "force": true }])),
        ("restore", json!(["ash"])),
    ] {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, "bad_argument", "{method}: {refused:?}");
        assert!(refused.message.contains(ash.to_str().unwrap()), "{method}: {refused:?}");
        assert!(refused.hint.is_some(), "{method}: {refused:?}");
    }
    assert_eq!(names(&shop).await, ["oak"]);
    assert_eq!(fs::read_to_string(ash.join("shop/mine")).unwrap(), "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_another_repository_would_show_it_nothing_is_made_and_the_setting_is_named() {
    let project = Project::new();
    git(project.around(), &["init", "--quiet"]);
    let shop = Shop::of(project, Json::Null).await;
    let options = json!({ "new": true, "cmd": agent("prompts") });
    for (method, args) in [("new", json!(["ash", {}])), ("start", json!(["ash", options]))] {
        let refused = shop.refusal(method, args).await;
        assert_eq!(refused.code, "worktrees_unwritable", "{refused:?}");
        let dir = shop.project.polecats();
        assert!(refused.message.contains(dir.to_str().unwrap()), "{refused:?}");
        assert!(refused.hint.unwrap().contains("`worktrees`"));
        assert!(!dir.exists() && !shop.project.home().join("polecats").exists());
    }
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
    assert!(health(&shop).await.join("\n").contains("would show it as untracked"));
    // As the hint says.
    let set = "vim.g.polecat = vim.tbl_extend('force', vim.g.polecat, { worktrees = ... })";
    shop.editor.lua(set, json!(["{data}/worktrees/{repo}/{polecat}/{repo}"])).await.unwrap();
    let made = shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let data = shop.editor.lua("return vim.fn.stdpath('data')", Json::Null).await.unwrap();
    let expected = format!("{}/polecat/worktrees/shop/ash/shop", data.as_str().unwrap());
    assert_eq!(made["workdir"], fs::canonicalize(expected).unwrap().to_str().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_followed_from_the_next_command_on_and_a_bad_one_is_refused() {
    let shop = Shop::new().await;
    shop.editor.call("new", json!(["ash", {}])).await.unwrap();
    let set = "vim.g.polecat = vim.tbl_extend('force', vim.g.polecat, { worktrees = ... })";
    for (template, why) in [
        ("../{repo}/{polecat}", "must begin with"),
        ("{parent}/{polecat}", "repositories would share"),
        ("{parent}/{repo}", "`{polecat}` must be in it once"),
    ] {
        shop.editor.lua(set, json!([template])).await.unwrap();
        let refused = shop.refusal("new", json!(["birch", {}])).await;
        assert_eq!(refused.code, "config_invalid", "{refused:?}");
        assert!(refused.message.contains("`worktrees`"), "{refused:?}");
        assert!(refused.message.contains(why), "{refused:?}");
    }
    shop.editor.lua(set, json!(["~/agents/{repo}/{polecat}"])).await.unwrap();
    let made = shop.editor.call("new", json!(["birch", {}])).await.unwrap();
    let home = shop.editor.lua("return vim.uv.os_homedir()", Json::Null).await.unwrap();
    let home = fs::canonicalize(home.as_str().unwrap()).unwrap();
    assert_eq!(made["workdir"], home.join("agents/shop/birch").to_str().unwrap());
    // Both are known, wherever they were made.
    for (name, workdir) in
        [("ash", shop.project.worktree("ash")), ("birch", home.join("agents/shop/birch"))]
    {
        let started = shop.editor.call("start", json!([name, { "cmd": agent("prompts") }])).await;
        assert_eq!(started.unwrap()["workdir"], workdir.to_str().unwrap());
    }
    assert_eq!(names(&shop).await, ["ash", "birch"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_tmux_a_shell_or_an_editor_would_take_apart_is_a_name() {
    for name in ["a b", "50% #{pid} #(touch x)", "it's \"shop\"", "läden ☃"] {
        let shop = Shop::of(Project::named(name), Json::Null).await;
        let info = shop.start("ash", "prompts").await;
        let worktree = shop.project.worktree("ash");
        assert_eq!(info["workdir"], worktree.to_str().unwrap(), "{name}");
        shop.editor.call("inject", json!(["ash", "hello there"])).await.unwrap();
        let session = info["session_id"].as_str().unwrap().to_owned();
        eventually("the message", async || {
            let screen = shop.screen(&session);
            if screen.contains("hello there") { Ok(()) } else { Err(screen) }
        })
        .await;
        let open = "vim.cmd.edit(vim.fn.fnameescape(...))";
        shop.editor.lua(open, json!([worktree.join("README").to_str().unwrap()])).await.unwrap();
        let status = shop.editor.call("status", json!(["ash"])).await.unwrap();
        assert_eq!(status["rig_name"], name);
        shop.editor.command("enew").await.unwrap();
        assert_eq!(shop.project.git(&["status", "--porcelain"]), "", "{name}");
        shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
        shop.editor.call("remove", json!(["ash", {}])).await.unwrap();
        assert!(!shop.project.polecats().exists(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_template_is_told_from_the_first_command_on() {
    let config = json!({ "worktrees": "{parent}/{repo}/.git/{polecat}" });
    let shop = Shop::of(Project::new(), config).await;
    for _ in 0..2 {
        let refused = shop.refusal("new", json!(["ash", {}])).await;
        assert_eq!(refused.code, "config_invalid", "{refused:?}");
        assert!(refused.message.contains("inside of `.git`"), "{refused:?}");
    }
    let told = health(&shop).await.join("\n");
    assert!(told.contains("`worktrees`: `{parent}/{repo}/.git/{polecat}`"), "{told}");
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
}
