//! gastown's settings files as a town has them, and as they must not be.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use polecat::core::agent::{preset, preset_names};
use polecat::host::{HostError, settings};

use super::fixtures::Sandbox;

#[tokio::test]
async fn the_files_of_rig_and_town_are_read_and_absent_ones_say_nothing() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    let absent = settings::agents(&rig).await.unwrap();
    assert!(absent.rig.is_none() && absent.town.is_none() && absent.town_agents.is_none());
    assert!(settings::accounts(&rig).await.unwrap().is_none());

    sandbox.write("town/shop/settings/config.json", r#"{"agent":"one","agent":"mine"}"#);
    sandbox.write("town/settings/agents.json", r#"{"agents":{"mine":{"command":"my-agent"}}}"#);
    let sources = settings::agents(&rig).await.unwrap();
    let resolved = sources.resolve(None, &|_| true).unwrap();
    assert_eq!(resolved.agent.argv(), ["my-agent"]);
}

#[tokio::test]
async fn a_plain_repository_has_settings_of_its_own_and_no_accounts() {
    let sandbox = Sandbox::new();
    sandbox.repository("shop");
    sandbox.write("settings/config.json", r#"{"default_agent":"gemini"}"#);
    sandbox.write("mayor/accounts.json", "broken");
    let rig = sandbox.rig("shop").await;
    let agent = |sources: polecat::core::settings::Sources| {
        sources.resolve(None, &|_| true).unwrap().agent.name
    };
    assert_eq!(agent(settings::agents(&rig).await.unwrap()), "claude");
    assert!(settings::accounts(&rig).await.unwrap().is_none());
    assert_eq!(settings::accounts_path(&rig), None);
    sandbox.write("shop/.git/polecat/settings/config.json", r#"{"agent":"amp"}"#);
    assert_eq!(agent(settings::agents(&rig).await.unwrap()), "amp");
}

/// A file as gastown a8bd79bf8 writes it, with every key that it knows.
fn written(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/host/gastown_files");
    fs::read_to_string(folder.join(name)).unwrap()
}

#[tokio::test]
async fn files_with_every_key_of_a_later_gastown_are_read() {
    let sandbox = Sandbox::new();
    sandbox.town();
    for (file, name) in [
        ("settings/config.json", "town.json"),
        ("settings/agents.json", "agents.json"),
        ("mayor/rigs.json", "rigs.json"),
        ("mayor/accounts.json", "accounts.json"),
        ("shop/config.json", "config.json"),
        ("shop/settings/config.json", "rig.json"),
        ("shop/settings/agents.json", "agents.json"),
    ] {
        sandbox.write(&format!("town/{file}"), &written(name));
    }
    let rig = sandbox.rig("town/shop").await;
    let sources = settings::agents(&rig).await.unwrap();
    let argv = |asked| {
        let resolved = sources.resolve(asked, &|_| true).unwrap();
        assert_eq!(resolved.warnings, [""; 0], "{asked:?}");
        resolved.agent.argv().join(" ")
    };
    // What its tier `budget` says of the role.
    assert_eq!(argv(None), "claude --dangerously-skip-permissions --model sonnet[1m]");
    assert_eq!(argv(Some("x")), "x claude x");
    assert_eq!(argv(Some("full")), "my-agent x");
    // Its own table of agents says nothing new of them.
    for name in preset_names().filter(|name| !["pi", "omp"].contains(name)) {
        let (own, agent) = (preset(name).unwrap(), sources.resolve(Some(name), &|_| true).unwrap());
        assert_eq!(agent.agent.argv(), own.argv(), "{name}");
        assert_eq!(agent.agent.env, own.env, "{name}");
        let as_it_is =
            ["amp", "codex"].contains(&name) || agent.agent.prompt_mode == own.prompt_mode;
        assert!(as_it_is, "{name}: {:?}", agent.agent.prompt_mode);
    }
    let accounts = settings::accounts(&rig).await.unwrap().unwrap();
    let home = Path::new("/home/ada");
    let folder = home.join(".claude-accounts/work");
    assert_eq!(accounts.default_folder(Some(home)), Some(folder));
    // What `gt rig add` writes.
    sandbox.write("town/shop/settings/config.json", &written("rig-default.json"));
    assert!(settings::agents(&rig).await.unwrap().rig.is_some());
}

#[tokio::test]
async fn every_broken_file_is_named_with_the_key_and_what_was_expected() {
    const RIG: &str = "shop/settings/config.json";
    const RIG_AGENTS: &str = "shop/settings/agents.json";
    const TOWN: &str = "settings/config.json";
    const TOWN_AGENTS: &str = "settings/agents.json";
    const ACCOUNTS: &str = "mayor/accounts.json";
    for (file, text, expected) in [
        (RIG, "{ \"agent\": ", "it is not JSON: EOF while parsing a value at line 1 column 11"),
        (RIG, "", "it is not JSON: EOF while parsing a value at line 1 column 0"),
        (RIG, "{} {}", "it is not JSON: trailing characters at line 1 column 4"),
        (RIG, "[]", "expected an object, the settings of a rig"),
        (RIG, "\"x\"", "expected an object, the settings of a rig"),
        (RIG, r#"{"agent":3}"#, "`agent`: invalid type: integer `3`, expected a string"),
        (RIG, r#"{"type":"town-settings"}"#, "`type`: it is `town-settings`, expected `rig-set"),
        (RIG, r#"{"version":"1"}"#, "`version`: invalid type: string \"1\", expected a whole n"),
        (RIG, r#"{"merge_queue":[]}"#, "`merge_queue`: invalid type: sequence, expected an object"),
        (RIG, r#"{"role_agents":{"polecat":1}}"#, "`role_agents.polecat`: invalid type: integer"),
        (
            RIG,
            r#"{"runtime":{"tmux":{"ready_delay_ms":1.5}}}"#,
            "`runtime.tmux.ready_delay_ms`: invalid type: floating point `1.5`, expected a whole",
        ),
        (
            RIG,
            r#"{"runtime":{"prompt_mode":["arg"]}}"#,
            "`runtime.prompt_mode`: invalid type: sequence, expected a string",
        ),
        (
            RIG_AGENTS,
            r#"{"agents":{"mine":{"args":["-a",1]}}}"#,
            "`agents.mine.args[1]`: invalid type: integer `1`, expected a string",
        ),
        (
            RIG_AGENTS,
            r#"{"agents":{"mine":{"resume_style":1}}}"#,
            "`agents.mine.resume_style`: invalid type: integer `1`, expected a string",
        ),
        (TOWN, r#"{"default_agent":{}}"#, "`default_agent`: invalid type: map, expected a string"),
        (
            TOWN,
            r#"{"agents":{"mine":"claude"}}"#,
            "`agents.mine`: invalid type: string \"claude\", expected an object that describes",
        ),
        (
            TOWN_AGENTS,
            r#"{"agents":{"mine":{"env":{"A":1}}}}"#,
            "`agents.mine.env.A`: invalid type: integer `1`, expected a string",
        ),
        (TOWN_AGENTS, r#"{"agents":[]}"#, "`agents`: invalid type: sequence, expected a map"),
        (RIG, r#"{"runtime":["claude"]}"#, "`runtime`: invalid type: sequence, expected an object"),
        (ACCOUNTS, "{", "it is not JSON"),
        (ACCOUNTS, r#"{"accounts":{"a":{}}}"#, "`accounts.a.config_dir`: it is missing, expected"),
        (ACCOUNTS, r#"{"accounts":{"a":"/x"}}"#, "`accounts.a`: invalid type: string \"/x\""),
    ] {
        let sandbox = Sandbox::new();
        sandbox.town();
        let rig = sandbox.rig("town/shop").await;
        let path = sandbox.write(&format!("town/{file}"), text);
        let refused = match file {
            ACCOUNTS => settings::accounts(&rig).await.map(drop),
            _ => settings::agents(&rig).await.map(drop),
        };
        let error = refused.unwrap_err();
        assert!(matches!(error, HostError::Broken { .. }), "{error:?}");
        let error = error.to_string();
        let start = format!("`{}` is broken: ", path.display());
        assert!(error.starts_with(&start), "{error}");
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_taken_for_absent() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    let refused = async || settings::agents(&rig).await.unwrap_err().to_string();

    let path = sandbox.folder("town/shop/settings/config.json");
    assert_eq!(refused().await, format!("`{}` is broken: it is not a file", path.display()));
    fs::remove_dir(&path).unwrap();

    // Opening a pipe would wait for somebody to write into it.
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
    assert_eq!(refused().await, format!("`{}` is broken: it is not a file", path.display()));
    fs::remove_file(&path).unwrap();

    fs::write(&path, b"{\"agent\": \"\xff\"}").unwrap();
    assert_eq!(refused().await, format!("`{}` is broken: it is not UTF-8", path.display()));

    std::os::unix::fs::symlink(&path, path.with_extension("new")).unwrap();
    fs::rename(path.with_extension("new"), &path).unwrap();
    assert!(refused().await.starts_with(&format!("cannot read `{}`", path.display())));
    fs::remove_file(&path).unwrap();

    fs::write(&path, "{}").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
    // Nothing is unreadable to root.
    if fs::read(&path).is_err() {
        assert!(refused().await.starts_with(&format!("cannot read `{}`", path.display())));
    }
}
