//! The hooks files of a town: where they are, what they say, and when there are none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use polecat::core::agent::{Agent, Hooks, preset, preset_names};
use polecat::core::{Gastown, Rig, RigKind, Town};
use polecat::host::{HostError, hooks};
use serde_json::Value as Json;

use super::fixtures::{Sandbox, files};

/// Where `gt` is.
const GT: &str = "/opt/bin/gt";

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

async fn ensure(rig: &Rig, agent: &Agent) -> Result<(), HostError> {
    hooks::ensure(rig, agent, Some(Path::new(GT))).await
}

fn later(rig: &Rig) -> Rig {
    let root = rig.town().unwrap().root.clone();
    let town = Town { gastown: Gastown::V0_6, ..Town::before_0_6(root) };
    Rig { kind: RigKind::Town(town), ..rig.clone() }
}

#[tokio::test]
async fn claude_is_told_to_call_gt_at_four_moments() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    ensure(&rig, &agent("claude")).await.unwrap();
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
async fn a_file_that_is_there_stays_as_it_is() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    let path = sandbox.write("town/shop/polecats/.claude/settings.json", "mine, and no JSON");
    ensure(&rig, &agent("claude")).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine, and no JSON");
    assert_eq!(mode(&path), 0o644);

    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/no/such/file", &path).unwrap();
    ensure(&rig, &agent("claude")).await.unwrap();
    assert_eq!(fs::read_link(&path).unwrap(), Path::new("/no/such/file"));
    assert_eq!(files(&sandbox.path("town/shop/polecats")), [".claude/settings.json"]);
}

#[tokio::test]
async fn of_many_at_once_one_writes_and_none_fails() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    let claude = agent("claude");
    let ensure = || ensure(&rig, &claude);
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
    hooks::ensure(&town, &agent("claude"), None).await.unwrap();
    for name in preset_names().filter(|name| !agent(name).takes_settings()) {
        ensure(&town, &agent(name)).await.unwrap();
    }
    assert_eq!(files(&sandbox.path("town/shop/polecats")), [""; 0]);
    ensure(&plain, &agent("claude")).await.unwrap();
    assert!(!plain.home.exists());
    assert_eq!(files(&sandbox.path("home")), [""; 0]);
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
        let refused = ensure(&rig, &elsewhere(dir, file)).await.unwrap_err();
        assert!(matches!(refused, HostError::Broken { .. }), "{dir} {file}: {refused:?}");
    }
    std::os::unix::fs::symlink(&home, sandbox.path("town/shop/polecats/.claude")).unwrap();
    let refused = ensure(&rig, &agent("claude")).await.unwrap_err();
    assert!(matches!(refused, HostError::Link { .. }), "{refused:?}");
    assert_eq!(files(&sandbox.path("home")), [""; 0]);
    ensure(&rig, &elsewhere(".mine", "hooks.json")).await.unwrap();
    assert_eq!(files(&sandbox.path("town/shop/polecats")), [".claude", ".mine/hooks.json"]);
}

#[tokio::test]
async fn what_we_write_is_known_in_both_gastowns_and_anything_else_is_not() {
    let sandbox = Sandbox::new();
    sandbox.town();
    let rig = sandbox.rig("town/shop").await;
    let (later, claude, gt) = (later(&rig), agent("claude"), Some(Path::new(GT)));
    let path = sandbox.path("town/shop/polecats/.claude/settings.json");
    assert_eq!(hooks::shared(&rig, &claude, gt).await.unwrap(), None);
    for of in [&rig, &later] {
        let _ = fs::remove_file(&path);
        ensure(of, &claude).await.unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("session-started") || of == &rig, "{text}");
        for reads in [&rig, &later] {
            let shared = hooks::shared(reads, &claude, gt).await.unwrap().unwrap();
            assert!(shared.known && shared.content.path == path, "{shared:?}");
        }
        fs::write(&path, text.replace("gt mail", "/tmp/gt mail")).unwrap();
        assert!(!hooks::shared(&rig, &claude, gt).await.unwrap().unwrap().known);
    }
    // One that names a program is known by that program.
    let _ = fs::remove_file(&path);
    ensure(&later, &claude).await.unwrap();
    let other = Some(Path::new("/usr/bin/gt"));
    assert!(!hooks::shared(&later, &claude, other).await.unwrap().unwrap().known);
    assert!(!hooks::shared(&later, &claude, None).await.unwrap().unwrap().known);
    // Nobody else is told of it.
    assert_eq!(hooks::shared(&later, &agent("opencode"), gt).await.unwrap(), None);
}
