//! What towns write, and which agent follows.

use serde::de::DeserializeOwned;

mod accepted;

use super::*;
use crate::core::agent::{Agent, AgentOverrides, PromptMode, Resume, preset};

/// The town `/town` with the rig `shop`. An empty text is a file that is not there.
#[derive(Clone, Copy, Default)]
struct Case<'a> {
    rig: &'a str,
    rig_agents: &'a str,
    town: &'a str,
    town_agents: &'a str,
    /// `agent` of the plugin's configuration.
    configured: Option<&'a str>,
    /// `agent=` of the command.
    asked: Option<&'a str>,
}

impl Case<'_> {
    fn sources(&self) -> Sources {
        Sources {
            rig: file("/town/shop/settings/config.json", self.rig),
            rig_agents: file("/town/shop/settings/agents.json", self.rig_agents),
            town: file("/town/settings/config.json", self.town),
            town_agents: file("/town/settings/agents.json", self.town_agents),
            agent: self.configured.map(str::to_owned),
            agents: [("mine".to_owned(), program("/opt/mine"))].into(),
        }
    }

    /// Where everything is installed but `codex`.
    fn resolve(&self) -> Result<Resolved, Unresolved> {
        self.sources().resolve(self.asked, &|program| program != "codex")
    }

    fn agent(&self) -> Agent {
        self.resolve().unwrap_or_else(|error| panic!("{error}")).agent
    }

    fn argv(&self) -> String {
        self.agent().argv().join(" ")
    }

    fn error(&self) -> String {
        self.resolve().unwrap_err().to_string()
    }
}

pub(super) fn file<T: DeserializeOwned>(path: &str, text: &str) -> Option<File<T>> {
    let content = || serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    (!text.is_empty()).then(|| File { path: path.into(), content: content() })
}

fn program(command: &str) -> AgentOverrides {
    AgentOverrides { command: Some(command.into()), ..AgentOverrides::default() }
}

#[test]
fn the_first_source_that_says_something_decides() {
    let all = Case {
        rig: r#"{ "role_agents": { "polecat": "gemini" }, "runtime": { "command": "plandex" },
                  "agent": "amp" }"#,
        town: r#"{ "role_agents": { "polecat": "cursor" }, "default_agent": "auggie" }"#,
        configured: Some("copilot"),
        asked: Some("opencode"),
        ..Case::default()
    };
    let unasked = Case { asked: None, ..all };
    let unconfigured = Case { configured: None, ..unasked };
    let no_rig_role = Case {
        rig: r#"{ "role_agents": { "witness": "gemini", "polecat": "" }, "agent": "amp",
                  "runtime": { "command": "plandex" } }"#,
        ..unconfigured
    };
    let no_role = Case { town: r#"{ "default_agent": "auggie" }"#, ..no_rig_role };
    let no_runtime = Case { rig: r#"{ "runtime": null, "agent": "amp" }"#, ..no_role };
    let no_agent = Case { rig: r#"{ "agent": null }"#, ..no_runtime };
    let nothing = Case { town: r#"{ "default_agent": "" }"#, ..no_agent };
    for (town, expected) in [
        (all, "opencode"),
        (unasked, "copilot --yolo"),
        (unconfigured, "gemini --approval-mode yolo"),
        (no_rig_role, "cursor-agent -f"),
        (no_role, "plandex"),
        (no_runtime, "amp --dangerously-allow-all --no-ide"),
        (no_agent, "auggie --allow-indexing"),
        (nothing, "claude --dangerously-skip-permissions"),
        (Case::default(), "claude --dangerously-skip-permissions"),
    ] {
        assert_eq!(town.argv(), expected);
    }
}

#[test]
fn a_roles_agent_that_is_not_installed_is_passed_over_with_a_warning() {
    let town = Case {
        rig: r#"{ "role_agents": { "polecat": "codex" } }"#,
        town: r#"{ "role_agents": { "polecat": "gemini" } }"#,
        ..Case::default()
    };
    let resolved = town.resolve().unwrap();
    assert_eq!(resolved.agent.name, "gemini");
    assert_eq!(
        resolved.warnings,
        ["`role_agents.polecat` of `/town/shop/settings/config.json` is `codex`, whose program \
          `codex` is not on PATH: skipped"]
    );
    let both = Case { town: r#"{ "role_agents": { "polecat": "codex" } }"#, ..town };
    let resolved = both.resolve().unwrap();
    assert_eq!((resolved.agent.name.as_str(), resolved.warnings.len()), ("claude", 2));
    // A rig's or a town's agent that is not installed is missed when it is started.
    let rig = Case { rig: r#"{ "agent": "codex" }"#, ..Case::default() };
    assert_eq!(rig.agent().name, "codex");
}

#[test]
fn a_name_is_looked_up_in_the_rig_then_in_the_town_then_in_the_registries() {
    let all = Case {
        asked: Some("x"),
        rig: r#"{ "agents": { "x": { "command": "in-rig" } } }"#,
        town: r#"{ "agents": { "x": { "command": "in-town" } } }"#,
        rig_agents: r#"{ "agents": { "x": { "command": "registered-in-rig" } } }"#,
        town_agents: r#"{ "agents": { "x": { "command": "registered-in-town" } } }"#,
        ..Case::default()
    };
    let no_rig = Case { rig: r#"{ "agents": { "x": null } }"#, ..all };
    let no_config = Case { town: "{}", ..no_rig };
    let town_only = Case { rig_agents: "", ..no_config };
    for (town, expected) in [
        (all, "in-rig"),
        (no_rig, "in-town"),
        (no_config, "registered-in-rig"),
        (town_only, "registered-in-town"),
        (Case { asked: Some("mine"), ..Case::default() }, "/opt/mine"),
    ] {
        assert_eq!(town.argv(), expected);
    }
}

#[test]
fn an_entry_changes_the_agent_that_it_is_like() {
    for (entry, expected, patterns) in [
        (r#"{ "args": ["--model", "opus"] }"#, "claude --model opus", "claude"),
        (r#"{ "args": [] }"#, "claude", "claude"),
        (r#"{ "args": null }"#, "claude --dangerously-skip-permissions", "claude"),
        (r#"{ "provider": "gemini" }"#, "gemini --approval-mode yolo", "gemini"),
        (r#"{ "provider": "gemini", "command": "/x/g" }"#, "/x/g --approval-mode yolo", "gemini"),
        (r#"{ "command": "/x/gemini", "args": [] }"#, "/x/gemini", "gemini"),
        (r#"{ "command": "plandex" }"#, "plandex", ""),
        (r#"{ "provider": "generic", "command": "claude" }"#, "claude", ""),
        (r#"{ "provider": "plandex", "command": "plandex", "args": ["-y"] }"#, "plandex -y", ""),
        (
            r#"{ "command": "claude", "exec_wrapper": ["box", "--"], "args": [] }"#,
            "box -- claude",
            "claude",
        ),
    ] {
        let rig = format!(r#"{{ "agent": "x", "agents": {{ "x": {entry} }} }}"#);
        let town = Case { rig: &rig, ..Case::default() };
        assert_eq!(town.argv(), expected, "{entry}");
        let agent = town.agent();
        assert_eq!((agent.name.as_str(), agent.patterns.as_str()), ("x", patterns), "{entry}");
    }
}

#[test]
fn a_known_agent_keeps_what_an_entry_of_its_name_does_not_change() {
    let town = Case {
        asked: Some("codex"),
        town_agents: r#"{ "version": 1, "agents": { "codex": { "args": ["-a"], "env": { "A": "1" } } } }"#,
        rig_agents: r#"{ "agents": { "codex": { "ready_delay_ms": 7, "env": { "B": "2" },
            "resume_flag": "go on", "resume_style": "subcommand", "prompt_mode": "none" } } }"#,
        ..Case::default()
    };
    let agent = town.agent();
    assert_eq!(agent.argv(), ["codex", "-a"]);
    assert_eq!(agent.ready.prompt.as_deref(), Some("› "));
    assert_eq!(agent.ready.delay_ms, 7);
    assert_eq!(agent.env, [("A".into(), "1".into()), ("B".into(), "2".into())]);
    let resume = agent.resume.unwrap();
    let codex = preset("codex").unwrap().resume.unwrap();
    let (by_id, is_subcommand) = (Some("go on {id}".into()), true);
    assert_eq!(resume, Resume { is_subcommand, by_id, ..codex });
    assert_eq!(agent.prompt_mode, PromptMode::Typed);
    let wrapped =
        Case { rig: r#"{ "agents": { "codex": { "command": "/opt/codex-in-a-box" } } }"#, ..town };
    let agent = wrapped.agent();
    assert_eq!(agent.argv(), ["/opt/codex-in-a-box", "-a"]);
    assert_eq!(agent.process_names, ["codex-in-a-box", "codex", "node"]);
    let other = Case { rig: r#"{ "agents": { "codex": { "command": "opencode" } } }"#, ..town };
    assert_eq!((other.argv().as_str(), other.agent().patterns.as_str()), ("opencode", "opencode"));
}

#[test]
fn the_old_runtime_says_everything_itself() {
    let town = Case {
        rig: r#"{ "type": "rig-settings", "version": 1, "runtime": {
            "provider": "codex", "command": "/x/codex", "args": ["--full"], "initial_prompt": "Hi",
            "prompt_mode": "none", "session": { "session_id_env": "S", "config_dir_env": "D" },
            "hooks": { "provider": "claude", "dir": ".d", "settings_file": "f.json" },
            "tmux": { "process_names": ["p"], "ready_prompt_prefix": "% ", "ready_delay_ms": 0 },
            "instructions": { "file": "RULES.md" } } }"#,
        ..Case::default()
    };
    let agent = town.agent();
    assert_eq!(
        (agent.name.as_str(), agent.argv().join(" ").as_str()),
        ("codex", "/x/codex --full")
    );
    assert_eq!(agent.initial_prompt.as_deref(), Some("Hi"));
    assert_eq!(agent.session_id_env.as_deref(), Some("S"));
    assert_eq!(agent.config_dir_env.as_deref(), Some("D"));
    let hooks = agent.hooks.unwrap();
    assert_eq!([hooks.provider, hooks.dir, hooks.file], ["claude", ".d", "f.json"]);
    assert_eq!(agent.process_names, ["p"]);
    assert_eq!(agent.ready.prompt.as_deref(), Some("% "));
    // To gastown 0 is nothing said.
    assert_eq!(agent.ready.delay_ms, 3_000);
    assert_eq!(agent.instructions, "RULES.md");
    for (runtime, name, argv) in [
        ("{}", "claude", "claude --dangerously-skip-permissions"),
        (r#"{ "provider": "opencode" }"#, "opencode", "opencode"),
        (r#"{ "command": "/opt/plandex" }"#, "plandex", "/opt/plandex"),
    ] {
        let rig = format!(r#"{{ "runtime": {runtime} }}"#);
        let town = Case { rig: &rig, ..Case::default() };
        assert_eq!((town.agent().name.as_str(), town.argv().as_str()), (name, argv));
    }
}

#[test]
fn what_a_later_gastown_writes_is_taken() {
    let town = Case {
        rig: r#"{ "type": "rig-settings", "version": 1, "merge_queue": { "enabled": true },
            "theme": { "window_tint": null }, "worker_agents": { "max": "codex" },
            "role_effort": { "polecat": "high" }, "agents": { "x": { "acp": { "mode": "flag" },
            "hooks": { "informational": true } } }, "agent": "x", "to_come": [1] }"#,
        town: r#"{ "type": "town-settings", "cost_tier": "budget", "operational": { "nudge": {} },
            "scheduler": null, "crew_agents": {}, "disabled_patrols": ["x"] }"#,
        town_agents: r#"{ "version": 1, "agents": { "y": { "command": "y", "args": [],
            "continue_flag": "-c", "supports_hooks": true, "config_dir": ".y",
            "hooks_informational": true, "escape_cancels_request": true,
            "non_interactive": { "prompt_flag": "-p" }, "acp": { "command": "acp" } } } }"#,
        ..Case::default()
    };
    assert_eq!(town.argv(), "claude --dangerously-skip-permissions");
    assert_eq!(Case { asked: Some("y"), ..town }.argv(), "y");
}

#[test]
fn the_plugins_configuration_changes_what_the_town_defines() {
    let town = Case {
        asked: Some("x"),
        town: r#"{ "agents": { "x": { "command": "x", "args": ["-a"] } } }"#,
        ..Case::default()
    };
    let mut sources = town.sources();
    let changes = AgentOverrides { prompt: Some("$ ".into()), ..AgentOverrides::default() };
    sources.agents.insert("x".into(), changes);
    let agent = sources.resolve(Some("x"), &|_| true).unwrap().agent;
    assert_eq!(agent.argv(), ["x", "-a"]);
    assert_eq!(agent.ready.prompt.as_deref(), Some("$ "));
}

#[test]
fn a_file_of_another_kind_or_version_is_refused() {
    let checked = |text| file::<RigSettings>("/f", text).unwrap().check().map(drop);
    for (text, expected) in [
        (r#"{ "type": "rig" }"#, "`/f` is broken: `type`: it is `rig`, expected `rig-settings`"),
        (r#"{ "version": 2 }"#, "`/f` is broken: `version`: it is 2, expected at most 1"),
    ] {
        assert_eq!(checked(text).unwrap_err().to_string(), expected);
    }
    assert_eq!(checked(r#"{ "type": "", "version": 0 }"#), Ok(()));
}
