//! The agents known without configuration, one row each.
//!
//! Commands, arguments, hooks and resuming are gastown's at a8bd79bf8 (opencode's folder of plugins
//! is 527b7ce79's, who puts it beside the worktrees); prompts and titles were checked against the
//! recorded screens of Claude Code 2.1.197, Gemini CLI 0.61.0 and Codex CLI 0.169.0.

use super::{Agent, DEFAULT_AGENT, Hooks, PromptMode, Ready, Resume, file_name};

struct Preset {
    name: &'static str,
    command: &'static str,
    args: &'static [&'static str],
    hook_args: &'static [&'static str],
    flags_if_taken: &'static [&'static str],
    env: &'static [(&'static str, &'static str)],
    process_names: &'static [&'static str],
    prompt: Option<&'static str>,
    title: Option<&'static str>,
    delay_ms: u64,
    settle_ms: u64,
    prompt_mode: Pass,
    /// Provider, folder, file.
    hooks: Option<(&'static str, &'static str, &'static str)>,
    resume: Option<Again>,
    config_dir_env: Option<&'static str>,
    session_id_env: Option<&'static str>,
    instructions: &'static str,
}

#[derive(Clone, Copy)]
enum Pass {
    Argument,
    Flag(&'static str),
    Typed,
}

#[derive(Clone, Copy)]
enum Again {
    Flag(&'static str),
    Subcommand(&'static str),
}

/// A row says only what differs from this one.
const PLAIN: Preset = Preset {
    name: "",
    command: "",
    args: &[],
    hook_args: &[],
    flags_if_taken: &[],
    env: &[],
    process_names: &[],
    prompt: None,
    title: None,
    delay_ms: 5_000,
    settle_ms: 100,
    prompt_mode: Pass::Typed,
    hooks: None,
    resume: None,
    config_dir_env: None,
    session_id_env: None,
    instructions: "AGENTS.md",
};

/// Any program: ready when it is quiet, and nothing is known that it would take.
const GENERIC: Preset = Preset { delay_ms: 0, settle_ms: 0, ..PLAIN };

const PRESETS: &[Preset] = &[
    // Its title is the same at the prompt and at a question, so only the prompt tells.
    Preset {
        name: "claude",
        command: "claude",
        args: &["--dangerously-skip-permissions"],
        process_names: &["node", "claude"],
        prompt: Some("❯ "),
        delay_ms: 10_000,
        prompt_mode: Pass::Argument,
        hooks: Some(("claude", ".claude", "settings.json")),
        resume: Some(Again::Flag("--resume")),
        config_dir_env: Some("CLAUDE_CONFIG_DIR"),
        session_id_env: Some("CLAUDE_SESSION_ID"),
        instructions: "CLAUDE.md",
        ..PLAIN
    },
    Preset {
        name: "gemini",
        command: "gemini",
        args: &["--approval-mode", "yolo"],
        process_names: &["gemini", "node"],
        prompt: Some(">   Type your message"),
        // Its title is ready some seconds before its trust dialog is drawn: its prompt tells.
        // 40 ms after it drew a paste, a return is a line break to it; on a busy machine drawing
        // takes longer than that.
        settle_ms: 250,
        // As a mere argument it is answered and ends the program, in versions not long ago.
        prompt_mode: Pass::Flag("--prompt-interactive"),
        hooks: Some(("gemini", ".gemini", "settings.json")),
        resume: Some(Again::Flag("--resume")),
        session_id_env: Some("GEMINI_SESSION_ID"),
        ..PLAIN
    },
    Preset {
        name: "codex",
        command: "codex",
        args: &["--dangerously-bypass-approvals-and-sandbox"],
        // All sessions would share one daemon, a child of the first: whoever stopped that one broke
        // the others, and their commands ran in its environment.
        flags_if_taken: &["--no-daemon"],
        process_names: &["codex", "node"],
        prompt: Some("› "),
        delay_ms: 3_000,
        // What comes within 120 ms is one burst to it.
        settle_ms: 150,
        // gastown types it; Codex CLI 0.169.0 takes it.
        prompt_mode: Pass::Argument,
        resume: Some(Again::Subcommand("resume")),
        config_dir_env: Some("CODEX_HOME"),
        ..PLAIN
    },
    Preset {
        name: "cursor",
        command: "cursor-agent",
        args: &["-f"],
        process_names: &["cursor-agent", "agent"],
        prompt_mode: Pass::Argument,
        hooks: Some(("cursor", ".cursor", "hooks.json")),
        resume: Some(Again::Flag("--resume")),
        ..PLAIN
    },
    Preset {
        name: "auggie",
        command: "auggie",
        args: &["--allow-indexing"],
        process_names: &["auggie"],
        prompt_mode: Pass::Argument,
        resume: Some(Again::Flag("--resume")),
        ..PLAIN
    },
    // It takes a prompt only to answer it and end.
    Preset {
        name: "amp",
        command: "amp",
        args: &["--dangerously-allow-all", "--no-ide"],
        process_names: &["amp"],
        resume: Some(Again::Subcommand("threads continue")),
        ..PLAIN
    },
    Preset {
        name: "opencode",
        command: "opencode",
        env: &[("OPENCODE_PERMISSION", r#"{"*":"allow"}"#)],
        process_names: &["opencode", "node", "bun"],
        delay_ms: 8_000,
        // Its last argument is a project's folder.
        prompt_mode: Pass::Flag("--prompt"),
        hooks: Some(("opencode", ".opencode/plugin", "gastown.js")),
        resume: Some(Again::Flag("--session")),
        ..PLAIN
    },
    Preset {
        name: "copilot",
        command: "copilot",
        args: &["--yolo"],
        process_names: &["copilot"],
        prompt_mode: Pass::Flag("--interactive"),
        hooks: Some(("copilot", ".github/hooks", "gastown.json")),
        resume: Some(Again::Flag("--resume")),
        config_dir_env: Some("COPILOT_HOME"),
        ..PLAIN
    },
    Preset {
        name: "pi",
        command: "pi",
        hook_args: &["-e", ".pi/extensions/gastown-hooks.js"],
        process_names: &["pi", "node", "bun"],
        delay_ms: 8_000,
        prompt_mode: Pass::Argument,
        hooks: Some(("pi", ".pi/extensions", "gastown-hooks.js")),
        session_id_env: Some("PI_SESSION_ID"),
        ..PLAIN
    },
];

/// The known agent of this name.
#[must_use]
pub fn preset(name: &str) -> Option<Agent> {
    PRESETS.iter().find(|preset| preset.name == name).map(Preset::agent)
}

/// The known agent that is started by `program`, a name or a path.
#[must_use]
pub fn preset_of_program(program: &str) -> Option<Agent> {
    let file = file_name(program);
    PRESETS.iter().find(|preset| preset.command == file).map(Preset::agent)
}

/// The name of the known agent that a process is which is called `name` and has these words: by
/// its program, else by the script that an interpreter runs.
#[must_use]
pub fn preset_of_process(name: &str, argv: &[String]) -> Option<&'static str> {
    let program = file_name(argv.first().map(String::as_str).unwrap_or_default());
    let runs_script = INTERPRETERS.iter().any(|one| program.starts_with(one));
    let script = argv.iter().skip(1).find(|word| !word.starts_with('-'));
    let script = script.filter(|_| runs_script);
    preset_called(program)
        .or_else(|| preset_called(name))
        .or_else(|| script.and_then(|script| preset_of_script(script)))
        .or_else(|| [program, name].into_iter().any(is_version).then_some(DEFAULT_AGENT))
}

/// Whether a program is called by a version alone, `2.1.30`: Claude Code's own build is
/// (`versionPattern` of gastown's internal/tmux/tmux.go).
fn is_version(name: &str) -> bool {
    let parts: Vec<_> = name.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

fn preset_called(program: &str) -> Option<&'static str> {
    let is = |preset: &&Preset| {
        let mut names = preset.process_names.iter();
        let tells = |name: &str| !INTERPRETERS.contains(&name) && name != "agent";
        preset.command == program || names.any(|name| *name == program && tells(name))
    };
    PRESETS.iter().find(is).map(|preset| preset.name)
}

/// What a package manager installed has the agent's name in its path, and often `cli.js` for a
/// file; a folder of a person's may be called like an agent.
fn preset_of_script(script: &str) -> Option<&'static str> {
    let parts = match script.rsplit_once("node_modules/") {
        Some((_, package)) => package,
        None => file_name(script),
    };
    parts.split('/').find_map(|part| {
        let part = part.split_once('.').map_or(part, |(stem, _)| stem);
        let short = part.strip_suffix("-code").or_else(|| part.strip_suffix("-cli"));
        preset_called(short.unwrap_or(part))
    })
}

/// Programs that run others; with a version behind it perhaps.
const INTERPRETERS: [&str; 6] = ["node", "bun", "deno", "python", "npx", "uv"];

/// The names of the known agents, the default first.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

/// What is assumed of any program.
pub(super) fn generic() -> Agent {
    GENERIC.agent()
}

impl Preset {
    fn agent(&self) -> Agent {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
        };
        Agent {
            name: self.name.to_owned(),
            patterns: self.name.to_owned(),
            wrapper: Vec::new(),
            command: self.command.to_owned(),
            args: owned(self.args),
            hook_args: owned(self.hook_args),
            flags_if_taken: owned(self.flags_if_taken),
            env: pairs(self.env),
            process_names: owned(self.process_names),
            ready: Ready {
                prompt: self.prompt.map(str::to_owned),
                title: self.title.map(str::to_owned),
                delay_ms: self.delay_ms,
            },
            settle_ms: self.settle_ms,
            prompt_mode: self.prompt_mode.mode(),
            initial_prompt: None,
            hooks: self.hooks.map(|(provider, dir, file)| Hooks {
                provider: provider.to_owned(),
                dir: dir.to_owned(),
                file: file.to_owned(),
            }),
            resume: self.resume.map(Again::resume),
            config_dir_env: self.config_dir_env.map(str::to_owned),
            session_id_env: self.session_id_env.map(str::to_owned),
            instructions: self.instructions.to_owned(),
            dialogs: Vec::new(),
        }
    }
}

impl Pass {
    fn mode(self) -> PromptMode {
        match self {
            Self::Argument => PromptMode::Argument,
            Self::Flag(flag) => PromptMode::Flag(flag.to_owned()),
            Self::Typed => PromptMode::Typed,
        }
    }
}

impl Again {
    fn resume(self) -> Resume {
        match self {
            Self::Flag(flag) => Resume::Flag(flag.to_owned()),
            Self::Subcommand(words) => Resume::Subcommand(words.to_owned()),
        }
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_starts_with_what_gastown_starts_it_with() {
        for (name, line) in [
            ("claude", "claude --dangerously-skip-permissions"),
            ("gemini", "gemini --approval-mode yolo"),
            ("codex", "codex --dangerously-bypass-approvals-and-sandbox"),
            ("cursor", "cursor-agent -f"),
            ("auggie", "auggie --allow-indexing"),
            ("amp", "amp --dangerously-allow-all --no-ide"),
            ("opencode", "opencode"),
            ("copilot", "copilot --yolo"),
            ("pi", "pi"),
        ] {
            assert_eq!(preset(name).map(|agent| agent.argv().join(" ")).as_deref(), Some(line));
        }
        assert_eq!(preset("clod"), None);
    }

    #[test]
    fn a_program_is_known_by_its_file_wherever_it_is() {
        for (program, name) in
            [("/opt/x/cursor-agent", Some("cursor")), ("claude", Some("claude")), ("cat", None)]
        {
            assert_eq!(preset_of_program(program).map(|agent| agent.name).as_deref(), name);
        }
        assert_eq!(preset_of_program(""), None);
    }

    #[test]
    fn a_process_is_known_by_its_program_or_by_the_script_that_it_runs() {
        for (name, command, agent) in [
            ("claude", "claude --resume x", Some("claude")),
            ("2.1.30", "/opt/claude/versions/2.1.30 -p", Some("claude")),
            ("bash", "2.1.30 agent", Some("claude")),
            ("bash", "2.1 agent", None),
            ("node", "claude", Some("claude")),
            ("node", "node /usr/local/bin/claude -p", Some("claude")),
            (
                "node",
                "/usr/bin/node /x/node_modules/@anthropic-ai/claude-code/cli.js",
                Some("claude"),
            ),
            (
                "node",
                "node --no-warnings /x/node_modules/@google/gemini-cli/dist/index.js",
                Some("gemini"),
            ),
            ("MainThread", "node /x/node_modules/@openai/codex/bin/codex.js", Some("codex")),
            ("codex", "/opt/codex/codex --yolo", Some("codex")),
            ("node", "node /home/me/codex/server.js", None),
            (
                "node",
                "node /x/node_modules/@github/copilot-language-server/dist/language-server.js",
                None,
            ),
            ("node", "node", None),
            ("vim", "vim claude.md", None),
            ("make", "make -C codex", None),
            ("bash", "-bash", None),
            // Cursor's may be called so, and anybody's.
            ("python3", "python3 agent.py", None),
            ("cursor-agent", "cursor-agent -f", Some("cursor")),
        ] {
            let argv: Vec<_> = command.split(' ').map(str::to_owned).collect();
            assert_eq!(preset_of_process(name, &argv), agent, "{command}");
        }
        assert_eq!(preset_of_process("sh", &[]), None);
    }

    #[test]
    fn every_preset_can_be_found_by_its_name_and_is_ready_at_some_time() {
        assert_eq!(preset_names().next(), Some(DEFAULT_AGENT));
        for name in preset_names() {
            let agent = preset(name).unwrap();
            assert_eq!(agent.name, name);
            assert!(agent.ready.delay_ms > 0 && !agent.process_names.is_empty(), "{name}");
        }
    }
}
