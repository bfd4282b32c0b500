//! Sessions that gastown started: known by their own tables whatever they are called, and told,
//! worked on and ended as ours.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::{gastown::Gastown, rig::agent, support::eventually};

/// Which gastown starts a session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gt {
    /// 527b7ce79: the command at once, then the table, variable by variable.
    V0_5,
    /// a8bd79bf8: a shell with the table, then the command in its place.
    V0_6,
}

/// A town with a polecat `ash`, whose sessions gastown starts.
pub(crate) struct Field {
    pub(crate) gastown: Gastown,
    stubs: TempDir,
}

impl Field {
    pub(crate) async fn new() -> Self {
        Self::of(&[]).await
    }

    pub(crate) async fn of(files: &[(&str, Json)]) -> Self {
        let gastown = Gastown::new(files, &[]).await;
        let stubs = tempfile::Builder::new().prefix("ps").tempdir().unwrap();
        let field = Self { gastown, stubs };
        field.call("new", json!(["ash"])).await;
        field
    }

    pub(crate) async fn call(&self, method: &str, args: Json) -> Json {
        let answer = self.gastown.editor.call(method, args.clone()).await;
        answer.unwrap_or_else(|failure| panic!("{method} {args}: {failure:?}"))
    }

    /// Starts `command` as gastown does, in a session of that name.
    pub(crate) fn start(
        &self,
        gt: Gt,
        name: &str,
        polecat: &str,
        command: &str,
        more: &[(&str, &str)],
    ) {
        let root = self.gastown.town.path().to_str().unwrap();
        let role = match gt {
            Gt::V0_5 => "polecat".to_owned(),
            Gt::V0_6 => format!("shop/polecats/{polecat}"),
        };
        let usual =
            [("GT_ROLE", &*role), ("GT_RIG", "shop"), ("GT_POLECAT", polecat), ("GT_ROOT", root)];
        let mut table: Vec<_> = usual.into_iter().filter(|(name, _)| is_new(name, more)).collect();
        table.extend(more);
        self.create(gt, name, polecat, command, &table);
    }

    fn create(&self, gt: Gt, name: &str, polecat: &str, command: &str, table: &[(&str, &str)]) {
        let tmux = &self.gastown.tmux;
        let dir = self.gastown.town.worktree(polecat);
        let dir = dir.to_str().unwrap();
        let mut new = vec!["new-session", "-d", "-s", name, "-x", "100", "-y", "40", "-c", dir];
        if gt == Gt::V0_5 {
            new.push(command);
            tmux.run(&new);
            for (variable, value) in table {
                tmux.run(&["set-environment", "-t", name, variable, value]);
            }
            return;
        }
        let set: Vec<_> = table.iter().map(|(name, value)| format!("{name}={value}")).collect();
        new.extend(set.iter().flat_map(|set| ["-e", set.as_str()]));
        tmux.run(&new);
        tmux.run(&["set-option", "-t", name, "remain-on-exit", "on"]);
        tmux.run(&["respawn-pane", "-k", "-t", name, "-c", dir, command]);
        tmux.run(&["set-option", "-t", name, "remain-on-exit", "off"]);
        let pane = tmux.run(&["display-message", "-p", "-t", name, "#{pane_id}"]);
        tmux.run(&["set-environment", "-t", name, "GT_PANE_ID", pane.trim()]);
        tmux.run(&["set-hook", "-t", name, "pane-died", "run-shell true"]);
    }

    /// A command that shows `screen` as a program at `file` that is called `called`, as `ps` and
    /// tmux tell it.
    fn shows(&self, called: &str, file: &str, screen: &str) -> String {
        let path = self.stubs.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let agents = agent("");
        let code = format!(
            "import runpy, sys\nsys.path.insert(0, '{agents}')\nsys.dont_write_bytecode = True\n\
             runpy.run_path('{agents}screens', run_name='__main__')\n"
        );
        fs::write(&path, code).unwrap();
        let wrapper = self.stubs.path().join(format!("{}.sh", file.replace('/', "-")));
        let (python, path) = (python(), path.display());
        let text = format!("#!/bin/bash\nexec -a '{called}' '{python}' '{path}' '{screen}'\n");
        fs::write(&wrapper, text).unwrap();
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
        wrapper.to_str().unwrap().to_owned()
    }

    pub(crate) fn sessions(&self) -> Vec<String> {
        let listed = self.gastown.tmux.try_run(&["list-sessions", "-F", "#S"]).unwrap_or_default();
        let names = listed.lines().filter(|name| *name != "polecat-hub");
        names.map(str::to_owned).collect()
    }

    async fn listed(&self) -> Vec<String> {
        let list = self.call("list", json!([])).await;
        let list = list.as_array().unwrap();
        list.iter().map(|info| info["polecat"].as_str().unwrap().to_owned()).collect()
    }
}

fn is_new(name: &str, table: &[(&str, &str)]) -> bool {
    !table.iter().any(|(other, _)| *other == name)
}

/// The program itself: what is called so on `PATH` may be a script.
fn python() -> String {
    let ask = ["-c", "import sys; print(sys.executable)"];
    #[expect(clippy::disallowed_methods, reason = "a test makes its own fixture")]
    let told = Command::new("python3").args(ask).output().unwrap();
    String::from_utf8(told.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_gastowns_is_found_by_its_table_whatever_it_is_called() {
    let field = Field::new().await;
    let editor = &field.gastown.editor;
    for (gt, name) in
        [(Gt::V0_5, "gt-shop-ash"), (Gt::V0_6, "sh-ash"), (Gt::V0_5, "odd"), (Gt::V0_6, "o d d")]
    {
        field.start(gt, name, "ash", &agent("works"), &[]);
        assert_eq!(field.listed().await, ["ash"], "{name}");
        let info = editor.expect_state("ash", "idle").await;
        assert_eq!(info["running"], true, "{info}");
        let elsewhere = if name == "gt-shop-ash" { Json::Null } else { json!(name) };
        assert_eq!(info["found_in"], elsewhere, "{info}");
        assert_eq!(info["workdir"], field.gastown.town.worktree("ash").to_str().unwrap());
        assert!(info["branch"].as_str().unwrap().starts_with("polecat/ash"), "{info}");
        editor.expect_capture("ash", 20, "A scripted agent that works.").await;
        editor.command("PolecatAttach ash").await.unwrap();
        let clients = ["list-clients", "-F", "#{client_session}"];
        eventually("a person in it", async || {
            let seen = field.gastown.tmux.run(&clients);
            if seen.lines().any(|one| one == name) { Ok(()) } else { Err(seen) }
        })
        .await;
        for (method, args, code) in [
            ("start", json!(["ash", { "cmd": agent("works") }]), "session_running"),
            ("remove", json!(["ash"]), "session_running"),
        ] {
            let refused = editor.call(method, args).await.unwrap_err();
            assert_eq!(refused.code, code, "{method}: {refused:?}");
        }
        field.call("stop", json!(["ash", { "force": true }])).await;
        assert_eq!(field.sessions(), [""; 0], "{name}");
        assert_eq!(editor.expect_state("ash", "stopped").await["running"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_another_rig_town_or_role_is_none_of_ours_whatever_it_is_called() {
    let field = Field::new().await;
    for (name, more) in [
        ("gt-shop-ash", [("GT_RIG", "shop-a"), ("GT_POLECAT", "ash")]),
        ("sh-ash", [("GT_ROOT", "/nonexistent"), ("GT_POLECAT", "ash")]),
        ("sh-town", [("GT_TOWN_ROOT", "/nonexistent"), ("GT_POLECAT", "ash")]),
        ("sh-max", [("GT_ROLE", "shop/crew/ash"), ("GT_POLECAT", "ash")]),
        ("sh-witness", [("GT_ROLE", "witness"), ("GT_POLECAT", "ash")]),
    ] {
        field.start(Gt::V0_6, name, "ash", "cat", &more);
    }
    assert_eq!(field.listed().await, [""; 0]);
    // Under a name of ours it is in the way, and is left alone.
    let options = json!(["ash", { "cmd": agent("works"), "in_use": "ignore" }]);
    let refused = field.gastown.editor.call("start", options).await.unwrap_err();
    assert!(refused.message.contains("does not belong to rig `shop`"), "{refused:?}");
    assert_eq!(field.sessions().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_has_in_its_environment_makes_no_session_a_polecats() {
    let field = Field::new().await;
    let tmux = &field.gastown.tmux;
    tmux.run(&["new-session", "-d", "-s", "mine", "cat"]);
    for (name, value) in [("GT_RIG", "shop"), ("GT_POLECAT", "ash"), ("GT_ROLE", "polecat")] {
        tmux.run(&["set-environment", "-g", name, value]);
    }
    assert_eq!(tmux.run(&["display-message", "-p", "-t", "=mine:", "#{GT_POLECAT}"]), "ash");
    assert_eq!(field.listed().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_group_the_session_that_has_the_table_is_the_polecats() {
    let field = Field::new().await;
    field.call("new", json!(["birch"])).await;
    field.start(Gt::V0_6, "sh-ash", "ash", &agent("works"), &[]);
    // One that a person made to look at it, under the name of another polecat.
    field.gastown.tmux.run(&["new-session", "-d", "-t", "=sh-ash", "-s", "gt-shop-birch"]);
    assert_eq!(field.listed().await, ["ash"]);
    let info = field.call("status", json!(["ash"])).await;
    assert_eq!(info["found_in"], "sh-ash", "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_of_a_session_that_was_just_made_is_looked_at_again() {
    let field = Field::new().await;
    // As gastown before 0.6 does it, and slowly.
    field.create(Gt::V0_5, "odd", "ash", &agent("works"), &[]);
    assert_eq!(field.listed().await, [""; 0]);
    for (name, value) in [("GT_RIG", "shop"), ("GT_POLECAT", "ash")] {
        field.gastown.tmux.run(&["set-environment", "-t", "odd", name, value]);
    }
    assert_eq!(field.listed().await, ["ash"]);
}

/// A session of gastown's that shows a recorded screen, and how its agent is to be told from what
/// the system says of its processes.
struct Row<'a> {
    gt: Gt,
    /// What the program is called, and its file.
    called: (&'a str, &'a str),
    /// Whether a shell stays in front of it, as dash does behind `export ... &&`.
    under_shell: bool,
    table: &'a [(&'a str, &'a str)],
    screen: &'a str,
    agent: &'a str,
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_that_gastown_started_are_known_and_read_whatever_their_processes_are_called() {
    let field = Field::of(&[(
        "settings/config.json",
        json!({ "default_agent": "claude", "agents": { "boxed": { "command": "box", "provider": "gemini" } } }),
    )])
    .await;
    let gemini = "node_modules/@google/gemini-cli/dist/index.js";
    let usual = |called, under_shell| Row {
        gt: Gt::V0_5,
        called,
        under_shell,
        table: &[],
        screen: "claude/permission-bash",
        agent: "claude",
    };
    let named = |table, screen, agent| Row {
        gt: Gt::V0_6,
        called: ("node", "dist/main.js"),
        under_shell: false,
        table,
        screen,
        agent,
    };
    for row in [
        usual(("claude", "claude"), false),
        usual(("claude", "claude"), true),
        usual(("2.1.30", "versions/2.1.30"), false),
        usual(("2.1.30", "agent"), true),
        // What the settings would start, in a program that nothing is known of.
        usual(("box", "box"), false),
        Row {
            called: ("node", gemini),
            screen: "gemini/permission-command",
            agent: "gemini",
            ..usual(("", ""), true)
        },
        named(&[("GT_AGENT", "gemini")], "gemini/permission-command", "gemini"),
        named(&[("GT_AGENT", "codex")], "codex/trust-dialog", "codex"),
        named(&[("GT_AGENT", "boxed")], "gemini/trust-dialog", "boxed"),
        named(
            &[("GT_AGENT", "gone"), ("GT_PROCESS_NAMES", "codex,node")],
            "codex/permission-command",
            "codex",
        ),
    ] {
        is_told(&field, &row).await;
    }
}

async fn is_told(field: &Field, row: &Row<'_>) {
    let Row { gt, called: (called, file), under_shell, table, screen, agent } = *row;
    let mut command = field.shows(called, file, screen);
    if under_shell {
        command = format!("export GT_RIG=shop && {command}");
    }
    field.start(gt, "odd", "ash", &command, table);
    let about = format!("{called} as {agent}");
    let info = field.gastown.editor.expect_state("ash", "waiting").await;
    assert_eq!(info["agent"], agent, "{about}: {info}");
    assert!(
        info["waiting"]["choices"].as_array().is_some_and(|all| all.len() > 1),
        "{about}: {info}"
    );
    // That of the agent, else what the pane was started with.
    let ran = info["command"].as_str().unwrap_or_default();
    let wrapper = field.stubs.path().to_str().unwrap();
    assert!(ran.contains(screen) || ran.starts_with(wrapper), "{about}: {info}");
    // A message would answer it.
    let refused = field.gastown.editor.call("inject", json!(["ash", "hello"])).await.unwrap_err();
    assert_eq!(refused.code, "agent_waiting", "{about}: {refused:?}");
    field.call("stop", json!(["ash", { "force": true }])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_reaches_an_agent_that_gastown_started() {
    let field = Field::new().await;
    field.start(Gt::V0_6, "sh-ash", "ash", &agent("asks"), &[("GT_AGENT", "claude")]);
    field.gastown.editor.expect_state("ash", "idle").await;
    field.call("inject", json!(["ash", "Publish it."])).await;
    let info = field.gastown.editor.expect_state("ash", "waiting").await;
    assert_eq!(info["waiting"]["reason"], "permission", "{info}");
    let watched = field.gastown.editor.lua("return require('polecat').sessions()", json!([])).await;
    let watched = watched.unwrap();
    assert!(watched.to_string().contains("claude"), "{watched}");
}
