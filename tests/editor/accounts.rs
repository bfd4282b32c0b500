//! Whose account an agent uses: a folder, in the agent's own variable.

use serde_json::{Value as Json, json};

use crate::{
    gastown::{Gastown, same, with_new},
    rig::{Shop, agent},
    support::eventually_equal,
};

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
        (json!({ "account": "wrok" }), "mayor/accounts.json`; known: home, work"),
        (json!({ "account": "work", "agent": "amp" }), "`agents.amp.config_dir_env`"),
        (json!({ "config_dir": "/x", "agent": "amp" }), "`config_dir`: no variable is known"),
        (json!({ "config_dir": "" }), "`config_dir`: expected a path, got nothing"),
    ] {
        let refused = town.start("pine", with_new(options.clone())).await.unwrap_err();
        assert_eq!(refused.code, "bad_argument", "{options}: {refused:?}");
        assert!(refused.message.contains(part), "{options}: {}", refused.message);
    }
    assert!(!town.town.rig().join("polecats/pine").exists());
    let accounts = async || {
        let code = "return vim.fn.getcompletion('PolecatStart pine account=', 'cmdline')";
        town.editor.lua(code, Json::Null).await.unwrap()
    };
    eventually_equal(json!(["account=home", "account=work"]), accounts).await;
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
    let refused = town.start("cedar", with_new(json!({}))).await.unwrap_err();
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
    assert!(refused.message.contains("rig `shop` is not in a town"), "{refused:?}");
}
