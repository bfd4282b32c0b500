//! What gastown accepts is accepted, and told where it is not followed.

use super::*;

#[test]
fn what_a_person_names_and_nothing_defines_is_an_error() {
    let known = "known: aider, amp, auggie, claude, cline, cn, codex, copilot, crush, cursor, droid, \
                 gemini, goose, grok, groq-compound, kimi, mine, omp, opencode, openhands, pi, \
                 qwen, vibe";
    for (town, expected) in [
        (Case { asked: Some("clod"), ..Case::default() }, format!("unknown agent `clod`; {known}")),
        (
            Case { configured: Some("clod"), ..Case::default() },
            format!("`agent` of the configuration: unknown agent `clod`; {known}"),
        ),
    ] {
        assert_eq!(town.error(), expected);
    }
    let mut sources = Case { asked: Some("empty"), ..Case::default() }.sources();
    sources.agents.insert("empty".into(), AgentOverrides::default());
    let like = AgentOverrides { like: Some("clod".into()), ..program("x") };
    sources.agents.insert("like".into(), like);
    for (name, expected) in [
        ("empty", "`agents.empty.command` of the configuration: it is missing, expected a program"),
        ("like", "`agents.like.preset` of the configuration: unknown agent `clod`; known: aider"),
    ] {
        let error = sources.resolve(Some(name), &|_| true).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn what_a_towns_files_name_and_nothing_defines_is_claude_with_a_warning() {
    const RIG: &str = "/town/shop/settings/config.json";
    const CLAUDE: &str = "claude --dangerously-skip-permissions";
    let of_rig = |rig| Case { rig, ..Case::default() };
    let of_town = |town| Case { town, ..Case::default() };
    for (town, argv, warning) in [
        (
            of_rig(r#"{ "agent": "clod" }"#),
            CLAUDE,
            format!(
                "`agent` of `{RIG}` is `clod`, an unknown agent: claude is used (known: aider,"
            ),
        ),
        // gastown does not ask the town when the rig's is unknown.
        (
            Case { town: r#"{ "default_agent": "amp" }"#, ..of_rig(r#"{ "agent": "clod" }"#) },
            CLAUDE,
            format!("`agent` of `{RIG}` is `clod`, an unknown agent: claude is used"),
        ),
        (
            of_town(r#"{ "default_agent": "a\u001bb" }"#),
            CLAUDE,
            "`default_agent` of `/town/settings/config.json` is `a\\u{1b}b`, an unknown agent: \
             claude is used"
                .to_owned(),
        ),
        (
            of_rig(r#"{ "role_agents": { "polecat": "clod" }, "agent": "amp" }"#),
            "amp --dangerously-allow-all --no-ide",
            format!("`role_agents.polecat` of `{RIG}` is `clod`, an unknown agent: skipped ("),
        ),
        (
            of_rig(r#"{ "runtime": { "provider": "clod", "args": ["-x"] } }"#),
            "claude -x",
            format!("`runtime.provider` of `{RIG}` is `clod`, an unknown agent: claude is used ("),
        ),
        (
            of_rig(r#"{ "runtime": { "provider": "generic" } }"#),
            CLAUDE,
            format!("`runtime.command` of `{RIG}` is missing: claude is used"),
        ),
        (
            of_rig(r#"{ "agent": "x", "agents": { "x": { "provider": "clod" } } }"#),
            CLAUDE,
            format!("`agents.x.provider` of `{RIG}` is `clod`, an unknown agent: claude is used"),
        ),
    ] {
        let resolved = town.resolve().unwrap();
        assert_eq!(resolved.agent.argv().join(" "), argv, "{}", town.rig);
        assert_eq!(resolved.warnings.len(), 1, "{:?}", resolved.warnings);
        assert!(resolved.warnings[0].starts_with(&warning), "{}", resolved.warnings[0]);
    }
    let agent = of_rig(r#"{ "agent": "clod" }"#).agent();
    assert_eq!((agent.name.as_str(), agent.patterns.as_str()), ("claude", "claude"));
    // What nobody starts is not told.
    let unused = of_rig(r#"{ "agents": { "x": { "provider": "clod" } } }"#);
    assert_eq!(unused.resolve().unwrap().warnings, [""; 0]);
    // The claude that is taken is the rig's.
    let own = Case {
        rig_agents: r#"{ "agents": { "claude": { "args": ["--own"] } } }"#,
        ..of_rig(r#"{ "agent": "clod" }"#)
    };
    assert_eq!(own.argv(), "claude --own");
}

#[test]
fn a_word_that_gastown_passes_over_is_taken_as_it_takes_it_and_named() {
    let town = Case {
        asked: Some("x"),
        rig_agents: r#"{ "agents": { "x": { "command": "x", "resume_flag": "on",
            "resume_style": "magic", "prompt_mode": "stdin" } } }"#,
        ..Case::default()
    };
    let Resolved { agent, warnings } = town.resolve().unwrap();
    assert_eq!(agent.resume, Some(Resume::flag("on")));
    assert_eq!(agent.prompt_mode, PromptMode::Argument);
    let of = "of `/town/shop/settings/agents.json` is";
    assert_eq!(
        warnings,
        [
            format!("`agents.x.prompt_mode` {of} `stdin`: treated as `arg`"),
            format!("`agents.x.resume_style` {of} `magic`: treated as `flag`"),
        ]
    );
}

#[test]
fn first_words_that_are_given_with_the_command_are_given_as_the_program_takes_them() {
    let flag = |flag: &str| PromptMode::Flag(flag.to_owned());
    for (name, entry, mode) in [
        ("opencode", r#"{ "prompt_mode": "arg" }"#, flag("--prompt")),
        (
            "x",
            r#"{ "command": "/opt/gemini", "prompt_mode": "arg" }"#,
            flag("--prompt-interactive"),
        ),
        ("gemini", r#"{ "prompt_mode": "none" }"#, PromptMode::Typed),
        ("gemini", r#"{ "prompt_mode": "-i" }"#, flag("-i")),
        ("amp", r#"{ "prompt_mode": "arg" }"#, PromptMode::Argument),
        ("x", r#"{ "command": "x", "prompt_mode": "arg" }"#, PromptMode::Argument),
        ("x", r#"{ "command": "x", "prompt_mode": "" }"#, PromptMode::Typed),
    ] {
        let file = format!(r#"{{ "agents": {{ "{name}": {entry} }} }}"#);
        for town in [
            Case { rig: &file, asked: Some(name), ..Case::default() },
            Case { town_agents: &file, asked: Some(name), ..Case::default() },
        ] {
            assert_eq!(town.agent().prompt_mode, mode, "{entry}");
        }
    }
}

#[test]
fn a_wrapper_of_the_runtime_is_the_rigs_sandbox_whatever_runs_in_it() {
    let rig = r#"{ "runtime": { "exec_wrapper": ["box", "--"] },
        "role_agents": { "polecat": "amp" },
        "agents": { "own": { "command": "own", "exec_wrapper": ["other"] } } }"#;
    let town = Case { rig, ..Case::default() };
    assert_eq!(town.argv(), "box -- amp --dangerously-allow-all --no-ide");
    for (asked, expected) in [("mine", "box -- /opt/mine"), ("own", "other own")] {
        assert_eq!(Case { asked: Some(asked), ..town }.argv(), expected);
    }
    let deciding = town.sources().deciding(None, None, &|_| true);
    assert_eq!(deciding, [PathBuf::from("/town/shop/settings/config.json")]);
    let deciding = town.sources().deciding(Some("mine"), None, &|_| true);
    assert_eq!(deciding, [PathBuf::from("/town/shop/settings/config.json")]);
}
