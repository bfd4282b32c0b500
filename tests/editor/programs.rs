//! Agents that are known by what runs, whatever started it.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use serde_json::json;

use crate::{
    rig::Shop,
    support::{eventually_equal, rig::Project},
};

/// A program that draws something and stays.
const STAYS: &str =
    "#!/usr/bin/env python3\nimport sys\nprint('here', flush=True)\nsys.stdin.read()\n";

/// Makes `file` such a program.
fn program(file: &Path) {
    fs::create_dir_all(file.parent().expect("it is in a folder")).unwrap();
    fs::write(file, STAYS).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_known_by_what_runs_whatever_started_it() {
    let bin = tempfile::Builder::new().prefix("pa").tempdir().unwrap();
    let at = |name: &str| bin.path().join(name).display().to_string();
    for name in ["claude", "codex", "aider", "vibe", "openhands", "mine"] {
        program(Path::new(&at(name)));
    }
    for package in ["@qwen-code/qwen-code", "@github/copilot", "@google/gemini-cli"] {
        program(Path::new(&at(&format!("node_modules/{package}/cli.js"))));
    }
    // A real node need not be here; its processes have this name.
    let node = at("node");
    std::os::unix::fs::symlink("/usr/bin/python3", &node).unwrap();
    let js = |package: &str| format!("{node} {}/{package}/cli.js", at("node_modules"));
    let config =
        json!({ "agents": { "own": { "command": at("mine"), "process_names": ["mine"] } } });
    let shop = Shop::of(Project::new(), config).await;
    let cases = [
        ("env", "claude", format!("env X=1 {}", at("claude"))),
        ("nice", "codex", format!("nice -n 5 {}", at("codex"))),
        ("variable", "codex", format!("A=1 {}", at("codex"))),
        ("own", "own", format!("nice {} --x", at("mine"))),
        ("own2", "own", format!("cd . && {}", at("mine"))),
        ("shell", "claude", format!("cd . && {}", at("claude"))),
        ("aider", "aider", format!("cd . && python3 {}", at("aider"))),
        ("vibe", "vibe", format!("cd . && {}", at("vibe"))),
        ("openhands", "openhands", format!("cd . && {}", at("openhands"))),
        ("qwen", "qwen", format!("cd . && {}", js("@qwen-code/qwen-code"))),
        ("copilot", "copilot", format!("cd . && {}", js("@github/copilot"))),
        ("gemini", "gemini", format!("cd . && {}", js("@google/gemini-cli"))),
        ("nobody", "cmd", "cd . && sleep 300".to_owned()),
    ];
    shop.editor.nvim.command("split polecat://status").await.unwrap();
    for (polecat, _, command) in &cases {
        // A start waits for a prompt that none of them has.
        drop(shop.editor.ask("start", json!([polecat, { "new": true, "cmd": command }])).await);
    }
    let mut expected: Vec<_> =
        cases.iter().map(|(polecat, agent, _)| json!([polecat, agent])).collect();
    expected.sort_by_key(ToString::to_string);
    eventually_equal(json!(expected), async || {
        let listed = shop.editor.call("list", json!(null)).await.unwrap();
        let mut agents: Vec<_> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|info| json!([info["polecat"], info["agent"]]))
            .collect();
        agents.sort_by_key(ToString::to_string);
        json!(agents)
    })
    .await;
}
