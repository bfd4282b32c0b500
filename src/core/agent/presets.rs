//! The agents known without configuration, one row each.
//!
//! Commands and arguments are gastown's at a8bd79bf8; prompts and titles were checked against the
//! recorded screens of Claude Code 2.1.197, Gemini CLI 0.61.0 and Codex CLI 0.169.0.

use super::{Agent, Ready};

struct Preset {
    name: &'static str,
    command: &'static str,
    args: &'static [&'static str],
    env: &'static [(&'static str, &'static str)],
    process_names: &'static [&'static str],
    prompt: Option<&'static str>,
    title: Option<&'static str>,
    delay_ms: u64,
    settle_ms: u64,
    config_dir_env: Option<&'static str>,
    session_id_env: Option<&'static str>,
}

/// A row says only what differs from this one.
const PLAIN: Preset = Preset {
    name: "",
    command: "",
    args: &[],
    env: &[],
    process_names: &[],
    prompt: None,
    title: None,
    delay_ms: 5_000,
    settle_ms: 100,
    config_dir_env: None,
    session_id_env: None,
};

const PRESETS: &[Preset] = &[
    // Its title is the same at the prompt and at a question, so only the prompt tells.
    Preset {
        name: "claude",
        command: "claude",
        args: &["--dangerously-skip-permissions"],
        process_names: &["node", "claude"],
        prompt: Some("❯ "),
        delay_ms: 10_000,
        config_dir_env: Some("CLAUDE_CONFIG_DIR"),
        session_id_env: Some("CLAUDE_SESSION_ID"),
        ..PLAIN
    },
    Preset {
        name: "gemini",
        command: "gemini",
        args: &["--approval-mode", "yolo"],
        process_names: &["gemini", "node"],
        prompt: Some(">   Type your message"),
        title: Some("◇  Ready"),
        ..PLAIN
    },
    Preset {
        name: "codex",
        command: "codex",
        args: &["--dangerously-bypass-approvals-and-sandbox"],
        process_names: &["codex", "node"],
        prompt: Some("› "),
        delay_ms: 3_000,
        // What comes within 120 ms is one burst to it.
        settle_ms: 150,
        config_dir_env: Some("CODEX_HOME"),
        ..PLAIN
    },
    Preset {
        name: "cursor",
        command: "cursor-agent",
        args: &["-f"],
        process_names: &["cursor-agent", "agent"],
        ..PLAIN
    },
    Preset {
        name: "auggie",
        command: "auggie",
        args: &["--allow-indexing"],
        process_names: &["auggie"],
        ..PLAIN
    },
    Preset {
        name: "amp",
        command: "amp",
        args: &["--dangerously-allow-all", "--no-ide"],
        process_names: &["amp"],
        ..PLAIN
    },
    Preset {
        name: "opencode",
        command: "opencode",
        env: &[("OPENCODE_PERMISSION", r#"{"*":"allow"}"#)],
        process_names: &["opencode", "node", "bun"],
        delay_ms: 8_000,
        ..PLAIN
    },
    Preset {
        name: "copilot",
        command: "copilot",
        args: &["--yolo"],
        process_names: &["copilot"],
        config_dir_env: Some("COPILOT_HOME"),
        ..PLAIN
    },
    Preset {
        name: "pi",
        command: "pi",
        args: &["-e", ".pi/extensions/gastown-hooks.js"],
        process_names: &["pi", "node", "bun"],
        delay_ms: 8_000,
        ..PLAIN
    },
];

/// The known agent of this name.
#[must_use]
pub fn preset(name: &str) -> Option<Agent> {
    PRESETS.iter().find(|preset| preset.name == name).map(Preset::agent)
}

/// The names of the known agents, the default first.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

impl Preset {
    fn agent(&self) -> Agent {
        let owned = |text: &&str| (*text).to_owned();
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Agent {
            name: self.name.to_owned(),
            command: self.command.to_owned(),
            args: self.args.iter().map(owned).collect(),
            env: self.env.iter().map(pair).collect(),
            process_names: self.process_names.iter().map(owned).collect(),
            ready: Ready {
                prompt: self.prompt.map(str::to_owned),
                title: self.title.map(str::to_owned),
                delay_ms: self.delay_ms,
            },
            settle_ms: self.settle_ms,
            config_dir_env: self.config_dir_env.map(str::to_owned),
            session_id_env: self.session_id_env.map(str::to_owned),
        }
    }
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
            ("pi", "pi -e .pi/extensions/gastown-hooks.js"),
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
