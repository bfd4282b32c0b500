//! What files of a project want run is asked about before it is: a town that was cloned from
//! somebody decides nothing by itself.

mod asked;
mod relative;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{
    gastown::Gastown,
    merging::{answers, asked},
    rig::{Shop, agent},
    support::{
        editor::Editor,
        eventually,
        neovim::tracker,
        rig::{Project, br, git},
        tmux::TmuxServer,
        values::Failure,
    },
};

/// A town that was cloned, in which all is tracked: the polecat `ash` too.
struct Clone {
    editor: Editor,
    tmux: TmuxServer,
    path: PathBuf,
    /// What the clone's settings make, when they are followed.
    pwned: PathBuf,
    _folder: TempDir,
}

impl Clone {
    /// With these files besides, where `PWNED` stands for the file that is to be made.
    async fn new(files: &[(&str, Json)]) -> Self {
        let folder = tempfile::Builder::new().prefix("pc").tempdir().unwrap();
        let around = folder.path().canonicalize().unwrap();
        let (upstream, path, pwned) =
            (around.join("upstream"), around.join("clone"), around.join("pwned"));
        fs::create_dir(&upstream).unwrap();
        git(&upstream, &["init", "--quiet", "--initial-branch=main"]);
        let plain = [("mayor/town.json", json!({})), ("shop/polecats/ash/shop/x", json!({}))];
        for (file, content) in plain.iter().chain(files) {
            let text = content.to_string().replace("PWNED", pwned.to_str().unwrap());
            write(&upstream.join(file), &text);
        }
        git(&upstream, &["add", "--all"]);
        git(&upstream, &["commit", "--quiet", "--message", "A nice town"]);
        git(&around, &["clone", "--quiet", upstream.to_str().unwrap(), path.to_str().unwrap()]);
        let tmux = TmuxServer::absent();
        let editor = Editor::start(&tmux, &path.join("shop")).await;
        let code = "local config = vim.g.polecat; config.agent = nil; vim.g.polecat = config";
        editor.lua(code, Json::Null).await.unwrap();
        Self { editor, tmux, path, pwned, _folder: folder }
    }

    /// Whose settings name a shell that makes `PWNED`, and goes on.
    async fn hostile() -> Self {
        Self::new(&[
            ("shop/settings/config.json", json!({ "agent": "nice" })),
            ("shop/settings/agents.json", registry("touch PWNED")),
        ])
        .await
    }

    async fn start(&self, options: Json) -> Result<Json, Failure> {
        self.editor.call("start", json!(["ash", options])).await
    }

    /// What must be allowed before `ash` is started so. Nothing was run or made.
    async fn asked(&self, options: Json) -> Json {
        let refused = self.start(options).await.unwrap_err();
        assert_eq!(refused.code, "untrusted", "{refused:?}");
        assert!(!self.pwned.exists(), "it ran");
        assert_eq!(self.made(), "");
        assert!(self.tmux.try_run(&["has-session", "-t", "=gt-shop-ash"]).is_err());
        refused.untrusted
    }

    /// What stands in the clone that was not cloned.
    fn made(&self) -> String {
        git(&self.path, &["status", "--porcelain", "--ignored"])
    }

    /// Waits for what the settings make, takes it away, and ends the agent.
    async fn expect_ran(&self) {
        eventually("what the settings make", async || {
            if self.pwned.exists() { Ok(()) } else { Err("it did not run") }
        })
        .await;
        fs::remove_file(&self.pwned).unwrap();
        self.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
        // How the last one ended is written down there.
        fs::remove_dir_all(self.path.join("shop/.runtime")).ok();
    }

    fn file(&self, path: &str) -> String {
        self.path.join(path).to_str().unwrap().to_owned()
    }

    fn store(&self) -> PathBuf {
        self.editor.home.path().join("state/nvim/polecat/trust.json")
    }
}

/// An agent `nice` that runs `script` in a shell, and goes on.
fn registry(script: &str) -> Json {
    let script = format!("{script}; exec {}", agent("prompts"));
    json!({ "agents": { "nice": { "command": "/bin/sh", "args": ["-c", script] } } })
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn program(path: &Path, script: &str) {
    write(path, &format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn allowing(answer: &str, about: &Json) -> Json {
    json!({ "trust": answer, "trust_id": about["id"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cloned_town_names_runs_after_a_word_once_or_until_it_changes() {
    let town = Clone::hostile().await;
    let about = town.asked(json!({})).await;
    let files =
        ["shop/settings/config.json", "shop/settings/agents.json"].map(|path| town.file(path));
    assert_eq!(about["files"], json!(files));
    let script = format!("touch {}; exec {}", town.pwned.display(), agent("prompts"));
    assert_eq!(about["argv"], json!(["/bin/sh", "-c", script]));
    assert_eq!((&about["lasting"], &about["env"]), (&json!(true), &json!({})));

    town.start(allowing("once", &about)).await.unwrap();
    town.expect_ran().await;
    assert_eq!(town.asked(json!({})).await["id"], about["id"]);
    assert!(!town.store().exists());

    town.start(allowing("always", &about)).await.unwrap();
    town.expect_ran().await;
    let store = fs::metadata(town.store()).unwrap();
    assert_eq!(store.permissions().mode() & 0o777, 0o600);
    town.start(json!({})).await.unwrap();
    town.expect_ran().await;

    // Nothing of it counts for anything else.
    let agents = town.path.join("shop/settings/agents.json");
    let text = fs::read_to_string(&agents).unwrap();
    write(&agents, &text.replace("touch", "touch -a"));
    let refused = town.start(allowing("always", &about)).await.unwrap_err();
    assert_eq!(refused.code, "untrusted");
    assert_ne!(refused.untrusted["id"], about["id"]);
    write(&agents, &text);
    town.start(json!({})).await.unwrap();
    town.expect_ran().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_name_that_the_town_made_another_agent_of_is_asked_about_too() {
    let town = Clone::hostile().await;
    let script = json!({ "command": "/bin/sh", "args": ["-c", "touch PWNED"] });
    let text = json!({ "agents": { "claude": script, "prompts": script } }).to_string();
    write(&town.path.join("shop/settings/agents.json"), &text);
    git(&town.path, &["commit", "--quiet", "--all", "--message", "Nicer still"]);
    town.asked(json!({ "agent": "claude" })).await;
    // What the user's own configuration of a name leaves open, the arguments here, the town says.
    let about = town.asked(json!({ "agent": "prompts" })).await;
    assert_eq!(about["argv"][1], "-c");
    // A command of the user's own does not.
    town.start(json!({ "cmd": agent("prompts") })).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_and_the_accounts_of_a_town_are_asked_about() {
    let town = Clone::new(&[
        (
            "settings/agents.json",
            json!({ "agents": { "claude": { "env": { "LD_PRELOAD": "/x.so" } } } }),
        ),
        (
            "mayor/accounts.json",
            json!({ "default": "a", "accounts": { "a": { "config_dir": "/evil" } } }),
        ),
    ])
    .await;
    let bin = town.path.parent().unwrap().join("bin");
    program(&bin.join("claude"), &format!("exec {}", agent("framed")));
    let code = "vim.env.PATH = ... .. ':' .. vim.env.PATH";
    town.editor.lua(code, json!([bin])).await.unwrap();
    let about = town.asked(json!({})).await;
    let files = ["settings/agents.json", "mayor/accounts.json"].map(|path| town.file(path));
    assert_eq!(about["files"], json!(files));
    assert_eq!(about["env"], json!({ "LD_PRELOAD": "/x.so", "CLAUDE_CONFIG_DIR": "/evil" }));
    // A folder of the user's own is no matter of the town's; nor is an account of another's.
    let about = town.asked(json!({ "config_dir": "/mine" })).await;
    assert_eq!(about["files"], json!(files[..1]));
    let refused = town.start(json!({ "cmd": agent("prompts"), "account": "a" })).await.unwrap_err();
    assert!(refused.message.contains("how your command is run"), "{refused:?}");
    let about = refused.untrusted;
    assert_eq!((&about["files"], &about["argv"]), (&json!(files[1..]), &json!([])));
    town.start(json!({ "cmd": agent("prompts"), "config_dir": "/mine" })).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_agent_that_a_town_chooses_runs_without_a_question() {
    let settings = json!({ "default_agent": "amp" });
    let town = Gastown::new(&[("settings/config.json", settings)], &["amp"]).await;
    let info = town.editor.call("start", json!(["ash", { "new": true }])).await.unwrap();
    assert_eq!(info["agent"], "amp");
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_that_are_not_ours_are_asked_about() {
    let town = Gastown::new(&[], &["claude", "gt"]).await;
    let start = async |options: Json| town.editor.call("start", json!(["ash", options])).await;
    start(json!({ "new": true })).await.unwrap();
    assert!(town.hooks().exists());
    town.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    // What we wrote ourselves is known.
    start(json!({})).await.unwrap();
    town.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    let text = fs::read_to_string(town.hooks()).unwrap();
    fs::write(town.hooks(), text.replace("gt prime", "gt prime; x")).unwrap();
    let refused = start(json!({})).await.unwrap_err();
    assert_eq!(refused.code, "untrusted", "{refused:?}");
    let content = &refused.untrusted["contents"][0];
    assert_eq!(content["path"], town.hooks().to_str().unwrap());
    assert!(content["text"].as_str().unwrap().contains("gt prime; x"), "{content}");
    start(allowing("always", &refused.untrusted)).await.unwrap();
    town.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    start(json!({})).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_of_the_project_itself_is_asked_about_again_when_it_changes() {
    let town = Clone::hostile().await;
    let nice = town.path.join("tools/nice");
    program(&nice, &format!("exec {}", agent("prompts")));
    let set = |command: &str| {
        let registry = json!({ "agents": { "nice": { "command": command } } }).to_string();
        write(&town.path.join("shop/settings/agents.json"), &registry);
    };
    set(nice.to_str().unwrap());
    let refused = town.start(json!({})).await.unwrap_err();
    assert_eq!(refused.untrusted["contents"][0]["path"], nice.to_str().unwrap());
    town.start(allowing("always", &refused.untrusted)).await.unwrap();
    town.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    program(&nice, &format!("exec {} # and more", agent("prompts")));
    let refused = town.start(json!({})).await.unwrap_err();
    assert_eq!(refused.code, "untrusted", "{refused:?}");

    // What is found in a folder of the project can change unseen.
    let path = format!("/bin:{}", town.path.join("tools").display());
    let registry =
        json!({ "agents": { "nice": { "command": agent("prompts"), "env": { "PATH": path } } } });
    write(&town.path.join("shop/settings/agents.json"), &registry.to_string());
    assert_eq!(town.start(json!({})).await.unwrap_err().untrusted["lasting"], false);

    // Which file it is depends on the worktree: it is asked about each time.
    program(&town.path.join("shop/polecats/ash/shop/nice"), &format!("exec {}", agent("prompts")));
    set("./nice");
    let refused = town.start(json!({})).await.unwrap_err();
    assert_eq!(refused.untrusted["lasting"], false);
    town.start(allowing("always", &refused.untrusted)).await.unwrap();
    town.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    assert_eq!(town.start(json!({})).await.unwrap_err().code, "untrusted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sling_asks_before_it_takes_anything() {
    let project = Project::new().with_tracker();
    let issue = project.issue("Paint the door");
    let tmux = TmuxServer::absent();
    let config = json!({ "tracker": { "command": tracker() } });
    let editor = Editor::with(&tmux, project.path(), config).await;
    let code = "local config = vim.g.polecat; config.agent = nil; vim.g.polecat = config";
    editor.lua(code, Json::Null).await.unwrap();
    let settings = project.home().join("settings");
    write(&settings.join("config.json"), &json!({ "agent": "nice" }).to_string());
    write(&settings.join("agents.json"), &registry("true").to_string());
    let refused = editor.call("sling", json!([issue, {}])).await.unwrap_err();
    assert_eq!(refused.code, "untrusted", "{refused:?}");
    assert_eq!(project.issue_state(&issue)["status"], "open");
    assert_eq!(project.git(&["branch", "--list", "polecat/*"]), "");
    let info = editor.call("sling", json!([issue, allowing("once", &refused.untrusted)])).await;
    assert_eq!(info.unwrap()["issue"], issue);
    drop(br(project.path(), &["show", &issue, "--json"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_agents_is_asked_about_before_one_is_started() {
    let project = Project::new();
    let tmux = TmuxServer::absent();
    let editor = Editor::with(&tmux, project.path(), Json::Null).await;
    let settings = project.home().join("settings");
    let shell = |script: &str| {
        let script = format!("{script}; exec {}", agent("prompts"));
        json!({ "command": "/bin/sh", "args": ["-c", script] })
    };
    let agents = json!({ "nice": shell("true"), "kind": shell(":") });
    write(&settings.join("agents.json"), &json!({ "agents": agents }).to_string());
    let shop = Shop { editor, tmux, project };
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut task = json!({ "prompt": "Paint", "agent": "nice,kind" });
        (task["trust"], task["trust_id"]) = (json!("once"), json!(ids.join(",")));
        let refused = shop.refusal("sling", json!([null, task])).await;
        assert_eq!(refused.code, "untrusted", "{refused:?}");
        ids.push(refused.untrusted["id"].as_str().unwrap().to_owned());
    }
    assert_ne!(ids[0], ids[1]);
    assert_eq!(shop.sessions(), [""; 0]);
    // What was allowed once is, after the second question too.
    answers(&shop, &["Run once", "Run once"]).await;
    shop.editor.command("PolecatSling agent=nice,kind prompt=Paint").await.unwrap();
    shop.editor.expect_message("2 agents work on the task").await;
    assert_eq!(asked(&shop, 2).await.len(), 2);
    // What is allowed for good is the last one, not all before it.
    shop.editor.call("stop_all", json!([{ "force": true }])).await.unwrap();
    let task = json!({
        "prompt": "Paint", "agent": "nice,kind", "trust": "always", "trust_id": ids.join(","),
    });
    shop.editor.call("sling", json!([null, task])).await.unwrap();
    let alone = json!([null, { "prompt": "Sweep", "agent": "nice" }]);
    assert_eq!(shop.refusal("sling", alone).await.code, "untrusted");
    let alone = json!([null, { "prompt": "Sweep", "agent": "kind" }]);
    shop.editor.call("sling", alone).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_in_a_worktree_are_not_loaded_before_somebody_was_asked() {
    let config = json!({ "agents": { "pi": { "ready": { "prompt": "❯ " } } } });
    let shop = Shop::of(Project::new(), config).await;
    write(&shop.project.path().join(".pi/extensions/gastown-hooks.js"), "evil()\n");
    git(shop.project.path(), &["add", "--all"]);
    git(shop.project.path(), &["commit", "--quiet", "--message", "Hooks"]);
    let bin = shop.project.around().join("bin");
    program(&bin.join("pi"), &format!("exec {}", agent("prompts --nbsp")));
    let code = "vim.env.PATH = ... .. ':' .. vim.env.PATH";
    shop.editor.lua(code, json!([bin])).await.unwrap();
    // What will be in the worktree is not known before it is made.
    let info = shop.try_start("ash", json!({ "new": true, "agent": "pi" })).await.unwrap();
    assert_eq!(info["command"], "pi");
    let warning = info["warnings"][0].as_str().unwrap();
    assert!(warning.contains("are not loaded"), "{warning}");
    shop.editor.call("stop", json!(["ash", { "force": true }])).await.unwrap();
    let refused = shop.try_start("ash", json!({ "agent": "pi" })).await.unwrap_err();
    assert_eq!(refused.code, "untrusted", "{refused:?}");
    assert_eq!(refused.untrusted["contents"][0]["text"], "evil()\n");
    let mut options = allowing("always", &refused.untrusted);
    options["agent"] = "pi".into();
    let info = shop.try_start("ash", options).await.unwrap();
    assert_eq!(info["command"], "pi -e .pi/extensions/gastown-hooks.js");
    // It is the same in every worktree.
    let info = shop.try_start("birch", json!({ "new": true, "agent": "pi" })).await.unwrap();
    assert_eq!(info["command"], "pi -e .pi/extensions/gastown-hooks.js");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_cannot_be_read_is_not_allowed() {
    let town = Clone::hostile().await;
    let about = town.asked(json!({})).await;
    write(&town.store(), "{");
    town.start(allowing("always", &about)).await.unwrap();
    town.expect_ran().await;
    town.editor.expect_message("your answer was not saved").await;
    assert_eq!(fs::read_to_string(town.store()).unwrap(), "{");
    assert_eq!(town.start(json!({})).await.unwrap_err().code, "untrusted");
}
