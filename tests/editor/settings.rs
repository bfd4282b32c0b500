//! What a town's settings and the configuration make of a start: which agent, with which
//! environment.

use serde_json::{Value as Json, json};

use crate::{
    gastown::{Gastown, environment, same, with_new},
    rig::{Shop, agent},
    support::{eventually, rig::Project, tmux::TmuxServer},
};

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
    let later = eventually("the new pane's program", async || {
        let seen = environment(&later);
        let begun = seen.iter().any(|(key, _)| key == "GT_POLECAT");
        if begun { Ok(seen) } else { Err(format!("{seen:?}")) }
    })
    .await;
    assert!(!later.iter().any(|(key, _)| leaks.contains(&key.as_str())), "{later:?}");

    let info = town.started("birch", json!({ "agent": "given" })).await;
    assert_eq!(town.variable(&info, "NODE_OPTIONS"), same("--given"));
    assert_eq!(town.variable(&info, "CLAUDECODE"), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_setting_refuses_the_start_before_anything_is_made() {
    for (file, text, expected) in [
        ("shop/settings/config.json", "{", "it is not JSON"),
        ("shop/settings/config.json", r#"{"version":2}"#, "`version`: it is 2, expected at most 1"),
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
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_nothing_defines_is_claude_where_a_town_names_it_and_an_error_else() {
    let files = [
        ("settings/config.json", json!({ "default_agent": "clod" })),
        (
            "mayor/accounts.json",
            json!({ "default": "me", "accounts": { "a": { "config_dir": "/a" } } }),
        ),
    ];
    let town = Gastown::new(&files, &["claude", "gt"]).await;
    let info = town.started("ash", json!({})).await;
    assert_eq!(info["agent"], "claude");
    assert_eq!(town.variable(&info, "CLAUDE_CONFIG_DIR"), (None, None));
    let warnings = info["warnings"].to_string();
    for part in [
        "`default_agent` of",
        "settings/config.json` is `clod`, an unknown agent: claude is used",
        "`default` of",
        "mayor/accounts.json` is `me`, which is not an account",
    ] {
        assert!(warnings.contains(part), "{part}: {warnings}");
    }
    let refused = town.start("birch", with_new(json!({ "agent": "clod" }))).await.unwrap_err();
    assert_eq!(refused.code, "bad_argument", "{refused:?}");
    assert!(refused.message.starts_with("unknown agent `clod`"), "{refused:?}");
    town.editor
        .lua(
            "vim.g.polecat = vim.tbl_extend('force', vim.g.polecat, { agent = 'clod' })",
            Json::Null,
        )
        .await
        .unwrap();
    let refused = town.start("birch", with_new(json!({}))).await.unwrap_err();
    assert_eq!(refused.code, "config_invalid", "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrapper_of_the_rig_is_asked_about_and_then_whatever_runs_in_it_runs_in_it() {
    let runtime = json!({ "exec_wrapper": ["env", "IN_BOX=yes"] });
    let files = [(
        "shop/settings/config.json",
        json!({ "runtime": runtime, "role_agents": { "polecat": "claude" } }),
    )];
    let town = Gastown::new(&files, &["claude", "gt"]).await;
    let refused = town.editor.call("start", json!(["ash", { "new": true }])).await.unwrap_err();
    assert_eq!(refused.code, "untrusted", "{refused:?}");
    let argv = ["env", "IN_BOX=yes", "claude", "--dangerously-skip-permissions"];
    assert_eq!(refused.untrusted["argv"], json!(argv), "{refused:?}");
    assert!(!town.town.rig().join("polecats/ash").exists());
    let info = town.started("ash", json!({})).await;
    assert_eq!(town.variable(&info, "IN_BOX").0.as_deref(), Some("yes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_program_is_missed_before_its_polecat_is_made() {
    let shop = Shop::new().await;
    let options = json!({ "new": true, "cmd": "no-such-agent" });
    let refused = shop.try_start("ash", options).await.unwrap_err();
    assert_eq!(refused.code, "command_not_found");
    assert!(!shop.project.polecats().exists());
    assert_eq!(shop.project.git(&["branch", "--list", "polecat/*"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_of_a_town_are_completed() {
    let registry = json!({ "agents": { "of-the-town": { "command": "x" } } });
    let town = Gastown::new(&[("settings/agents.json", registry)], &[]).await;
    let code = "return vim.fn.getcompletion('PolecatStart ash agent=of', 'cmdline')";
    eventually("the town's agent", async || {
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

#[tokio::test(flavor = "multi_thread")]
async fn what_the_configuration_says_of_an_agent_is_checked_key_by_key() {
    let mine = |agent: Json| json!({ "agents": { "mine": agent } });
    for (config, part) in [
        (json!({ "dialogs": "never" }), "`dialogs`: expected one of accept, ask"),
        (mine(json!({ "prompt_mode": "stdin" })), "`agents.mine.prompt_mode`: expected `arg`"),
        (mine(json!({ "settle_ms": -1 })), "`agents.mine.settle_ms`: expected a whole number"),
        (mine(json!({ "hooks": { "fle": "x" } })), "`agents.mine.hooks.fle` is not known"),
        (mine(json!({ "resume": "--resume" })), "`agents.mine.resume`: expected a table"),
        (mine(json!({ "dialogs": "accept" })), "`agents.mine.dialogs`: expected a list of tables"),
        (
            mine(json!({ "dialogs": [{ "press": ["Enter"] }] })),
            "`agents.mine.dialogs[1]`: expected what it shows",
        ),
        (
            mine(json!({ "screen": { "layout": "round", "markers": [">>"], "colour": 1 } })),
            "`agents.mine.screen.layout`: expected one of ruled, ruled_or_boxed",
        ),
        (
            mine(json!({ "screen": { "markers": [">>"], "colour": 1 } })),
            "`agents.mine.screen.colour` is not known",
        ),
    ] {
        let shop = Shop::of(Project::new(), config.clone()).await;
        let refused = shop.refusal("list", json!([])).await;
        assert_eq!(refused.code, "config_invalid", "{config}: {refused:?}");
        assert!(refused.message.contains(part), "{config}: {}", refused.message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_added_by_configuration_alone() {
    let program = agent("prompts");
    let config = json!({ "dialogs": "ask", "agents": { "mine": {
        "preset": "claude", "command": program, "args": ["--nbsp"], "env": {}, "settle_ms": 10,
        "process_names": ["python3"], "prompt_mode": "none", "config_dir_env": "MY_HOME",
        "session_id_env": "MY_ID", "instructions": "RULES.md",
        "hooks": { "provider": "none" }, "resume": { "flag": "--again" },
        "ready": { "prompt": "❯ ", "delay_ms": 1000 },
        "dialogs": [{ "text": "Go on?", "press": ["Enter"], "selected": "Yes", "reason": "trust" }] } } });
    let shop = Shop::of(Project::new(), config).await;
    let options = json!({ "new": true, "agent": "mine", "config_dir": "/x" });
    let info = shop.try_start("ash", options).await.unwrap();
    assert_eq!(info["agent"], "mine");
    let environment = environment(&info);
    for (name, value) in [("MY_HOME", "/x"), ("GT_SESSION_ID_ENV", "MY_ID")] {
        assert!(environment.contains(&(name.to_owned(), value.to_owned())), "{environment:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_the_rigs_agent_and_names_a_broken_file() {
    let town = Gastown::new(&[("shop/settings/config.json", json!({ "agent": "amp" }))], &[]).await;
    let health = async || {
        town.editor.command("checkhealth polecat").await.unwrap();
        let code = "return vim.api.nvim_buf_get_lines(0, 0, -1, false)";
        town.editor.lua(code, Json::Null).await.unwrap().to_string()
    };
    let told = health().await;
    assert!(told.contains("the agent of this rig: amp"), "{told}");
    town.write("shop/settings/config.json", "{");
    let told = health().await;
    assert!(told.contains("shop/settings/config.json` is broken: it is not JSON"), "{told}");
}
