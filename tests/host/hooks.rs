//! The hooks files of a town: where they are, what they say, and when there are none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use polecat::core::agent::{Agent, Hooks, preset, preset_names};
use polecat::host::{HostError, hooks};
use serde_json::Value as Json;

use super::fixtures::{Sandbox, files};

fn agent(name: &str) -> Agent {
    preset(name).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn elsewhere(dir: &str, file: &str) -> Agent {
    let hooks = Hooks { provider: "claude".into(), dir: dir.into(), file: file.into() };
    Agent { hooks: Some(hooks), ..agent("claude") }
}

#[tokio::test]
async fn claude_is_told_to_call_gt_at_four_moments() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    hooks::ensure(&rig, &agent("claude"), true).await.unwrap();
    let path = sandbox.path("town/shop/polecats/.claude/settings.json");
    assert_eq!(mode(&path), 0o600);
    let written: Json = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(written["enabledPlugins"]["beads@beads-marketplace"], false);
    let events = written["hooks"].as_object().unwrap();
    assert_eq!(events.len(), 4);
    for (event, command) in [
        ("SessionStart", "gt prime && gt mail check --inject && gt nudge deacon session-started"),
        ("PreCompact", "gt prime"),
        ("UserPromptSubmit", "gt mail check --inject"),
        ("Stop", "gt costs record"),
    ] {
        let hook = &events[event][0];
        assert_eq!(hook["matcher"], "");
        assert_eq!(hook["hooks"][0]["type"], "command");
        assert_eq!(
            hook["hooks"][0]["command"],
            format!(r#"export PATH="$HOME/go/bin:$HOME/bin:$PATH" && {command}"#)
        );
    }
    assert_eq!(files(&sandbox.path("town/shop/polecats")), [".claude/settings.json"]);
    let clone = sandbox.path("town/shop/mayor/rig");
    assert_eq!(sandbox.git(&clone, &["status", "--porcelain"]), "");
}

#[tokio::test]
async fn opencode_gets_a_plugin_that_calls_gt_when_its_session_is_there() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    hooks::ensure(&rig, &agent("opencode"), true).await.unwrap();
    let path = sandbox.path("town/shop/polecats/.opencode/plugin/gastown.js");
    assert_eq!(mode(&path), 0o644);
    let text = fs::read_to_string(path).unwrap();
    for part in
        ["session.created", "gt prime", "gt mail check --inject", "gt nudge deacon session-started"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_file_that_is_there_stays_as_it_is() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    let path = sandbox.write("town/shop/polecats/.claude/settings.json", "mine, and no JSON");
    hooks::ensure(&rig, &agent("claude"), true).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine, and no JSON");
    assert_eq!(mode(&path), 0o644);

    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/no/such/file", &path).unwrap();
    hooks::ensure(&rig, &agent("claude"), true).await.unwrap();
    assert_eq!(fs::read_link(&path).unwrap(), Path::new("/no/such/file"));
    assert_eq!(files(&sandbox.path("town/shop/polecats")), [".claude/settings.json"]);
}

#[tokio::test]
async fn of_many_at_once_one_writes_and_none_fails() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    let claude = agent("claude");
    let ensure = || hooks::ensure(&rig, &claude, true);
    for done in [tokio::join!(ensure(), ensure()), tokio::join!(ensure(), ensure())] {
        done.0.unwrap();
        done.1.unwrap();
    }
    assert_eq!(files(&sandbox.path("town/shop/polecats")), [".claude/settings.json"]);
}

#[tokio::test]
async fn nothing_is_written_without_a_town_without_gt_or_for_other_agents() {
    let sandbox = Sandbox::new();
    sandbox.town();
    sandbox.repository("plain");
    let (town, plain) = (sandbox.rig("town/shop").await, sandbox.rig("plain").await);
    hooks::ensure(&town, &agent("claude"), false).await.unwrap();
    for name in ["codex", "gemini", "pi", "copilot"] {
        hooks::ensure(&town, &agent(name), true).await.unwrap();
    }
    assert_eq!(files(&sandbox.path("town/shop/polecats")), [""; 0]);
    hooks::ensure(&plain, &agent("claude"), true).await.unwrap();
    assert!(!plain.home.exists());
    assert_eq!(files(&sandbox.path("home")), [""; 0]);
}

#[tokio::test]
async fn an_agent_calls_gt_where_a_file_is_written_for_it_and_only_there() {
    for name in preset_names() {
        let sandbox = Sandbox::new();
        sandbox.town();
        let rig = sandbox.rig("town/shop").await;
        hooks::ensure(&rig, &agent(name), true).await.unwrap();
        let written = !files(&sandbox.path("town/shop/polecats")).is_empty();
        assert_eq!(agent(name).calls_gt(), written, "{name}");
    }
}

#[tokio::test]
async fn settings_cannot_put_the_file_into_a_worktree_or_out_of_the_rig() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    let home = sandbox.path("home").to_string_lossy().into_owned();
    for (dir, file) in [
        (home.as_str(), "x"),
        ("..", "x"),
        ("../.claude", "x"),
        (".claude/../..", "x"),
        ("ash/shop/.claude", "x"),
        ("", "x"),
        (".claude", ""),
        (".claude", "../../x"),
        (".claude", "/x"),
    ] {
        let refused = hooks::ensure(&rig, &elsewhere(dir, file), true).await.unwrap_err();
        assert!(matches!(refused, HostError::Broken { .. }), "{dir} {file}: {refused:?}");
    }
    std::os::unix::fs::symlink(&home, sandbox.path("town/shop/polecats/.claude")).unwrap();
    let refused = hooks::ensure(&rig, &agent("claude"), true).await.unwrap_err();
    assert!(matches!(refused, HostError::Link { .. }), "{refused:?}");
    assert_eq!(files(&sandbox.path("home")), [""; 0]);
    hooks::ensure(&rig, &elsewhere(".mine", "hooks.json"), true).await.unwrap();
    assert_eq!(files(&sandbox.path("town/shop/polecats")), [".claude", ".mine/hooks.json"]);
}
