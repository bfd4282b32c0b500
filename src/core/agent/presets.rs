//! The agents known without configuration, one row each.
//!
//! Names, commands, arguments, hooks, process names and resuming are those of gastown's
//! `internal/config/agents.go` at a8bd79bf8, whose first version of them is 527b7ce79. On purpose
//! otherwise: opencode's folder of plugins is 527b7ce79's, who puts it beside the worktrees; its
//! conversations can be gone on with by now; pi's and omp's hooks are named only where they are;
//! gemini and codex run as `node` too; how first words are given is what the programs take. Prompts
//! and titles were checked against the recorded screens of Claude Code 2.1.197, Gemini CLI 0.61.0
//! and Codex CLI 0.169.0.

use super::{Agent, Hooks, PromptMode, Ready, Resume};

pub(super) struct Preset {
    pub(super) name: &'static str,
    /// Whose screens it shows, where not its own.
    shows: Option<&'static str>,
    pub(super) command: &'static str,
    args: &'static [&'static str],
    hook_args: &'static [&'static str],
    flags_if_taken: &'static [&'static str],
    env: &'static [(&'static str, &'static str)],
    pub(super) process_names: &'static [&'static str],
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
    shows: None,
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

// Its title is the same at the prompt and at a question, so only the prompt tells.
const CLAUDE: Preset = Preset {
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
};

/// The first that fits counts: what is only called otherwise stands behind what it is.
pub(super) const PRESETS: &[Preset] = &[
    CLAUDE,
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
    Preset {
        name: "omp",
        command: "omp",
        hook_args: &["--hook", ".omp/hooks/gastown-hook.ts"],
        process_names: &["omp", "node", "bun"],
        // gastown has no delay for it; it is pi by another hand.
        delay_ms: 8_000,
        prompt_mode: Pass::Argument,
        hooks: Some(("omp", ".omp/hooks", "gastown-hook.ts")),
        session_id_env: Some("OMP_SESSION_ID"),
        ..PLAIN
    },
    Preset {
        name: "vibe",
        command: "vibe",
        args: &["--agent", "auto-approve"],
        process_names: &["vibe"],
        prompt: Some("❯ "),
        prompt_mode: Pass::Argument,
        hooks: Some(("vibe", ".vibe", "config.toml")),
        resume: Some(Again::Flag("--resume")),
        session_id_env: Some("VIBE_SESSION_ID"),
        ..PLAIN
    },
    Preset {
        name: "groq-compound",
        shows: Some("claude"),
        env: &[
            ("ANTHROPIC_BASE_URL", "https://api.groq.com/openai/v1"),
            ("ANTHROPIC_MODEL", "compound-beta"),
            ("ANTHROPIC_API_KEY", GROQ_KEY),
        ],
        ..CLAUDE
    },
];

/// What stands for the value of that variable, which is looked up when the agent is started.
pub const GROQ_KEY: &str = "$GROQ_API_KEY";

/// The known agent of this name.
#[must_use]
pub fn preset(name: &str) -> Option<Agent> {
    PRESETS.iter().find(|preset| preset.name == name).map(Preset::agent)
}

/// The names of the known agents, the default first.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

/// What is assumed of any program.
pub(super) fn generic() -> Agent {
    GENERIC.agent()
}

impl Preset {
    pub(super) fn agent(&self) -> Agent {
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
        };
        Agent {
            name: self.name.to_owned(),
            patterns: self.shows.unwrap_or(self.name).to_owned(),
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
    use super::super::DEFAULT_AGENT;
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
            ("omp", "omp"),
            ("vibe", "vibe --agent auto-approve"),
            ("groq-compound", "claude --dangerously-skip-permissions"),
        ] {
            assert_eq!(preset(name).map(|agent| agent.argv().join(" ")).as_deref(), Some(line));
        }
        assert_eq!(preset("clod"), None);
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
