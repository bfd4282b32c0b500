//! The known agents as [`Agent`]s.

use super::{Agent, ConversationFiles, Hooks, PromptMode, Ready, Resume};
use crate::core::agents::{AGENTS, HooksFile, KnownAgent, PromptArgument, ResumeBy};

/// The known agent of this name.
#[must_use]
pub fn preset(name: &str) -> Option<Agent> {
    AGENTS.iter().find(|known| known.name == name).map(|known| agent(known))
}

/// The names of the known agents, the default first.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    AGENTS.iter().map(|known| known.name)
}

/// The assumptions about any program.
pub(super) fn generic() -> Agent {
    agent(&KnownAgent::GENERIC)
}

/// A known agent as one that settings can change.
pub(super) fn agent(known: &KnownAgent) -> Agent {
    let pairs = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
    };
    let shown = known.shows.and_then(|name| AGENTS.iter().copied().find(|it| it.name == name));
    Agent {
        name: known.name.to_owned(),
        patterns: known.shows.unwrap_or(known.name).to_owned(),
        wrapper: Vec::new(),
        command: known.command.to_owned(),
        args: owned(known.args),
        hook_args: owned(known.hook_args),
        flags_if_taken: owned(known.flags_if_taken),
        env: pairs(known.env),
        process_names: owned(known.process_names),
        ready: Ready {
            prompt: known.prompt.map(str::to_owned),
            title: known.title.map(str::to_owned),
            delay_ms: known.delay_ms,
        },
        settle_ms: known.settle_ms(),
        prompt_mode: known.first_words.into(),
        initial_prompt: None,
        hooks: known.hooks.map(Hooks::from),
        resume: known.resume.map(Resume::from),
        config_dir_env: known.config_dir_env.map(str::to_owned),
        session_id_env: known.session_id_env.map(str::to_owned),
        instructions: known.instructions.to_owned(),
        events: None,
        description: shown.unwrap_or(known).description(),
    }
}

impl From<PromptArgument> for PromptMode {
    fn from(known: PromptArgument) -> Self {
        match known {
            PromptArgument::Argument => Self::Argument,
            PromptArgument::Flag(flag) => Self::Flag(flag.to_owned()),
            PromptArgument::Typed => Self::Typed,
        }
    }
}

impl From<ResumeBy> for Resume {
    fn from(known: ResumeBy) -> Self {
        let ResumeBy { is_subcommand, by_id, last, fork, new, files } = known;
        let [by_id, last, fork, new] =
            [by_id, last, fork, new].map(|words| words.map(str::to_owned));
        let files = files.map(|(paths, holds)| ConversationFiles {
            paths: paths.to_owned(),
            holds: holds.to_owned(),
        });
        Self { is_subcommand, by_id, last, fork, new, says_new: false, files }
    }
}

impl From<HooksFile> for Hooks {
    fn from(known: HooksFile) -> Self {
        Self {
            provider: known.provider.to_owned(),
            dir: known.dir.to_owned(),
            file: known.file.to_owned(),
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
    fn every_preset_starts_as_gastown_or_its_documentation_starts_it() {
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
            ("qwen", "qwen --approval-mode yolo"),
            ("kimi", "kimi --auto"),
            ("cn", "cn --auto"),
            ("cline", "cline -i"),
            ("droid", "droid --auto high"),
            ("grok", "grok"),
            ("crush", "crush --yolo"),
            ("goose", "goose session"),
            ("openhands", "openhands --always-approve"),
            ("groq-compound", "claude --dangerously-skip-permissions"),
        ] {
            assert_eq!(preset(name).map(|agent| agent.argv().join(" ")).as_deref(), Some(line));
        }
        assert_eq!(preset("clod"), None);
        let description = |name| preset(name).map(|agent| agent.description);
        assert_eq!(description("groq-compound"), description("claude"));
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
