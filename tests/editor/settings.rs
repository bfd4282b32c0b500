//! What a town's settings make of a start, on real tmux: which agent, with which environment,
//! whose account and which hooks.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    rig::{Shop, agent},
    support::{
        editor::Editor,
        rig::{Town, git},
        tmux::TmuxServer,
        values::Failure,
    },
};

/// A town in which `gt` and `claude` are scripts, and an editor that has no agent of its own.
struct Gastown {
    editor: Editor,
    tmux: TmuxServer,
    town: Town,
    programs: TempDir,
}

impl Gastown {
    /// With these files in the town; `programs` are put on `PATH`.
    async fn new(files: &[(&str, Json)], programs: &[&str]) -> Self {
        Self::on(TmuxServer::absent(), files, programs).await
    }

    async fn on(tmux: TmuxServer, files: &[(&str, Json)], programs: &[&str]) -> Self {
        let town = Town::new();
        let bin = tempfile::Builder::new().prefix("pb").tempdir().unwrap();
        for name in programs {
            program(&bin.path().join(name), name);
        }
        let editor = Editor::start(&tmux, &town.rig()).await;
        let code = "local path, config = ..., vim.g.polecat
            vim.env.PATH = path .. ':' .. vim.env.PATH
            config.agent = nil
            vim.g.polecat = config";
        editor.lua(code, json!([bin.path()])).await.unwrap();
        let gastown = Self { editor, tmux, town, programs: bin };
        for (file, content) in files {
            gastown.write(file, &content.to_string());
        }
        gastown
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.town.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    async fn start(&self, polecat: &str, options: Json) -> Result<Json, Failure> {
        self.editor.call("start", json!([polecat, options])).await
    }

    /// A new polecat's session, which must start.
    async fn started(&self, polecat: &str, options: Json) -> Json {
        let mut options = options;
        options["new"] = true.into();
        self.start(polecat, options).await.unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    fn hooks(&self) -> PathBuf {
        self.town.rig().join("polecats/.claude/settings.json")
    }

    /// The value of a variable for the agent itself, and as tmux tells it.
    fn variable(&self, info: &Json, name: &str) -> (Option<String>, Option<String>) {
        let session = format!("={}:", info["session_id"].as_str().unwrap());
        let told = self.tmux.try_run(&["show-environment", "-t", &session, name]).ok();
        let told = told.and_then(|told| Some(told.split_once('=')?.1.to_owned()));
        (environment(info).into_iter().find(|(key, _)| key == name).map(|(_, value)| value), told)
    }
}

/// `gt` says nothing; anything else prompts, whatever its arguments.
fn program(path: &Path, name: &str) {
    let runs = if name == "gt" { "true".to_owned() } else { agent("prompts --nbsp") };
    fs::write(path, format!("#!/bin/sh\nexec {runs}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn environment(info: &Json) -> Vec<(String, String)> {
    let pid = info["pid"].as_u64().unwrap();
    let text = fs::read(format!("/proc/{pid}/environ")).unwrap();
    let text = String::from_utf8_lossy(&text).into_owned();
    let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn same(value: &str) -> (Option<String>, Option<String>) {
    (Some(value.to_owned()), Some(value.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_decides_which_agent_runs_and_with_which_environment() {
    let value = "a b'c\"$HOME;#{pane_id} \\ ~ é";
    let scripted = json!({ "command": agent("prompts"), "args": ["--nbsp"], "env": { "ODD": value },
        "ready_prompt_prefix": "❯ ", "session_id_env": "MY_SESSION_ID" });
    let town = Gastown::new(
        &[
            (
                "shop/settings/config.json",
                json!({ "type": "rig-settings", "agent": "scripted",
                "role_agents": { "polecat": "ghost" },
                "agents": { "ghost": { "command": "no-such-agent" } } }),
            ),
            ("settings/config.json", json!({ "type": "town-settings", "default_agent": "amp" })),
            ("settings/agents.json", json!({ "version": 1, "agents": { "scripted": scripted } })),
        ],
        &[],
    )
    .await;
    let info = town.started("ash", json!({})).await;
    assert_eq!(info["agent"], "scripted");
    let warning = info["warnings"][0].as_str().unwrap();
    for part in ["`role_agents.polecat`", "settings/config.json", "`ghost`", "`no-such-agent`"] {
        assert!(warning.contains(part), "{part}: {warning}");
    }
    let root = town.town.path().to_str().unwrap();
    for (name, value) in [
        ("ODD", value),
        ("GT_ROLE", "polecat"),
        ("GT_RIG", "shop"),
        ("GT_POLECAT", "ash"),
        ("GT_ROOT", root),
        ("GT_TOWN_ROOT", root),
        ("GT_AGENT", "scripted"),
        ("GT_SESSION", "gt-shop-ash"),
        ("GT_PROCESS_NAMES", "prompts"),
        ("BD_ACTOR", "shop/polecats/ash"),
        ("GIT_AUTHOR_NAME", "ash"),
        ("BEADS_AGENT_NAME", "shop/ash"),
        ("BEADS_NO_DAEMON", "1"),
        ("GT_SESSION_ID_ENV", "MY_SESSION_ID"),
    ] {
        assert_eq!(town.variable(&info, name), same(value), "{name}");
    }
    let pane = info["pane_id"].as_str().unwrap();
    assert_eq!(town.variable(&info, "GT_PANE_ID"), (None, Some(pane.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_editor_reaches_an_agent_whatever_the_server_was_started_with() {
    let tmux = TmuxServer::new();
    let leaks = [
        "CLAUDECODE",
        "NVIM",
        "NVIM_LISTEN_ADDRESS",
        "VIMRUNTIME",
        "NODE_OPTIONS",
        "MY_SESSION_ID",
    ];
    for name in leaks {
        tmux.run(&["set-environment", "-g", name, "leaked"]);
    }
    let command = agent("prompts");
    let plain = json!({ "command": command, "args": [], "session_id_env": "MY_SESSION_ID" });
    let given = json!({ "command": command, "args": [], "env": { "NODE_OPTIONS": "--given" } });
    let registry = json!({ "agents": { "plain": plain, "given": given } });
    let town = Gastown::on(tmux, &[("settings/agents.json", registry)], &[]).await;
    let info = town.started("ash", json!({ "agent": "plain" })).await;
    for name in leaks {
        assert_eq!(town.variable(&info, name), (None, None), "{name}");
    }
    // It is the agent itself that runs, and what the server knows is as it was.
    assert_eq!(town.tmux.run(&["show-environment", "-g", "CLAUDECODE"]), "CLAUDECODE=leaked");
    let later = ["new-window", "-d", "-P", "-F", "#{pane_pid}", "-t", "=gt-shop-ash:", "cat"];
    let later = json!({ "pid": town.tmux.run(&later).parse::<u64>().unwrap() });
    let later = environment(&later);
    assert!(later.iter().any(|(key, _)| key == "GT_POLECAT"), "{later:?}");
    assert!(!later.iter().any(|(key, _)| leaks.contains(&key.as_str())), "{later:?}");

    let info = town.started("birch", json!({ "agent": "given" })).await;
    assert_eq!(town.variable(&info, "NODE_OPTIONS"), same("--given"));
    assert_eq!(town.variable(&info, "CLAUDECODE"), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_its_folder_in_the_agents_own_variable() {
    let accounts = json!({ "version": 1, "default": "home", "accounts": {
        "home": { "email": "a@b.invalid", "config_dir": "/srv/home account" },
        "work": { "email": "a@b.invalid", "config_dir": "~/.claude-accounts/work" } } });
    let town = Gastown::new(&[("mayor/accounts.json", accounts)], &["claude", "amp"]).await;
    let home = town.editor.home.path().to_str().unwrap().to_owned();
    let work = format!("{home}/.claude-accounts/work");
    for (polecat, options, folder) in [
        ("ash", json!({}), "/srv/home account"),
        ("birch", json!({ "account": "work" }), work.as_str()),
        ("cedar", json!({ "account": "work", "config_dir": "/x/mine" }), "/x/mine"),
        ("elm", json!({ "config_dir": "~/mine" }), format!("{home}/mine").as_str()),
        ("fig", json!({ "config_dir": home }), home.as_str()),
        ("fir", json!({ "account": "work", "cmd": agent("prompts") }), work.as_str()),
    ] {
        let info = town.started(polecat, options).await;
        assert_eq!(town.variable(&info, "CLAUDE_CONFIG_DIR"), same(folder), "{polecat}");
    }
    let info = town.started("oak", json!({ "agent": "amp" })).await;
    assert_eq!(town.variable(&info, "CLAUDE_CONFIG_DIR"), (None, None));
    for (options, part) in [
        (json!({ "account": "wrok" }), "mayor/accounts.json`: known are home, work"),
        (json!({ "account": "work", "agent": "amp" }), "`agents.amp.config_dir_env`"),
        (json!({ "config_dir": "/x", "agent": "amp" }), "`config_dir`: no variable is known"),
        (json!({ "config_dir": "" }), "`config_dir`: expected a path, got nothing"),
    ] {
        let refused = town.start("pine", with_new(options.clone())).await.unwrap_err();
        assert_eq!(refused.code, "bad_argument", "{options}: {refused:?}");
        assert!(refused.message.contains(part), "{options}: {}", refused.message);
    }
    assert!(!town.town.rig().join("polecats/pine").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn gt_account_of_the_environment_is_the_account_when_the_command_names_none() {
    let accounts = json!({ "default": "one", "accounts": {
        "one": { "config_dir": "/one" }, "two": { "config_dir": "/two" } } });
    let town = Gastown::new(&[("mayor/accounts.json", accounts)], &["claude"]).await;
    town.editor.lua("vim.env.GT_ACCOUNT = 'two'", Json::Null).await.unwrap();
    let info = town.started("ash", json!({})).await;
    assert_eq!(town.variable(&info, "CLAUDE_CONFIG_DIR"), same("/two"));
    let info = town.started("birch", json!({ "account": "one" })).await;
    assert_eq!(town.variable(&info, "CLAUDE_CONFIG_DIR"), same("/one"));
    town.write("mayor/accounts.json", "{}");
    let refused = town.start("ash", with_new(json!({}))).await.unwrap_err();
    assert_eq!(refused.code, "bad_argument", "{refused:?}");
    assert!(refused.message.contains("GT_ACCOUNT of the environment"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_accounts_there_is_none_to_name() {
    let town = Gastown::new(&[], &["claude"]).await;
    town.editor.lua("vim.env.GT_ACCOUNT = 'two'", Json::Null).await.unwrap();
    let info = town.started("ash", json!({})).await;
    assert_eq!(town.variable(&info, "CLAUDE_CONFIG_DIR"), (None, None));
    let refused = town.start("birch", with_new(json!({ "account": "x" }))).await.unwrap_err();
    assert_eq!(refused.code, "bad_argument");
    assert!(refused.message.contains("mayor/accounts.json"), "{refused:?}");
    let shop = Shop::new().await;
    let options = json!({ "new": true, "account": "x", "cmd": agent("prompts") });
    let refused = shop.try_start("ash", options).await.unwrap_err();
    assert!(refused.message.contains("rig `shop` is in no town"), "{refused:?}");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_setting_refuses_the_start_before_anything_is_made() {
    for (file, text, expected) in [
        ("shop/settings/config.json", "{", "it is no JSON"),
        ("shop/settings/config.json", r#"{"agent":"clod"}"#, "`agent`: unknown agent `clod`"),
        ("shop/settings/agents.json", r#"{"agents":{"x":{"args":"-y"}}}"#, "`agents.x.args`"),
        ("settings/config.json", r#"{"default_agent":7}"#, "`default_agent`: invalid type"),
        ("settings/agents.json", "[]", "expected an object with `agents`"),
        ("mayor/accounts.json", r#"{"accounts":{"x":{}}}"#, "`accounts.x.config_dir`"),
    ] {
        let town = Gastown::new(&[], &["claude", "gt"]).await;
        town.write(file, text);
        let refused = town.start("ash", with_new(json!({}))).await.unwrap_err();
        assert_eq!(refused.code, "config_invalid", "{file} {text}: {refused:?}");
        let path = town.town.path().join(file);
        assert!(refused.message.contains(path.to_str().unwrap()), "{}", refused.message);
        assert!(refused.message.contains(expected), "{}", refused.message);
        assert!(!town.town.rig().join("polecats/ash").exists());
        assert!(!town.hooks().exists());
        assert!(town.tmux.try_run(&["has-session", "-t", "=gt-shop-ash"]).is_err());
        assert!(town.programs.path().exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_program_is_missed_before_its_polecat_is_made() {
    let shop = Shop::new().await;
    let options = json!({ "new": true, "cmd": "no-such-agent" });
    let refused = shop.try_start("ash", options).await.unwrap_err();
    assert_eq!(refused.code, "command_not_found");
    assert!(!shop.project.home().join("polecats").exists());
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_of_a_town_are_completed() {
    let registry = json!({ "agents": { "of-the-town": { "command": "x" } } });
    let town = Gastown::new(&[("settings/agents.json", registry)], &[]).await;
    let code = "return vim.fn.getcompletion('PolecatStart ash agent=of', 'cmdline')";
    crate::support::eventually("the town's agent", async || {
        let found = town.editor.lua(code, Json::Null).await.unwrap();
        let words = found.as_array().cloned().unwrap_or_default();
        if words.iter().any(|word| word.as_str().is_some_and(|word| word.ends_with("of-the-town")))
        {
            Ok(())
        } else {
            Err(found.to_string())
        }
    })
    .await;
}

fn with_new(mut options: Json) -> Json {
    options["new"] = true.into();
    options
}
